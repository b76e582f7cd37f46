
/*
 * The Job document.  glyph.job_status() of conf/schema writes the same
 * members for a job that no worker has any more.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job.h"


static void ngx_glyph_job_json_progress(ngx_glyph_job_t *job,
    glyph_buf_t *b);
static void ngx_glyph_job_json_error(ngx_glyph_job_t *job, glyph_buf_t *b);


void
ngx_glyph_job_json(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    glyph_buf_putc(b, '{');

    glyph_json_key(b, "job_id");
    glyph_json_string(b, job->text, NGX_GLYPH_UUID_TEXT_LEN);
    glyph_json_key(b, "state");
    glyph_json_cstring(b, ngx_glyph_job_state_name(job->state));
    glyph_json_key(b, "created_at");
    ngx_glyph_json_time(b, job->start_time);

    ngx_glyph_job_json_progress(job, b);

    glyph_json_key(b, "counts");
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "rows");
    glyph_json_int(b, job->seen.rows);
    glyph_json_key(b, "valid");
    glyph_json_int(b, job->seen.valid - job->refused);
    glyph_json_key(b, "invalid");
    glyph_json_int(b, job->seen.invalid + job->refused);
    glyph_json_key(b, "warnings");
    glyph_json_int(b, job->seen.warnings);
    glyph_buf_putc(b, '}');

    ngx_glyph_job_json_error(job, b);

    glyph_buf_putc(b, '}');
}


static void
ngx_glyph_job_json_progress(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    double      sec, rate;
    uint64_t    bytes;
    ngx_uint_t  percent, running;

    bytes = job->spooling ? (uint64_t) job->received : job->seen.bytes;

    sec = (double) (ngx_current_msec - job->started) / 1000;
    rate = (sec > 0) ? (double) job->seen.rows / sec : 0;

    glyph_json_key(b, "progress");
    glyph_buf_putc(b, '{');

    glyph_json_key(b, "bytes");
    glyph_json_int(b, bytes);

    glyph_json_key(b, "bytes_total");

    if (job->expected < 0) {
        glyph_buf_puts(b, "null");

    } else {
        glyph_json_int(b, job->expected);
    }

    glyph_json_key(b, "rows");
    glyph_json_int(b, job->seen.rows);
    glyph_json_key(b, "rows_committed");
    glyph_json_int(b, job->committed.rows);

    glyph_json_key(b, "percent");

    if (job->expected > 0) {
        percent = bytes * 100 / job->expected;
        glyph_json_int(b, ngx_min(percent, 100));

    } else {
        glyph_buf_puts(b, "null");
    }

    glyph_json_key(b, "rows_per_second");
    glyph_json_int(b, (int64_t) rate);

    running = !ngx_glyph_job_is_final(job->state);

    glyph_json_key(b, "eta_seconds");

    if (running && job->expected > 0 && bytes > 0) {
        glyph_json_double(b, sec * (double) (job->expected
                                             - (off_t) bytes)
                             / (double) bytes, 3);

    } else {
        glyph_buf_puts(b, "null");
    }

    glyph_buf_putc(b, '}');
}


static void
ngx_glyph_job_json_error(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    glyph_json_key(b, "error");

    if (job->code == NULL) {
        glyph_buf_puts(b, "null");
        return;
    }

    glyph_buf_putc(b, '{');
    glyph_json_key(b, "code");
    glyph_json_cstring(b, job->code);

    if (job->detail.len) {
        glyph_json_key(b, "detail");
        glyph_json_string(b, job->detail.data, job->detail.len);
    }

    glyph_buf_putc(b, '}');
}


void
ngx_glyph_job_linked(glyph_buf_t *b, u_char *doc, size_t len, u_char *id)
{
    ngx_str_t   *uri;
    ngx_uint_t   i;

    static const char  *links[] = { "status", "result", "errors", "events" };

    uri = &ngx_glyph_main_conf->jobs_uri;

    glyph_buf_append(b, doc, len - 1);

    glyph_json_key(b, "links");
    glyph_buf_putc(b, '{');

    for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        glyph_json_key(b, links[i]);
        glyph_buf_putc(b, '"');
        glyph_buf_append(b, uri->data, uri->len);
        glyph_buf_putc(b, '/');
        glyph_buf_append(b, id, NGX_GLYPH_UUID_TEXT_LEN);
        glyph_buf_putc(b, '/');
        glyph_buf_puts(b, links[i]);
        glyph_buf_putc(b, '"');
    }

    glyph_buf_puts(b, "}}");
}


void
ngx_glyph_json_time(glyph_buf_t *b, uint64_t msec)
{
    time_t     sec;
    struct tm  tm;

    sec = (time_t) (msec / 1000);

    (void) gmtime_r(&sec, &tm);

    glyph_buf_printf(b, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
                     tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                     tm.tm_hour, tm.tm_min, tm.tm_sec, (int) (msec % 1000));
}

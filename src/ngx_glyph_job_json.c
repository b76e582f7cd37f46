
/*
 * The Job document.  glyph.job_status() of conf/schema writes the same
 * members for a job that no worker has any more.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_time.h"


static void ngx_glyph_job_json_progress(ngx_glyph_job_t *job,
    glyph_buf_t *b);
static void ngx_glyph_job_json_error(ngx_glyph_job_t *job, glyph_buf_t *b);
static u_char *ngx_glyph_job_json_match(const char *shape, u_char *p,
    u_char *last);
static u_char *ngx_glyph_job_json_number(u_char *p, u_char *last);
static u_char *ngx_glyph_job_json_text(u_char *p, u_char *last);


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
        percent = (double) bytes * 100 / (double) job->expected;
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


/*
 * The same members in the same order, and nothing else: "#" stands for a number
 * or null, "$" for a string, "?" for an error's detail or nothing.
 */

ngx_uint_t
ngx_glyph_job_json_is(ngx_str_t *doc, u_char *id, ngx_glyph_job_state_e state)
{
    size_t        n;
    u_char       *p, *last;
    u_char        head[256];
    glyph_str_t   text;

    static const char  *shapes[] = {
        "$,\"progress\":{\"bytes\":#,\"bytes_total\":#,\"rows\":#,"
        "\"rows_committed\":#,\"percent\":#,\"rows_per_second\":#,"
        "\"eta_seconds\":#},\"counts\":{\"rows\":#,\"valid\":#,"
        "\"invalid\":#,\"warnings\":#},\"error\":",
        "null}", "{\"code\":$?}}"
    };

    text.data = doc->data;
    text.len = doc->len;

    p = ngx_sprintf(head, "{\"job_id\":\"%s\",\"state\":\"%s\","
                    "\"created_at\":", id, ngx_glyph_job_state_name(state));
    n = p - head;

    if (doc->len < n || ngx_memcmp(doc->data, head, n) != 0
        || !glyph_json_is_object(&text))
    {
        return 0;
    }

    last = doc->data + doc->len;
    p = ngx_glyph_job_json_match(shapes[0], doc->data + n, last);

    if (p == NULL) {
        return 0;
    }

    return ngx_glyph_job_json_match(shapes[1], p, last) == last
           || ngx_glyph_job_json_match(shapes[2], p, last) == last;
}


/* Behind the match, or NULL. */

static u_char *
ngx_glyph_job_json_match(const char *shape, u_char *p, u_char *last)
{
    for ( /* void */ ; *shape && p; shape++) {

        switch (*shape) {

        case '#':
            p = ngx_glyph_job_json_number(p, last);
            break;

        case '$':
            p = ngx_glyph_job_json_text(p, last);
            break;

        case '?':

            if (last - p > 10
                && ngx_memcmp(p, ",\"detail\":", 10) == 0)
            {
                p = ngx_glyph_job_json_text(p + 10, last);
            }

            break;

        default:
            p = (p < last && *p == (u_char) *shape) ? p + 1 : NULL;
            break;
        }
    }

    return p;
}


/* That it is JSON has been seen: what is left is where it ends. */

static u_char *
ngx_glyph_job_json_number(u_char *p, u_char *last)
{
    u_char  *start;

    if (last - p > 4 && ngx_memcmp(p, "null", 4) == 0) {
        return p + 4;
    }

    for (start = p; p < last; p++) {
        if ((*p < '0' || *p > '9') && *p != '-' && *p != '+' && *p != '.'
            && *p != 'e')
        {
            break;
        }
    }

    return (p > start) ? p : NULL;
}


static u_char *
ngx_glyph_job_json_text(u_char *p, u_char *last)
{
    if (p == last || *p != '"') {
        return NULL;
    }

    for (p++; p < last; p++) {

        if (*p == '"') {
            return p + 1;
        }

        if (*p < ' ' || *p == 0x7f
            || (*p == 0xc2 && last - p > 1 && p[1] < 0xa0))
        {
            return NULL;
        }

        if (*p == '\\') {
            p++;
        }
    }

    return NULL;
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
ngx_glyph_job_json_spooled(ngx_glyph_spool_prefix_t *prefix, glyph_buf_t *b)
{
    u_char  text[NGX_GLYPH_UUID_TEXT_LEN];

    ngx_glyph_uuid_text(text, &prefix->id);

    glyph_buf_putc(b, '{');

    glyph_json_key(b, "job_id");
    glyph_json_string(b, text, NGX_GLYPH_UUID_TEXT_LEN);
    glyph_json_key(b, "state");
    glyph_json_cstring(b, ngx_glyph_job_state_name(NGX_GLYPH_JOB_QUEUED));
    glyph_json_key(b, "created_at");
    ngx_glyph_json_time(b, prefix->start_time);

    glyph_json_key(b, "progress");
    glyph_buf_puts(b, "{\"bytes\":0,\"bytes_total\":");
    glyph_buf_printf(b, "%llu", (unsigned long long) prefix->body_len);
    glyph_buf_puts(b, ",\"rows\":0,\"rows_committed\":0,\"percent\":0,"
                      "\"rows_per_second\":0,\"eta_seconds\":null}");
    glyph_json_key(b, "counts");
    glyph_buf_puts(b, "{\"rows\":0,\"valid\":0,\"invalid\":0,"
                      "\"warnings\":0}");
    glyph_json_key(b, "error");
    glyph_buf_puts(b, "null}");
}

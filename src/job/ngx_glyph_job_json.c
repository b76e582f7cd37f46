
/*
 * The Job document.  glyph.job_status() of conf/schema writes the same members
 * in the same order for a job that no worker has any more; whoever does not
 * know one writes null.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job_parts.h"
#include "ngx_glyph_time.h"


/* What is said of a job; zero: of one that has not begun. */

typedef struct {
    u_char                    *id;
    ngx_glyph_job_state_e      state;
    uint64_t                   created;     /* ms since 1970 */
    ngx_glyph_job_labels_t     labels;
    uint64_t                   bytes;
    int64_t                    bytes_total; /* negative: not known */
    uint64_t                   rows;
    uint64_t                   committed;
    int64_t                    percent;     /* negative: not known */
    uint64_t                   rate;
    double                     eta;         /* seconds; negative: not known */
    uint64_t                   valid;
    uint64_t                   invalid;
    uint64_t                   warnings;
    uint64_t                   kept;        /* of these */
    uint64_t                   skipped;
    const char                *code;        /* NULL: no error */
    ngx_str_t                  detail;
} ngx_glyph_job_said_t;


static void ngx_glyph_job_json_times(ngx_glyph_job_t *job,
    ngx_glyph_job_said_t *said);
static void ngx_glyph_job_json_write(ngx_glyph_job_said_t *said,
    glyph_buf_t *b);
static void ngx_glyph_job_json_label(glyph_buf_t *b, const char *name,
    ngx_str_t *value);
static void ngx_glyph_job_json_known(glyph_buf_t *b, const char *name,
    int64_t n);
static void ngx_glyph_job_json_error(ngx_glyph_job_said_t *said,
    glyph_buf_t *b);
static u_char *ngx_glyph_job_json_match(const char *shape, u_char *p,
    u_char *last);
static u_char *ngx_glyph_job_json_number(u_char *p, u_char *last);
static u_char *ngx_glyph_job_json_text(u_char *p, u_char *last);


void
ngx_glyph_job_json(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    ngx_glyph_job_said_t  said;

    said.id = job->import.text;
    said.state = job->state;
    said.created = job->import.created;

    ngx_glyph_job_labels(job, &said.labels);

    said.bytes = (uint64_t) ngx_glyph_job_bytes(job);
    said.bytes_total = job->expected;
    said.rows = job->seen.rows;
    said.committed = job->import.committed.rows;
    said.valid = job->seen.valid - job->import.refused;
    said.invalid = job->seen.invalid + job->import.refused;
    said.warnings = job->seen.warnings;
    said.kept = ngx_min(job->seen.warnings, job->asked.conf->max_warnings);
    said.skipped = job->seen.skipped;
    said.code = job->code;
    said.detail = job->detail;

    ngx_glyph_job_json_times(job, &said);

    ngx_glyph_job_json_write(&said, b);
}


/* What a form says is its task's, and Postgres' when that has ended. */

void
ngx_glyph_job_labels(ngx_glyph_job_t *job, ngx_glyph_job_labels_t *labels)
{
    labels->filename.data = job->asked.opts.filename.data;
    labels->filename.len = job->asked.opts.filename.len;
    labels->source_label = job->asked.source_label;
    labels->campaign_id = job->asked.campaign_id;
}


static void
ngx_glyph_job_json_times(ngx_glyph_job_t *job, ngx_glyph_job_said_t *said)
{
    double      sec;
    ngx_uint_t  percent;

    sec = (double) ngx_glyph_job_age(job) / 1000;

    said->rate = (sec > 0) ? (double) said->rows / sec : 0;
    said->percent = -1;
    said->eta = -1;

    if (job->expected <= 0) {
        return;
    }

    percent = (double) said->bytes * 100 / (double) job->expected;

    said->percent = ngx_min(percent, 100);

    if (!ngx_glyph_job_is_final(job->state) && said->bytes > 0) {
        said->eta = sec * (double) (job->expected - (off_t) said->bytes)
                    / (double) said->bytes;
    }
}


void
ngx_glyph_job_json_queued(ngx_glyph_uuid_t *id, uint64_t created,
    uint64_t bytes, ngx_glyph_job_labels_t *labels, glyph_buf_t *b)
{
    u_char                text[NGX_GLYPH_UUID_TEXT_LEN + 1];
    ngx_glyph_job_said_t  said;

    ngx_memzero(&said, sizeof(ngx_glyph_job_said_t));

    ngx_glyph_uuid_text(text, id);

    said.id = text;
    said.state = NGX_GLYPH_JOB_QUEUED;
    said.created = created;
    said.bytes_total = bytes;
    said.eta = -1;

    if (labels) {
        said.labels = *labels;
    }

    ngx_glyph_job_json_write(&said, b);
}


/* ngx_glyph_job_json_is() knows the members, too. */

static void
ngx_glyph_job_json_write(ngx_glyph_job_said_t *said, glyph_buf_t *b)
{
    glyph_buf_putc(b, '{');

    glyph_json_key(b, "job_id");
    glyph_json_string(b, said->id, NGX_GLYPH_UUID_TEXT_LEN);
    glyph_json_key(b, "state");
    glyph_json_cstring(b, ngx_glyph_job_state_name(said->state));
    glyph_json_key(b, "created_at");
    ngx_glyph_json_time(b, said->created);
    glyph_buf_puts(b, ",\"started_at\":null,\"finished_at\":null");

    ngx_glyph_job_json_label(b, "filename", &said->labels.filename);
    ngx_glyph_job_json_label(b, "source_label", &said->labels.source_label);
    ngx_glyph_job_json_label(b, "campaign_id", &said->labels.campaign_id);

    glyph_json_key(b, "progress");
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "bytes");
    glyph_json_int(b, said->bytes);
    ngx_glyph_job_json_known(b, "bytes_total", said->bytes_total);
    glyph_json_key(b, "rows");
    glyph_json_int(b, said->rows);
    glyph_json_key(b, "rows_committed");
    glyph_json_int(b, said->committed);
    ngx_glyph_job_json_known(b, "percent", said->percent);
    glyph_json_key(b, "rows_per_second");
    glyph_json_int(b, said->rate);
    glyph_json_key(b, "eta_seconds");

    if (said->eta < 0) {
        glyph_buf_puts(b, "null");

    } else {
        glyph_json_double(b, said->eta, 3);
    }

    glyph_buf_putc(b, '}');

    glyph_json_key(b, "counts");
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "rows");
    glyph_json_int(b, said->rows);
    glyph_json_key(b, "valid");
    glyph_json_int(b, said->valid);
    glyph_json_key(b, "invalid");
    glyph_json_int(b, said->invalid);
    glyph_json_key(b, "warnings");
    glyph_json_int(b, said->warnings);
    glyph_json_key(b, "skipped");
    glyph_json_int(b, said->skipped);

    if (said->kept < said->warnings) {
        glyph_json_key(b, "warnings_kept");
        glyph_json_int(b, said->kept);
    }

    glyph_buf_putc(b, '}');

    ngx_glyph_job_json_error(said, b);

    glyph_buf_puts(b, ",\"undone_at\":null}");
}


/*
 * Controls of ISO 6429 in two bytes are for terminals, which this may be
 * printed to; nothing that is read back from Redis has them.
 */

static void
ngx_glyph_job_json_label(glyph_buf_t *b, const char *name, ngx_str_t *value)
{
    u_char       *p, *last;
    glyph_buf_t   text;

    glyph_json_key(b, name);

    if (value->len == 0) {
        glyph_buf_puts(b, "null");
        return;
    }

    ngx_memzero(&text, sizeof(glyph_buf_t));
    glyph_json_string(&text, value->data, value->len);

    last = text.data + text.len;

    for (p = text.data; p < last; p++) {

        if (*p == 0xc2 && p + 1 < last && p[1] < 0xa0) {
            glyph_buf_printf(b, "\\u%04x", (unsigned) *++p);

        } else {
            glyph_buf_putc(b, *p);
        }
    }

    b->failed |= text.failed;
    glyph_buf_free(&text);
}


static void
ngx_glyph_job_json_known(glyph_buf_t *b, const char *name, int64_t n)
{
    glyph_json_key(b, name);

    if (n < 0) {
        glyph_buf_puts(b, "null");

    } else {
        glyph_json_int(b, n);
    }
}


static void
ngx_glyph_job_json_error(ngx_glyph_job_said_t *said, glyph_buf_t *b)
{
    glyph_json_key(b, "error");

    if (said->code == NULL) {
        glyph_buf_puts(b, "null");
        return;
    }

    glyph_buf_putc(b, '{');
    glyph_json_key(b, "code");
    glyph_json_cstring(b, said->code);

    if (said->detail.len) {
        glyph_json_key(b, "detail");
        glyph_json_string(b, said->detail.data, said->detail.len);
    }

    glyph_buf_putc(b, '}');
}


/*
 * The same members in the same order, and nothing else: "#" stands for a number
 * or null, "$" for a string, "=" for one or null, "?" for an error's detail or
 * nothing, "+" for how many warnings are kept or nothing.
 */

ngx_uint_t
ngx_glyph_job_json_is(ngx_str_t *doc, u_char *id, ngx_glyph_job_state_e state)
{
    size_t        n;
    u_char       *p, *last;
    u_char        head[256];
    glyph_str_t   text;

    static const char  *shapes[] = {
        "$,\"started_at\":=,\"finished_at\":=,\"filename\":=,"
        "\"source_label\":=,\"campaign_id\":=,\"progress\":{\"bytes\":#,"
        "\"bytes_total\":#,\"rows\":#,\"rows_committed\":#,\"percent\":#,"
        "\"rows_per_second\":#,\"eta_seconds\":#},\"counts\":{\"rows\":#,"
        "\"valid\":#,\"invalid\":#,\"warnings\":#,\"skipped\":#+},"
        "\"error\":",
        "null,\"undone_at\":=}", "{\"code\":$?},\"undone_at\":=}"
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

    /* a job that has failed says why */

    return (state != NGX_GLYPH_JOB_FAILED
            && ngx_glyph_job_json_match(shapes[1], p, last) == last)
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

        case '=':

            if (last - p > 4 && ngx_memcmp(p, "null", 4) == 0) {
                p += 4;
                break;
            }

            /* fall through */

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

        case '+':

            if (last - p > 17
                && ngx_memcmp(p, ",\"warnings_kept\":", 17) == 0)
            {
                p = ngx_glyph_job_json_number(p + 17, last);
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

    static const struct {
        const char  *name;
        const char  *path;
    } links[] = {
        { "status", "status" },
        { "result", "result" },
        { "errors", "errors" },
        { "warnings", "errors?severity=warning" },
        { "events", "events" }
    };

    uri = &ngx_glyph_main_conf->jobs_uri;

    glyph_buf_append(b, doc, len - 1);

    glyph_json_key(b, "links");
    glyph_buf_putc(b, '{');

    for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        glyph_json_key(b, links[i].name);
        glyph_buf_putc(b, '"');
        glyph_buf_append(b, uri->data, uri->len);
        glyph_buf_putc(b, '/');
        glyph_buf_append(b, id, NGX_GLYPH_UUID_TEXT_LEN);
        glyph_buf_putc(b, '/');
        glyph_buf_puts(b, links[i].path);
        glyph_buf_putc(b, '"');
    }

    glyph_buf_puts(b, "}}");
}

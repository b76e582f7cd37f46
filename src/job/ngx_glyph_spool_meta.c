
/*
 * What a request said about its job, as the spool keeps it: records of a
 * tag, a length and bytes, in the order of the tags below.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_spool.h"


typedef enum {
    NGX_GLYPH_META_TENANT = 0,
    NGX_GLYPH_META_LOCATION,
    NGX_GLYPH_META_BOUNDARY,
    NGX_GLYPH_META_ENCODING,
    NGX_GLYPH_META_CHARSET,
    NGX_GLYPH_META_FILENAME,
    NGX_GLYPH_META_MAP,
    NGX_GLYPH_META_NUMBERS,
    NGX_GLYPH_META_SOURCE_LABEL,
    NGX_GLYPH_META_CAMPAIGN_ID,
    NGX_GLYPH_META_METADATA,
    NGX_GLYPH_META_TRACEPARENT,
    NGX_GLYPH_META_N
} ngx_glyph_meta_e;


/* The options that are not texts. */

typedef struct {
    uint64_t                   max_errors;
    double                     max_error_ratio;
    u_char                     decimal;
    u_char                     format;
    u_char                     scored;
    u_char                     date_order;      /* 0 of older modules */
    u_char                     delimiter;
    u_char                     strict;
    u_char                     reject_unknown;
    u_char                     reject_not_gpu;
} ngx_glyph_meta_numbers_t;


static void ngx_glyph_meta_put(glyph_buf_t *b, const void *data, size_t len);
static ngx_int_t ngx_glyph_meta_get(glyph_buf_t *b, ngx_str_t *fields);
static void ngx_glyph_meta_str(glyph_str_t *to, ngx_str_t *from);


ngx_int_t
ngx_glyph_spool_meta_write(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    u_char  encoding;

    encoding = job->asked.opts.encoding;

    glyph_buf_reset(b);

    ngx_glyph_meta_put(b, job->import.tenant.data, job->import.tenant.len);
    ngx_glyph_meta_put(b, job->conf->key.data, job->conf->key.len);
    ngx_glyph_meta_put(b, job->asked.opts.boundary.data,
                       job->asked.opts.boundary.len);
    ngx_glyph_meta_put(b, &encoding, 1);

    if (ngx_glyph_spool_meta_options(&job->asked, b) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_glyph_meta_put(b, job->asked.traceparent.data,
                       job->asked.traceparent.len);

    return b->failed ? NGX_ERROR : NGX_OK;
}


/* Without what only tells how the file was sent: it may be another way. */

ngx_int_t
ngx_glyph_spool_meta_options(ngx_glyph_asked_t *asked, glyph_buf_t *b)
{
    glyph_pipeline_opts_t     *o;
    ngx_glyph_meta_numbers_t   numbers;

    o = &asked->opts;

    ngx_memzero(&numbers, sizeof(ngx_glyph_meta_numbers_t));

    numbers.max_errors = o->max_errors;
    numbers.max_error_ratio = o->max_error_ratio;
    numbers.decimal = o->decimal;
    numbers.format = o->format;
    numbers.scored = o->scored;
    numbers.date_order = o->date_order;
    numbers.delimiter = o->delimiter;
    numbers.strict = o->strict;
    numbers.reject_unknown = o->reject_unknown;
    numbers.reject_not_gpu = o->reject_not_gpu;

    ngx_glyph_meta_put(b, o->charset.data, o->charset.len);
    ngx_glyph_meta_put(b, o->filename.data, o->filename.len);
    ngx_glyph_meta_put(b, o->map.data, o->map.len);
    ngx_glyph_meta_put(b, &numbers, sizeof(ngx_glyph_meta_numbers_t));
    ngx_glyph_meta_put(b, asked->source_label.data, asked->source_label.len);
    ngx_glyph_meta_put(b, asked->campaign_id.data, asked->campaign_id.len);
    ngx_glyph_meta_put(b, asked->metadata.data, asked->metadata.len);

    return b->failed ? NGX_ERROR : NGX_OK;
}


static void
ngx_glyph_meta_put(glyph_buf_t *b, const void *data, size_t len)
{
    uint32_t  n;

    n = (uint32_t) len;

    glyph_buf_append(b, &n, sizeof(uint32_t));
    glyph_buf_append(b, data, len);
}


/* The job's texts are those of b, which must live as long as the job. */

ngx_int_t
ngx_glyph_spool_meta_read(ngx_glyph_job_t *job, glyph_buf_t *b)
{
    ngx_str_t                  fields[NGX_GLYPH_META_N];
    glyph_pipeline_opts_t     *o;
    ngx_glyph_meta_numbers_t   numbers;

    if (ngx_glyph_meta_get(b, fields) != NGX_OK
        || fields[NGX_GLYPH_META_ENCODING].len != 1
        || fields[NGX_GLYPH_META_NUMBERS].len
           != sizeof(ngx_glyph_meta_numbers_t))
    {
        return NGX_ERROR;
    }

    o = &job->asked.opts;

    ngx_memcpy(&numbers, fields[NGX_GLYPH_META_NUMBERS].data,
               sizeof(ngx_glyph_meta_numbers_t));

    o->max_errors = numbers.max_errors;
    o->max_error_ratio = numbers.max_error_ratio;
    o->decimal = numbers.decimal;
    o->format = numbers.format;
    o->scored = numbers.scored;
    o->date_order = numbers.date_order <= GLYPH_DATE_YMD
                    ? numbers.date_order : GLYPH_DATE_UNKNOWN;
    o->delimiter = numbers.delimiter;
    o->strict = numbers.strict;
    o->reject_unknown = numbers.reject_unknown;
    o->reject_not_gpu = numbers.reject_not_gpu;

    ngx_glyph_meta_str(&o->boundary, &fields[NGX_GLYPH_META_BOUNDARY]);
    o->encoding = fields[NGX_GLYPH_META_ENCODING].data[0];
    ngx_glyph_meta_str(&o->charset, &fields[NGX_GLYPH_META_CHARSET]);
    ngx_glyph_meta_str(&o->filename, &fields[NGX_GLYPH_META_FILENAME]);
    ngx_glyph_meta_str(&o->map, &fields[NGX_GLYPH_META_MAP]);

    job->import.tenant = fields[NGX_GLYPH_META_TENANT];
    job->asked.location = fields[NGX_GLYPH_META_LOCATION];
    job->asked.source_label = fields[NGX_GLYPH_META_SOURCE_LABEL];
    job->asked.campaign_id = fields[NGX_GLYPH_META_CAMPAIGN_ID];
    job->asked.metadata = fields[NGX_GLYPH_META_METADATA];
    job->asked.traceparent = fields[NGX_GLYPH_META_TRACEPARENT];

    return NGX_OK;
}


ngx_int_t
ngx_glyph_spool_meta_labels(glyph_buf_t *b, ngx_str_t *tenant,
    ngx_glyph_job_labels_t *labels)
{
    ngx_str_t  fields[NGX_GLYPH_META_N];

    if (ngx_glyph_meta_get(b, fields) != NGX_OK) {
        return NGX_ERROR;
    }

    *tenant = fields[NGX_GLYPH_META_TENANT];

    labels->filename = fields[NGX_GLYPH_META_FILENAME];
    labels->source_label = fields[NGX_GLYPH_META_SOURCE_LABEL];
    labels->campaign_id = fields[NGX_GLYPH_META_CAMPAIGN_ID];

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_meta_get(glyph_buf_t *b, ngx_str_t *fields)
{
    size_t      pos;
    uint32_t    n;
    ngx_uint_t  i;

    pos = 0;

    for (i = 0; i < NGX_GLYPH_META_N; i++) {

        /* the file may be an older module's */

        if (i == NGX_GLYPH_META_TRACEPARENT && pos == b->len) {
            ngx_str_null(&fields[i]);
            return NGX_OK;
        }

        if (b->len - pos < sizeof(uint32_t)) {
            return NGX_ERROR;
        }

        ngx_memcpy(&n, b->data + pos, sizeof(uint32_t));
        pos += sizeof(uint32_t);

        if (b->len - pos < n) {
            return NGX_ERROR;
        }

        fields[i].data = b->data + pos;
        fields[i].len = n;
        pos += n;
    }

    return (pos == b->len) ? NGX_OK : NGX_ERROR;
}


static void
ngx_glyph_meta_str(glyph_str_t *to, ngx_str_t *from)
{
    to->data = from->data;
    to->len = from->len;
}

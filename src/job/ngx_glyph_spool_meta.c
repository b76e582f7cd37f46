
/*
 * What a request said about its job, as the spool keeps it: records of a
 * tag, a length and bytes, in the order of the tags below.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_asked.h"
#include "ngx_glyph_log.h"


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
    u_char                     flags;
    u_char                     header_line;
    u_char                     delimiter;
    u_char                     strict;
    u_char                     reject_unknown;
    u_char                     reject_not_gpu;
    char                       currency[4];     /* an older module's record
                                                   ends before it */
} ngx_glyph_meta_numbers_t;


/* flags, and the order of dates, which is one of four */
#define NGX_GLYPH_META_SCORED    1
#define NGX_GLYPH_META_HEADLESS  2
#define NGX_GLYPH_META_DATES     4

/* beside the encoding */
#define NGX_GLYPH_META_EARLY     0x80


static void ngx_glyph_meta_put(glyph_buf_t *b, const void *data, size_t len);
static ngx_int_t ngx_glyph_meta_get(glyph_buf_t *b, ngx_str_t *fields);
static ngx_glyph_loc_conf_t *ngx_glyph_meta_conf(ngx_str_t *location,
    ngx_log_t *log);
static void ngx_glyph_meta_str(glyph_str_t *to, ngx_str_t *from);


ngx_int_t
ngx_glyph_spool_meta_write(ngx_glyph_asked_t *asked, ngx_str_t *tenant,
    glyph_buf_t *b)
{
    u_char                  encoding;
    glyph_pipeline_opts_t  *o;

    o = &asked->opts;
    encoding = o->encoding | (o->early ? NGX_GLYPH_META_EARLY : 0);

    glyph_buf_reset(b);

    ngx_glyph_meta_put(b, tenant->data, tenant->len);
    ngx_glyph_meta_put(b, asked->conf->key.data, asked->conf->key.len);
    ngx_glyph_meta_put(b, o->boundary.data, o->boundary.len);
    ngx_glyph_meta_put(b, &encoding, 1);

    if (ngx_glyph_spool_meta_options(asked, b) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_glyph_meta_put(b, asked->traceparent.data, asked->traceparent.len);

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
    numbers.flags = (o->scored ? NGX_GLYPH_META_SCORED : 0)
                    | (o->headless ? NGX_GLYPH_META_HEADLESS : 0)
                    | o->date_order * NGX_GLYPH_META_DATES;
    numbers.header_line = o->header_line;
    numbers.delimiter = o->delimiter;
    numbers.strict = o->strict;
    numbers.reject_unknown = o->reject_unknown;
    numbers.reject_not_gpu = o->reject_not_gpu;
    ngx_memcpy(numbers.currency, o->currency, sizeof(o->currency));

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


/* The texts are copied: the file goes before the job does. */

ngx_int_t
ngx_glyph_spool_meta_read(ngx_glyph_asked_t *asked, ngx_str_t *tenant,
    glyph_buf_t *b, ngx_log_t *log)
{
    u_char                     encoding;
    ngx_str_t                  fields[NGX_GLYPH_META_N];
    glyph_buf_t                copy;
    glyph_pipeline_opts_t     *o;
    ngx_glyph_meta_numbers_t   numbers;

    ngx_memzero(&copy, sizeof(glyph_buf_t));

    copy.len = b->len;
    copy.data = ngx_pnalloc(asked->pool, b->len);
    if (copy.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(copy.data, b->data, b->len);

    if (ngx_glyph_meta_get(&copy, fields) != NGX_OK
        || fields[NGX_GLYPH_META_ENCODING].len != 1
        || fields[NGX_GLYPH_META_NUMBERS].len
           < offsetof(ngx_glyph_meta_numbers_t, currency)
        || fields[NGX_GLYPH_META_NUMBERS].len
           > sizeof(ngx_glyph_meta_numbers_t))
    {
        return NGX_DECLINED;
    }

    o = &asked->opts;

    ngx_memzero(&numbers, sizeof(ngx_glyph_meta_numbers_t));
    ngx_memcpy(&numbers, fields[NGX_GLYPH_META_NUMBERS].data,
               fields[NGX_GLYPH_META_NUMBERS].len);

    o->max_errors = numbers.max_errors;
    o->max_error_ratio = numbers.max_error_ratio;
    o->decimal = numbers.decimal;
    o->format = numbers.format;
    o->scored = (numbers.flags & NGX_GLYPH_META_SCORED) != 0;
    o->headless = (numbers.flags & NGX_GLYPH_META_HEADLESS) != 0;
    o->date_order = numbers.flags / NGX_GLYPH_META_DATES % 4;
    o->header_line = numbers.header_line;
    o->delimiter = numbers.delimiter;
    o->strict = numbers.strict;
    o->reject_unknown = numbers.reject_unknown;
    o->reject_not_gpu = numbers.reject_not_gpu;
    ngx_memcpy(o->currency, numbers.currency, sizeof(o->currency));

    ngx_glyph_meta_str(&o->boundary, &fields[NGX_GLYPH_META_BOUNDARY]);
    encoding = fields[NGX_GLYPH_META_ENCODING].data[0];
    o->encoding = encoding & ~NGX_GLYPH_META_EARLY;
    o->early = (encoding & NGX_GLYPH_META_EARLY) != 0;
    ngx_glyph_meta_str(&o->charset, &fields[NGX_GLYPH_META_CHARSET]);
    ngx_glyph_meta_str(&o->filename, &fields[NGX_GLYPH_META_FILENAME]);
    ngx_glyph_meta_str(&o->map, &fields[NGX_GLYPH_META_MAP]);

    *tenant = fields[NGX_GLYPH_META_TENANT];
    asked->source_label = fields[NGX_GLYPH_META_SOURCE_LABEL];
    asked->campaign_id = fields[NGX_GLYPH_META_CAMPAIGN_ID];
    asked->metadata = fields[NGX_GLYPH_META_METADATA];
    asked->traceparent = fields[NGX_GLYPH_META_TRACEPARENT];

    asked->conf = ngx_glyph_meta_conf(&fields[NGX_GLYPH_META_LOCATION], log);

    return NGX_OK;
}


/* The location that took it; it may have gone with a reload. */

static ngx_glyph_loc_conf_t *
ngx_glyph_meta_conf(ngx_str_t *location, ngx_log_t *log)
{
    char                    text[NGX_GLYPH_LOG_TEXT];
    size_t                  len;
    ngx_uint_t              i, n;
    ngx_glyph_loc_conf_t  **imports;

    imports = ngx_glyph_main_conf->imports.elts;
    n = ngx_glyph_main_conf->imports.nelts;

    for (i = 0; i < n; i++) {
        if (imports[i]->key.len == location->len
            && ngx_memcmp(imports[i]->key.data, location->data, location->len)
               == 0)
        {
            return imports[i];
        }
    }

    /* the same location, but not as many others before it */

    for (len = location->len; len; len--) {
        if (location->data[len - 1] == ' ') {
            break;
        }
    }

    for (i = 0; i < n; i++) {
        if (len && imports[i]->key.len >= len
            && ngx_memcmp(imports[i]->key.data, location->data, len) == 0)
        {
            return imports[i];
        }
    }

    ngx_log_error(NGX_LOG_WARN, log, 0,
                  "the location \"%s\" of the import is gone, \"%V\" is "
                  "used instead",
                  ngx_glyph_log_text(text, sizeof(text), location->data,
                                     location->len),
                  &imports[0]->key);

    return imports[0];
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


#include "ngx_glyph.h"
#include "ngx_glyph_job_fingerprint.h"

#include <ngx_md5.h>


static void ngx_glyph_fingerprint_add(ngx_md5_t *md5, const void *data,
    size_t len);


void
ngx_glyph_job_fingerprint(ngx_glyph_job_t *job,
    ngx_glyph_spool_t *spool, char *text)
{
    u_char                 *p, digest[16];
    uint64_t                numbers[8];
    ngx_md5_t               md5;
    ngx_uint_t              i;
    glyph_pipeline_conf_t  *conf;

    conf = &job->conf->pipeline;

    ngx_md5_init(&md5);

    ngx_glyph_fingerprint_add(&md5, ngx_glyph_main_conf->registry_digest, 32);
    ngx_glyph_fingerprint_add(&md5, &conf->score, sizeof(glyph_score_conf_t));

    for (i = 0; i < conf->rates->n; i++) {
        ngx_glyph_fingerprint_add(&md5, conf->rates->rate[i].currency, 4);
        ngx_glyph_fingerprint_add(&md5, &conf->rates->rate[i].usd,
                                  sizeof(double));
    }

    numbers[0] = GLYPH_PIPELINE_VERSION;
    numbers[1] = conf->max_row_size;
    numbers[2] = conf->max_columns;
    numbers[3] = conf->max_rows;
    numbers[4] = conf->max_errors;
    numbers[5] = conf->dedup_size;
    numbers[6] = conf->extra;
    numbers[7] = job->expected;

    ngx_glyph_fingerprint_add(&md5, numbers, sizeof(numbers));
    ngx_glyph_fingerprint_add(&md5, conf->currency, sizeof(conf->currency));
    ngx_glyph_fingerprint_add(&md5, spool->meta.data, spool->meta.len);

    ngx_md5_final(digest, &md5);

    p = ngx_hex_dump((u_char *) text, digest, sizeof(digest));
    *p++ = '-';
    p = ngx_cpymem(p, spool->prefix.nonce, sizeof(spool->prefix.nonce));
    *p = '\0';
}


static void
ngx_glyph_fingerprint_add(ngx_md5_t *md5, const void *data, size_t len)
{
    uint64_t  n;

    n = len;

    ngx_md5_update(md5, &n, sizeof(uint64_t));
    ngx_md5_update(md5, data, len);
}

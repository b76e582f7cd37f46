
#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_writer.h"


static ngx_uint_t ngx_glyph_health_spools(void);
static void ngx_glyph_health_store(glyph_buf_t *b, const char *name,
    const char *state, const char *error);


/*
 * 200 as long as uploads can be taken, be it by the spool alone; what this
 * worker knows, without asking anybody.
 */

ngx_int_t
ngx_glyph_health_handler(ngx_http_request_t *r)
{
    ngx_int_t    rc;
    ngx_str_t    body;
    ngx_uint_t   pg, up, redis;
    glyph_buf_t  b;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_glyph_not_allowed(r, "GET, HEAD");
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    pg = (ngx_glyph_writer_available() != NGX_DECLINED);
    up = pg || ngx_glyph_health_spools();
    redis = (ngx_glyph_main_conf->redis == NULL || ngx_glyph_redis_ready());

    ngx_memzero(&b, sizeof(glyph_buf_t));

    glyph_buf_putc(&b, '{');
    glyph_json_key(&b, "status");
    glyph_json_cstring(&b, !up ? "down" : (pg && redis) ? "ok"
                                                      : "degraded");
    glyph_json_key(&b, "version");
    glyph_json_cstring(&b, NGX_GLYPH_VERSION);

    ngx_glyph_health_store(&b, "postgres", ngx_glyph_pg_state(),
                           ngx_glyph_pg_error());
    ngx_glyph_health_store(&b, "redis", ngx_glyph_redis_state(),
                           ngx_glyph_redis_error());

    glyph_json_key(&b, "spool");
    glyph_buf_putc(&b, '{');
    glyph_json_key(&b, "bytes");
    glyph_json_int(&b, ngx_glyph_spool_used());
    glyph_json_key(&b, "files");
    glyph_json_int(&b, ngx_glyph_spool_files());
    glyph_buf_putc(&b, '}');

    glyph_json_key(&b, "models");
    glyph_json_int(&b, glyph_registry_size(ngx_glyph_main_conf->registry));
    glyph_json_key(&b, "jobs_in_worker");
    glyph_json_int(&b, ngx_glyph_job_count());
    glyph_buf_puts(&b, "}\n");

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send_json(r, up ? NGX_HTTP_OK
                                     : NGX_HTTP_SERVICE_UNAVAILABLE, &body);
}


/* Whether some location takes uploads that Postgres cannot. */

static ngx_uint_t
ngx_glyph_health_spools(void)
{
    ngx_uint_t              i;
    ngx_glyph_loc_conf_t  **imports;

    imports = ngx_glyph_main_conf->imports.elts;

    for (i = 0; i < ngx_glyph_main_conf->imports.nelts; i++) {
        if (imports[i]->background) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_glyph_health_store(glyph_buf_t *b, const char *name, const char *state,
    const char *error)
{
    glyph_json_key(b, name);
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "state");
    glyph_json_cstring(b, state);

    if (error && error[0]) {
        glyph_json_key(b, "error");
        glyph_json_cstring(b, error);
    }

    glyph_buf_putc(b, '}');
}

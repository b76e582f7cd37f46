
#include "ngx_glyph.h"
#include "ngx_glyph_http.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_redis.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_writer.h"


typedef struct {
    ngx_http_request_t        *request;
    ngx_glyph_latch_waiter_t   waiter;
} ngx_glyph_health_ctx_t;


static ngx_uint_t ngx_glyph_health_spools(void);
static ngx_int_t ngx_glyph_health_wait(ngx_http_request_t *r,
    ngx_glyph_latch_t *latch);
static void ngx_glyph_health_settled(void *data);
static void ngx_glyph_health_cleanup(void *data);
static ngx_int_t ngx_glyph_health_answer(ngx_http_request_t *r);
static void ngx_glyph_health_details(glyph_buf_t *b);
static void ngx_glyph_health_store(glyph_buf_t *b, const char *name,
    const char *state, const char *error,
    const char *failover);


/*
 * 200 as long as uploads can be taken, be it by the spool alone; what this
 * worker knows, without asking anybody.  Only at its start, when it does not
 * know yet, the answer waits for the first attempts to connect, not for long.
 */

ngx_int_t
ngx_glyph_health_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_glyph_not_allowed(r, "GET, HEAD");
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    rc = ngx_glyph_health_wait(r, ngx_glyph_store_latch());

    if (rc == NGX_OK) {
        rc = ngx_glyph_health_wait(r, ngx_glyph_redis_latch());
    }

    if (rc == NGX_AGAIN) {
        r->main->count++;
        return NGX_DONE;
    }

    return (rc == NGX_OK) ? ngx_glyph_health_answer(r) : rc;
}


/* As above; it tells why, too, which is not for strangers. */

ngx_int_t
ngx_glyph_health_full_handler(ngx_http_request_t *r)
{
    return ngx_glyph_health_handler(r);
}


/* NGX_OK: there is nothing to wait for. */

static ngx_int_t
ngx_glyph_health_wait(ngx_http_request_t *r, ngx_glyph_latch_t *latch)
{
    ngx_http_cleanup_t      *cln;
    ngx_glyph_health_ctx_t  *ctx;

    cln = ngx_http_cleanup_add(r, sizeof(ngx_glyph_health_ctx_t));
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx = cln->data;

    ngx_memzero(ctx, sizeof(ngx_glyph_health_ctx_t));

    cln->handler = ngx_glyph_health_cleanup;

    ctx->request = r;
    ctx->waiter.opened = ngx_glyph_health_settled;
    ctx->waiter.data = ctx;

    return ngx_glyph_latch_wait(latch, &ctx->waiter);
}


static void
ngx_glyph_health_settled(void *data)
{
    ngx_glyph_health_ctx_t *ctx = data;

    ngx_int_t            rc;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = ctx->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    rc = ngx_glyph_health_wait(r, ngx_glyph_redis_latch());

    if (rc == NGX_AGAIN) {
        return;
    }

    ngx_http_finalize_request(r, (rc == NGX_OK) ? ngx_glyph_health_answer(r)
                                                : rc);

    ngx_http_run_posted_requests(c);
}


static void
ngx_glyph_health_cleanup(void *data)
{
    ngx_glyph_health_ctx_t *ctx = data;

    ngx_glyph_latch_leave(&ctx->waiter);
}


static ngx_int_t
ngx_glyph_health_answer(ngx_http_request_t *r)
{
    ngx_str_t              body;
    ngx_uint_t             pg, up, known, redis;
    glyph_buf_t            b;
    ngx_glyph_loc_conf_t  *glcf;

    glcf = ngx_http_get_module_loc_conf(r, ngx_glyph_module);

    pg = (ngx_glyph_writer_available() != NGX_DECLINED);
    up = pg || ngx_glyph_health_spools();
    known = ngx_strcmp(ngx_glyph_store_state(NULL, NULL), "connected") == 0;
    redis = ngx_glyph_redis_is_well();

    ngx_memzero(&b, sizeof(glyph_buf_t));

    glyph_buf_putc(&b, '{');
    glyph_json_key(&b, "status");
    glyph_json_cstring(&b, !up ? "down" : (pg && known && redis)
                           ? "ok" : "degraded");

    if (glcf->handler == ngx_glyph_health_full_handler) {
        ngx_glyph_health_details(&b);
    }

    glyph_buf_puts(&b, "}\n");

    if (ngx_glyph_http_own(r, &b, &body) != NGX_OK
        || (!up && ngx_glyph_retry_after(r, 2) != NGX_OK))
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_glyph_send_json(r, up ? NGX_HTTP_OK
                                     : NGX_HTTP_SERVICE_UNAVAILABLE, &body);
}


static void
ngx_glyph_health_details(glyph_buf_t *b)
{
    const char  *state, *error, *failover;

    glyph_json_key(b, "version");
    glyph_json_cstring(b, NGX_GLYPH_VERSION);

    state = ngx_glyph_store_state(&error, &failover);
    ngx_glyph_health_store(b, "postgres", state, error, failover);

    state = ngx_glyph_redis_state(&error);
    ngx_glyph_health_store(b, "redis", state, error, NULL);

    glyph_json_key(b, "spool");
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "bytes");
    glyph_json_int(b, ngx_glyph_spool_used());
    glyph_json_key(b, "files");
    glyph_json_int(b, ngx_glyph_spool_files());
    glyph_json_key(b, "limit");

    if (ngx_glyph_main_conf->spool_max_size) {
        glyph_json_int(b, ngx_glyph_main_conf->spool_max_size);
    } else {
        glyph_buf_puts(b, "null");
    }

    glyph_buf_putc(b, '}');

    glyph_json_key(b, "models");
    glyph_json_int(b, glyph_registry_size(ngx_glyph_main_conf->registry));
    glyph_json_key(b, "jobs_in_worker");
    glyph_json_int(b, ngx_glyph_job_count());
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
    const char *error, const char *failover)
{
    glyph_json_key(b, name);
    glyph_buf_putc(b, '{');
    glyph_json_key(b, "state");
    glyph_json_cstring(b, state);

    if (error && error[0]) {
        glyph_json_key(b, "error");
        glyph_json_cstring(b, error);
    }

    if (failover) {
        glyph_json_key(b, "failover");
        glyph_json_cstring(b, failover);
    }

    glyph_buf_putc(b, '}');
}

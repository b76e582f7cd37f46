
#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_models.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_store.h"


static ngx_int_t ngx_glyph_models_init(ngx_cycle_t *cycle);
static void ngx_glyph_models_sync(void);
static void ngx_glyph_models_synced(void *data, PGresult *res,
    const char *error);


const ngx_glyph_part_t  ngx_glyph_models_part = {
    ngx_glyph_models_init,
    NULL,
    NULL,
    1
};


static ngx_uint_t  ngx_glyph_models_done;

static ngx_glyph_store_observer_t  ngx_glyph_models_observer = {
    { NULL, NULL }, ngx_glyph_models_sync
};


/* One worker does it for all; Postgres compares the digests. */

static ngx_int_t
ngx_glyph_models_init(ngx_cycle_t *cycle)
{
    if (ngx_worker == 0) {
        ngx_glyph_store_observe(NGX_GLYPH_STORE_WRITES,
                                &ngx_glyph_models_observer);
    }

    return NGX_OK;
}


static void
ngx_glyph_models_sync(void)
{
    const char  *params[2];

    if (ngx_glyph_models_done
        || !ngx_glyph_store_is_up(NGX_GLYPH_STORE_WRITES))
    {
        return;
    }

    params[0] = (const char *) ngx_glyph_main_conf->registry_json.data;
    params[1] = (const char *) ngx_glyph_main_conf->registry_digest;

    if (ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                           "SELECT glyph.sync_models($1::jsonb, $2)", 2,
                           params, ngx_glyph_models_synced, NULL))
    {
        ngx_glyph_models_done = 1;
    }
}


static void
ngx_glyph_models_synced(void *data, PGresult *res, const char *error)
{
    char  text[NGX_GLYPH_LOG_TEXT];

    if (res == NULL || PQresultStatus(res) != PGRES_TUPLES_OK) {
        ngx_glyph_models_done = 0;

        error = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY)
                    : error;

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "could not bring the models to postgres: %s",
                      ngx_glyph_log_string(text, sizeof(text), error,
                                           "no answer"));
    }

    PQclear(res);
}

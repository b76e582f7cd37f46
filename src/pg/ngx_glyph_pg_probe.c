
/*
 * While there can be no reads nobody may ask for any, and then it should be
 * known when one can: a bit of all that is read, by a language that is loaded
 * for it, over a new connection.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_tick.h"


static ngx_int_t ngx_glyph_pg_probe_init(ngx_cycle_t *cycle);
static void ngx_glyph_pg_probe_later(void);
static void ngx_glyph_pg_probe_handler(ngx_event_t *ev);
static void ngx_glyph_pg_probed(void *data, PGresult *res,
    const char *error);


const ngx_glyph_part_t  ngx_glyph_pg_probe_part = {
    ngx_glyph_pg_probe_init,
    NULL,
    NULL,
    1
};


static ngx_event_t  ngx_glyph_pg_probe;

static ngx_glyph_store_observer_t  ngx_glyph_pg_probe_observer = {
    { NULL, NULL }, ngx_glyph_pg_probe_later
};


static ngx_int_t
ngx_glyph_pg_probe_init(ngx_cycle_t *cycle)
{
    ngx_glyph_tick_init(&ngx_glyph_pg_probe, ngx_glyph_pg_probe_handler);

    ngx_glyph_store_observe(NGX_GLYPH_STORE_READS,
                            &ngx_glyph_pg_probe_observer);

    return NGX_OK;
}


static void
ngx_glyph_pg_probe_later(void)
{
    if (!ngx_glyph_store_usable(NGX_GLYPH_STORE_READS)
        && !ngx_glyph_pg_probe.timer_set)
    {
        ngx_add_timer(&ngx_glyph_pg_probe,
                      ngx_glyph_store_delay(NGX_GLYPH_STORE_READS));
    }
}


static void
ngx_glyph_pg_probe_handler(ngx_event_t *ev)
{
    static const char  sql[] =
        "SELECT glyph.job_status(n, ''),"
        " (SELECT count(*) FROM glyph.api_jobs("
            "'{\"args\":{\"limit\":\"1\"},\"tenant\":\"\"}')),"
        " (SELECT count(*) FROM glyph.listings WHERE import_id = n),"
        " (SELECT count(*) FROM glyph.import_errors WHERE import_id = n)"
        " FROM (SELECT '00000000-0000-0000-0000-000000000000'::uuid AS n) n";

    ngx_glyph_pg_renew(NGX_GLYPH_PG_READ);

    if (ngx_glyph_pg_query(NGX_GLYPH_PG_READ, sql, 0, NULL,
                           ngx_glyph_pg_probed, NULL)
        == NULL)
    {
        ngx_glyph_pg_probe_later();
    }
}


static void
ngx_glyph_pg_probed(void *data, PGresult *res, const char *error)
{
    if (res && PQresultStatus(res) == PGRES_TUPLES_OK) {
        ngx_glyph_store_served(NGX_GLYPH_STORE_READS);
    }

    PQclear(res);

    ngx_glyph_pg_probe_later();
}


#include "ngx_glyph.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_writer_fence.h"


static void ngx_glyph_writer_fence_handler(void *data, PGresult *res,
    const char *error);


void
ngx_glyph_writer_fence(const char *id, const char *tenant, const char *worker,
    const char *upload)
{
    const char            *params[4];
    ngx_glyph_pg_query_t  *query;

    params[0] = id;
    params[1] = tenant;
    params[2] = worker;
    params[3] = upload;

    query = ngx_glyph_pg_query(NGX_GLYPH_PG_CONTROL,
                               "SELECT glyph.fence($1::uuid, $2, $3::uuid, "
                               "$4::jsonb)", 4, params,
                               ngx_glyph_writer_fence_handler, NULL);

    if (query) {
        ngx_glyph_pg_older(query, NGX_GLYPH_BATCH_SCHEMA_LANES,
                           "SELECT $1::uuid, $2::text, $3::uuid, $4::jsonb");
    }
}


static void
ngx_glyph_writer_fence_handler(void *data, PGresult *res, const char *error)
{
    PQclear(res);
}

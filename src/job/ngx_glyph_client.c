
#include "ngx_glyph.h"
#include "ngx_glyph_client.h"
#include "ngx_glyph_job_parts.h"


ngx_int_t
ngx_glyph_client_resume(ngx_glyph_client_t *client)
{
    return client ? client->hooks->resume(client) : NGX_DECLINED;
}


void
ngx_glyph_client_answer(ngx_glyph_client_t *client, ngx_uint_t status,
    const char *code, ngx_str_t *detail)
{
    if (client) {
        client->hooks->answer(client, status, code, detail);
    }
}


/* How its job has ended will not be known soon. */

void
ngx_glyph_client_unknown(ngx_glyph_client_t *client, const char *detail)
{
    ngx_str_t                text;
    const ngx_glyph_code_t  *code;

    code = &ngx_glyph_codes[NGX_GLYPH_CODE_OUTCOME_UNKNOWN];

    text.data = (u_char *) detail;
    text.len = ngx_strlen(detail);

    ngx_glyph_client_answer(client, code->status, code->name, &text);
}


void
ngx_glyph_client_accepted(ngx_glyph_client_t *client)
{
    if (client) {
        client->hooks->accepted(client);
    }
}


ngx_int_t
ngx_glyph_client_queued(ngx_glyph_client_t *client, ngx_glyph_spool_t *spool)
{
    return client ? client->hooks->queued(client, spool) : NGX_DECLINED;
}


void
ngx_glyph_client_attach(ngx_glyph_client_t *client, ngx_glyph_job_t *job)
{
    client->state = NGX_GLYPH_CLIENT_ATTACHED;
    client->job = job;

    job->client = client;
}


void
ngx_glyph_client_decide(ngx_glyph_client_t *client)
{
    if (client->state == NGX_GLYPH_CLIENT_ATTACHED) {
        client->job->client = NULL;
    }

    client->state = NGX_GLYPH_CLIENT_DECIDED;
}


ngx_glyph_job_t *
ngx_glyph_client_detach(ngx_glyph_client_t *client)
{
    ngx_glyph_job_t  *job;

    job = client->job;

    if (client->state == NGX_GLYPH_CLIENT_ATTACHED) {
        client->state = NGX_GLYPH_CLIENT_ALONE;
        job->client = NULL;
    }

    client->job = NULL;

    return job;
}

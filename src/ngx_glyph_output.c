
#include "ngx_glyph.h"
#include "ngx_glyph_output.h"
#include "ngx_glyph_zone.h"


static void ngx_glyph_output_handler(ngx_event_t *ev);


/* Later, because the caller may be in the middle of the request's body. */

void
ngx_glyph_output_ready(ngx_glyph_job_t *job)
{
    if (job->deliver.posted) {
        return;
    }

    job->deliver.handler = ngx_glyph_output_handler;
    job->deliver.data = job;
    job->deliver.log = job->log;

    ngx_glyph_job_ref(job);

    ngx_post_event(&job->deliver, &ngx_posted_events);
}


static void
ngx_glyph_output_handler(ngx_event_t *ev)
{
    ngx_glyph_job_t *job = ev->data;

    job->output->deliver(job);

    ngx_glyph_job_unref(job);
}


void
ngx_glyph_output_drop(ngx_glyph_job_t *job)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&job->blocks)) {
        q = ngx_queue_head(&job->blocks);
        ngx_queue_remove(q);

        ngx_glyph_job_committed(job,
                                ngx_queue_data(q, ngx_glyph_block_t, queue));
    }
}


ngx_int_t
ngx_glyph_output_cut(ngx_http_request_t *r, const char *code)
{
    struct linger      linger;
    ngx_connection_t  *c;

    c = r->connection;

    ngx_log_error(NGX_LOG_ERR, c->log, 0,
                  "the answer is cut off after %O bytes: %s", c->sent, code);

    /*
     * A chunked body lacks its end, a stream is reset.  Where the end of the
     * connection would be that of the body, it must be no clean one.
     */

    if (!r->chunked && r->http_version < NGX_HTTP_VERSION_20) {
        linger.l_onoff = 1;
        linger.l_linger = 0;

        if (setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger,
                       sizeof(struct linger))
            == -1)
        {
            ngx_log_error(NGX_LOG_ALERT, c->log, ngx_socket_errno,
                          "setsockopt(SO_LINGER) failed");
        }
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_glyph_output_stalled(ngx_http_request_t *r)
{
    ngx_glyph_zone_add(NGX_GLYPH_CLIENTS_STALLED, 1);

    (void) ngx_glyph_output_cut(r, "client_stalled, nothing of it was read "
                                   "for send_timeout");

    r->connection->timedout = 1;

    return NGX_HTTP_REQUEST_TIME_OUT;
}

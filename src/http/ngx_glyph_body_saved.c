
/*
 * What is in memory goes to the job at once, as far as it has room; what is in
 * a file is read by threads, piece by piece.  The buffers are not only ours:
 * a mirror's subrequest sends the same ones, so their positions stay.
 *
 * The file is opened a second time, as the thread that reads it may be there
 * for longer than the request.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_answer.h"
#include "ngx_glyph_body_saved.h"
#include "ngx_glyph_clock.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_zone.h"


#define NGX_GLYPH_BODY_SAVED_PIECE  65536


typedef struct {
    ngx_glyph_task_t           task;        /* must be first */

    ngx_http_request_t        *request;     /* NULL: it is gone */
    ngx_glyph_ctx_t           *ctx;
    ngx_glyph_body_end_pt      end;
    ngx_chain_t               *cl;          /* where it stands */
    u_char                    *pos;         /* of what is to be given next */
    u_char                    *last;

    ngx_fd_t                   fd;          /* of the file, if there is one */
    off_t                      offset;      /* of what is to be read next */
    off_t                      left;        /* of this buffer in the file */
    ngx_err_t                  err;
    u_char                    *piece;

    unsigned                   busy:1;      /* a thread has it */
} ngx_glyph_body_saved_t;


static ngx_int_t ngx_glyph_body_saved_open(ngx_http_request_t *r,
    ngx_glyph_body_saved_t *b);
static void ngx_glyph_body_saved_next(ngx_glyph_body_saved_t *b);
static void ngx_glyph_body_saved_handler(ngx_http_request_t *r);
static void ngx_glyph_body_saved_step(ngx_glyph_body_saved_t *b);
static ngx_uint_t ngx_glyph_body_saved_give(ngx_glyph_body_saved_t *b);
static void ngx_glyph_body_saved_run(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_body_saved_done(ngx_glyph_task_t *task);
static void ngx_glyph_body_saved_failed(ngx_glyph_body_saved_t *b,
    ngx_err_t err);
static void ngx_glyph_body_saved_gone(void *data);
static void ngx_glyph_body_saved_free(ngx_glyph_body_saved_t *b);


ngx_int_t
ngx_glyph_body_saved(ngx_http_request_t *r)
{
    if (r->discard_body) {
        return NGX_ERROR;
    }

    if (r->request_body == NULL) {
        return NGX_DECLINED;
    }

    return (r->reading_body || r->request_body_no_buffering)
           ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_glyph_body_saved_read(ngx_http_request_t *r, ngx_glyph_ctx_t *ctx,
    ngx_glyph_body_end_pt end)
{
    ngx_http_cleanup_t      *cln;
    ngx_glyph_body_saved_t  *b;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    b = ngx_calloc(sizeof(ngx_glyph_body_saved_t), r->connection->log);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->request = r;
    b->ctx = ctx;
    b->end = end;
    b->fd = NGX_INVALID_FILE;
    b->task.run = ngx_glyph_body_saved_run;
    b->task.done = ngx_glyph_body_saved_done;

    cln->handler = ngx_glyph_body_saved_gone;
    cln->data = b;

    if (ngx_glyph_body_saved_open(r, b) != NGX_OK) {
        return NGX_ERROR;
    }

    ctx->saved = b;
    r->read_event_handler = ngx_glyph_body_saved_handler;

    ngx_glyph_clock_stand(ctx);

    b->cl = r->request_body->bufs;
    ngx_glyph_body_saved_next(b);
    ngx_glyph_body_saved_step(b);

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_body_saved_open(ngx_http_request_t *r, ngx_glyph_body_saved_t *b)
{
    if (r->request_body->temp_file == NULL) {
        return NGX_OK;
    }

    b->piece = ngx_alloc(NGX_GLYPH_BODY_SAVED_PIECE, r->connection->log);
    if (b->piece == NULL) {
        return NGX_ERROR;
    }

    b->fd = fcntl(r->request_body->temp_file->file.fd, F_DUPFD_CLOEXEC, 0);

    if (b->fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_CRIT, r->connection->log, ngx_errno,
                      "fcntl(F_DUPFD_CLOEXEC) \"%V\" failed",
                      &r->request_body->temp_file->file.name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* The buffer at b->cl is begun with. */

static void
ngx_glyph_body_saved_next(ngx_glyph_body_saved_t *b)
{
    ngx_buf_t  *buf;

    b->pos = NULL;
    b->last = NULL;
    b->left = 0;

    if (b->cl == NULL) {
        return;
    }

    buf = b->cl->buf;

    if (ngx_buf_in_memory(buf)) {
        b->pos = buf->pos;
        b->last = buf->last;

    } else if (buf->in_file) {
        b->offset = buf->file_pos;
        b->left = buf->file_last - buf->file_pos;
    }
}


/* There is room again. */

static void
ngx_glyph_body_saved_handler(ngx_http_request_t *r)
{
    ngx_glyph_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_glyph_module);

    ngx_glyph_body_saved_step(ctx->saved);
}


static void
ngx_glyph_body_saved_step(ngx_glyph_body_saved_t *b)
{
    ngx_glyph_ctx_t  *ctx;

    ctx = b->ctx;

    if (b->busy || ctx->paused) {
        return;
    }

    for ( ;; ) {

        if (ctx->answer != NGX_GLYPH_ANSWER_NONE) {
            return;
        }

        if (b->pos != b->last) {

            if (!ngx_glyph_body_saved_give(b)) {
                ctx->paused = 1;
                return;
            }

        } else if (b->left) {

            if (ngx_glyph_task_post(ngx_glyph_main_conf->io, &b->task)
                != NGX_OK)
            {
                ngx_glyph_body_saved_failed(b, NGX_EAGAIN);
                return;
            }

            b->busy = 1;
            return;

        } else if (b->cl) {
            b->cl = b->cl->next;
            ngx_glyph_body_saved_next(b);

        } else {
            b->end(b->request, ctx);
            return;
        }
    }
}


/* False: there is no room for all of it. */

static ngx_uint_t
ngx_glyph_body_saved_give(ngx_glyph_body_saved_t *b)
{
    size_t  len;

    len = ngx_glyph_job_receive(b->ctx->client.job, b->pos, b->last - b->pos);

    b->pos += len;

    ngx_glyph_zone_add(NGX_GLYPH_BYTES_RECEIVED, len);

    return (b->pos == b->last);
}


static void
ngx_glyph_body_saved_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    ssize_t                  n;
    ngx_glyph_body_saved_t  *b;

    b = (ngx_glyph_body_saved_t *) task;

    do {
        n = pread(b->fd, b->piece,
                  ngx_min(b->left, NGX_GLYPH_BODY_SAVED_PIECE), b->offset);
    } while (n == -1 && ngx_errno == NGX_EINTR);

    if (n == -1) {
        b->err = ngx_errno;
        return;
    }

    if (n == 0) {

        /* shorter than nginx has written it */

        b->err = EIO;
        return;
    }

    b->err = 0;
    b->pos = b->piece;
    b->last = b->piece + n;
    b->offset += n;
    b->left -= n;
}


static void
ngx_glyph_body_saved_done(ngx_glyph_task_t *task)
{
    ngx_glyph_body_saved_t  *b;

    b = (ngx_glyph_body_saved_t *) task;

    b->busy = 0;

    if (b->request == NULL) {
        ngx_glyph_body_saved_free(b);
        return;
    }

    if (b->ctx->answer != NGX_GLYPH_ANSWER_NONE) {
        return;
    }

    if (b->err) {
        ngx_glyph_body_saved_failed(b, b->err);
        return;
    }

    ngx_glyph_body_saved_step(b);
}


static void
ngx_glyph_body_saved_failed(ngx_glyph_body_saved_t *b, ngx_err_t err)
{
    static const char  detail[] = "the body could not be read; see the error "
                                  "log";

    ngx_log_error(NGX_LOG_CRIT, b->request->connection->log, err,
                  "the body that was saved in \"%V\" could not be read",
                  &b->request->request_body->temp_file->file.name);

    ngx_glyph_answer_refuse(b->ctx, NGX_HTTP_INTERNAL_SERVER_ERROR,
                            NGX_GLYPH_CODE_INTERNAL_ERROR, detail);
    ngx_glyph_job_abort(b->ctx->client.job, NGX_GLYPH_CODE_INTERNAL_ERROR,
                        detail);
}


/* nginx ends the request. */

static void
ngx_glyph_body_saved_gone(void *data)
{
    ngx_glyph_body_saved_t  *b = data;

    b->request = NULL;

    if (!b->busy) {
        ngx_glyph_body_saved_free(b);
    }
}


static void
ngx_glyph_body_saved_free(ngx_glyph_body_saved_t *b)
{
    if (b->fd != NGX_INVALID_FILE && ngx_close_file(b->fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      ngx_close_file_n " of a request's body failed");
    }

    if (b->piece) {
        ngx_free(b->piece);
    }

    ngx_free(b);
}

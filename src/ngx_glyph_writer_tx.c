
#include "ngx_glyph.h"
#include "ngx_glyph_writer_tx.h"


#define NGX_GLYPH_WRITER_TAKE_TIMEOUT  15000

/* bytes given to libpq in one go, before other events have their turn */
#define NGX_GLYPH_WRITER_TURN       NGX_GLYPH_BATCH_PIECE


static ngx_int_t ngx_glyph_writer_feed(void);
static void ngx_glyph_writer_result(PGresult *res);
static void ngx_glyph_writer_duplicates(PGresult *res);
static void ngx_glyph_writer_done(void);


void
ngx_glyph_writer_ready_handler(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (ngx_glyph_pg_poll(c) != NGX_OK) {
        ngx_glyph_writer_lost();
        return;
    }

    if (w->stall.timer_set) {
        ngx_add_timer(&w->stall, w->conf->timeout);
    }

    ngx_glyph_writer_process();
}


void
ngx_glyph_writer_process(void)
{
    PGresult            *res;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    while (w->phase != NGX_GLYPH_WRITER_IDLING) {

        if (w->copying) {

            switch (ngx_glyph_writer_feed()) {

            case NGX_OK:
                break;

            case NGX_AGAIN:
                return;

            default:
                ngx_glyph_writer_lost();
                return;
            }
        }

        if (PQisBusy(w->conn.pg)) {
            return;
        }

        res = PQgetResult(w->conn.pg);

        if (res == NULL) {
            ngx_glyph_writer_done();
            continue;
        }

        ngx_glyph_writer_result(res);
    }
}


/* NGX_OK: the COPY's data is out; NGX_AGAIN: the event loop calls again. */

static ngx_int_t
ngx_glyph_writer_feed(void)
{
    size_t               n;
    ngx_int_t            rc;
    ngx_str_t            piece;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    rc = ngx_glyph_pg_flush(&w->conn);

    for (n = 0; rc == NGX_OK; n += piece.len) {

        if (n >= NGX_GLYPH_WRITER_TURN) {
            ngx_post_event(&w->go, &ngx_posted_next_events);
            return NGX_AGAIN;
        }

        if (ngx_glyph_batch_piece(&w->batch, &piece) == NGX_DONE) {

            if (PQputCopyEnd(w->conn.pg, NULL) != 1) {
                ngx_glyph_pg_set_error(&w->conn, PQerrorMessage(w->conn.pg));
                return NGX_ERROR;
            }

            w->copying = 0;

            return (ngx_glyph_pg_flush(&w->conn) == NGX_ERROR) ? NGX_ERROR
                                                               : NGX_OK;
        }

        if (PQputCopyData(w->conn.pg, (char *) piece.data, piece.len) != 1) {
            ngx_glyph_pg_set_error(&w->conn, PQerrorMessage(w->conn.pg));
            return NGX_ERROR;
        }

        rc = ngx_glyph_pg_flush(&w->conn);
    }

    return rc;
}


static void
ngx_glyph_writer_result(PGresult *res)
{
    char                *p, *state;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    switch (PQresultStatus(res)) {

    case PGRES_COPY_IN:
        ngx_glyph_batch_copy(&w->batch);
        w->copying = 1;
        break;

    case PGRES_COMMAND_OK:

        if (w->phase == NGX_GLYPH_WRITER_BATCH
            && ngx_strcmp(PQcmdStatus(res), "COMMIT") == 0)
        {
            w->committed = 1;
        }

        break;

    case PGRES_TUPLES_OK:

        if (w->phase == NGX_GLYPH_WRITER_ASK) {
            ngx_glyph_writer_answered(res);

        } else if (w->phase == NGX_GLYPH_WRITER_TAKE) {
            ngx_glyph_writer_taken(res);

        } else if (PQnfields(res) == 2) {
            ngx_glyph_writer_duplicates(res);
        }

        break;

    default:

        state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

        ngx_cpystrn((u_char *) w->sqlstate,
                    (u_char *) (state ? state : "08006"),
                    sizeof(w->sqlstate));

        ngx_glyph_pg_set_error(&w->conn, PQresultErrorMessage(res));

        /* an import that was to be copied is there: as GL001 */

        p = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);
        w->taken = (p && ngx_strcmp(p, "imports_pkey") == 0);

        p = PQresultErrorField(res, PG_DIAG_CONTEXT);
        p = p ? strstr(p, "COPY listings, line ") : NULL;

        w->row = p ? strtoul(p + sizeof("COPY listings, line ") - 1, NULL, 10)
                   : 0;
        break;
    }

    PQclear(res);
}


/* Imports of the batch whose files were imported before. */

static void
ngx_glyph_writer_duplicates(PGresult *res)
{
    int                  row;
    ngx_uint_t           i;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    for (row = 0; row < PQntuples(res); row++) {

        for (i = 0; i < w->batch.n; i++) {
            job = w->batch.items[i].job;

            if (ngx_strncmp(PQgetvalue(res, row, 0), job->text,
                            NGX_GLYPH_UUID_TEXT_LEN)
                == 0)
            {
                ngx_cpystrn(job->duplicate_of,
                            (u_char *) PQgetvalue(res, row, 1),
                            sizeof(job->duplicate_of));
            }
        }
    }
}


/* All results of what was sent have come. */

static void
ngx_glyph_writer_done(void)
{
    ngx_glyph_writer_phase_e   phase;
    ngx_glyph_writer_t        *w;

    w = &ngx_glyph_writer;

    if (PQstatus(w->conn.pg) == CONNECTION_BAD) {
        ngx_glyph_writer_lost();
        return;
    }

    if (w->stall.timer_set) {
        ngx_del_timer(&w->stall);
    }

    phase = w->phase;

    if (phase == NGX_GLYPH_WRITER_BATCH && !w->committed) {

        ngx_log_error(NGX_LOG_WARN, ngx_glyph_batch_log(&w->batch), 0,
                      "postgres refused a transaction of %ui imports: %s",
                      w->batch.n, w->conn.error);

        ngx_glyph_writer_send(NGX_GLYPH_WRITER_ROLLBACK, "ROLLBACK", 0, NULL);
        return;
    }

    w->phase = NGX_GLYPH_WRITER_IDLING;

    if (phase == NGX_GLYPH_WRITER_BATCH) {
        ngx_glyph_writer_commit();

    } else if (phase == NGX_GLYPH_WRITER_ROLLBACK) {
        ngx_glyph_writer_rolled_back();

    } else if (phase == NGX_GLYPH_WRITER_ASK) {

        /* those that are still ours are written again */

        if (w->sqlstate[0] || w->batch.n == w->asked) {
            ngx_glyph_writer_retry_later();
        }

        ngx_glyph_writer_give_back_all();

    } else if (w->sqlstate[0]) {

        /* the row is locked, or the server is unwell: take it later */

        ngx_log_error(NGX_LOG_WARN, ngx_glyph_batch_log(&w->batch), 0,
                      "could not take an import back: %s", w->conn.error);
        ngx_glyph_writer_retry_later();
    }

    ngx_glyph_writer_next();
}


void
ngx_glyph_writer_send(ngx_glyph_writer_phase_e phase, const char *sql, int n,
    const char *const *params)
{
    int                  rc;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    w->phase = phase;

    if (phase != NGX_GLYPH_WRITER_ROLLBACK) {
        w->sqlstate[0] = '\0';
        w->row = 0;
        w->taken = 0;
    }

    rc = n ? PQsendQueryParams(w->conn.pg, sql, n, NULL, params, NULL, NULL,
                               0)
           : PQsendQuery(w->conn.pg, sql);

    /* glyph.take() waits for locks, and ends the backends that hold them */

    ngx_add_timer(&w->stall, (phase == NGX_GLYPH_WRITER_TAKE)
                             ? ngx_max(w->conf->timeout,
                                       NGX_GLYPH_WRITER_TAKE_TIMEOUT)
                             : w->conf->timeout);

    if (rc != 1) {
        ngx_glyph_pg_set_error(&w->conn, PQerrorMessage(w->conn.pg));
        ngx_glyph_writer_lost();
        return;
    }

    if (ngx_glyph_pg_flush(&w->conn) == NGX_ERROR) {
        ngx_glyph_writer_lost();
    }
}


void
ngx_glyph_writer_start_batch(void)
{
    ngx_queue_t         *q;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    while (!ngx_queue_empty(&w->ready)
           && w->batch.n < (w->alone ? 1 : NGX_GLYPH_BATCH_JOBS)
           && w->batch.size < NGX_GLYPH_BATCH_SIZE)
    {
        q = ngx_queue_head(&w->ready);

        job = ngx_queue_data(q, ngx_glyph_job_t, ready);
        ngx_glyph_writer_unready(job);

        if (job->registered && ngx_queue_empty(&job->blocks)) {
            continue;
        }

        ngx_glyph_batch_add(&w->batch, job);
    }

    if (w->batch.n == 0) {
        ngx_glyph_writer_next();
        return;
    }

    w->committed = 0;
    w->unknown = 0;

    if (ngx_glyph_batch_sql(&w->batch) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, ngx_glyph_batch_log(&w->batch), 0,
                      "no memory for a transaction of %ui imports",
                      w->batch.n);
        ngx_glyph_writer_give_back_all();
        ngx_glyph_writer_retry_later();
        return;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, w->log, 0,
                   "glyph writer batch: %ui imports, %uz bytes",
                   w->batch.n, w->batch.size);

    w->sent = ngx_glyph_usec();

    ngx_glyph_writer_send(NGX_GLYPH_WRITER_BATCH,
                          (char *) w->batch.sql.data, 0, NULL);
}

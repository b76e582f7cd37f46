
#include "ngx_glyph.h"
#include "ngx_glyph_node.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_writer_tx.h"


#define NGX_GLYPH_WRITER_TAKE_TIMEOUT  15000

/* bytes given to libpq in one go, before other events have their turn */
#define NGX_GLYPH_WRITER_TURN       NGX_GLYPH_BATCH_PIECE

/* so many jobs that wait are a crowd, and the bytes of a transaction then */
#define NGX_GLYPH_WRITER_CROWD      8
#define NGX_GLYPH_WRITER_SHORT      (1024 * 1024)


static void ngx_glyph_writer_process(ngx_glyph_writer_tx_t *tx);
static ngx_int_t ngx_glyph_writer_feed(ngx_glyph_writer_tx_t *tx);
static void ngx_glyph_writer_result(ngx_glyph_writer_tx_t *tx,
    PGresult *res);
static void ngx_glyph_writer_duplicates(ngx_glyph_batch_t *batch,
    PGresult *res);
static void ngx_glyph_writer_done(ngx_glyph_writer_tx_t *tx);
static ngx_glyph_batch_t *ngx_glyph_writer_batch(void);
static void ngx_glyph_writer_batch_refused(ngx_glyph_writer_tx_t *tx);
static void ngx_glyph_writer_probed(ngx_glyph_writer_tx_t *tx);
static ngx_uint_t ngx_glyph_writer_is_unwell(ngx_glyph_writer_tx_t *tx);


void
ngx_glyph_writer_ready_handler(ngx_glyph_pg_conn_t *c)
{
    ngx_glyph_writer_tx_t *tx = c->data;

    if (ngx_glyph_pg_poll(c) != NGX_OK) {
        ngx_glyph_writer_lost(tx);
        return;
    }

    if (tx->stall.timer_set) {
        ngx_add_timer(&tx->stall, ngx_glyph_writer.conf->timeout);
    }

    ngx_glyph_writer_process(tx);
}


/* Others had theirs. */

void
ngx_glyph_writer_turn_handler(ngx_event_t *ev)
{
    ngx_glyph_writer_process(ev->data);
}


static void
ngx_glyph_writer_process(ngx_glyph_writer_tx_t *tx)
{
    PGresult  *res;

    while (tx->phase != NGX_GLYPH_WRITER_IDLING) {

        if (tx->copying) {

            switch (ngx_glyph_writer_feed(tx)) {

            case NGX_OK:
                break;

            case NGX_AGAIN:
                return;

            default:
                ngx_glyph_writer_lost(tx);
                return;
            }
        }

        if (PQisBusy(tx->conn.pg)) {
            return;
        }

        res = PQgetResult(tx->conn.pg);

        if (res == NULL) {
            ngx_glyph_writer_done(tx);
            continue;
        }

        ngx_glyph_writer_result(tx, res);
    }
}


/* NGX_OK: the COPY's data is out; NGX_AGAIN: the event loop calls again. */

static ngx_int_t
ngx_glyph_writer_feed(ngx_glyph_writer_tx_t *tx)
{
    size_t     n;
    ngx_int_t  rc;
    ngx_str_t  piece;

    rc = ngx_glyph_pg_flush(&tx->conn);

    for (n = 0; rc == NGX_OK; n += piece.len) {

        if (n >= NGX_GLYPH_WRITER_TURN) {
            ngx_post_event(&tx->turn, &ngx_posted_next_events);
            return NGX_AGAIN;
        }

        if (ngx_glyph_batch_piece(tx->batch, &piece) == NGX_DONE) {

            if (PQputCopyEnd(tx->conn.pg, NULL) != 1) {
                ngx_glyph_pg_set_error(&tx->conn, PQerrorMessage(tx->conn.pg));
                return NGX_ERROR;
            }

            tx->copying = 0;

            return (ngx_glyph_pg_flush(&tx->conn) == NGX_ERROR) ? NGX_ERROR
                                                                : NGX_OK;
        }

        if (PQputCopyData(tx->conn.pg, (char *) piece.data, piece.len) != 1) {
            ngx_glyph_pg_set_error(&tx->conn, PQerrorMessage(tx->conn.pg));
            return NGX_ERROR;
        }

        rc = ngx_glyph_pg_flush(&tx->conn);
    }

    return rc;
}


static void
ngx_glyph_writer_result(ngx_glyph_writer_tx_t *tx, PGresult *res)
{
    char  *p, *state, *message;

    switch (PQresultStatus(res)) {

    case PGRES_COPY_IN:
        ngx_glyph_batch_copy(tx->batch);
        tx->copying = 1;
        break;

    case PGRES_COMMAND_OK:

        if (ngx_strcmp(PQcmdStatus(res), "COMMIT") == 0) {
            tx->committed = 1;
        }

        break;

    case PGRES_TUPLES_OK:

        if (tx->phase == NGX_GLYPH_WRITER_ASK) {
            ngx_glyph_writer_answered(tx, res);

        } else if (tx->phase == NGX_GLYPH_WRITER_TAKE) {
            ngx_glyph_writer_taken(tx, res);

        } else if (tx->batch && PQnfields(res) == 2) {
            ngx_glyph_writer_duplicates(tx->batch, res);
        }

        break;

    default:

        state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

        ngx_cpystrn((u_char *) tx->sqlstate,
                    (u_char *) (state ? state : "08006"),
                    sizeof(tx->sqlstate));

        ngx_glyph_store_count(NGX_GLYPH_STORE_WRITES, tx->sqlstate);
        message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

        ngx_glyph_pg_set_error(&tx->conn, (message
                                           && ngx_glyph_writer_is_unwell(tx))
                                          ? message
                                          : PQresultErrorMessage(res));

        /* an import that was to be copied is there: as GL001 */

        p = PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME);
        tx->taken = (p && ngx_strcmp(p, "imports_pkey") == 0);

        p = PQresultErrorField(res, PG_DIAG_CONTEXT);
        p = p ? strstr(p, "COPY listings, line ") : NULL;

        tx->row = p ? strtoul(p + sizeof("COPY listings, line ") - 1, NULL,
                              10)
                    : 0;
        break;
    }

    PQclear(res);
}


/* Imports of the batch whose files were imported before. */

static void
ngx_glyph_writer_duplicates(ngx_glyph_batch_t *batch, PGresult *res)
{
    int                row;
    ngx_uint_t         i;
    ngx_glyph_item_t  *item;

    for (row = 0; row < PQntuples(res); row++) {

        for (i = 0; i < batch->n; i++) {
            item = &batch->items[i];

            if (ngx_strncmp(PQgetvalue(res, row, 0), item->import->text,
                            NGX_GLYPH_UUID_TEXT_LEN)
                == 0)
            {
                item->repeated = ngx_glyph_uuid_parse(&item->original,
                                         (u_char *) PQgetvalue(res, row, 1),
                                         PQgetlength(res, row, 1))
                                 == NGX_OK;
            }
        }
    }
}


/* All results of what was sent have come. */

static void
ngx_glyph_writer_done(ngx_glyph_writer_tx_t *tx)
{
    ngx_glyph_writer_phase_e  phase;

    if (PQstatus(tx->conn.pg) == CONNECTION_BAD) {
        ngx_glyph_writer_lost(tx);
        return;
    }

    if (tx->stall.timer_set) {
        ngx_del_timer(&tx->stall);
    }

    phase = tx->phase;

    if (phase == NGX_GLYPH_WRITER_BATCH && !tx->committed) {
        ngx_glyph_writer_batch_refused(tx);
        return;
    }

    tx->phase = NGX_GLYPH_WRITER_IDLING;

    if (phase == NGX_GLYPH_WRITER_PROBE) {
        ngx_glyph_writer_probed(tx);
        return;
    }

    if (phase > NGX_GLYPH_WRITER_ROLLBACK && ngx_glyph_writer_is_unwell(tx)) {
        ngx_glyph_writer_unwell(tx);
        return;
    }

    if (phase == NGX_GLYPH_WRITER_BATCH) {

        /* Postgres has something to do while the jobs are told */

        ngx_glyph_writer_next();
        ngx_glyph_writer_commit(tx);

    } else if (phase == NGX_GLYPH_WRITER_ROLLBACK) {

        /* of a probe there is nothing to be given back */

        if (tx->batch) {
            ngx_glyph_writer_rolled_back(tx);
        }

    } else if (phase == NGX_GLYPH_WRITER_ASK) {
        ngx_glyph_writer_asked(tx);

    } else if (phase == NGX_GLYPH_WRITER_FENCE) {
        ngx_glyph_writer_fenced(tx);
        return;

    } else {
        ngx_glyph_writer_take_done(tx);
    }

    if (tx->batch && tx->batch->n == 0) {
        ngx_glyph_writer_batch_done(tx);
    }

    ngx_glyph_writer_next();
}


/* That the store refuses all of them is told once, by its change of state. */

static void
ngx_glyph_writer_batch_refused(ngx_glyph_writer_tx_t *tx)
{
    ngx_log_error((ngx_uint_t) (ngx_glyph_writer_is_unwell(tx)
                                ? NGX_LOG_INFO : NGX_LOG_WARN),
                  ngx_glyph_batch_log(tx->batch), 0,
                  "postgres refused a transaction of %ui imports: %s",
                  tx->batch->n, tx->conn.error);

    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_ROLLBACK, "ROLLBACK", 0, NULL);
}


static ngx_uint_t
ngx_glyph_writer_is_unwell(ngx_glyph_writer_tx_t *tx)
{
    return tx->sqlstate[0]
           && ngx_glyph_store_fault(tx->sqlstate) >= NGX_GLYPH_FAULT_UNWELL;
}


/*
 * As a batch of one row would be, up to a COMMIT of nothing: no row of it is
 * ever seen, and every right, function, trigger and disk is met.
 */

void
ngx_glyph_writer_probe(ngx_glyph_writer_tx_t *tx)
{
    u_char           *p;
    ngx_glyph_uuid_t  uuid;
    u_char            id[NGX_GLYPH_UUID_TEXT_LEN + 1];
    u_char            warnings[256], progress[256];
    u_char            sql[2048];

    if (ngx_glyph_uuid_create(&uuid) != NGX_OK) {
        ngx_glyph_writer_retry_later();
        return;
    }

    *ngx_glyph_uuid_text(id, &uuid) = '\0';

    p = warnings;

    if (tx->conn.schema >= NGX_GLYPH_BATCH_SCHEMA_WARNINGS) {
        p = ngx_sprintf(p,
            "INSERT INTO glyph.import_warnings (import_id, number, code, "
                "message) VALUES ('%s', 0, '', '');", id);
    }

    *p = '\0';
    p = progress;

    if (tx->conn.schema >= NGX_GLYPH_BATCH_SCHEMA_LANES) {
        p = ngx_sprintf(p, "SELECT glyph.add_progress("
            "'[[\"%s\",0,2,0,1,1,1,0,0,0]]');", id);
    }

    *p = '\0';

    ngx_snprintf(sql, sizeof(sql),
        "BEGIN;"
        "SAVEPOINT glyph;"
        "SELECT glyph.begin_batch('[[\"%s\",1,{\"worker\":\"%s\"}]]');"
        "INSERT INTO glyph.listings (import_id, import_index, title, "
            "canonical_model, match_type, match_score, match_notes, "
            "is_valid_gpu, price, currency, q7b, q13b, q70b, raw_score, "
            "quantization_score, score) "
            "VALUES ('%s', 0, '', 'UNKNOWN', 'none', 0, '', false, 1, 'USD', "
            "0, 0, 0, 0, 0, 0);"
        "INSERT INTO glyph.import_errors (import_id, import_index, line, "
            "byte_offset, errors, raw) VALUES ('%s', 1, 3, 0, '[]', '');"
        "%s"
        "%s"
        "SELECT glyph.commit_progress('[{\"id\":\"%s\",\"epoch\":1}]');"
        "SELECT * FROM glyph.repeats('{%s}');"
        "ROLLBACK TO glyph;"
        "COMMIT%Z",
        id, ngx_glyph_worker_id, id, id, warnings, progress, id, id);

    tx->committed = 0;
    tx->unknown = 0;

    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_PROBE, (char *) sql, 0, NULL);
}


/* A row of its own may be refused for what it is: then rows are looked at. */

static void
ngx_glyph_writer_probed(ngx_glyph_writer_tx_t *tx)
{
    if (tx->committed) {
        ngx_glyph_store_served(NGX_GLYPH_STORE_WRITES);
        ngx_glyph_writer_next();
        return;
    }

    if (ngx_glyph_store_fault(tx->sqlstate) == NGX_GLYPH_FAULT_DATA) {
        ngx_glyph_store_served(NGX_GLYPH_STORE_WRITES);
        ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_ROLLBACK, "ROLLBACK", 0,
                              NULL);
        return;
    }

    if (ngx_glyph_writer_is_unwell(tx)) {
        ngx_glyph_writer_unwell(tx);
        return;
    }

    ngx_glyph_writer_retry_later();
    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_ROLLBACK, "ROLLBACK", 0, NULL);
}


void
ngx_glyph_writer_send(ngx_glyph_writer_tx_t *tx,
    ngx_glyph_writer_phase_e phase, const char *sql, int n,
    const char *const *params)
{
    int  rc;

    tx->phase = phase;

    if (phase != NGX_GLYPH_WRITER_ROLLBACK) {
        tx->sqlstate[0] = '\0';
        tx->row = 0;
        tx->taken = 0;
    }

    rc = n ? PQsendQueryParams(tx->conn.pg, sql, n, NULL, params, NULL, NULL,
                               0)
           : PQsendQuery(tx->conn.pg, sql);

    /* a take waits for locks, and ends the backends that hold them */

    ngx_add_timer(&tx->stall, (phase == NGX_GLYPH_WRITER_TAKE)
                             ? ngx_max(ngx_glyph_writer.conf->timeout,
                                       NGX_GLYPH_WRITER_TAKE_TIMEOUT)
                             : ngx_glyph_writer.conf->timeout);

    if (rc != 1) {
        ngx_glyph_pg_set_error(&tx->conn, PQerrorMessage(tx->conn.pg));
        ngx_glyph_writer_lost(tx);
        return;
    }

    if (ngx_glyph_pg_flush(&tx->conn) == NGX_ERROR) {
        ngx_glyph_writer_lost(tx);
    }
}


/*
 * Of the jobs that wait, until there are so many bytes.  By turns it is small
 * ones alone, so that they are not behind large ones, and the oldest, so that
 * those move on however many small ones come.  Where many wait, none waits
 * for a long transaction.
 */

void
ngx_glyph_writer_start_batch(ngx_glyph_writer_tx_t *tx, size_t size)
{
    ngx_uint_t           jobs;
    ngx_glyph_batch_t   *batch;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    batch = ngx_glyph_writer_batch();

    if (batch == NULL) {
        ngx_glyph_writer_retry_later();
        return;
    }

    tx->batch = batch;
    tx->committed = 0;
    tx->unknown = 0;

    batch->schema = tx->conn.schema;

    jobs = w->alone ? 1 : NGX_GLYPH_BATCH_JOBS;

    if (w->nready > NGX_GLYPH_WRITER_CROWD) {
        size = ngx_min(size, NGX_GLYPH_WRITER_SHORT);
    }

    if (w->turns++ % 2 == 0) {
        ngx_glyph_writer_gather(batch, jobs, size, NGX_GLYPH_WRITER_SMALL);
    }

    if (batch->n == 0) {
        ngx_glyph_writer_gather(batch, jobs, size, NGX_MAX_SIZE_T_VALUE);
    }

    if (batch->n == 0) {
        ngx_glyph_writer_batch_done(tx);
        ngx_glyph_writer_next();
        return;
    }

    if (ngx_glyph_batch_sql(batch) != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, ngx_glyph_batch_log(batch), 0,
                      "no memory for a transaction of %ui imports", batch->n);
        ngx_glyph_writer_give_back_all(batch);
        ngx_glyph_writer_batch_done(tx);
        ngx_glyph_writer_retry_later();
        return;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_HTTP, w->log, 0,
                   "glyph writer batch: %ui imports, %uz bytes",
                   batch->n, batch->size);

    tx->sent = ngx_glyph_usec();

    ngx_glyph_writer_send(tx, NGX_GLYPH_WRITER_BATCH,
                          (char *) batch->sql.data, 0, NULL);
}


/* One without jobs; NULL: no memory. */

static ngx_glyph_batch_t *
ngx_glyph_writer_batch(void)
{
    ngx_queue_t         *q;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    if (ngx_queue_empty(&w->free)) {
        return ngx_calloc(sizeof(ngx_glyph_batch_t), w->log);
    }

    q = ngx_queue_head(&w->free);
    ngx_queue_remove(q);

    return ngx_queue_data(q, ngx_glyph_batch_t, queue);
}

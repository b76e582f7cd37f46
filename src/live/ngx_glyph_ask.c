
#include "ngx_glyph.h"
#include "ngx_glyph_ask.h"
#include "ngx_glyph_locate.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_pg.h"


/* questions in one query */
#define NGX_GLYPH_ASK_PAGE  256


static ngx_int_t ngx_glyph_ask_init(ngx_cycle_t *cycle);
static void ngx_glyph_ask_handler(ngx_event_t *ev);
static ngx_uint_t ngx_glyph_ask_gather(glyph_buf_t *b, ngx_uint_t page);
static void ngx_glyph_ask_answer(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_ask_failed(PGresult *res);
static void ngx_glyph_ask_rows(PGresult *res);


const ngx_glyph_part_t  ngx_glyph_ask_part = {
    ngx_glyph_ask_init,
    NULL,
    NULL,
    1
};


static ngx_queue_t       ngx_glyph_asks_due;
static ngx_event_t       ngx_glyph_ask_event;   /* posted */
static ngx_glyph_ask_t  *ngx_glyph_asks[NGX_GLYPH_ASK_PAGE];
static ngx_uint_t        ngx_glyph_asks_n;      /* in the query under way */
static ngx_uint_t        ngx_glyph_asks_alone;  /* queries of one: the row of
                                                   somebody is damaged */


static ngx_int_t
ngx_glyph_ask_init(ngx_cycle_t *cycle)
{
    ngx_queue_init(&ngx_glyph_asks_due);

    ngx_glyph_ask_event.handler = ngx_glyph_ask_handler;
    ngx_glyph_ask_event.log = cycle->log;

    return NGX_OK;
}


void
ngx_glyph_ask(ngx_glyph_ask_t *ask)
{
    if (ask->due) {
        return;
    }

    ask->due = 1;
    ngx_queue_insert_tail(&ngx_glyph_asks_due, &ask->queue);

    ngx_post_event(&ngx_glyph_ask_event, &ngx_posted_events);
}


ngx_int_t
ngx_glyph_ask_withdraw(ngx_glyph_ask_t *ask)
{
    if (ask->due) {
        ask->due = 0;
        ngx_queue_remove(&ask->queue);
    }

    return ask->asked ? NGX_AGAIN : NGX_OK;
}


static void
ngx_glyph_ask_handler(ngx_event_t *ev)
{
    ngx_uint_t    page;
    glyph_buf_t   b;
    const char   *params[1];

    static const char  sql[] =
        "SELECT j.n, " NGX_GLYPH_LOCATE_STATE_SQL ", s "
          "FROM jsonb_to_recordset($1::jsonb) "
               "AS j(n int, id uuid, tenant text), "
               "glyph.job_status(j.id, j.tenant) s "
         "WHERE s IS NOT NULL";

    if (ngx_glyph_asks_n) {
        return;
    }

    page = NGX_GLYPH_ASK_PAGE;

    if (ngx_glyph_asks_alone) {
        ngx_glyph_asks_alone--;
        page = 1;
    }

    ngx_memzero(&b, sizeof(glyph_buf_t));

    ngx_glyph_asks_n = ngx_glyph_ask_gather(&b, page);

    params[0] = (char *) b.data;

    if (ngx_glyph_asks_n
        && (b.failed
            || ngx_glyph_pg_query(NGX_GLYPH_PG_READ, sql, 1, params,
                                  ngx_glyph_ask_answer, NULL)
               == NULL))
    {
        ngx_glyph_ask_answer(NULL, NULL, "too many queries");
    }

    glyph_buf_free(&b);
}


/* Writes at most so many that are due; returns how many. */

static ngx_uint_t
ngx_glyph_ask_gather(glyph_buf_t *b, ngx_uint_t page)
{
    ngx_uint_t        n;
    ngx_queue_t      *q;
    ngx_glyph_ask_t  *ask;

    glyph_buf_putc(b, '[');

    for (n = 0; n < page && !ngx_queue_empty(&ngx_glyph_asks_due); n++) {
        q = ngx_queue_head(&ngx_glyph_asks_due);
        ask = ngx_queue_data(q, ngx_glyph_ask_t, queue);

        ngx_queue_remove(q);

        ask->due = 0;
        ask->asked = 1;
        ask->found = 0;

        ngx_glyph_asks[n] = ask;

        glyph_json_comma(b);
        glyph_buf_putc(b, '{');
        glyph_json_key(b, "n");
        glyph_json_int(b, n);
        glyph_json_key(b, "id");
        glyph_json_string(b, ask->id, NGX_GLYPH_UUID_TEXT_LEN);
        glyph_json_key(b, "tenant");
        glyph_json_string(b, ask->tenant->data, ask->tenant->len);
        glyph_buf_putc(b, '}');
    }

    glyph_buf_putc(b, ']');
    glyph_buf_putc(b, '\0');

    return n;
}


static void
ngx_glyph_ask_answer(void *data, PGresult *res, const char *error)
{
    ngx_uint_t                 i, n, ok, alone;
    ngx_glyph_ask_e            answer;
    ngx_glyph_ask_t           *ask;
    ngx_glyph_store_answer_t   why;

    ok = (res && PQresultStatus(res) == PGRES_TUPLES_OK);
    n = ngx_glyph_asks_n;

    ngx_memzero(&why, sizeof(ngx_glyph_store_answer_t));

    if (!ok) {
        ngx_glyph_store_answer(res, &why);
        ngx_glyph_ask_failed(res);
    }

    alone = (!ok && n > 1 && why.code == NGX_GLYPH_CODE_STORE_DAMAGED);

    if (alone) {
        ngx_glyph_asks_alone = n;
    }

    for (i = 0; i < n; i++) {
        ask = ngx_glyph_asks[i];

        ask->why = why;
        ask->answered = ask->answered || ok;
    }

    if (ok) {
        ngx_glyph_ask_rows(res);
    }

    PQclear(res);

    ngx_glyph_asks_n = 0;

    for (i = 0; i < n; i++) {
        ask = ngx_glyph_asks[i];
        ask->asked = 0;

        answer = ask->found ? NGX_GLYPH_ASK_FOUND
                 : ok ? NGX_GLYPH_ASK_NONE
                 : alone ? NGX_GLYPH_ASK_AGAIN : NGX_GLYPH_ASK_FAILED;

        ask->user->answered(ask->data, answer);
    }

    if (!ngx_queue_empty(&ngx_glyph_asks_due)) {
        ngx_post_event(&ngx_glyph_ask_event, &ngx_posted_events);
    }
}


/* That the store is gone is told by its change of state. */

static void
ngx_glyph_ask_failed(PGresult *res)
{
    char  text[NGX_GLYPH_LOG_TEXT];

    if (res == NULL) {
        return;
    }

    ngx_log_error((ngx_uint_t)
                  (ngx_glyph_store_usable(NGX_GLYPH_STORE_READS)
                   ? NGX_LOG_ERR : NGX_LOG_INFO), ngx_cycle->log, 0,
                  "the state of jobs cannot be read: %s",
                  ngx_glyph_log_string(text, sizeof(text),
                                       PQresultErrorField(res,
                                           PG_DIAG_MESSAGE_PRIMARY),
                                       "no answer"));
}


static void
ngx_glyph_ask_rows(PGresult *res)
{
    int               row;
    ngx_int_t         n;
    ngx_str_t         doc;
    ngx_glyph_ask_t  *ask;

    for (row = 0; row < PQntuples(res); row++) {

        n = ngx_atoi((u_char *) PQgetvalue(res, row, 0),
                     PQgetlength(res, row, 0));

        if (n == NGX_ERROR || (ngx_uint_t) n >= ngx_glyph_asks_n) {
            continue;
        }

        ask = ngx_glyph_asks[n];
        ask->found = 1;
        ask->asked = 0;

        doc.data = (u_char *) PQgetvalue(res, row, 2);
        doc.len = PQgetlength(res, row, 2);

        ask->user->row(ask->data, PQgetvalue(res, row, 1), &doc);
    }
}

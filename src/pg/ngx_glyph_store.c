
#include "ngx_glyph.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_zone.h"


/* before the next attempt, ms */
#define NGX_GLYPH_STORE_MIN         100
#define NGX_GLYPH_STORE_MAX_LOST    1000
#define NGX_GLYPH_STORE_MAX_UNWELL  5000

/* UP for so long, and the next failure is a first one, ms */
#define NGX_GLYPH_STORE_CALM        10000

/* doubts that come faster are one, ms */
#define NGX_GLYPH_STORE_DOUBT       1000

/* for this long a request waits for the first attempt, ms */
#define NGX_GLYPH_STORE_SETTLE      1000


typedef enum {
    NGX_GLYPH_STORE_UNKNOWN = 0,
    NGX_GLYPH_STORE_UP,
    NGX_GLYPH_STORE_UNWELL,
    NGX_GLYPH_STORE_LOST
} ngx_glyph_store_state_e;


typedef struct {
    ngx_glyph_store_state_e    state;
    ngx_msec_t                 since;       /* UNWELL or LOST */
    ngx_msec_t                 up_at;
    ngx_msec_t                 doubted_at;
    ngx_msec_t                 again_at;    /* the first of those since one was
                                               served; 0: none */
    ngx_msec_t                 delay;
    char                       sqlstate[6]; /* of the last refusal */
    char                       error[256];
    ngx_uint_t                 schema;      /* it is the wrong one */
    ngx_queue_t                observers;
} ngx_glyph_store_t;


static void ngx_glyph_store_set(ngx_glyph_store_side_e side,
    ngx_glyph_store_state_e state, const char *error);
static void ngx_glyph_store_log(ngx_glyph_store_side_e side,
    ngx_glyph_store_state_e last);
static void ngx_glyph_store_refusal(const char *sqlstate,
    ngx_glyph_store_answer_t *answer);
static ngx_glyph_store_t *ngx_glyph_store_worse(void);


const char *const  ngx_glyph_store_classes[NGX_GLYPH_REFUSAL_CLASSES] = {
    "22", "23", "25", "3F", "40", "42", "53", "54", "55", "57", "58", "XX",
    "other"
};


static ngx_glyph_store_t    ngx_glyph_stores[NGX_GLYPH_STORE_SIDES];
static ngx_glyph_latch_t    ngx_glyph_store_settled;
static ngx_msec_t           ngx_glyph_store_timeout;
static const char          *ngx_glyph_store_replicas;


void
ngx_glyph_store_init(ngx_glyph_pg_conf_t *conf, ngx_log_t *log)
{
    ngx_uint_t  side;

    ngx_glyph_store_timeout = conf->timeout;

    for (side = 0; side < NGX_GLYPH_STORE_SIDES; side++) {
        ngx_glyph_stores[side].delay = NGX_GLYPH_STORE_MIN;
        ngx_queue_init(&ngx_glyph_stores[side].observers);
    }

    ngx_glyph_latch_init(&ngx_glyph_store_settled, log,
                         NGX_GLYPH_STORE_SETTLE);
}


void
ngx_glyph_store_observe(ngx_glyph_store_side_e side,
    ngx_glyph_store_observer_t *observer)
{
    ngx_queue_insert_tail(&ngx_glyph_stores[side].observers,
                          &observer->queue);
}


/* 57014, query_canceled, is of the statement unless it was a write. */

ngx_glyph_fault_e
ngx_glyph_store_fault(const char *sqlstate)
{
    ngx_uint_t  i;

    static const struct {
        const char            *prefix;
        ngx_glyph_fault_e      fault;
    } faults[] = {
        { "GL",  NGX_GLYPH_FAULT_OURS },
        { "22",  NGX_GLYPH_FAULT_DATA },
        { "23",  NGX_GLYPH_FAULT_DATA },
        { "54",  NGX_GLYPH_FAULT_DATA },
        { "40",  NGX_GLYPH_FAULT_AGAIN },
        { "55",  NGX_GLYPH_FAULT_AGAIN },
        { "08",  NGX_GLYPH_FAULT_LOST },
        { "57P", NGX_GLYPH_FAULT_LOST },
        { "25",  NGX_GLYPH_FAULT_UNWELL },
        { "53",  NGX_GLYPH_FAULT_UNWELL },
        { "57",  NGX_GLYPH_FAULT_UNWELL }
    };

    for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (ngx_strncmp(sqlstate, faults[i].prefix,
                        ngx_strlen(faults[i].prefix))
            == 0)
        {
            return faults[i].fault;
        }
    }

    return NGX_GLYPH_FAULT_BROKEN;
}


void
ngx_glyph_store_served(ngx_glyph_store_side_e side)
{
    ngx_glyph_stores[side].again_at = 0;

    ngx_glyph_store_set(side, NGX_GLYPH_STORE_UP, "");
}


void
ngx_glyph_store_refused(ngx_glyph_store_side_e side, const char *sqlstate,
    ngx_uint_t schema, const char *error)
{
    ngx_glyph_store_t  *st;

    st = &ngx_glyph_stores[side];

    st->schema = schema;
    ngx_cpystrn((u_char *) st->sqlstate, (u_char *) sqlstate,
                sizeof(st->sqlstate));

    ngx_glyph_store_set(side, NGX_GLYPH_STORE_UNWELL, error);
}


ngx_uint_t
ngx_glyph_store_again(ngx_glyph_store_side_e side)
{
    ngx_glyph_store_t  *st;

    st = &ngx_glyph_stores[side];

    if (st->again_at == 0) {
        st->again_at = ngx_current_msec ? ngx_current_msec : 1;
    }

    return ngx_current_msec - st->again_at >= ngx_glyph_store_timeout;
}


void
ngx_glyph_store_lost(ngx_glyph_store_side_e side, const char *error)
{
    ngx_glyph_store_set(side, NGX_GLYPH_STORE_LOST, error);
}


void
ngx_glyph_store_doubt(ngx_glyph_store_side_e side)
{
    ngx_glyph_store_t  *st;

    st = &ngx_glyph_stores[side];

    if (st->state != NGX_GLYPH_STORE_UP
        || ngx_current_msec - st->doubted_at < NGX_GLYPH_STORE_DOUBT)
    {
        return;
    }

    st->doubted_at = ngx_current_msec;

    ngx_glyph_store_set(side, NGX_GLYPH_STORE_UNKNOWN, "");
}


/* All transitions. */

static void
ngx_glyph_store_set(ngx_glyph_store_side_e side,
    ngx_glyph_store_state_e state, const char *error)
{
    ngx_queue_t                 *q;
    ngx_glyph_store_t           *st;
    ngx_glyph_store_state_e      last;
    ngx_glyph_store_observer_t  *observer;

    st = &ngx_glyph_stores[side];

    last = st->state;
    st->state = state;

    ngx_cpystrn((u_char *) st->error, (u_char *) error, sizeof(st->error));

    if (side == NGX_GLYPH_STORE_WRITES && state != NGX_GLYPH_STORE_UNKNOWN) {
        ngx_glyph_latch_open(&ngx_glyph_store_settled);
    }

    if (state == NGX_GLYPH_STORE_UP) {

        if (last == NGX_GLYPH_STORE_UP
            && ngx_current_msec - st->up_at >= NGX_GLYPH_STORE_CALM)
        {
            st->delay = NGX_GLYPH_STORE_MIN;
        }

        if (last >= NGX_GLYPH_STORE_UNWELL) {
            st->up_at = ngx_current_msec;
        }

    } else if (state != NGX_GLYPH_STORE_UNKNOWN
               && last < NGX_GLYPH_STORE_UNWELL)
    {
        st->since = ngx_current_msec;
    }

    if (state == last) {
        return;
    }

    ngx_glyph_store_log(side, last);

    for (q = ngx_queue_head(&st->observers);
         q != ngx_queue_sentinel(&st->observers);
         q = ngx_queue_next(q))
    {
        observer = ngx_queue_data(q, ngx_glyph_store_observer_t, queue);
        observer->changed();
    }
}


static void
ngx_glyph_store_log(ngx_glyph_store_side_e side, ngx_glyph_store_state_e last)
{
    ngx_log_t          *log;
    ngx_uint_t          reads;
    ngx_glyph_store_t  *st;

    st = &ngx_glyph_stores[side];
    log = ngx_cycle->log;
    reads = (side == NGX_GLYPH_STORE_READS);

    switch (st->state) {

    case NGX_GLYPH_STORE_UNWELL:

        if (!st->schema) {
            ngx_log_error(NGX_LOG_ERR, log, 0,
                          reads ? "postgres refuses to read: %s, SQLSTATE %s"
                                : "postgres refuses to write: %s, SQLSTATE %s",
                          st->error, st->sqlstate);
            return;
        }

        /* fall through */

    case NGX_GLYPH_STORE_LOST:
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      reads ? "postgres cannot be read: %s"
                            : "postgres cannot be used: %s", st->error);
        return;

    case NGX_GLYPH_STORE_UP:

        if (last == NGX_GLYPH_STORE_UNKNOWN) {
            return;
        }

        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      reads ? "postgres can be read again"
                            : "postgres can be used again");

        if (!reads) {
            ngx_glyph_zone_add(NGX_GLYPH_PG_RECONNECTS, 1);
        }

        return;

    default: /* NGX_GLYPH_STORE_UNKNOWN */
        return;
    }
}


void
ngx_glyph_store_count(ngx_glyph_store_side_e side, const char *sqlstate)
{
    ngx_uint_t  i;

    if (ngx_glyph_store_fault(sqlstate) == NGX_GLYPH_FAULT_OURS) {
        return;
    }

    for (i = 0; i < NGX_GLYPH_REFUSAL_CLASSES - 1; i++) {
        if (ngx_strncmp(sqlstate, ngx_glyph_store_classes[i], 2) == 0) {
            break;
        }
    }

    ngx_glyph_zone_add(NGX_GLYPH_PG_REFUSALS
                       + side * NGX_GLYPH_REFUSAL_CLASSES + i, 1);
}


ngx_uint_t
ngx_glyph_store_usable(ngx_glyph_store_side_e side)
{
    return ngx_glyph_stores[side].state < NGX_GLYPH_STORE_UNWELL;
}


ngx_uint_t
ngx_glyph_store_is_up(ngx_glyph_store_side_e side)
{
    return ngx_glyph_stores[side].state == NGX_GLYPH_STORE_UP;
}


ngx_uint_t
ngx_glyph_store_overdue(ngx_glyph_store_side_e side)
{
    return !ngx_glyph_store_usable(side)
           && ngx_current_msec - ngx_glyph_stores[side].since
              >= ngx_glyph_store_timeout;
}


void
ngx_glyph_store_expire(ngx_glyph_store_side_e side)
{
    ngx_glyph_stores[side].since = ngx_current_msec - ngx_glyph_store_timeout;
}


/* Workers that have failed together shall not come back together. */

ngx_msec_t
ngx_glyph_store_delay(ngx_glyph_store_side_e side)
{
    ngx_msec_t          delay, most;
    ngx_glyph_store_t  *st;

    st = &ngx_glyph_stores[side];

    most = (st->state == NGX_GLYPH_STORE_UNWELL)
           ? NGX_GLYPH_STORE_MAX_UNWELL : NGX_GLYPH_STORE_MAX_LOST;

    delay = ngx_min(st->delay, most);
    st->delay = ngx_min(delay * 2, most);

    return delay - (ngx_msec_t) ngx_random() % (delay / 4 + 1);
}


static ngx_glyph_store_t *
ngx_glyph_store_worse(void)
{
    return (ngx_glyph_store_is_up(NGX_GLYPH_STORE_WRITES)
            && !ngx_glyph_store_usable(NGX_GLYPH_STORE_READS))
           ? &ngx_glyph_stores[NGX_GLYPH_STORE_READS]
           : &ngx_glyph_stores[NGX_GLYPH_STORE_WRITES];
}


const char *
ngx_glyph_store_state(const char **error, const char **failover)
{
    ngx_glyph_store_t  *st;

    st = ngx_glyph_store_worse();

    if (error) {
        *error = st->error;
        *failover = ngx_glyph_store_replicas;
    }

    switch (st->state) {

    case NGX_GLYPH_STORE_UP:
        return "connected";

    case NGX_GLYPH_STORE_UNWELL:
        return st->schema ? "schema_mismatch" : "unwell";

    case NGX_GLYPH_STORE_LOST:
        return "down";

    default: /* NGX_GLYPH_STORE_UNKNOWN */
        return "unknown";
    }
}


ngx_glyph_latch_t *
ngx_glyph_store_latch(void)
{
    return &ngx_glyph_store_settled;
}


const char *
ngx_glyph_store_class(void)
{
    static char  class[3];

    ngx_cpystrn((u_char *) class,
                (u_char *) ngx_glyph_stores[NGX_GLYPH_STORE_WRITES].sqlstate,
                sizeof(class));

    return class;
}


void
ngx_glyph_store_why(ngx_glyph_store_side_e side,
    ngx_glyph_store_answer_t *answer)
{
    ngx_glyph_store_t  *st;

    st = &ngx_glyph_stores[side];

    if (st->state == NGX_GLYPH_STORE_UNWELL) {
        ngx_glyph_store_refusal(st->sqlstate, answer);
        return;
    }

    ngx_memzero(answer, sizeof(ngx_glyph_store_answer_t));

    answer->code = NGX_GLYPH_CODE_STORE_UNAVAILABLE;
}


void
ngx_glyph_store_answer(PGresult *res, ngx_glyph_store_answer_t *answer)
{
    char        *sqlstate;
    ngx_uint_t   side;

    sqlstate = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;

    if (sqlstate == NULL) {

        /* the connection itself may be what was refused */

        side = ngx_glyph_store_usable(NGX_GLYPH_STORE_READS)
               ? NGX_GLYPH_STORE_WRITES : NGX_GLYPH_STORE_READS;

        ngx_glyph_store_why((ngx_glyph_store_side_e) side, answer);
        return;
    }

    ngx_glyph_store_refusal(sqlstate, answer);

    if (ngx_strcmp(sqlstate, "42883") == 0) {
        answer->code = NGX_GLYPH_CODE_QUERY_MISSING;

    } else if (ngx_strcmp(sqlstate, "57014") == 0) {
        answer->code = NGX_GLYPH_CODE_QUERY_TIMEOUT;

    } else if (ngx_strcmp(sqlstate, "55P03") == 0) {
        answer->code = NGX_GLYPH_CODE_IMPORT_LOCKED;

    } else if (ngx_strncmp(sqlstate, "22", 2) == 0
               || ngx_strncmp(sqlstate, "XX", 2) == 0)
    {
        /* what we ask with is checked before: it is what is stored */

        ngx_glyph_store_damaged(answer);
    }
}


void
ngx_glyph_store_damaged(ngx_glyph_store_answer_t *answer)
{
    answer->code = NGX_GLYPH_CODE_STORE_DAMAGED;
    answer->sqlstate_class[0] = '\0';
}


static void
ngx_glyph_store_refusal(const char *sqlstate,
    ngx_glyph_store_answer_t *answer)
{
    ngx_cpystrn((u_char *) answer->sqlstate_class, (u_char *) sqlstate,
                sizeof(answer->sqlstate_class));

    switch (ngx_glyph_store_fault(sqlstate)) {

    case NGX_GLYPH_FAULT_AGAIN:
    case NGX_GLYPH_FAULT_LOST:
    case NGX_GLYPH_FAULT_UNWELL:
        answer->code = NGX_GLYPH_CODE_STORE_UNWELL;
        break;

    default:
        answer->code = NGX_GLYPH_CODE_STORE_BROKEN;
    }
}


void
ngx_glyph_store_set_failover(const char *failover)
{
    const char  *last;

    last = ngx_glyph_store_replicas;
    ngx_glyph_store_replicas = failover;

    if (failover == last) {
        return;
    }

    if (failover && ngx_strcmp(failover, "asynchronous") == 0) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "failover: asynchronous: postgres has no "
                      "synchronous_standby_names, so a promotion may lose "
                      "what was acknowledged");

    } else if (failover && last) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "failover: synchronous");
    }
}


ngx_int_t
ngx_glyph_store_judge(ngx_glyph_store_side_e side, PGresult *res)
{
    const char         *code, *message;
    ngx_glyph_fault_e   fault;

    if (PQresultStatus(res) != PGRES_FATAL_ERROR) {

        /* of one that was refused only the probe says that it is over */

        if (side == NGX_GLYPH_STORE_READS && ngx_glyph_store_usable(side)) {
            ngx_glyph_store_served(side);
        }

        return NGX_OK;
    }

    code = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);

    ngx_glyph_store_count(side, code);

    fault = ngx_glyph_store_fault(code);

    /* a statement that took too long, a damaged page: of that one alone */

    if (fault < NGX_GLYPH_FAULT_UNWELL || ngx_strcmp(code, "57014") == 0
        || ngx_strncmp(code, "XX", 2) == 0)
    {
        return NGX_OK;
    }

    if (side == NGX_GLYPH_STORE_READS) {
        ngx_glyph_store_refused(side, code, 0, message ? message : "");
        return NGX_OK;
    }

    ngx_glyph_store_doubt(side);

    return (ngx_strncmp(code, "25", 2) == 0) ? NGX_DECLINED : NGX_OK;
}


#include "ngx_glyph.h"
#include "ngx_glyph_locate.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_pg.h"
#include "ngx_glyph_redis_sub.h"
#include "ngx_glyph_str.h"
#include "ngx_glyph_watch.h"


#define NGX_GLYPH_WATCH_BUCKETS  256

/* how often Postgres is asked of those that are not fresh, ms */
#define NGX_GLYPH_WATCH_TICK     1000

/* ids in one query */
#define NGX_GLYPH_WATCH_PAGE     256


struct ngx_glyph_watch_s {
    ngx_queue_t                queue;       /* of its bucket */
    ngx_queue_t                watchers;    /* empty: it is about to go */
    ngx_glyph_locate_t        *locate;
    ngx_glyph_redis_channel_t *channel;     /* shared by those of one id */

    glyph_buf_t                doc;         /* len 0: nothing is known */
    ngx_int_t                  state;
    ngx_uint_t                 version;

    ngx_queue_t                due_queue;   /* Postgres is to be asked */
    ngx_glyph_store_answer_t   why;         /* it did not answer; or no code */

    unsigned                   due:1;
    unsigned                   asked:1;     /* Postgres' answer is to come */
    unsigned                   answered:1;  /* it has come at least once */
};


static ngx_int_t ngx_glyph_watch_init(ngx_cycle_t *cycle);
static ngx_queue_t *ngx_glyph_watch_bucket(ngx_glyph_uuid_t *id);
static ngx_glyph_watch_t *ngx_glyph_watch_find(ngx_glyph_uuid_t *id,
    ngx_str_t *tenant);
static ngx_glyph_watch_t *ngx_glyph_watch_of(ngx_glyph_job_t *job);
static ngx_glyph_watch_t *ngx_glyph_watch_create(ngx_glyph_uuid_t *id,
    ngx_str_t *tenant);
static void ngx_glyph_watch_release(ngx_glyph_watch_t *watch);
static void ngx_glyph_watch_first(ngx_glyph_watch_t *watch);
static void ngx_glyph_watch_subscribe(ngx_glyph_watch_t *watch);
static void ngx_glyph_watch_unsubscribe(ngx_glyph_watch_t *watch);
static void ngx_glyph_watch_message(void *data, ngx_str_t *message);
static ngx_int_t ngx_glyph_watch_ask_store(ngx_glyph_locate_t *l);
static void ngx_glyph_watch_found(ngx_glyph_locate_t *l,
    ngx_glyph_locate_e where);
static void ngx_glyph_watch_due(ngx_glyph_watch_t *watch);
static void ngx_glyph_watch_ask_handler(ngx_event_t *ev);
static void ngx_glyph_watch_rows(void *data, PGresult *res,
    const char *error);
static void ngx_glyph_watch_row(ngx_glyph_watch_t *watch, PGresult *res,
    int row);
static void ngx_glyph_watch_set(ngx_glyph_watch_t *watch, ngx_int_t state,
    ngx_str_t *doc);
static void ngx_glyph_watch_tell(ngx_glyph_watch_t *watch);
static ngx_uint_t ngx_glyph_watch_is_final(ngx_glyph_watch_t *watch);
static void ngx_glyph_watch_tick_handler(ngx_event_t *ev);


const ngx_glyph_part_t  ngx_glyph_watch_part = {
    ngx_glyph_watch_init,
    NULL,
    NULL,
    1
};


static ngx_queue_t            ngx_glyph_watches[NGX_GLYPH_WATCH_BUCKETS];
static ngx_uint_t             ngx_glyph_watches_n;
static ngx_queue_t            ngx_glyph_watch_dues;
static ngx_event_t            ngx_glyph_watch_ask;      /* posted */
static ngx_event_t            ngx_glyph_watch_tick;
static ngx_glyph_watch_t     *ngx_glyph_watch_asked[NGX_GLYPH_WATCH_PAGE];
static ngx_uint_t             ngx_glyph_watch_nasked;   /* in the query that
                                                           is under way */
static ngx_uint_t             ngx_glyph_watch_alone;    /* queries of one: the
                                                           row of somebody is
                                                           damaged */

static const ngx_glyph_locate_user_t  ngx_glyph_watch_user = {
    ngx_glyph_watch_ask_store,
    ngx_glyph_watch_found
};


static ngx_int_t
ngx_glyph_watch_init(ngx_cycle_t *cycle)
{
    static ngx_connection_t  dummy;

    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_WATCH_BUCKETS; i++) {
        ngx_queue_init(&ngx_glyph_watches[i]);
    }

    ngx_queue_init(&ngx_glyph_watch_dues);

    dummy.fd = (ngx_socket_t) -1;

    ngx_glyph_watch_ask.handler = ngx_glyph_watch_ask_handler;
    ngx_glyph_watch_ask.data = &dummy;
    ngx_glyph_watch_ask.log = cycle->log;

    ngx_glyph_watch_tick.handler = ngx_glyph_watch_tick_handler;
    ngx_glyph_watch_tick.data = &dummy;
    ngx_glyph_watch_tick.log = cycle->log;
    ngx_glyph_watch_tick.cancelable = 1;

    return NGX_OK;
}


ngx_int_t
ngx_glyph_watch_add(ngx_glyph_watcher_t *watcher, ngx_glyph_uuid_t *id,
    ngx_str_t *tenant)
{
    ngx_uint_t          first;
    ngx_glyph_watch_t  *watch;

    watch = ngx_glyph_watch_find(id, tenant);

    if (watch == NULL) {
        watch = ngx_glyph_watch_create(id, tenant);
        if (watch == NULL) {
            return NGX_ERROR;
        }
    }

    first = ngx_queue_empty(&watch->watchers);

    ngx_queue_insert_tail(&watch->watchers, &watcher->queue);
    watcher->watch = watch;

    if (first) {
        ngx_glyph_watch_first(watch);
    }

    return NGX_OK;
}


void
ngx_glyph_watch_remove(ngx_glyph_watcher_t *watcher)
{
    ngx_glyph_watch_t  *watch;

    watch = watcher->watch;

    if (watch == NULL) {
        return;
    }

    watcher->watch = NULL;
    ngx_queue_remove(&watcher->queue);

    if (ngx_queue_empty(&watch->watchers)) {
        ngx_glyph_watch_release(watch);
    }
}


void
ngx_glyph_watch_state(ngx_glyph_watcher_t *watcher,
    ngx_glyph_watch_state_t *state)
{
    ngx_glyph_watch_t  *watch;

    watch = watcher->watch;

    state->doc.data = watch->doc.data;
    state->doc.len = watch->doc.len;
    state->state = watch->state;
    state->version = watch->version;
    state->pending = watch->locate->waiter.waiting || watch->locate->reading
                     || watch->locate->looking || watch->due || watch->asked;
    state->why = NULL;

    if (watch->doc.len == 0 && !watch->answered
        && watch->why.code == NGX_GLYPH_CODE_NONE)
    {
        ngx_glyph_store_why(NGX_GLYPH_STORE_READS, &watch->why);
    }

    if (watch->doc.len == 0 && watch->why.code) {
        state->why = &watch->why;
    }
}


static ngx_queue_t *
ngx_glyph_watch_bucket(ngx_glyph_uuid_t *id)
{
    return &ngx_glyph_watches[ngx_glyph_uuid_hash(id)
                              % NGX_GLYPH_WATCH_BUCKETS];
}


static ngx_glyph_watch_t *
ngx_glyph_watch_find(ngx_glyph_uuid_t *id, ngx_str_t *tenant)
{
    ngx_queue_t        *q, *bucket;
    ngx_glyph_watch_t  *watch;

    bucket = ngx_glyph_watch_bucket(id);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        watch = ngx_queue_data(q, ngx_glyph_watch_t, queue);

        if (ngx_memcmp(watch->locate->id.bytes, id->bytes,
                       sizeof(id->bytes))
            == 0
            && ngx_glyph_tenant_equal(&watch->locate->tenant, tenant))
        {
            return watch;
        }
    }

    return NULL;
}


static ngx_glyph_watch_t *
ngx_glyph_watch_create(ngx_glyph_uuid_t *id, ngx_str_t *tenant)
{
    ngx_glyph_watch_t  *watch;

    watch = ngx_calloc(sizeof(ngx_glyph_watch_t), ngx_cycle->log);
    if (watch == NULL) {
        return NULL;
    }

    watch->locate = ngx_glyph_locate_create(id, tenant, &ngx_glyph_watch_user,
                                            watch);
    if (watch->locate == NULL) {
        ngx_free(watch);
        return NULL;
    }

    watch->locate->document = 1;

    ngx_queue_init(&watch->watchers);
    ngx_queue_insert_tail(ngx_glyph_watch_bucket(id), &watch->queue);
    ngx_glyph_watches_n++;

    if (!ngx_glyph_watch_tick.timer_set) {
        ngx_add_timer(&ngx_glyph_watch_tick, NGX_GLYPH_WATCH_TICK);
    }

    return watch;
}


/* Nobody follows it any more; it goes as soon as Postgres has answered. */

static void
ngx_glyph_watch_release(ngx_glyph_watch_t *watch)
{
    if (watch->channel) {
        ngx_glyph_watch_unsubscribe(watch);
    }

    if (watch->due) {
        watch->due = 0;
        ngx_queue_remove(&watch->due_queue);
    }

    if (watch->asked) {
        return;
    }

    ngx_queue_remove(&watch->queue);
    ngx_glyph_watches_n--;

    ngx_glyph_locate_leave(watch->locate);
    glyph_buf_free(&watch->doc);

    ngx_free(watch);
}


/*
 * Subscribe first, then read: the answer to the subscription is what begins
 * to read.  Where that cannot come soon, what there is is asked at once.
 */

static void
ngx_glyph_watch_first(ngx_glyph_watch_t *watch)
{
    ngx_glyph_watch_subscribe(watch);
    ngx_glyph_watch_found(watch->locate,
                          ngx_glyph_locate_start(watch->locate));
}


/* The channel's listener is the last of the watches that share it. */

static void
ngx_glyph_watch_subscribe(ngx_glyph_watch_t *watch)
{
    ngx_str_t  name;
    u_char     buf[sizeof("glyph:events:") + NGX_GLYPH_UUID_TEXT_LEN];

    name.data = buf;
    name.len = ngx_sprintf(buf, "glyph:events:%s", watch->locate->text) - buf;

    watch->channel = ngx_glyph_redis_subscribe(&name, ngx_glyph_watch_message,
                                               watch);
}


static void
ngx_glyph_watch_unsubscribe(ngx_glyph_watch_t *watch)
{
    ngx_queue_t                *q, *bucket;
    ngx_glyph_watch_t          *other;
    ngx_glyph_redis_channel_t  *channel;

    channel = watch->channel;
    watch->channel = NULL;

    bucket = ngx_glyph_watch_bucket(&watch->locate->id);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        other = ngx_queue_data(q, ngx_glyph_watch_t, queue);

        if (other->channel == channel) {
            ngx_glyph_watch_subscribe(other);
            return;
        }
    }

    ngx_glyph_redis_unsubscribe(channel);
}


ngx_uint_t
ngx_glyph_watch_wanted(ngx_glyph_job_t *job)
{
    return ngx_glyph_watch_of(job) != NULL;
}


static ngx_glyph_watch_t *
ngx_glyph_watch_of(ngx_glyph_job_t *job)
{
    ngx_glyph_import_t  *import;

    import = ngx_glyph_job_import(job);

    return ngx_glyph_watches_n
           ? ngx_glyph_watch_find(&import->id, &import->tenant) : NULL;
}


void
ngx_glyph_watch_job(ngx_glyph_job_t *job, ngx_str_t *doc)
{
    ngx_glyph_watch_t  *watch;

    watch = ngx_glyph_watch_of(job);

    if (watch == NULL) {
        return;
    }

    /* the end is what Postgres says, unless it was never told of the job */

    if (ngx_glyph_job_is_final(ngx_glyph_job_state(job))
        && !ngx_glyph_job_unrecorded(job))
    {
        ngx_glyph_watch_due(watch);
        return;
    }

    ngx_glyph_locate_alive(watch->locate);
    ngx_glyph_watch_set(watch, ngx_glyph_job_state(job), doc);
}


/* What is new the hash says, together with whose job it is. */

static void
ngx_glyph_watch_message(void *data, ngx_str_t *message)
{
    ngx_glyph_watch_t *listener = data;

    ngx_queue_t                *q, *bucket;
    ngx_glyph_watch_t          *watch;
    ngx_glyph_redis_channel_t  *channel;

    channel = listener->channel;
    bucket = ngx_glyph_watch_bucket(&listener->locate->id);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = ngx_queue_next(q))
    {
        watch = ngx_queue_data(q, ngx_glyph_watch_t, queue);

        if (watch->channel == channel
            && !ngx_glyph_watch_is_final(watch)
            && ngx_glyph_locate_own(watch->locate) == NULL)
        {
            ngx_glyph_watch_found(watch->locate,
                                  ngx_glyph_locate_start(watch->locate));
        }
    }
}


/* A query that is under way need not be asked again of a job that runs. */

static ngx_int_t
ngx_glyph_watch_ask_store(ngx_glyph_locate_t *l)
{
    ngx_glyph_watch_t  *watch;

    watch = l->data;

    if (!watch->asked || !ngx_glyph_locate_is_fresh(l)) {
        ngx_glyph_watch_due(watch);
    }

    return NGX_OK;
}


static void
ngx_glyph_watch_found(ngx_glyph_locate_t *l, ngx_glyph_locate_e where)
{
    ngx_str_t           doc;
    ngx_uint_t          news;
    ngx_glyph_watch_t  *watch;

    watch = l->data;

    switch (where) {

    case NGX_GLYPH_LOCATE_PENDING:
        return;

    case NGX_GLYPH_LOCATE_OWN:
    case NGX_GLYPH_LOCATE_RUNS:
        news = 1;
        break;

    case NGX_GLYPH_LOCATE_QUEUED:
        news = (watch->doc.len == 0);
        break;

    case NGX_GLYPH_LOCATE_ENDED:
        news = (l->state == NGX_GLYPH_JOB_FAILED);
        break;

    default:
        news = 0;
        break;
    }

    if (news && !l->doc.failed) {
        doc.data = l->doc.data;
        doc.len = l->doc.len;

        ngx_glyph_watch_set(watch, l->state, &doc);
    }

    ngx_glyph_watch_tell(watch);
}


static void
ngx_glyph_watch_due(ngx_glyph_watch_t *watch)
{
    if (watch->due || ngx_glyph_watch_is_final(watch)) {
        return;
    }

    watch->due = 1;
    ngx_queue_insert_tail(&ngx_glyph_watch_dues, &watch->due_queue);

    ngx_post_event(&ngx_glyph_watch_ask, &ngx_posted_events);
}


/* One query at a time; those that become due meanwhile are in the next. */

static void
ngx_glyph_watch_ask_handler(ngx_event_t *ev)
{
    ngx_uint_t          n, page;
    glyph_buf_t         b;
    ngx_queue_t        *q;
    const char         *params[1];
    ngx_glyph_watch_t  *watch;

    static const char  sql[] =
        "SELECT j.id, j.tenant, " NGX_GLYPH_LOCATE_STATE_SQL ", s "
          "FROM jsonb_to_recordset($1::jsonb) AS j(id uuid, tenant text), "
               "glyph.job_status(j.id, j.tenant) s "
         "WHERE s IS NOT NULL";

    if (ngx_glyph_watch_nasked) {
        return;
    }

    ngx_memzero(&b, sizeof(glyph_buf_t));
    glyph_buf_putc(&b, '[');
    n = 0;

    page = NGX_GLYPH_WATCH_PAGE;

    if (ngx_glyph_watch_alone) {
        ngx_glyph_watch_alone--;
        page = 1;
    }

    while (n < page && !ngx_queue_empty(&ngx_glyph_watch_dues)) {
        q = ngx_queue_head(&ngx_glyph_watch_dues);
        watch = ngx_queue_data(q, ngx_glyph_watch_t, due_queue);

        ngx_queue_remove(q);
        watch->due = 0;
        watch->asked = 1;

        glyph_json_comma(&b);
        glyph_buf_putc(&b, '{');
        glyph_json_key(&b, "id");
        glyph_json_string(&b, watch->locate->text, NGX_GLYPH_UUID_TEXT_LEN);
        glyph_json_key(&b, "tenant");
        glyph_json_string(&b, watch->locate->tenant.data,
                          watch->locate->tenant.len);
        glyph_buf_putc(&b, '}');

        ngx_glyph_watch_asked[n++] = watch;
    }

    glyph_buf_putc(&b, ']');
    glyph_buf_putc(&b, '\0');

    ngx_glyph_watch_nasked = n;
    params[0] = (char *) b.data;

    if (n && (b.failed
              || ngx_glyph_pg_query(NGX_GLYPH_PG_READ, sql, 1, params,
                                    ngx_glyph_watch_rows, NULL)
                 == NULL))
    {
        ngx_glyph_watch_rows(NULL, NULL, "too many queries");
    }

    glyph_buf_free(&b);
}


static void
ngx_glyph_watch_rows(void *data, PGresult *res, const char *error)
{
    int                        row;
    char                       text[NGX_GLYPH_LOG_TEXT];
    ngx_str_t                  tenant;
    ngx_uint_t                 i, n, ok, alone, unknown;
    ngx_glyph_uuid_t           id;
    ngx_glyph_watch_t         *watch;
    ngx_glyph_locate_e         where;
    ngx_glyph_store_answer_t   why;

    ok = (res && PQresultStatus(res) == PGRES_TUPLES_OK);

    ngx_memzero(&why, sizeof(ngx_glyph_store_answer_t));

    if (!ok) {
        ngx_glyph_store_answer(res, &why);
    }

    if (res && !ok) {
        ngx_log_error((ngx_uint_t)
                      (ngx_glyph_store_usable(NGX_GLYPH_STORE_READS)
                       ? NGX_LOG_ERR : NGX_LOG_INFO), ngx_cycle->log, 0,
                      "the state of jobs cannot be read: %s",
                      ngx_glyph_log_string(text, sizeof(text),
                                           PQresultErrorField(res,
                                               PG_DIAG_MESSAGE_PRIMARY),
                                           "no answer"));
    }

    n = ngx_glyph_watch_nasked;
    ngx_glyph_watch_nasked = 0;

    alone = (!ok && n > 1 && why.code == NGX_GLYPH_CODE_STORE_DAMAGED);

    if (alone) {
        ngx_glyph_watch_alone = n;
    }

    for (i = 0; i < n; i++) {
        watch = ngx_glyph_watch_asked[i];

        watch->why = why;
        watch->answered = watch->answered || ok;
    }

    for (row = 0; ok && row < PQntuples(res); row++) {

        if (ngx_glyph_uuid_parse(&id, (u_char *) PQgetvalue(res, row, 0),
                                 PQgetlength(res, row, 0))
            != NGX_OK)
        {
            continue;
        }

        tenant.data = (u_char *) PQgetvalue(res, row, 1);
        tenant.len = PQgetlength(res, row, 1);

        watch = ngx_glyph_watch_find(&id, &tenant);

        if (watch) {
            watch->asked = 0;
            ngx_glyph_watch_row(watch, res, row);
        }
    }

    PQclear(res);

    for (i = 0; i < n; i++) {
        watch = ngx_glyph_watch_asked[i];

        unknown = watch->asked;
        watch->asked = 0;

        if (ngx_queue_empty(&watch->watchers)) {
            ngx_glyph_watch_release(watch);
            continue;
        }

        if (alone) {
            ngx_glyph_watch_due(watch);
            continue;
        }

        if (unknown) {
            where = ok ? ngx_glyph_locate_recorded(watch->locate, NULL)
                       : ngx_glyph_locate_refused(watch->locate);

            if (where != NGX_GLYPH_LOCATE_RUNS) {
                ngx_glyph_watch_found(watch->locate, where);
            }
        }

        ngx_glyph_watch_tell(watch);
    }

    if (!ngx_queue_empty(&ngx_glyph_watch_dues)) {
        ngx_post_event(&ngx_glyph_watch_ask, &ngx_posted_events);
    }
}


static void
ngx_glyph_watch_row(ngx_glyph_watch_t *watch, PGresult *res, int row)
{
    char       *state;
    ngx_str_t   doc;

    state = PQgetvalue(res, row, 2);

    /* of a job that runs, what its worker says is newer */

    if (ngx_glyph_locate_recorded(watch->locate, state)
        != NGX_GLYPH_LOCATE_RECORD)
    {
        return;
    }

    if (!ngx_glyph_job_state_known(state)) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "the row of import %s in postgres is damaged",
                      watch->locate->text);
        ngx_glyph_store_damaged(&watch->why);
        return;
    }

    doc.data = (u_char *) PQgetvalue(res, row, 3);
    doc.len = PQgetlength(res, row, 3);

    ngx_glyph_watch_set(watch, ngx_glyph_job_state_parse(state), &doc);
}


static void
ngx_glyph_watch_set(ngx_glyph_watch_t *watch, ngx_int_t state,
    ngx_str_t *doc)
{
    if (ngx_glyph_watch_is_final(watch)) {
        return;
    }

    if (watch->doc.len == doc->len
        && ngx_memcmp(watch->doc.data, doc->data, doc->len) == 0)
    {
        return;
    }

    glyph_buf_reset(&watch->doc);
    glyph_buf_append(&watch->doc, doc->data, doc->len);

    if (watch->doc.failed) {

        /* the next one may fit */

        glyph_buf_reset(&watch->doc);
        return;
    }

    watch->locate->known = 1;
    watch->state = state;
    watch->version++;

    ngx_glyph_watch_tell(watch);
}


static void
ngx_glyph_watch_tell(ngx_glyph_watch_t *watch)
{
    ngx_queue_t          *q;
    ngx_glyph_watcher_t  *watcher;

    for (q = ngx_queue_head(&watch->watchers);
         q != ngx_queue_sentinel(&watch->watchers);
         q = ngx_queue_next(q))
    {
        watcher = ngx_queue_data(q, ngx_glyph_watcher_t, queue);

        ngx_post_event(watcher->changed, &ngx_posted_events);
    }
}


static ngx_uint_t
ngx_glyph_watch_is_final(ngx_glyph_watch_t *watch)
{
    return watch->doc.len && watch->state != NGX_ERROR
           && ngx_glyph_job_is_final((ngx_glyph_job_state_e) watch->state);
}


static void
ngx_glyph_watch_tick_handler(ngx_event_t *ev)
{
    ngx_uint_t          i;
    ngx_queue_t        *q;
    ngx_glyph_watch_t  *watch;

    for (i = 0; i < NGX_GLYPH_WATCH_BUCKETS; i++) {

        for (q = ngx_queue_head(&ngx_glyph_watches[i]);
             q != ngx_queue_sentinel(&ngx_glyph_watches[i]);
             q = ngx_queue_next(q))
        {
            watch = ngx_queue_data(q, ngx_glyph_watch_t, queue);

            if (!ngx_queue_empty(&watch->watchers)
                && !watch->asked
                && !watch->locate->looking
                && !ngx_glyph_locate_is_fresh(watch->locate)
                && ngx_glyph_locate_own(watch->locate) == NULL)
            {
                ngx_glyph_watch_due(watch);
            }
        }
    }

    if (ngx_glyph_watches_n) {
        ngx_add_timer(ev, NGX_GLYPH_WATCH_TICK);
    }
}

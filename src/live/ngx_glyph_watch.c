
#include "ngx_glyph.h"
#include "ngx_glyph_ask.h"
#include "ngx_glyph_locate.h"
#include "ngx_glyph_redis_sub.h"
#include "ngx_glyph_str.h"
#include "ngx_glyph_tick.h"
#include "ngx_glyph_watch.h"


#define NGX_GLYPH_WATCH_BUCKETS  256

/* how often Postgres is asked of those that are not fresh, ms */
#define NGX_GLYPH_WATCH_TICK     1000


struct ngx_glyph_watch_s {
    ngx_queue_t                queue;       /* of its bucket */
    ngx_queue_t                watchers;    /* empty: it is about to go */
    ngx_glyph_locate_t        *locate;
    ngx_glyph_redis_channel_t *channel;     /* shared by those of one id */

    glyph_buf_t                doc;         /* len 0: nothing is known */
    ngx_int_t                  state;
    ngx_uint_t                 version;

    ngx_glyph_ask_t            ask;         /* what Postgres knows of it */
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
static void ngx_glyph_watch_row(void *data, const char *state,
    ngx_str_t *doc);
static void ngx_glyph_watch_answered(void *data, ngx_glyph_ask_e answer);
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
static ngx_event_t            ngx_glyph_watch_tick;

static const ngx_glyph_locate_user_t  ngx_glyph_watch_user = {
    ngx_glyph_watch_ask_store,
    ngx_glyph_watch_found
};

static const ngx_glyph_ask_user_t  ngx_glyph_watch_asker = {
    ngx_glyph_watch_row,
    ngx_glyph_watch_answered
};


static ngx_int_t
ngx_glyph_watch_init(ngx_cycle_t *cycle)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_WATCH_BUCKETS; i++) {
        ngx_queue_init(&ngx_glyph_watches[i]);
    }

    ngx_glyph_tick_init(&ngx_glyph_watch_tick, ngx_glyph_watch_tick_handler);

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
                     || watch->locate->looking
                     || watch->ask.due || watch->ask.asked;
    state->why = NULL;

    if (watch->doc.len) {
        return;
    }

    if (!watch->ask.answered && watch->ask.why.code == NGX_GLYPH_CODE_NONE) {
        ngx_glyph_store_why(NGX_GLYPH_STORE_READS, &watch->ask.why);
    }

    if (watch->ask.why.code) {
        state->why = &watch->ask.why;
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

    watch->ask.id = watch->locate->text;
    watch->ask.tenant = &watch->locate->tenant;
    watch->ask.user = &ngx_glyph_watch_asker;
    watch->ask.data = watch;

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

    if (ngx_glyph_ask_withdraw(&watch->ask) != NGX_OK) {
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

    if (!watch->ask.asked || !ngx_glyph_locate_is_fresh(l)) {
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
    if (!ngx_glyph_watch_is_final(watch)) {
        ngx_glyph_ask(&watch->ask);
    }
}


/* Of a job that runs, what its worker says is newer. */

static void
ngx_glyph_watch_row(void *data, const char *state, ngx_str_t *doc)
{
    ngx_glyph_watch_t *watch = data;

    if (ngx_glyph_locate_recorded(watch->locate, state)
        != NGX_GLYPH_LOCATE_RECORD)
    {
        return;
    }

    if (!ngx_glyph_job_state_known(state)) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "the row of import %s in postgres is damaged",
                      watch->locate->text);
        ngx_glyph_store_damaged(&watch->ask.why);
        return;
    }

    ngx_glyph_watch_set(watch, ngx_glyph_job_state_parse(state), doc);
}


static void
ngx_glyph_watch_answered(void *data, ngx_glyph_ask_e answer)
{
    ngx_glyph_watch_t *watch = data;

    ngx_glyph_locate_e  where;

    if (ngx_queue_empty(&watch->watchers)) {
        ngx_glyph_watch_release(watch);
        return;
    }

    if (answer == NGX_GLYPH_ASK_AGAIN) {
        ngx_glyph_watch_due(watch);
        return;
    }

    if (answer != NGX_GLYPH_ASK_FOUND) {
        where = (answer == NGX_GLYPH_ASK_NONE)
                ? ngx_glyph_locate_recorded(watch->locate, NULL)
                : ngx_glyph_locate_refused(watch->locate);

        if (where != NGX_GLYPH_LOCATE_RUNS) {
            ngx_glyph_watch_found(watch->locate, where);
        }
    }

    ngx_glyph_watch_tell(watch);
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
                && !watch->ask.asked
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

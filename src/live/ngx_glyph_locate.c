
#include "ngx_glyph.h"
#include "ngx_glyph_hint.h"
#include "ngx_glyph_locate.h"
#include "ngx_glyph_redis.h"


/* a place is the next one's as soon as that needs it */
#define NGX_GLYPH_LOCATE_PLACES  1024


/* A job of which Postgres was asked, and has not said that it has ended. */

typedef struct {
    ngx_glyph_uuid_t           id;
    uint32_t                   tenant;
    ngx_uint_t                 used;
    ngx_msec_t                 said;
} ngx_glyph_locate_place_t;


static ngx_glyph_locate_e ngx_glyph_locate_own_document(
    ngx_glyph_locate_t *l, ngx_glyph_job_t *job);
static void ngx_glyph_locate_settled(void *data);
static ngx_glyph_locate_e ngx_glyph_locate_redis(ngx_glyph_locate_t *l);
static void ngx_glyph_locate_redis_reply(void *data, redisReply *reply);
static ngx_glyph_locate_e ngx_glyph_locate_hint(ngx_glyph_locate_t *l,
    redisReply *reply);
static void ngx_glyph_locate_timer_handler(ngx_event_t *ev);
static ngx_glyph_locate_e ngx_glyph_locate_postgres(ngx_glyph_locate_t *l);
static ngx_uint_t ngx_glyph_locate_goes_on(const char *state);
static void ngx_glyph_locate_agree(ngx_glyph_locate_t *l);
static ngx_uint_t ngx_glyph_locate_agreed(ngx_glyph_locate_t *l);
static ngx_glyph_locate_place_t *ngx_glyph_locate_place(
    ngx_glyph_locate_t *l);
static uint32_t ngx_glyph_locate_tenant(ngx_glyph_locate_t *l);
static ngx_int_t ngx_glyph_locate_look(ngx_glyph_locate_t *l);
static void ngx_glyph_locate_spool_read(ngx_glyph_spool_t *spool);
static ngx_glyph_locate_e ngx_glyph_locate_queued(ngx_glyph_locate_t *l,
    ngx_glyph_spool_t *spool, ngx_glyph_job_labels_t *labels);
static ngx_glyph_locate_e ngx_glyph_locate_by_hint(ngx_glyph_locate_t *l);
static ngx_uint_t ngx_glyph_locate_failed(ngx_glyph_locate_t *l);
static void ngx_glyph_locate_tell(ngx_glyph_locate_t *l,
    ngx_glyph_locate_e where);
static void ngx_glyph_locate_stop_timer(ngx_glyph_locate_t *l);
static void ngx_glyph_locate_free(ngx_glyph_locate_t *l);


static ngx_glyph_locate_place_t  ngx_glyph_locate_places
                                     [NGX_GLYPH_LOCATE_PLACES];


ngx_glyph_locate_t *
ngx_glyph_locate_create(ngx_glyph_uuid_t *id, ngx_str_t *tenant,
    const ngx_glyph_locate_user_t *user, void *data)
{
    ngx_glyph_locate_t  *l;

    l = ngx_calloc(sizeof(ngx_glyph_locate_t), ngx_cycle->log);
    if (l == NULL) {
        return NULL;
    }

    l->user = user;
    l->data = data;

    l->id = *id;
    ngx_glyph_uuid_text(l->text, id);

    l->tenant.len = tenant->len;
    l->tenant.data = l->tenant_text;
    ngx_memcpy(l->tenant_text, tenant->data, tenant->len);

    l->waiter.opened = ngx_glyph_locate_settled;
    l->waiter.data = l;

    l->timer.handler = ngx_glyph_locate_timer_handler;
    l->timer.data = l;
    l->timer.log = ngx_cycle->log;

    return l;
}


void
ngx_glyph_locate_leave(ngx_glyph_locate_t *l)
{
    l->user = NULL;

    ngx_glyph_latch_leave(&l->waiter);
    ngx_glyph_locate_stop_timer(l);

    if (!l->reading && !l->looking) {
        ngx_glyph_locate_free(l);
    }
}


static void
ngx_glyph_locate_free(ngx_glyph_locate_t *l)
{
    glyph_buf_free(&l->doc);
    ngx_free(l);
}


ngx_glyph_locate_e
ngx_glyph_locate_start(ngx_glyph_locate_t *l)
{
    ngx_glyph_job_t  *job;

    job = ngx_glyph_locate_own(l);

    if (job) {
        return ngx_glyph_locate_own_document(l, job);
    }

    if (l->waiter.waiting
        || ngx_glyph_latch_wait(ngx_glyph_redis_latch(), &l->waiter)
           == NGX_AGAIN)
    {
        return NGX_GLYPH_LOCATE_PENDING;
    }

    return ngx_glyph_locate_redis(l);
}


ngx_glyph_job_t *
ngx_glyph_locate_own(ngx_glyph_locate_t *l)
{
    ngx_glyph_job_t  *job;

    job = ngx_glyph_job_find(&l->id);

    return (job && ngx_glyph_tenant_equal(&ngx_glyph_job_import(job)->tenant,
                                          &l->tenant))
           ? job : NULL;
}


/* Its memory is nearer than any store. */

static ngx_glyph_locate_e
ngx_glyph_locate_own_document(ngx_glyph_locate_t *l, ngx_glyph_job_t *job)
{
    ngx_glyph_locate_alive(l);
    l->looked = 1;

    if (!l->document) {
        return ngx_glyph_locate_postgres(l);
    }

    glyph_buf_reset(&l->doc);
    ngx_glyph_job_json(job, &l->doc);

    l->state = ngx_glyph_job_state(job);

    return NGX_GLYPH_LOCATE_OWN;
}


/* The worker has just started; now it is known whether Redis can be asked. */

static void
ngx_glyph_locate_settled(void *data)
{
    ngx_glyph_locate_t *l = data;

    ngx_glyph_locate_tell(l, ngx_glyph_locate_redis(l));
}


static ngx_glyph_locate_e
ngx_glyph_locate_redis(ngx_glyph_locate_t *l)
{
    if (l->reading) {
        l->again = 1;
        return NGX_GLYPH_LOCATE_PENDING;
    }

    if (ngx_glyph_main_conf->redis == NULL) {
        return ngx_glyph_locate_postgres(l);
    }

    if (ngx_glyph_hint_ask(l->text, ngx_glyph_locate_redis_reply, l)
        != NGX_OK)
    {
        l->redis_lost = 1;
        return ngx_glyph_locate_postgres(l);
    }

    l->reading = 1;

    return NGX_GLYPH_LOCATE_PENDING;
}


static void
ngx_glyph_locate_redis_reply(void *data, redisReply *reply)
{
    ngx_glyph_locate_t *l = data;

    ngx_glyph_locate_e  where;

    l->reading = 0;

    if (l->user == NULL) {
        if (!l->looking) {
            ngx_glyph_locate_free(l);
        }

        return;
    }

    where = ngx_glyph_locate_hint(l, reply);

    if (l->again) {
        l->again = 0;
        (void) ngx_glyph_locate_redis(l);
    }

    ngx_glyph_locate_tell(l, where);
}


static ngx_glyph_locate_e
ngx_glyph_locate_hint(ngx_glyph_locate_t *l, redisReply *reply)
{
    ngx_int_t         rc;
    ngx_glyph_hint_t  hint;

    rc = ngx_glyph_hint_read(&hint, reply, l->text, &l->tenant);

    l->redis_lost = (rc == NGX_ERROR);

    if (rc == NGX_OK) {
        ngx_glyph_locate_alive(l);
    }

    if (!l->document || (rc != NGX_OK && rc != NGX_DONE)) {
        return ngx_glyph_locate_postgres(l);
    }

    glyph_buf_reset(&l->doc);
    glyph_buf_append(&l->doc, hint.doc.data, hint.doc.len);

    l->state = hint.state;
    l->hinted = !l->doc.failed;

    if (rc == NGX_DONE || !l->hinted) {
        return ngx_glyph_locate_postgres(l);
    }

    if (ngx_glyph_locate_agreed(l)) {
        return NGX_GLYPH_LOCATE_RUNS;
    }

    if (l->patience == 0) {
        (void) ngx_glyph_locate_postgres(l);
        return NGX_GLYPH_LOCATE_RUNS;
    }

    ngx_add_timer(&l->timer, l->patience);

    return ngx_glyph_locate_postgres(l);
}


/* Postgres is slow: that a job goes on need not wait for it. */

static void
ngx_glyph_locate_timer_handler(ngx_event_t *ev)
{
    ngx_glyph_locate_t *l = ev->data;

    ngx_glyph_locate_agree(l);

    ngx_glyph_locate_tell(l, NGX_GLYPH_LOCATE_RUNS);
}


static ngx_glyph_locate_e
ngx_glyph_locate_postgres(ngx_glyph_locate_t *l)
{
    return (l->user->ask(l) == NGX_OK) ? NGX_GLYPH_LOCATE_PENDING
                                       : ngx_glyph_locate_refused(l);
}


ngx_glyph_locate_e
ngx_glyph_locate_stored(ngx_glyph_locate_t *l)
{
    if (ngx_glyph_locate_own(l)) {
        ngx_glyph_locate_alive(l);
        l->looked = 1;
    }

    return ngx_glyph_locate_postgres(l);
}


ngx_glyph_locate_e
ngx_glyph_locate_recorded(ngx_glyph_locate_t *l, const char *state)
{
    ngx_glyph_locate_stop_timer(l);

    l->refused = 0;

    if (l->document && ngx_glyph_locate_goes_on(state)) {
        ngx_glyph_locate_agree(l);

        if (ngx_glyph_locate_is_fresh(l)) {
            return NGX_GLYPH_LOCATE_RUNS;
        }
    }

    if (state) {
        l->hinted = 0;
        return NGX_GLYPH_LOCATE_RECORD;
    }

    /* one that runs elsewhere may have no row yet */

    if (l->live && !l->document) {
        return NGX_GLYPH_LOCATE_NOWHERE;
    }

    return (ngx_glyph_locate_look(l) == NGX_OK)
           ? NGX_GLYPH_LOCATE_PENDING : ngx_glyph_locate_by_hint(l);
}


/* Postgres cannot be asked. */

ngx_glyph_locate_e
ngx_glyph_locate_refused(ngx_glyph_locate_t *l)
{
    ngx_uint_t  live;

    ngx_glyph_locate_stop_timer(l);

    l->refused = 1;
    live = l->document ? ngx_glyph_locate_is_fresh(l) : l->live;

    if (l->document) {
        ngx_glyph_locate_agree(l);
    }

    return (!live && ngx_glyph_locate_look(l) == NGX_OK)
           ? NGX_GLYPH_LOCATE_PENDING : ngx_glyph_locate_by_hint(l);
}


/* What Postgres says of a job that runs, as Redis has it. */

static ngx_uint_t
ngx_glyph_locate_goes_on(const char *state)
{
    ngx_int_t  n;

    n = state ? ngx_glyph_job_state_parse(state) : NGX_ERROR;

    return n == NGX_ERROR
           || !ngx_glyph_job_is_final((ngx_glyph_job_state_e) n);
}


static void
ngx_glyph_locate_agree(ngx_glyph_locate_t *l)
{
    ngx_glyph_locate_place_t  *place;

    place = ngx_glyph_locate_place(l);

    place->id = l->id;
    place->tenant = ngx_glyph_locate_tenant(l);
    place->said = ngx_current_msec;
    place->used = 1;
}


/* Whether that is so, for the next 2 s. */

static ngx_uint_t
ngx_glyph_locate_agreed(ngx_glyph_locate_t *l)
{
    ngx_glyph_locate_place_t  *place;

    place = ngx_glyph_locate_place(l);

    return place->used
           && ngx_current_msec - place->said < NGX_GLYPH_HINT_FRESH
           && place->tenant == ngx_glyph_locate_tenant(l)
           && ngx_memcmp(place->id.bytes, l->id.bytes, sizeof(l->id.bytes))
              == 0;
}


static ngx_glyph_locate_place_t *
ngx_glyph_locate_place(ngx_glyph_locate_t *l)
{
    ngx_uint_t  n;

    n = l->id.bytes[14] << 8 | l->id.bytes[15];

    return &ngx_glyph_locate_places[n % NGX_GLYPH_LOCATE_PLACES];
}


static uint32_t
ngx_glyph_locate_tenant(ngx_glyph_locate_t *l)
{
    return ngx_crc32_short(l->tenant.data, l->tenant.len);
}


/*
 * NGX_OK: a thread looks into the spool, which may know a job that was
 * acknowledged without Postgres.
 */

static ngx_int_t
ngx_glyph_locate_look(ngx_glyph_locate_t *l)
{
    ngx_glyph_spool_t  *spool;

    if (l->looking) {
        return NGX_OK;
    }

    if (l->looked || (l->known && !ngx_glyph_locate_failed(l))) {
        return NGX_DECLINED;
    }

    spool = ngx_glyph_spool_create(&l->id);
    if (spool == NULL) {
        return NGX_DECLINED;
    }

    spool->data = l;

    if (ngx_glyph_spool_look(spool, ngx_glyph_locate_spool_read) != NGX_OK) {
        ngx_glyph_spool_close(spool);
        return NGX_DECLINED;
    }

    l->looking = 1;

    return NGX_OK;
}


static void
ngx_glyph_locate_spool_read(ngx_glyph_spool_t *spool)
{
    ngx_str_t                tenant;
    ngx_glyph_locate_t      *l;
    ngx_glyph_locate_e       where;
    ngx_glyph_job_labels_t   labels;

    l = spool->data;
    l->looking = 0;

    if (l->user == NULL) {
        ngx_glyph_spool_close(spool);

        if (!l->reading) {
            ngx_glyph_locate_free(l);
        }

        return;
    }

    if (spool->err == 0
        && ngx_glyph_spool_meta_labels(&spool->meta, &tenant, &labels) == NGX_OK
        && ngx_glyph_tenant_equal(&tenant, &l->tenant))
    {
        where = ngx_glyph_locate_queued(l, spool, &labels);

    } else {
        where = ngx_glyph_locate_by_hint(l);
    }

    ngx_glyph_spool_close(spool);

    ngx_glyph_locate_tell(l, where);
}


/* The job is in the spool, and Postgres does not know it yet. */

static ngx_glyph_locate_e
ngx_glyph_locate_queued(ngx_glyph_locate_t *l, ngx_glyph_spool_t *spool,
    ngx_glyph_job_labels_t *labels)
{
    if (l->document) {
        glyph_buf_reset(&l->doc);
        ngx_glyph_job_json_queued(&l->id, spool->prefix.start_time,
                                  spool->prefix.body_len, labels, &l->doc);

        l->state = NGX_GLYPH_JOB_QUEUED;
        l->hinted = 0;

        return NGX_GLYPH_LOCATE_QUEUED;
    }

    if (l->refused) {
        return NGX_GLYPH_LOCATE_FAILED;
    }

    ngx_glyph_locate_alive(l);
    l->looked = 1;

    return ngx_glyph_locate_postgres(l);
}


/* Nobody else knows the job, or could be asked. */

static ngx_glyph_locate_e
ngx_glyph_locate_by_hint(ngx_glyph_locate_t *l)
{
    if (l->hinted && l->refused) {

        if (ngx_glyph_job_is_final(l->state)) {
            return NGX_GLYPH_LOCATE_ENDED;
        }

        if (ngx_glyph_locate_is_fresh(l)) {
            return NGX_GLYPH_LOCATE_RUNS;
        }
    }

    if (ngx_glyph_locate_failed(l)) {
        return NGX_GLYPH_LOCATE_ENDED;
    }

    return l->refused ? NGX_GLYPH_LOCATE_FAILED : NGX_GLYPH_LOCATE_NOWHERE;
}


/* Before Postgres had a row of it, as Redis says. */

static ngx_uint_t
ngx_glyph_locate_failed(ngx_glyph_locate_t *l)
{
    return l->hinted && l->state == NGX_GLYPH_JOB_FAILED;
}


static void
ngx_glyph_locate_tell(ngx_glyph_locate_t *l, ngx_glyph_locate_e where)
{
    if (where != NGX_GLYPH_LOCATE_PENDING) {
        l->user->found(l, where);
    }
}


static void
ngx_glyph_locate_stop_timer(ngx_glyph_locate_t *l)
{
    if (l->timer.timer_set) {
        ngx_del_timer(&l->timer);
    }
}


void
ngx_glyph_locate_alive(ngx_glyph_locate_t *l)
{
    l->live = 1;
    l->alive_at = ngx_current_msec;
    l->hinted = 0;
}


ngx_uint_t
ngx_glyph_locate_is_fresh(ngx_glyph_locate_t *l)
{
    return l->live && ngx_current_msec - l->alive_at < NGX_GLYPH_HINT_FRESH;
}


/*
 * The runners: each imports one file of the spool (ngx_glyph_runner_job.c).
 * Here it is decided which one is next.
 *
 * Candidates come from a scan of the directory, oldest first.  A file for
 * which a client waits is kept locked, and goes first.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_background.h"
#include "ngx_glyph_runner.h"
#include "ngx_glyph_tick.h"
#include "ngx_glyph_writer.h"


#define NGX_GLYPH_RUNNER_TICK      1000
#define NGX_GLYPH_RUNNER_FIRST     100


typedef struct {
    ngx_uint_t                 running;
    ngx_queue_t                waiting;     /* of clients */

    ngx_glyph_spool_scan_t     scan;
    ngx_uint_t                 next;        /* candidate */
    ngx_event_t                tick;

    unsigned                   scanning:1;
    unsigned                   adopting:1;
    unsigned                   looked:1;    /* a scan since the last tick */
    unsigned                   missed:1;    /* files that no scan has seen */
    unsigned                   complained:1;    /* that nothing imports */
} ngx_glyph_runner_t;


static ngx_int_t ngx_glyph_runner_init(ngx_cycle_t *cycle);
static void ngx_glyph_runner_next(void);
static void ngx_glyph_runner_tick_handler(ngx_event_t *ev);
static void ngx_glyph_runner_scanned(void);
static ngx_int_t ngx_glyph_runner_adopt(ngx_glyph_uuid_t *id);
static void ngx_glyph_runner_adopted(ngx_glyph_spool_t *spool);
static void ngx_glyph_runner_freed(void);
static void ngx_glyph_runner_start(ngx_glyph_spool_t *spool,
    ngx_glyph_client_t *client);
static void ngx_glyph_runner_quarantine(ngx_glyph_spool_t *spool,
    const char *why);


const ngx_glyph_part_t  ngx_glyph_runner_part = {
    ngx_glyph_runner_init,
    NULL,
    NULL,
    0
};


static ngx_glyph_runner_t  ngx_glyph_runner;


static ngx_int_t
ngx_glyph_runner_init(ngx_cycle_t *cycle)
{
    ngx_glyph_runner_t *rn = &ngx_glyph_runner;

    ngx_queue_init(&rn->waiting);

    rn->scan.done = ngx_glyph_runner_scanned;

    ngx_glyph_tick_init(&rn->tick, ngx_glyph_runner_tick_handler);

    ngx_add_timer(&rn->tick, NGX_GLYPH_RUNNER_FIRST);

    return NGX_OK;
}


static void
ngx_glyph_runner_tick_handler(ngx_event_t *ev)
{
    ngx_queue_t         *q;
    ngx_glyph_runner_t  *rn;

    rn = &ngx_glyph_runner;

    if (ngx_exiting) {

        while (!ngx_queue_empty(&rn->waiting)) {
            q = ngx_queue_head(&rn->waiting);
            ngx_glyph_client_accepted(ngx_queue_data(q, ngx_glyph_client_t,
                                                     queue));
        }

        return;
    }

    rn->looked = 0;

    ngx_glyph_runner_next();

    ngx_add_timer(ev, NGX_GLYPH_RUNNER_TICK);
}


/* Fills the free runners: those who wait, the candidates, a new scan. */

static void
ngx_glyph_runner_next(void)
{
    ngx_queue_t         *q;
    ngx_glyph_client_t  *client;
    ngx_glyph_runner_t  *rn;

    rn = &ngx_glyph_runner;

    while (!ngx_exiting
           && ngx_glyph_main_conf->imports.nelts
           && !rn->adopting
           && rn->running < ngx_glyph_main_conf->runners
           && ngx_glyph_writer_available() != NGX_DECLINED)
    {
        if (!ngx_queue_empty(&rn->waiting)) {
            q = ngx_queue_head(&rn->waiting);
            client = ngx_queue_data(q, ngx_glyph_client_t, queue);

            ngx_glyph_runner_start(ngx_glyph_runner_forget(client), client);
            continue;
        }

        if (rn->next < rn->scan.n && !rn->scanning) {

            if (ngx_glyph_runner_adopt(&rn->scan.ids[rn->next]) != NGX_OK) {
                return;
            }

            rn->next++;
            continue;
        }

        break;
    }

    /* once a tick, and at once while there is more than a scan has told */

    if (!ngx_exiting && !rn->scanning
        && (!rn->looked
            || (rn->running < ngx_glyph_main_conf->runners
                && (rn->next == NGX_GLYPH_SPOOL_OLDEST
                    || (rn->missed && rn->next >= rn->scan.n))))
        && ngx_glyph_spool_scan(&rn->scan) == NGX_OK)
    {
        rn->scanning = 1;
        rn->looked = 1;
        rn->missed = 0;
    }
}


static void
ngx_glyph_runner_scanned(void)
{
    ngx_glyph_runner_t *rn = &ngx_glyph_runner;

    rn->scanning = 0;
    rn->next = 0;

    if (rn->scan.n && ngx_glyph_main_conf->imports.nelts == 0
        && !rn->complained)
    {
        rn->complained = 1;
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "%ui uploads wait in the spool, and no location has "
                      "glyph_import", rn->scan.files);
    }

    ngx_glyph_runner_next();
}


static ngx_int_t
ngx_glyph_runner_adopt(ngx_glyph_uuid_t *id)
{
    ngx_glyph_spool_t  *spool;

    /* the candidates may be older than the job */

    if (ngx_glyph_job_find(id)) {
        return NGX_OK;
    }

    spool = ngx_glyph_spool_create(id);
    if (spool == NULL) {
        return NGX_ERROR;
    }

    if (ngx_glyph_spool_adopt(spool, ngx_glyph_runner_adopted) != NGX_OK) {
        ngx_glyph_spool_close(spool);
        return NGX_ERROR;
    }

    ngx_glyph_runner.adopting = 1;

    return NGX_OK;
}


static void
ngx_glyph_runner_adopted(ngx_glyph_spool_t *spool)
{
    ngx_glyph_runner.adopting = 0;

    if (ngx_exiting) {
        ngx_glyph_spool_close(spool);
        return;
    }

    switch (spool->err) {

    case 0:
        ngx_glyph_runner_start(spool, NULL);
        break;

    case NGX_EINVAL:
        ngx_glyph_runner_quarantine(spool, "it is damaged");
        break;

    default:    /* another worker has it, or had it */
        ngx_glyph_spool_close(spool);
        break;
    }

    ngx_glyph_runner_next();
}


static void
ngx_glyph_runner_freed(void)
{
    ngx_glyph_runner.running--;

    ngx_glyph_runner_next();
}


void
ngx_glyph_runner_offer(ngx_glyph_spool_t *spool, ngx_glyph_client_t *client)
{
    ngx_glyph_runner_t *rn = &ngx_glyph_runner;

    /* what a scan will find is older; the candidates are the thread's then */

    if (!ngx_exiting
        && !rn->scanning
        && !rn->missed
        && rn->running < ngx_glyph_main_conf->runners
        && rn->next >= rn->scan.n
        && ngx_queue_empty(&rn->waiting)
        && ngx_glyph_writer_available() != NGX_DECLINED)
    {
        ngx_glyph_runner_start(spool, client);
        return;
    }

    if (client == NULL) {
        ngx_glyph_spool_close(spool);
        rn->missed = 1;
        return;
    }

    client->state = NGX_GLYPH_CLIENT_QUEUED;
    client->spool = spool;
    ngx_queue_insert_tail(&rn->waiting, &client->queue);
}


ngx_glyph_spool_t *
ngx_glyph_runner_forget(ngx_glyph_client_t *client)
{
    ngx_glyph_spool_t  *spool;

    spool = client->spool;

    if (spool) {
        client->state = NGX_GLYPH_CLIENT_ALONE;
        client->spool = NULL;

        ngx_queue_remove(&client->queue);
    }

    return spool;
}


static void
ngx_glyph_runner_start(ngx_glyph_spool_t *spool, ngx_glyph_client_t *client)
{
    ngx_int_t  rc;

    /* it may be over at once */

    ngx_glyph_runner.running++;

    rc = ngx_glyph_runner_run(spool, client, ngx_glyph_runner_freed);

    if (rc == NGX_OK) {
        return;
    }

    ngx_glyph_runner.running--;

    if (rc == NGX_DECLINED) {
        ngx_glyph_runner_quarantine(spool, "its options are not understood");

    } else {
        ngx_glyph_spool_close(spool);
    }

    ngx_glyph_client_accepted(client);
}


static void
ngx_glyph_runner_quarantine(ngx_glyph_spool_t *spool, const char *why)
{
    ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                  "spool file \"%s\" goes to quarantine: %s", spool->name,
                  why);

    spool->quarantine = 1;
    ngx_glyph_spool_drop(spool);
}

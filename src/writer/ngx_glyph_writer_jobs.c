
/*
 * The jobs that wait for a transaction: those with a block to write, or a row
 * of glyph.imports to make, oldest first; and those that leave no record.
 *
 * A job that is in transactions may wait for another one; it gets it
 *
 *   when             for
 *   in none          whatever is first
 *   in some, lanes   a block of rows, once a first block has been written
 *   in one, alone    nothing
 *   one in doubt     nothing, until it is known what became of it
 *
 * and its end is the first in its turn, and alone.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_store.h"
#include "ngx_glyph_writer.h"
#include "ngx_glyph_writer_tx.h"


/* ranges that a slow import may have before they are folded */
#define NGX_GLYPH_WRITER_FOLD       32

/* ms for which small imports are expected after one */
#define NGX_GLYPH_WRITER_EXPECTED   1000


static ngx_uint_t ngx_glyph_writer_may(ngx_glyph_import_t *import);
static ngx_uint_t ngx_glyph_writer_is_lane(ngx_glyph_import_t *import);
static ngx_glyph_block_t *ngx_glyph_writer_first(ngx_glyph_import_t *import);
static size_t ngx_glyph_writer_next_size(ngx_glyph_import_t *import);


void
ngx_glyph_writer_ready(ngx_glyph_job_t *job)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    ngx_glyph_import_t *import = ngx_glyph_job_import(job);

    if (import->waits) {

        if (!ngx_glyph_job_unrecorded(job)) {
            ngx_glyph_writer_next();
            return;
        }

        ngx_glyph_writer_unready(job);

    } else if (import->open && ngx_queue_empty(&import->blocks)) {
        return;
    }

    ngx_glyph_writer_queue(job, 0);

    if (ngx_glyph_store_overdue(NGX_GLYPH_STORE_WRITES)) {
        ngx_post_event(&w->giveup, &ngx_posted_events);
    }

    ngx_glyph_writer_next();
}


void
ngx_glyph_writer_forget(ngx_glyph_job_t *job)
{
    if (ngx_glyph_job_import(job)->waits) {
        ngx_glyph_writer_unready(job);
    }
}


/* Of what Postgres has no row, and needs none, it is not told. */

void
ngx_glyph_writer_queue(ngx_glyph_job_t *job, ngx_uint_t first)
{
    ngx_queue_t         *jobs;
    ngx_glyph_import_t  *import;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    import = ngx_glyph_job_import(job);
    jobs = ngx_glyph_job_unrecorded(job) ? &w->dropped : &w->ready;

    import->waits = 1;
    w->nready++;

    if (first) {
        ngx_queue_insert_head(jobs, &import->ready);

    } else {
        ngx_queue_insert_tail(jobs, &import->ready);
    }
}


void
ngx_glyph_writer_unready(ngx_glyph_job_t *job)
{
    ngx_glyph_import_t  *import;

    import = ngx_glyph_job_import(job);

    ngx_queue_remove(&import->ready);
    import->waits = 0;

    ngx_glyph_writer.nready--;
}


void
ngx_glyph_writer_drop_jobs(void)
{
    ngx_queue_t         *q;
    ngx_glyph_job_t     *job;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    while (!ngx_queue_empty(&w->dropped)) {
        q = ngx_queue_head(&w->dropped);
        job = ngx_glyph_job_of(ngx_queue_data(q, ngx_glyph_import_t, ready));

        ngx_glyph_writer_unready(job);
        ngx_glyph_job_unstored(job);
    }
}


/*
 * Jobs whose next block has at most "max" bytes, oldest first.  Who has another
 * one waits for the next transaction, behind all others.
 */

void
ngx_glyph_writer_gather(ngx_glyph_batch_t *batch, ngx_uint_t jobs,
    size_t size, size_t max)
{
    ngx_uint_t           i;
    ngx_queue_t         *q, *next;
    ngx_glyph_job_t     *job;
    ngx_glyph_block_t   *block;
    ngx_glyph_import_t  *import;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    for (q = ngx_queue_head(&w->ready);
         q != ngx_queue_sentinel(&w->ready)
         && batch->n < jobs && batch->size < size;
         q = next)
    {
        next = ngx_queue_next(q);
        import = ngx_queue_data(q, ngx_glyph_import_t, ready);
        job = ngx_glyph_job_of(import);

        if (!ngx_glyph_writer_may(import)
            || ngx_glyph_writer_next_size(import) > max)
        {
            continue;
        }

        ngx_glyph_writer_unready(job);

        if (import->registered && ngx_queue_empty(&import->blocks)) {
            continue;
        }

        block = ngx_glyph_writer_first(import);

        if (block && block->final && !import->opened
            && ngx_glyph_block_size(block) <= NGX_GLYPH_WRITER_SMALL)
        {
            w->small = ngx_current_msec ? ngx_current_msec : 1;
        }

        ngx_glyph_batch_add(batch, job, ngx_glyph_writer_is_lane(import));
    }

    for (i = 0; i < batch->n; i++) {
        import = batch->items[i].import;

        if (!import->waits && !ngx_queue_empty(&import->blocks)) {
            ngx_glyph_writer_queue(batch->items[i].job, 0);
        }
    }
}


/* Of the next blocks of the jobs that wait; counting stops when it is much. */

size_t
ngx_glyph_writer_bytes(ngx_uint_t *jobs)
{
    size_t               bytes;
    ngx_queue_t         *q;
    ngx_glyph_import_t  *import;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;
    bytes = 0;
    *jobs = 0;

    for (q = ngx_queue_head(&w->ready);
         q != ngx_queue_sentinel(&w->ready)
         && bytes < NGX_GLYPH_WRITERS_MAX * NGX_GLYPH_BATCH_SIZE;
         q = ngx_queue_next(q))
    {
        import = ngx_queue_data(q, ngx_glyph_import_t, ready);

        if (ngx_glyph_writer_may(import)) {
            bytes += ngx_glyph_writer_next_size(import);
            (*jobs)++;
        }
    }

    return bytes;
}


/* Small imports that come find a connection that no large one keeps busy. */

void
ngx_glyph_writer_spare(ngx_uint_t idle)
{
    ngx_glyph_writer_t *w = &ngx_glyph_writer;

    if (w->small
        && ngx_current_msec - w->small >= NGX_GLYPH_WRITER_EXPECTED)
    {
        w->small = 0;
    }

    w->spared = (w->small && idle == 1);
}


static ngx_uint_t
ngx_glyph_writer_may(ngx_glyph_import_t *import)
{
    ngx_glyph_block_t   *block;
    ngx_glyph_writer_t  *w;

    w = &ngx_glyph_writer;

    if (import->doubt
        || (import->ranged && w->schema < NGX_GLYPH_BATCH_SCHEMA_LANES))
    {
        return 0;
    }

    if (import->open == 0) {
        return 1;
    }

    block = ngx_glyph_writer_first(import);

    return w->schema >= NGX_GLYPH_BATCH_SCHEMA_LANES
           && !w->spared
           && import->opened
           && !import->alone
           && block && ngx_glyph_block_size(block);
}


/*
 * Alone are a first block and an end, and now and then one of an import that is
 * slow: its ranges do not become more and more.
 */

static ngx_uint_t
ngx_glyph_writer_is_lane(ngx_glyph_import_t *import)
{
    ngx_glyph_block_t  *block;

    block = ngx_glyph_writer_first(import);

    if (block == NULL || !import->opened
        || ngx_glyph_writer.schema < NGX_GLYPH_BATCH_SCHEMA_LANES)
    {
        return 0;
    }

    return import->open
           || !(block->final
                || (import->ranges >= NGX_GLYPH_WRITER_FOLD
                    && &block->queue == ngx_queue_last(&import->blocks)));
}


static ngx_glyph_block_t *
ngx_glyph_writer_first(ngx_glyph_import_t *import)
{
    if (ngx_queue_empty(&import->blocks)) {
        return NULL;
    }

    return ngx_queue_data(ngx_queue_head(&import->blocks), ngx_glyph_block_t,
                          queue);
}


/* Of its next block; 0: there is none. */

static size_t
ngx_glyph_writer_next_size(ngx_glyph_import_t *import)
{
    ngx_glyph_block_t  *block;

    block = ngx_glyph_writer_first(import);

    return block ? ngx_glyph_block_size(block) : 0;
}

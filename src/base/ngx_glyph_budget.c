
#include "ngx_glyph.h"
#include "ngx_glyph_budget.h"
#include "ngx_glyph_zone.h"


/* the reserve for the spool is this part of all chunks, and not less than */
#define NGX_GLYPH_SPOOL_PART  8
#define NGX_GLYPH_SPOOL_MIN   4

/* a block's buffers larger than this are freed, not kept */
#define NGX_GLYPH_BLOCK_KEEP  (NGX_GLYPH_BLOCK_SIZE * 3 / 2)


/* uploads up to these sizes are of one kind each, and the larger ones */

static const off_t  ngx_glyph_budget_sizes[] = { 4096, 16384, 65536 };

#define NGX_GLYPH_BUDGET_KINDS                                                \
    (sizeof(ngx_glyph_budget_sizes) / sizeof(ngx_glyph_budget_sizes[0]) + 1)


struct ngx_glyph_budget_s {
    ngx_uint_t                 limit;
    ngx_uint_t                 left;        /* that may still be lent */
    ngx_queue_t                idle;        /* memory to use again */
    ngx_queue_t                waiters[NGX_GLYPH_BUDGET_KINDS];
    ngx_uint_t                 numbers;     /* given to waiters */
    ngx_uint_t                 turns;
    ngx_event_t                grant;       /* posted when something is free */
};


static ngx_int_t ngx_glyph_budget_init(ngx_cycle_t *cycle);
static void ngx_glyph_budget_exit(void);
static void ngx_glyph_budget_gauges(void);
static void ngx_glyph_budget_start(ngx_glyph_budget_t *budget,
    ngx_uint_t n, ngx_log_t *log);
static ngx_uint_t ngx_glyph_budget_take(ngx_glyph_budget_t *budget,
    ngx_glyph_waiter_t *w);
static void ngx_glyph_budget_put(ngx_glyph_budget_t *budget,
    ngx_queue_t *idle);
static void ngx_glyph_budget_wait(ngx_glyph_budget_t *budget,
    ngx_glyph_waiter_t *w);
static ngx_glyph_waiter_t *ngx_glyph_budget_next(ngx_glyph_budget_t *budget);
static ngx_uint_t ngx_glyph_budget_wanted(ngx_glyph_budget_t *budget);
static ngx_uint_t ngx_glyph_budget_plenty(ngx_glyph_budget_t *budget);
static void ngx_glyph_budget_grant(ngx_event_t *ev);
static void ngx_glyph_chunks_free(ngx_glyph_budget_t *budget);
static ngx_glyph_block_t *ngx_glyph_block_lend(ngx_glyph_budget_t *budget,
    ngx_glyph_waiter_t *w);
static void ngx_glyph_blocks_free(ngx_glyph_budget_t *budget);
static void ngx_glyph_block_free(ngx_glyph_block_t *block);


const ngx_glyph_part_t  ngx_glyph_budget_part = {
    ngx_glyph_budget_init,
    ngx_glyph_budget_exit,
    ngx_glyph_budget_gauges,
    0
};


static ngx_glyph_budget_t  ngx_glyph_budgets[NGX_GLYPH_BUDGETS];
static size_t              ngx_glyph_chunk_size;

#define ngx_glyph_budget(name)                                                \
    (&ngx_glyph_budgets[NGX_GLYPH_BUDGET_##name])


static ngx_int_t
ngx_glyph_budget_init(ngx_cycle_t *cycle)
{
    ngx_bufs_t  *chunks;
    ngx_uint_t   blocks;

    chunks = &ngx_glyph_main_conf->buffers;
    blocks = ngx_glyph_main_conf->blocks;

    ngx_glyph_budget_start(ngx_glyph_budget(CHUNKS), chunks->num, cycle->log);
    ngx_glyph_budget_start(ngx_glyph_budget(SPOOL),
                           ngx_max(chunks->num / NGX_GLYPH_SPOOL_PART,
                                   NGX_GLYPH_SPOOL_MIN), cycle->log);
    ngx_glyph_budget_start(ngx_glyph_budget(BLOCKS), blocks, cycle->log);

    ngx_glyph_budget_start(ngx_glyph_budget(STREAM_CHUNKS), chunks->num,
                           cycle->log);
    ngx_glyph_budget_start(ngx_glyph_budget(STREAM_BLOCKS), blocks / 2,
                           cycle->log);
    ngx_glyph_budget_start(ngx_glyph_budget(TURN_BLOCKS), blocks - blocks / 2,
                           cycle->log);

    ngx_glyph_chunk_size = chunks->size;

    return NGX_OK;
}


static void
ngx_glyph_budget_start(ngx_glyph_budget_t *budget, ngx_uint_t n,
    ngx_log_t *log)
{
    ngx_uint_t  i;

    budget->limit = n;
    budget->left = n;

    ngx_queue_init(&budget->idle);

    for (i = 0; i < NGX_GLYPH_BUDGET_KINDS; i++) {
        ngx_queue_init(&budget->waiters[i]);
    }

    budget->grant.handler = ngx_glyph_budget_grant;
    budget->grant.data = budget;
    budget->grant.log = log;
}


static void
ngx_glyph_budget_exit(void)
{
    if (ngx_glyph_chunk_size == 0) {
        return;
    }

    ngx_glyph_chunks_free(ngx_glyph_budget(CHUNKS));
    ngx_glyph_chunks_free(ngx_glyph_budget(SPOOL));
    ngx_glyph_chunks_free(ngx_glyph_budget(STREAM_CHUNKS));

    ngx_glyph_blocks_free(ngx_glyph_budget(BLOCKS));
    ngx_glyph_blocks_free(ngx_glyph_budget(STREAM_BLOCKS));
    ngx_glyph_blocks_free(ngx_glyph_budget(TURN_BLOCKS));
}


static void
ngx_glyph_chunks_free(ngx_glyph_budget_t *budget)
{
    ngx_queue_t        *q;
    ngx_glyph_chunk_t  *chunk;

    while (!ngx_queue_empty(&budget->idle)) {
        q = ngx_queue_head(&budget->idle);
        ngx_queue_remove(q);

        chunk = ngx_queue_data(q, ngx_glyph_chunk_t, queue);
        ngx_free(chunk);
    }
}


static void
ngx_glyph_blocks_free(ngx_glyph_budget_t *budget)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&budget->idle)) {
        q = ngx_queue_head(&budget->idle);
        ngx_queue_remove(q);

        ngx_glyph_block_free(ngx_queue_data(q, ngx_glyph_block_t, queue));
    }
}


ngx_glyph_chunk_t *
ngx_glyph_chunk_get(ngx_glyph_waiter_t *w, ngx_glyph_budget_e of)
{
    ngx_queue_t         *q;
    ngx_glyph_chunk_t   *chunk;
    ngx_glyph_budget_t  *budget;

    budget = &ngx_glyph_budgets[of];

    if (!ngx_glyph_budget_take(budget, w)) {
        return NULL;
    }

    if (!ngx_queue_empty(&budget->idle)) {
        q = ngx_queue_head(&budget->idle);
        ngx_queue_remove(q);

        chunk = ngx_queue_data(q, ngx_glyph_chunk_t, queue);

    } else {
        chunk = ngx_alloc(sizeof(ngx_glyph_chunk_t) + ngx_glyph_chunk_size,
                          ngx_cycle->log);
        if (chunk == NULL) {
            ngx_glyph_budget_put(budget, NULL);
            return NULL;
        }

        chunk->budget = budget;
        chunk->start = (u_char *) chunk + sizeof(ngx_glyph_chunk_t);
        chunk->end = chunk->start + ngx_glyph_chunk_size;
    }

    chunk->pos = chunk->start;
    chunk->last = chunk->start;

    return chunk;
}


void
ngx_glyph_chunk_own(ngx_glyph_chunk_t *chunk)
{
    ngx_glyph_budget_t  *budget;

    budget = chunk->budget;
    chunk->budget = NULL;

    ngx_glyph_budget_put(budget, NULL);
}


void
ngx_glyph_chunk_put(ngx_glyph_chunk_t *chunk)
{
    if (chunk->budget == NULL) {
        ngx_free(chunk);
        return;
    }

    ngx_glyph_budget_put(chunk->budget, &chunk->queue);
}


/* Nobody waits for those that clients may keep: it could be for ever. */

ngx_glyph_block_t *
ngx_glyph_block_get(ngx_glyph_waiter_t *w, ngx_glyph_budget_e of)
{
    ngx_glyph_block_t  *block;

    if (of == NGX_GLYPH_BUDGET_BLOCKS) {
        return ngx_glyph_block_lend(ngx_glyph_budget(BLOCKS), w);
    }

    if (w->kept == NULL && ngx_glyph_budget(STREAM_BLOCKS)->left) {
        ngx_glyph_waiter_cancel(w);

        return ngx_glyph_block_lend(ngx_glyph_budget(STREAM_BLOCKS), w);
    }

    block = ngx_glyph_block_lend(ngx_glyph_budget(TURN_BLOCKS), w);

    if (block) {
        block->full = NGX_GLYPH_BLOCK_TURN;
    }

    return block;
}


static ngx_glyph_block_t *
ngx_glyph_block_lend(ngx_glyph_budget_t *budget, ngx_glyph_waiter_t *w)
{
    ngx_queue_t        *q;
    ngx_glyph_block_t  *block;

    if (!ngx_glyph_budget_take(budget, w)) {
        return NULL;
    }

    if (!ngx_queue_empty(&budget->idle)) {
        q = ngx_queue_head(&budget->idle);
        ngx_queue_remove(q);

        block = ngx_queue_data(q, ngx_glyph_block_t, queue);

    } else {
        block = ngx_calloc(sizeof(ngx_glyph_block_t), ngx_cycle->log);
        if (block == NULL) {
            ngx_glyph_budget_put(budget, NULL);
            return NULL;
        }

        block->budget = budget;
    }

    block->full = NGX_GLYPH_BLOCK_SIZE - NGX_GLYPH_BLOCK_MARGIN;

    if (ngx_glyph_budget_plenty(budget)) {
        block->full += NGX_GLYPH_BLOCK_SIZE;
    }

    return block;
}


ngx_glyph_block_t *
ngx_glyph_block_own(ngx_glyph_block_t *block)
{
    ngx_glyph_block_t  *own;

    if (block->budget != ngx_glyph_budget(TURN_BLOCKS)) {
        return block;
    }

    own = ngx_calloc(sizeof(ngx_glyph_block_t), ngx_cycle->log);
    if (own == NULL) {
        return block;
    }

    glyph_buf_append(&own->listings, block->listings.data,
                     block->listings.len);

    if (own->listings.failed) {
        ngx_glyph_block_free(own);
        return block;
    }

    own->totals = block->totals;
    own->final = block->final;
    own->refused = block->refused;

    own->result = block->result;
    ngx_memzero(&block->result, sizeof(glyph_buf_t));

    ngx_glyph_block_put(block);

    return own;
}


void
ngx_glyph_block_put(ngx_glyph_block_t *block)
{
    ngx_glyph_budget_t  *budget;

    budget = block->budget;

    if (budget == NULL) {
        ngx_glyph_block_free(block);
        return;
    }

    if (block->listings.size + block->errors.size + block->warnings.size
        + block->result.size > NGX_GLYPH_BLOCK_KEEP)
    {
        ngx_glyph_block_free(block);
        ngx_glyph_budget_put(budget, NULL);
        return;
    }

    glyph_buf_reset(&block->listings);
    glyph_buf_reset(&block->errors);
    glyph_buf_reset(&block->warnings);
    glyph_buf_reset(&block->result);

    block->final = 0;
    block->refused = 0;

    ngx_glyph_budget_put(budget, &block->queue);
}


static void
ngx_glyph_block_free(ngx_glyph_block_t *block)
{
    glyph_buf_free(&block->listings);
    glyph_buf_free(&block->errors);
    glyph_buf_free(&block->warnings);
    glyph_buf_free(&block->result);

    ngx_free(block);
}


/* Whoever waits goes first. */

static ngx_uint_t
ngx_glyph_budget_take(ngx_glyph_budget_t *budget, ngx_glyph_waiter_t *w)
{
    if (w->kept == budget) {
        w->kept = NULL;
        return 1;
    }

    if (budget->left > 0 && !ngx_glyph_budget_wanted(budget)) {
        budget->left--;
        return 1;
    }

    if (!w->waiting) {
        ngx_glyph_budget_wait(budget, w);
    }

    return 0;
}


static void
ngx_glyph_budget_wait(ngx_glyph_budget_t *budget, ngx_glyph_waiter_t *w)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_BUDGET_KINDS - 1; i++) {
        if (w->size <= ngx_glyph_budget_sizes[i]) {
            break;
        }
    }

    w->waiting = 1;
    w->number = budget->numbers++;

    ngx_queue_insert_tail(&budget->waiters[i], &w->queue);
}


/* By turns the first of the smallest, and the first of all. */

static ngx_glyph_waiter_t *
ngx_glyph_budget_next(ngx_glyph_budget_t *budget)
{
    ngx_uint_t           i;
    ngx_queue_t         *q;
    ngx_glyph_waiter_t  *w, *first;

    first = NULL;

    for (i = 0; i < NGX_GLYPH_BUDGET_KINDS; i++) {

        if (ngx_queue_empty(&budget->waiters[i])) {
            continue;
        }

        q = ngx_queue_head(&budget->waiters[i]);
        w = ngx_queue_data(q, ngx_glyph_waiter_t, queue);

        if (first == NULL
            || (ngx_int_t) (w->number - first->number) < 0)
        {
            first = w;
        }

        if (budget->turns % 2 == 0) {
            break;
        }
    }

    budget->turns++;

    return first;
}


static ngx_uint_t
ngx_glyph_budget_wanted(ngx_glyph_budget_t *budget)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_GLYPH_BUDGET_KINDS; i++) {
        if (!ngx_queue_empty(&budget->waiters[i])) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_glyph_budget_put(ngx_glyph_budget_t *budget, ngx_queue_t *idle)
{
    if (idle) {
        ngx_queue_insert_head(&budget->idle, idle);
    }

    budget->left++;

    if (ngx_glyph_budget_wanted(budget)) {
        ngx_post_event(&budget->grant, &ngx_posted_events);
    }
}


/* Whether more than half are free. */

static ngx_uint_t
ngx_glyph_budget_plenty(ngx_glyph_budget_t *budget)
{
    return budget->left > budget->limit / 2;
}


static void
ngx_glyph_budget_grant(ngx_event_t *ev)
{
    ngx_glyph_waiter_t  *w;
    ngx_glyph_budget_t  *budget;

    budget = ev->data;

    while (budget->left && ngx_glyph_budget_wanted(budget)) {
        w = ngx_glyph_budget_next(budget);

        ngx_glyph_waiter_cancel(w);

        budget->left--;
        w->kept = budget;

        w->granted(w->data);
    }
}


void
ngx_glyph_waiter_cancel(ngx_glyph_waiter_t *w)
{
    ngx_glyph_budget_t  *budget;

    if (w->waiting) {
        w->waiting = 0;
        ngx_queue_remove(&w->queue);
    }

    if (w->kept) {
        budget = w->kept;
        w->kept = NULL;

        ngx_glyph_budget_put(budget, NULL);
    }
}


ngx_uint_t
ngx_glyph_chunk_wanted(ngx_glyph_chunk_t *chunk)
{
    return ngx_glyph_budget_wanted(chunk->budget);
}


ngx_uint_t
ngx_glyph_chunk_plenty(ngx_uint_t stream)
{
    return ngx_glyph_budget_plenty(stream ? ngx_glyph_budget(STREAM_CHUNKS)
                                          : ngx_glyph_budget(CHUNKS));
}


static void
ngx_glyph_budget_gauges(void)
{
    ngx_uint_t           i, k, waiting;
    ngx_queue_t         *q;
    ngx_glyph_budget_t  *budget;

    for (i = 0; i < NGX_GLYPH_BUDGETS; i++) {
        budget = &ngx_glyph_budgets[i];
        waiting = 0;

        for (k = 0; k < NGX_GLYPH_BUDGET_KINDS; k++) {

            for (q = ngx_queue_head(&budget->waiters[k]);
                 q != ngx_queue_sentinel(&budget->waiters[k]);
                 q = ngx_queue_next(q))
            {
                waiting++;
            }
        }

        ngx_glyph_zone_set(NGX_GLYPH_BUFFERS_USED + i,
                           budget->limit - budget->left);
        ngx_glyph_zone_set(NGX_GLYPH_BUFFERS_LIMIT + i, budget->limit);
        ngx_glyph_zone_set(NGX_GLYPH_BUFFERS_WAITING + i, waiting);
    }
}


/* glyph_buffers number size [blocks=number] */

char *
ngx_glyph_budget_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    ssize_t      size, memory;
    ngx_int_t    n;
    ngx_str_t   *value;

    if (gmcf->buffers.num) {
        return "is duplicate";
    }

    value = cf->args->elts;

    n = ngx_atoi(value[1].data, value[1].len);
    if (n == NGX_ERROR || n < 2) {
        return "must have at least 2 buffers";
    }

    size = ngx_parse_size(&value[2]);
    if (size == NGX_ERROR || size < 4096 || size > 16 * 1024 * 1024) {
        return "size must be between 4k and 16m";
    }

    memory = sysconf(_SC_PHYS_PAGES);

    if (memory > 0 && n > memory / (size / 4096 + 1)
                          * (ssize_t) (ngx_pagesize / 4096))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" of %i buffers of %z bytes for each worker "
                           "is more than this machine's memory", &value[0], n,
                           size);
        return NGX_CONF_ERROR;
    }

    gmcf->buffers.num = n;
    gmcf->buffers.size = size;

    if (cf->args->nelts == 3) {
        return NGX_CONF_OK;
    }

    if (ngx_strncmp(value[3].data, "blocks=", 7) == 0) {
        n = ngx_atoi(value[3].data + 7, value[3].len - 7);

        if (n != NGX_ERROR && n >= 2) {
            gmcf->blocks = n;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\": \"blocks=\" wants a number "
                       "of at least 2", &value[3]);
    return NGX_CONF_ERROR;
}


/*
 * The worker's budgets of memory: receive chunks, with a reserve of them for
 * bytes on their way to the disk, which imports that wait for Postgres cannot
 * use up; and blocks of encoded rows.  They are separate, so that nothing can
 * wait in a circle.  An object is lent only while it is in use, its memory is
 * kept for the next.
 *
 * Waiters take turns: one for the smallest upload that waits, one for whoever
 * has waited longest.  So a small one is not behind a crowd of large ones, and
 * those have half of all turns and more, however many small ones come.
 *
 * Streams have as many of both for themselves, so that no import has to wait
 * for clients that do not read.  Of these, half may stay with such clients;
 * the other half always comes back, for nobody waits for a client with it:
 *
 *   blocks   half are lent until the client has read them, as long as there
 *            are any; the others for a turn: a task writes little into one,
 *            which is copied when it ends
 *   chunks   while more than half are free, a job may keep some; then those
 *            that a stream cannot go on with become its own, one or two, or
 *            are read from its file again
 *
 * What is a job's own is small, and as many as there are jobs.
 */


#ifndef _NGX_GLYPH_BUDGET_H_INCLUDED_
#define _NGX_GLYPH_BUDGET_H_INCLUDED_


#include "ngx_glyph.h"


extern const ngx_glyph_part_t  ngx_glyph_budget_part;


/*
 * A block's memory: twice as much while more than half of all blocks are free,
 * for each of them is a transaction.
 */
#define NGX_GLYPH_BLOCK_SIZE      (1024 * 1024)

/*
 * So much before that it is full: two rows fit there, unless
 * glyph_max_row_size is larger than usual.
 */
#define NGX_GLYPH_BLOCK_MARGIN    (2 * 64 * 1024)

/* What is written into a block that is lent for a turn, and a row. */
#define NGX_GLYPH_BLOCK_TURN      (64 * 1024)


typedef struct ngx_glyph_budget_s  ngx_glyph_budget_t;


typedef struct {
    ngx_queue_t                queue;       /* idle, or the job's */
    ngx_glyph_budget_t        *budget;      /* NULL: the job's own */
    u_char                    *pos;         /* not yet read */
    u_char                    *last;
    u_char                    *end;
    u_char                    *start;
} ngx_glyph_chunk_t;


typedef struct {
    ngx_queue_t                queue;
    ngx_glyph_budget_t        *budget;      /* NULL: the job's own */
    glyph_buf_t                listings;    /* COPY tuples */
    glyph_buf_t                errors;
    glyph_buf_t                warnings;
    size_t                     full;        /* when all have so many bytes */
    glyph_totals_t             totals;      /* as of the block's end */

    /* an import's: the numbers of its first row and warning, of those that
       Postgres had before some are not in it; and what is */
    uint64_t                   rows_lo;
    uint64_t                   warnings_lo;
    uint64_t                   valid;
    uint64_t                   invalid;
    double                     score_min;
    double                     score_max;

    /* the job's end, in its last block */
    ngx_uint_t                 final;       /* its state, or 0 */
    glyph_buf_t                result;      /* the ImportResult */
    ngx_uint_t                 refused;     /* rows, which it has as such */
} ngx_glyph_block_t;

/* bytes of rows */
#define ngx_glyph_block_size(block)                                           \
    ((block)->listings.len + (block)->errors.len + (block)->warnings.len)


typedef enum {
    NGX_GLYPH_BUDGET_CHUNKS = 0,
    NGX_GLYPH_BUDGET_SPOOL,                 /* the reserve, for bytes on their
                                               way to the disk */
    NGX_GLYPH_BUDGET_BLOCKS,
    NGX_GLYPH_BUDGET_STREAM_CHUNKS,
    NGX_GLYPH_BUDGET_STREAM_BLOCKS,         /* until the client has read */
    NGX_GLYPH_BUDGET_TURN_BLOCKS,           /* for a task */

    NGX_GLYPH_BUDGETS
} ngx_glyph_budget_e;


/*
 * What waits for a budget; "granted" is called in the event loop, later.  One
 * object is then kept for it, until it gets it or is cancelled: a client's
 * socket is read only after others had their turn.
 */

typedef struct {
    ngx_queue_t                queue;
    void                     (*granted)(void *data);
    void                      *data;
    ngx_glyph_budget_t        *kept;        /* that keeps one for it */
    off_t                      size;        /* of the upload, as known */
    ngx_uint_t                 number;      /* of who asked; the budget's */
    unsigned                   waiting:1;
} ngx_glyph_waiter_t;


/*
 * One of these, or NULL: then the waiter is queued (unless it is already) and
 * "granted" tells when to try again; or, if w->waiting is still 0, there is no
 * memory.  Blocks are BLOCKS, or STREAM_BLOCKS for one of either kind of those.
 */
ngx_glyph_chunk_t *ngx_glyph_chunk_get(ngx_glyph_waiter_t *w,
    ngx_glyph_budget_e of);
ngx_glyph_block_t *ngx_glyph_block_get(ngx_glyph_waiter_t *w,
    ngx_glyph_budget_e of);

/* Leaves the chunk, where it is, to the job: the budget has one more. */
void ngx_glyph_chunk_own(ngx_glyph_chunk_t *chunk);

/*
 * What may stay with a client: the block, or, if it is lent for a turn and
 * there is memory, a copy in its place.
 */
ngx_glyph_block_t *ngx_glyph_block_own(ngx_glyph_block_t *block);

void ngx_glyph_chunk_put(ngx_glyph_chunk_t *chunk);
void ngx_glyph_block_put(ngx_glyph_block_t *block);

/* Stops waiting; what is kept for it goes to the next. */
void ngx_glyph_waiter_cancel(ngx_glyph_waiter_t *w);


/* Whether anybody waits for a chunk like this one. */
ngx_uint_t ngx_glyph_chunk_wanted(ngx_glyph_chunk_t *chunk);

/* Whether more than half of all chunks, or of those of streams, are free. */
ngx_uint_t ngx_glyph_chunk_plenty(ngx_uint_t stream);

/* The directive glyph_buffers. */
char *ngx_glyph_budget_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_GLYPH_BUDGET_H_INCLUDED_ */

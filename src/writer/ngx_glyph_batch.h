
/*
 * What one transaction of the writer holds: at most one block of each of many
 * jobs, the text of its statements, and the bytes of its COPYs.
 *
 *   item      its import is                     Postgres has of it afterwards
 *   whole     begun and ended here: copied      its row, complete
 *   lane      in other transactions, too        ranges more
 *   neither   in no other: its row is locked    its row, as far as it goes,
 *             and changed                       with its ranges folded into it
 *
 * Schemas older than NGX_GLYPH_BATCH_SCHEMA_LANES have no lanes and no ranges:
 * an import is in one transaction at a time, its blocks in order.
 */


#ifndef _NGX_GLYPH_BATCH_H_INCLUDED_
#define _NGX_GLYPH_BATCH_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_writer_fence.h"


#define NGX_GLYPH_BATCH_JOBS      256
#define NGX_GLYPH_BATCH_SIZE      (4 * 1024 * 1024)

/* libpq queues without limit, so it gets no more than this at a time */
#define NGX_GLYPH_BATCH_PIECE     65536


typedef struct {
    ngx_glyph_job_t           *job;
    ngx_glyph_import_t        *import;      /* the job's */
    ngx_glyph_block_t         *block;       /* NULL: only to be registered */
    ngx_glyph_uuid_t           original;    /* that had the same file */
    unsigned                   repeated:1;  /* there is one */
    unsigned                   lane:1;
    unsigned                   foreign:1;   /* to be taken: another's epoch */
} ngx_glyph_item_t;


/* the first schema that has them */
#define NGX_GLYPH_BATCH_SCHEMA_WARNINGS  3


typedef enum {
    NGX_GLYPH_BATCH_IMPORTS = 0,
    NGX_GLYPH_BATCH_LISTINGS,
    NGX_GLYPH_BATCH_ERRORS,
    NGX_GLYPH_BATCH_WARNINGS,
    NGX_GLYPH_BATCH_COPIES
} ngx_glyph_batch_copy_e;


typedef struct {
    ngx_queue_t                queue;       /* the writer's */
    uint64_t                   usec;        /* that its transaction took */
    ngx_uint_t                 schema;      /* of its connection */
    unsigned                   doubtful:1;  /* its outcome is not known … */
    ngx_msec_t                 again_at;    /* … or somebody is about to end its
                                               jobs: asked again then … */
    ngx_msec_t                 take_at;     /* … and then no more; or both 0 */

    ngx_uint_t                 n;
    ngx_glyph_item_t           items[NGX_GLYPH_BATCH_JOBS];
    size_t                     size;        /* bytes to be copied */
    glyph_buf_t                sql;

    /*
     * imports that begin and end here: their rows are copied, the functions
     * of the schema are for the others
     */
    glyph_buf_t                imports;
    ngx_uint_t                 nwhole;
    unsigned                   copied:1;

    /* what there is to be copied, and where the running COPY stands */
    unsigned                   copies[NGX_GLYPH_BATCH_COPIES];
    ngx_uint_t                 next;
    ngx_glyph_batch_copy_e     copy;
    ngx_uint_t                 item;
    size_t                     offset;
    unsigned                   header_sent:1;
    unsigned                   trailer_sent:1;
} ngx_glyph_batch_t;


/*
 * Takes the job's first block, if it has one, and a reference.  "lane": the job
 * may be in other batches meanwhile.
 */
void ngx_glyph_batch_add(ngx_glyph_batch_t *batch, ngx_glyph_job_t *job,
    ngx_uint_t lane);

/* Nothing more of its jobs is sent before its outcome is known. */
void ngx_glyph_batch_doubt(ngx_glyph_batch_t *batch);

/*
 * Takes the i-th item out; its reference and its block are the caller's,
 * and the last item moves into its place.
 */
ngx_glyph_item_t ngx_glyph_batch_remove(ngx_glyph_batch_t *batch,
    ngx_uint_t i);

/*
 * Writes batch->sql, terminated, for batch->schema: an old one has no table of
 * warnings.  NGX_ERROR when out of memory.
 */
ngx_int_t ngx_glyph_batch_sql(ngx_glyph_batch_t *batch);

/* The server waits for the next COPY's data. */
void ngx_glyph_batch_copy(ngx_glyph_batch_t *batch);

/* The next piece of it; NGX_DONE when there is none. */
ngx_int_t ngx_glyph_batch_piece(ngx_glyph_batch_t *batch, ngx_str_t *piece);

/* Frees what a batch without jobs holds. */
void ngx_glyph_batch_free(ngx_glyph_batch_t *batch);

/* Of the last job: for what is said of a batch, or of that job in TAKE. */
ngx_log_t *ngx_glyph_batch_log(ngx_glyph_batch_t *batch);

/*
 * Makes the row-th tuple (from 1) of the COPY of listings a rejected row, as
 * the server has refused it; NGX_DECLINED if there is no such tuple.
 */
ngx_int_t ngx_glyph_batch_refuse(ngx_glyph_batch_t *batch, ngx_uint_t row);


#endif /* _NGX_GLYPH_BATCH_H_INCLUDED_ */

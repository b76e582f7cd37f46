
/*
 * The spool: bodies that were acknowledged before they were imported, one
 * file each, below glyph_spool_path:
 *
 *   jobs/…/{id}.part    being written; locked by the worker that receives it
 *   jobs/…/{id}         acknowledged; locked by the worker that imports it
 *   quarantine/{id}     given up; for the operator
 *
 * A file is a prefix of fixed size, the meta (what the request said), and the
 * body as it came.  Numbers are in the byte order of the machine: a spool
 * does not travel.
 *
 *   OPEN    file made and locked
 *   WRITE   a chunk each, counted before it is written; owner of the chunk:
 *           the task
 *   SEAL    the prefix tells the length; fdatasync, a name, directory synced
 *   DROP    unlinked, or moved to quarantine, and closed
 *   READ    a chunk each, by whoever has adopted the file
 *
 * Each is a task in the io pool, one at a time for a file; while it runs, the
 * spool object is the task's.  Whoever has the object has the lock; closing
 * it lets go of both.
 */


#ifndef _NGX_GLYPH_SPOOL_H_INCLUDED_
#define _NGX_GLYPH_SPOOL_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_budget.h"
#include "ngx_glyph_task.h"


typedef void (*ngx_glyph_spool_done_pt)(ngx_glyph_spool_t *spool);


/* an error that errno has no value for: glyph_spool_max_size is reached */

#define NGX_GLYPH_SPOOL_FULL  (-1)


typedef struct {
    u_char                     magic[8];
    uint32_t                   crc32;       /* of all that follows */
    uint32_t                   attempts;    /* runs without progress */
    uint64_t                   rows;        /* Postgres had then */
    uint64_t                   start_time;  /* ms since 1970 */
    uint64_t                   meta_len;
    uint64_t                   meta_crc32;
    uint64_t                   body_len;
    ngx_glyph_uuid_t           id;
    u_char                     nonce[8];    /* tells this upload from others
                                               with the same id; hex */
    u_char                     worker[40];  /* the last that ran it; a NUL
                                               behind it */
} ngx_glyph_spool_prefix_t;


struct ngx_glyph_spool_s {
    ngx_glyph_task_t           task;        /* must be first */
    ngx_glyph_spool_done_pt    done;        /* in the event loop */
    void                      *data;        /* the user's */

    ngx_fd_t                   fd;
    ngx_glyph_spool_prefix_t   prefix;
    glyph_buf_t                meta;
    u_char                    *name;        /* jobs/…/{id}, terminated */
    ngx_glyph_chunk_t         *chunk;       /* of WRITE and READ */
    glyph_sha256_t            *digest;      /* of what is written, or NULL */
    u_char                    *wanted;      /* what it must be: or EBADMSG */
    off_t                      expected;    /* Content-Length, or -1 */
    off_t                      offset;      /* in the body */
    off_t                      size;        /* counted as used */
    ngx_err_t                  err;         /* of the last task; 0: none */

    /* of a body that is a file of this node, until it is copied */
    ngx_str_t                 *root;
    ngx_str_t                 *source;      /* NULL: none */
    ngx_fd_t                   source_fd;
    off_t                      source_max;  /* 0: any size */

    unsigned                   busy:1;      /* a task is out */
    unsigned                   sealed:1;    /* has its name */
    unsigned                   quarantine:1;
    unsigned                   source_failed:1; /* err is of the source */
};


/* It makes the directories. */
extern const ngx_glyph_part_t  ngx_glyph_spool_part;

/*
 * A zone of shared memory that counts the bytes of all files; from the
 * configuration.
 */
ngx_int_t ngx_glyph_spool_zone(ngx_conf_t *cf);

/* Bytes, and files at the last scan. */
off_t ngx_glyph_spool_used(void);
ngx_uint_t ngx_glyph_spool_files(void);

/* Whether a body of so many bytes could be taken now.  It is only asked. */
ngx_uint_t ngx_glyph_spool_fits(off_t n);

/* An object for the job's id, without a file; NULL: out of memory. */
ngx_glyph_spool_t *ngx_glyph_spool_create(ngx_glyph_uuid_t *id);

/*
 * NGX_OK: the task is out, and "done" will be called with spool->err set.
 * NGX_ERROR: the io pool's queue is full, try again.
 *
 * err is EEXIST if an acknowledged file has the id, ENOSPC if the disk has no
 * room, NGX_GLYPH_SPOOL_FULL if glyph_spool_max_size leaves none.
 */
ngx_int_t ngx_glyph_spool_open(ngx_glyph_spool_t *spool,
    ngx_glyph_spool_done_pt done);
ngx_int_t ngx_glyph_spool_write(ngx_glyph_spool_t *spool,
    ngx_glyph_chunk_t *chunk, ngx_glyph_spool_done_pt done);

/*
 * Copies some of spool->source, which is NULL when that was all.  If
 * source_failed is set, err is as of ngx_glyph_source_open(), or EFBIG.
 */
ngx_int_t ngx_glyph_spool_copy(ngx_glyph_spool_t *spool,
    ngx_glyph_spool_done_pt done);

ngx_int_t ngx_glyph_spool_seal(ngx_glyph_spool_t *spool,
    ngx_glyph_spool_done_pt done);

/* Opens, locks and reads prefix and meta; EAGAIN: somebody else has it. */
ngx_int_t ngx_glyph_spool_adopt(ngx_glyph_spool_t *spool,
    ngx_glyph_spool_done_pt done);

/* As adopt, but only looks: no lock, and the file is closed again. */
ngx_int_t ngx_glyph_spool_look(ngx_glyph_spool_t *spool,
    ngx_glyph_spool_done_pt done);

/* Fills the chunk from the body; spool->offset is moved. */
ngx_int_t ngx_glyph_spool_read(ngx_glyph_spool_t *spool,
    ngx_glyph_chunk_t *chunk, ngx_glyph_spool_done_pt done);

/* Writes the prefix again, so that it is on the disk. */
ngx_int_t ngx_glyph_spool_update(ngx_glyph_spool_t *spool,
    ngx_glyph_spool_done_pt done);

/*
 * Ends the file (or moves it to quarantine, if that is set) and frees the
 * object, in a task of its own; none may be out.
 */
void ngx_glyph_spool_drop(ngx_glyph_spool_t *spool);

/* Lets go of the file, which stays, and frees the object. */
void ngx_glyph_spool_close(ngx_glyph_spool_t *spool);


/* The oldest acknowledged files, at most so many at a time. */

#define NGX_GLYPH_SPOOL_OLDEST    64

typedef struct {
    ngx_glyph_task_t           task;
    void                     (*done)(void);
    ngx_glyph_uuid_t           ids[NGX_GLYPH_SPOOL_OLDEST];
    ngx_uint_t                 n;
    ngx_uint_t                 files;
    uint64_t                   used;
} ngx_glyph_spool_scan_t;

/*
 * Looks through all files: parts that nobody writes any more are removed, and
 * the bytes counted.  NGX_ERROR: the io pool's queue is full.
 */
ngx_int_t ngx_glyph_spool_scan(ngx_glyph_spool_scan_t *scan);


#endif /* _NGX_GLYPH_SPOOL_H_INCLUDED_ */

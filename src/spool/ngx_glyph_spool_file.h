
/*
 * What the parts of the spool share, and nobody else: the object and its
 * tasks (ngx_glyph_spool.c), files that are received (_spool_write.c), that
 * are imported (_spool_read.c), and the directory (_spool_scan.c).
 */


#ifndef _NGX_GLYPH_SPOOL_FILE_H_INCLUDED_
#define _NGX_GLYPH_SPOOL_FILE_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_spool.h"


#define NGX_GLYPH_SPOOL_MAGIC     "glyphsp1"
#define NGX_GLYPH_SPOOL_META_MAX  (256 * 1024)

#define NGX_GLYPH_SPOOL_PART      ".part"


/* Shared by all workers, also those of an older configuration. */

typedef struct {
    ngx_atomic_t               used;        /* bytes, signed: a scan may have
                                               missed what is then dropped */
    ngx_atomic_t               files;       /* at the last scan */
} ngx_glyph_spool_sh_t;


extern ngx_path_t            *ngx_glyph_spool_dir;
extern ngx_glyph_spool_sh_t  *ngx_glyph_spool_sh;


/* The object's next task; as ngx_glyph_spool_open(). */
ngx_int_t ngx_glyph_spool_post(ngx_glyph_spool_t *spool,
    void (*run)(ngx_glyph_task_t *task, ngx_log_t *log),
    ngx_glyph_spool_done_pt done);


/* These are for threads, too. */

/* Logs ngx_errno, which it returns. */
ngx_err_t ngx_glyph_spool_failed(ngx_log_t *log, const char *what,
    const char *name);

/* The name of the file while it has none; of NGX_MAX_PATH bytes. */
void ngx_glyph_spool_part_name(u_char *name, char *part);

/* Where the body begins. */
off_t ngx_glyph_spool_body(ngx_glyph_spool_t *spool);

ngx_err_t ngx_glyph_spool_pwrite(ngx_fd_t fd, const void *data, size_t len,
    off_t offset);
ngx_err_t ngx_glyph_spool_pread(ngx_fd_t fd, void *data, size_t len,
    off_t offset);
ngx_err_t ngx_glyph_spool_put_prefix(ngx_glyph_spool_t *spool);


#endif /* _NGX_GLYPH_SPOOL_FILE_H_INCLUDED_ */

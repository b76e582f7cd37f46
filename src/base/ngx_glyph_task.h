
/*
 * Work for a thread pool that belongs to no request.  Owner of the memory:
 * from ngx_glyph_task_post() to the completion, the pool; the completion runs
 * in the event loop and is always the last to touch the task.  A running task
 * keeps the worker alive at a graceful shutdown.
 */


#ifndef _NGX_GLYPH_TASK_H_INCLUDED_
#define _NGX_GLYPH_TASK_H_INCLUDED_


#include "ngx_glyph.h"


extern const ngx_glyph_part_t  ngx_glyph_task_part;


typedef struct ngx_glyph_task_s  ngx_glyph_task_t;

struct ngx_glyph_task_s {
    ngx_thread_task_t          task;        /* must be first */
    void                     (*run)(ngx_glyph_task_t *task, ngx_log_t *log);
                                            /* in the thread */
    void                     (*done)(ngx_glyph_task_t *task);
                                            /* in the event loop */
    void                      *data;
    uint64_t                   usec;        /* that "run" took; for "done" */
};


/*
 * Posts to a pool; the caller has set run, done and data, and all else is
 * zero (a task may be posted again after its completion).  NGX_ERROR: the
 * pool's queue is full, neither run nor done will be called.
 */
ngx_int_t ngx_glyph_task_post(ngx_thread_pool_t *tp, ngx_glyph_task_t *task);

/* The directive glyph_thread_pool. */
char *ngx_glyph_task_directive(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_GLYPH_TASK_H_INCLUDED_ */


#include "ngx_glyph.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_timing.h"


/*
 * Before 1.25.4 nginx does not wait for tasks at a graceful shutdown, so a
 * timer that is not cancelable does: one for all tasks of the worker.
 */

#define NGX_GLYPH_TASK_HOLD  60000


static void ngx_glyph_task_handler(void *data, ngx_log_t *log);
static void ngx_glyph_task_event_handler(ngx_event_t *ev);
static void ngx_glyph_task_hold_handler(ngx_event_t *ev);


static ngx_uint_t        ngx_glyph_tasks;
static ngx_atomic_t      ngx_glyph_tasks_begun;     /* of these */
static ngx_event_t       ngx_glyph_task_hold;
static ngx_connection_t  ngx_glyph_task_dummy;


ngx_int_t
ngx_glyph_task_post(ngx_thread_pool_t *tp, ngx_glyph_task_t *task)
{
    task->task.ctx = task;
    task->task.handler = ngx_glyph_task_handler;
    task->task.event.handler = ngx_glyph_task_event_handler;
    task->task.event.data = task;
    task->task.event.log = ngx_cycle->log;

    if (ngx_thread_task_post(tp, &task->task) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_glyph_tasks++ == 0) {
        ngx_glyph_task_dummy.fd = (ngx_socket_t) -1;

        ngx_glyph_task_hold.handler = ngx_glyph_task_hold_handler;
        ngx_glyph_task_hold.data = &ngx_glyph_task_dummy;
        ngx_glyph_task_hold.log = ngx_cycle->log;

        ngx_add_timer(&ngx_glyph_task_hold, NGX_GLYPH_TASK_HOLD);
    }

    return NGX_OK;
}


static void
ngx_glyph_task_handler(void *data, ngx_log_t *log)
{
    ngx_glyph_task_t *task = data;

    uint64_t  began;

    (void) ngx_atomic_fetch_add(&ngx_glyph_tasks_begun, 1);

    began = ngx_glyph_usec();

    task->run(task, log);

    task->usec = ngx_glyph_usec() - began;
}


static void
ngx_glyph_task_event_handler(ngx_event_t *ev)
{
    ngx_glyph_task_t *task = ev->data;

    (void) ngx_atomic_fetch_add(&ngx_glyph_tasks_begun, -1);

    if (--ngx_glyph_tasks == 0 && ngx_glyph_task_hold.timer_set) {
        ngx_del_timer(&ngx_glyph_task_hold);
    }

    task->done(task);
}


static void
ngx_glyph_task_hold_handler(ngx_event_t *ev)
{
    if (ngx_glyph_tasks) {
        ngx_add_timer(ev, NGX_GLYPH_TASK_HOLD);
    }
}


ngx_uint_t
ngx_glyph_task_waiting(void)
{
    return ngx_glyph_tasks - ngx_glyph_task_running();
}


ngx_uint_t
ngx_glyph_task_running(void)
{
    return ngx_glyph_tasks_begun;
}

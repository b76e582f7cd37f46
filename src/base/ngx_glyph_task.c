
#include "ngx_glyph.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_timing.h"
#include "ngx_glyph_zone.h"


/*
 * Before 1.25.4 nginx does not wait for tasks at a graceful shutdown, so a
 * timer that is not cancelable does: one for all tasks of the worker.
 */

#define NGX_GLYPH_TASK_HOLD  60000


static void ngx_glyph_task_gauges(void);
static void ngx_glyph_task_handler(void *data, ngx_log_t *log);
static void ngx_glyph_task_event_handler(ngx_event_t *ev);
static void ngx_glyph_task_hold_handler(ngx_event_t *ev);


const ngx_glyph_part_t  ngx_glyph_task_part = {
    NULL,
    NULL,
    ngx_glyph_task_gauges,
    0
};


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


/* Those that no thread has begun, and that one has. */

static void
ngx_glyph_task_gauges(void)
{
    ngx_uint_t  begun;

    begun = ngx_glyph_tasks_begun;

    ngx_glyph_zone_set(NGX_GLYPH_TASKS_WAITING, ngx_glyph_tasks - begun);
    ngx_glyph_zone_set(NGX_GLYPH_TASKS_RUNNING, begun);
}


/* glyph_thread_pool compute [io=name] */

char *
ngx_glyph_task_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    ngx_str_t  *value, name;

    if (gmcf->compute) {
        return "is duplicate";
    }

    value = cf->args->elts;

    gmcf->compute = ngx_thread_pool_add(cf, &value[1]);
    gmcf->io = gmcf->compute;

    if (gmcf->compute == NULL) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (value[2].len <= 3 || ngx_strncmp(value[2].data, "io=", 3) != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\": the only one is "
                           "\"io=\", the name of a thread pool", &value[2]);
        return NGX_CONF_ERROR;
    }

    name.data = value[2].data + 3;
    name.len = value[2].len - 3;

    gmcf->io = ngx_thread_pool_add(cf, &name);

    return gmcf->io ? NGX_CONF_OK : NGX_CONF_ERROR;
}

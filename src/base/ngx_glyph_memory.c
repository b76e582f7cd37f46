
/*
 * What a flood has left.  glibc keeps freed memory in two ways that do not suit
 * a process that may need a gigabyte now and nothing for a week:
 *
 *   - having freed something large, it takes the next things of that size from
 *     its heaps (up to 32 MB, such as the windows of zstd), where they stay;
 *     with a fixed threshold they are mapped, and gone when they are freed;
 *
 *   - of a heap, of which each thread may have one, only the end goes back;
 *     what is below a single piece in use stays.  malloc_trim() gives all
 *     pages back, and is called when the worker has grown; and, as much of that
 *     may still have been in use then, again later, each time after twice the
 *     time, while the worker is larger than it was at its smallest.
 *
 * With another allocator this does nothing.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_memory.h"
#include "ngx_glyph_task.h"
#include "ngx_glyph_tick.h"

#include <malloc.h>


/* what is larger is mapped */
#define NGX_GLYPH_MEMORY_MAPPED   (256 * 1024)

/* the end of a heap that is kept */
#define NGX_GLYPH_MEMORY_SPARE    (1024 * 1024)

/* by so much the worker has grown since heaps were trimmed */
#define NGX_GLYPH_MEMORY_GROWN    (16 * 1024 * 1024)

/* and how often that is looked at, ms */
#define NGX_GLYPH_MEMORY_TICK     5000

/* in such ticks, when they are trimmed again, at first and at most */
#define NGX_GLYPH_MEMORY_AGAIN    2
#define NGX_GLYPH_MEMORY_SELDOM   64


static ngx_int_t ngx_glyph_memory_init(ngx_cycle_t *cycle);
static void ngx_glyph_memory_exit(void);
static void ngx_glyph_memory_tick_handler(ngx_event_t *ev);
static ngx_uint_t ngx_glyph_memory_due(void);
static void ngx_glyph_memory_trim(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_memory_trimmed(ngx_glyph_task_t *task);
static size_t ngx_glyph_memory_private(void);


const ngx_glyph_part_t  ngx_glyph_memory_part = {
    ngx_glyph_memory_init,
    ngx_glyph_memory_exit,
    NULL,
    0
};


static glyph_room_t      ngx_glyph_memory_windows;
static ngx_fd_t          ngx_glyph_memory_statm = NGX_INVALID_FILE;
static size_t            ngx_glyph_memory_least;    /* since last trimmed */
static size_t            ngx_glyph_memory_smallest; /* ever */
static ngx_uint_t        ngx_glyph_memory_pause     /* in ticks */
                             = NGX_GLYPH_MEMORY_AGAIN;
static ngx_uint_t        ngx_glyph_memory_left;     /* … of it */
static ngx_event_t       ngx_glyph_memory_tick;
static ngx_glyph_task_t  ngx_glyph_memory_task;


static ngx_int_t
ngx_glyph_memory_init(ngx_cycle_t *cycle)
{
    ngx_glyph_memory_windows.limit = ngx_glyph_main_conf->windows;

#ifdef __GLIBC__

    if (ngx_glyph_memory_tick.timer_set) {
        return NGX_OK;
    }

    (void) mallopt(M_MMAP_THRESHOLD, NGX_GLYPH_MEMORY_MAPPED);
    (void) mallopt(M_TRIM_THRESHOLD, NGX_GLYPH_MEMORY_SPARE);

    ngx_glyph_memory_statm = ngx_open_file((u_char *) "/proc/self/statm",
                                           NGX_FILE_RDONLY|O_CLOEXEC,
                                           NGX_FILE_OPEN, 0);

    if (ngx_glyph_memory_statm == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_NOTICE, cycle->log, ngx_errno,
                      "/proc/self/statm cannot be read: what a flood of "
                      "requests leaves is kept");
        return NGX_OK;
    }

    ngx_glyph_memory_least = ngx_glyph_memory_private();
    ngx_glyph_memory_smallest = ngx_glyph_memory_least;

    ngx_glyph_tick_init(&ngx_glyph_memory_tick, ngx_glyph_memory_tick_handler);

    ngx_glyph_memory_task.run = ngx_glyph_memory_trim;
    ngx_glyph_memory_task.done = ngx_glyph_memory_trimmed;

    ngx_add_timer(&ngx_glyph_memory_tick, NGX_GLYPH_MEMORY_TICK);

#endif

    return NGX_OK;
}


static void
ngx_glyph_memory_exit(void)
{
    if (ngx_glyph_memory_statm != NGX_INVALID_FILE) {
        (void) ngx_close_file(ngx_glyph_memory_statm);
        ngx_glyph_memory_statm = NGX_INVALID_FILE;
    }
}


glyph_room_t *
ngx_glyph_memory_room(void)
{
    return &ngx_glyph_memory_windows;
}


/*
 * Not only when nothing is going on: what is in use stays, and so a worker
 * that grows for a reason has its heaps looked at once in a while, no more.
 */

static void
ngx_glyph_memory_tick_handler(ngx_event_t *ev)
{
    if (!ngx_exiting
        && ngx_glyph_memory_due()
        && ngx_glyph_task_post(ngx_glyph_main_conf->io
                               ? ngx_glyph_main_conf->io
                               : ngx_glyph_main_conf->compute,
                               &ngx_glyph_memory_task)
           == NGX_OK)
    {
        return;
    }

    if (!ngx_exiting) {
        ngx_add_timer(ev, NGX_GLYPH_MEMORY_TICK);
    }
}


static ngx_uint_t
ngx_glyph_memory_due(void)
{
    size_t  size;

    size = ngx_glyph_memory_private();

    ngx_glyph_memory_least = ngx_min(size, ngx_glyph_memory_least);
    ngx_glyph_memory_smallest = ngx_min(size, ngx_glyph_memory_smallest);

    if (size > ngx_glyph_memory_least + NGX_GLYPH_MEMORY_GROWN) {
        ngx_glyph_memory_pause = NGX_GLYPH_MEMORY_AGAIN;
        ngx_glyph_memory_left = ngx_glyph_memory_pause;

        return 1;
    }

    if (size <= ngx_glyph_memory_smallest + NGX_GLYPH_MEMORY_GROWN
        || (ngx_glyph_memory_left && --ngx_glyph_memory_left))
    {
        return 0;
    }

    ngx_glyph_memory_pause = ngx_min(ngx_glyph_memory_pause * 2,
                                     NGX_GLYPH_MEMORY_SELDOM);
    ngx_glyph_memory_left = ngx_glyph_memory_pause;

    return 1;
}


static void
ngx_glyph_memory_trim(ngx_glyph_task_t *task, ngx_log_t *log)
{
#ifdef __GLIBC__
    (void) malloc_trim(NGX_GLYPH_MEMORY_SPARE);
#endif
}


static void
ngx_glyph_memory_trimmed(ngx_glyph_task_t *task)
{
    ngx_glyph_memory_least = ngx_glyph_memory_private();

    ngx_log_debug2(NGX_LOG_DEBUG_CORE, ngx_cycle->log, 0,
                   "glyph memory trimmed: %uz bytes, %uL usec",
                   ngx_glyph_memory_least, task->usec);

    if (!ngx_exiting) {
        ngx_add_timer(&ngx_glyph_memory_tick, NGX_GLYPH_MEMORY_TICK);
    }
}


/* Resident, without what is shared with files or other processes. */

static size_t
ngx_glyph_memory_private(void)
{
    char           buf[128], *end;
    ssize_t        n;
    unsigned long  resident, shared;

    n = pread(ngx_glyph_memory_statm, buf, sizeof(buf) - 1, 0);

    if (n <= 0) {
        return 0;
    }

    buf[n] = '\0';

    (void) strtoul(buf, &end, 10);
    resident = strtoul(end, &end, 10);
    shared = strtoul(end, &end, 10);

    return (size_t) (resident - shared) * ngx_pagesize;
}

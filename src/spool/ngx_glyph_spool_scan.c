
/*
 * A look through all files, in a thread: which are the oldest, how many and
 * how large they are; parts that nobody writes any more are removed.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_spool_file.h"
#include "ngx_glyph_uuid.h"

#include <sys/file.h>


/* One found by a scan. */

typedef struct {
    ngx_glyph_uuid_t           id;
    struct timespec            mtime;
} ngx_glyph_spool_found_t;


typedef struct {
    ngx_glyph_spool_scan_t    *scan;
    ngx_log_t                 *log;
    ngx_glyph_spool_found_t    oldest[NGX_GLYPH_SPOOL_OLDEST];
} ngx_glyph_spool_walk_t;


static void ngx_glyph_spool_scan_run(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_spool_scan_done(ngx_glyph_task_t *task);
static void ngx_glyph_spool_walk(ngx_glyph_spool_walk_t *w, const char *dir,
    ngx_uint_t depth);
static void ngx_glyph_spool_file(ngx_glyph_spool_walk_t *w, int dir,
    const char *name);
static void ngx_glyph_spool_orphan(ngx_glyph_spool_walk_t *w, int dir,
    const char *name);
static void ngx_glyph_spool_insert(ngx_glyph_spool_walk_t *w,
    ngx_glyph_uuid_t *id, struct timespec *mtime);


ngx_int_t
ngx_glyph_spool_scan(ngx_glyph_spool_scan_t *scan)
{
    scan->task.run = ngx_glyph_spool_scan_run;
    scan->task.done = ngx_glyph_spool_scan_done;

    return ngx_glyph_task_post(ngx_glyph_main_conf->io, &scan->task);
}


static void
ngx_glyph_spool_scan_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    char                    name[NGX_MAX_PATH];
    ngx_uint_t              i, depth;
    ngx_glyph_spool_walk_t  w;

    w.scan = (ngx_glyph_spool_scan_t *) task;
    w.log = log;

    w.scan->n = 0;
    w.scan->files = 0;
    w.scan->used = 0;

    for (depth = 0; depth < NGX_MAX_PATH_LEVEL; depth++) {
        if (ngx_glyph_spool_dir->level[depth] == 0) {
            break;
        }
    }

    *ngx_sprintf((u_char *) name, "%V/jobs", &ngx_glyph_spool_dir->name)
        = '\0';

    ngx_glyph_spool_walk(&w, name, depth);

    for (i = 0; i < w.scan->n; i++) {
        w.scan->ids[i] = w.oldest[i].id;
    }

    ngx_glyph_spool_sh->used = w.scan->used;
    ngx_glyph_spool_sh->files = w.scan->files;
}


static void
ngx_glyph_spool_walk(ngx_glyph_spool_walk_t *w, const char *name,
    ngx_uint_t depth)
{
    DIR            *dir;
    char            sub[NGX_MAX_PATH];
    struct dirent  *de;

    dir = opendir(name);

    if (dir == NULL) {
        (void) ngx_glyph_spool_failed(w->log, ngx_open_dir_n, name);
        return;
    }

    while ((de = readdir(dir)) != NULL) {

        if (de->d_name[0] == '.') {
            continue;
        }

        if (depth == 0) {
            ngx_glyph_spool_file(w, dirfd(dir), de->d_name);
            continue;
        }

        /* other levels than configured: not ours to go into */

        if (ngx_strlen(de->d_name) <= 3) {
            *ngx_sprintf((u_char *) sub, "%s/%s", name, de->d_name) = '\0';
            ngx_glyph_spool_walk(w, sub, depth - 1);
        }
    }

    (void) closedir(dir);
}


static void
ngx_glyph_spool_file(ngx_glyph_spool_walk_t *w, int dir, const char *name)
{
    size_t            len;
    struct stat       st;
    ngx_glyph_uuid_t  id;

    len = ngx_strlen(name);

    if (len < NGX_GLYPH_UUID_TEXT_LEN
        || ngx_glyph_uuid_parse(&id, (u_char *) name, NGX_GLYPH_UUID_TEXT_LEN)
           != NGX_OK
        || fstatat(dir, name, &st, 0) == -1)
    {
        return;
    }

    if (len == NGX_GLYPH_UUID_TEXT_LEN) {
        ngx_glyph_spool_insert(w, &id, &st.st_mtim);
        w->scan->files++;

    } else if (ngx_strcmp(name + NGX_GLYPH_UUID_TEXT_LEN,
                          NGX_GLYPH_SPOOL_PART) == 0)
    {
        ngx_glyph_spool_orphan(w, dir, name);
    }

    w->scan->used += st.st_size;
}


/* A part whose writer is gone was never acknowledged. */

static void
ngx_glyph_spool_orphan(ngx_glyph_spool_walk_t *w, int dir, const char *name)
{
    ngx_fd_t  fd;

    fd = openat(dir, name, O_RDWR|O_CLOEXEC);

    if (fd == NGX_INVALID_FILE) {
        return;
    }

    if (flock(fd, LOCK_EX|LOCK_NB) == 0 && unlinkat(dir, name, 0) == 0) {
        ngx_log_error(NGX_LOG_NOTICE, w->log, 0,
                      "removed the spool file \"%s\", which was never "
                      "complete", name);
    }

    (void) ngx_close_file(fd);
}


/* By time, and what has the same time by id. */

static void
ngx_glyph_spool_insert(ngx_glyph_spool_walk_t *w, ngx_glyph_uuid_t *id,
    struct timespec *mtime)
{
    ngx_uint_t                i;
    ngx_glyph_spool_found_t  *f;

    for (i = w->scan->n; i > 0; i--) {
        f = &w->oldest[i - 1];

        if (f->mtime.tv_sec < mtime->tv_sec
            || (f->mtime.tv_sec == mtime->tv_sec
                && (f->mtime.tv_nsec < mtime->tv_nsec
                    || (f->mtime.tv_nsec == mtime->tv_nsec
                        && ngx_memcmp(f->id.bytes, id->bytes,
                                      sizeof(id->bytes)) < 0))))
        {
            break;
        }

        if (i < NGX_GLYPH_SPOOL_OLDEST) {
            w->oldest[i] = *f;
        }
    }

    if (i == NGX_GLYPH_SPOOL_OLDEST) {
        return;
    }

    w->oldest[i].id = *id;
    w->oldest[i].mtime = *mtime;

    if (w->scan->n < NGX_GLYPH_SPOOL_OLDEST) {
        w->scan->n++;
    }
}


static void
ngx_glyph_spool_scan_done(ngx_glyph_task_t *task)
{
    ngx_glyph_spool_scan_t *scan = (ngx_glyph_spool_scan_t *) task;

    scan->done();
}

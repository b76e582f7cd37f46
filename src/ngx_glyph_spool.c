
#include "ngx_glyph.h"
#include "ngx_glyph_source.h"
#include "ngx_glyph_spool.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_zone.h"

#include <sys/file.h>


#define NGX_GLYPH_SPOOL_MAGIC     "glyphsp1"
#define NGX_GLYPH_SPOOL_META_MAX  (256 * 1024)

#define NGX_GLYPH_SPOOL_PART      ".part"


/* Shared by all workers, also those of an older configuration. */

typedef struct {
    ngx_atomic_t               used;        /* bytes */
    ngx_atomic_t               files;       /* at the last scan */
} ngx_glyph_spool_sh_t;


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


static ngx_int_t ngx_glyph_spool_zone_init(ngx_shm_zone_t *zone, void *data);
static ngx_int_t ngx_glyph_spool_post(ngx_glyph_spool_t *spool,
    void (*run)(ngx_glyph_task_t *task, ngx_log_t *log),
    ngx_glyph_spool_done_pt done);
static void ngx_glyph_spool_finished(ngx_glyph_task_t *task);
static ngx_err_t ngx_glyph_spool_failed(ngx_log_t *log, const char *what,
    const char *name);
static u_char *ngx_glyph_spool_path(ngx_glyph_uuid_t *id);
static ngx_int_t ngx_glyph_spool_dirs(u_char *name);
static ngx_int_t ngx_glyph_spool_sync_dir(u_char *name);
static ngx_err_t ngx_glyph_spool_pwrite(ngx_fd_t fd, const void *data,
    size_t len, off_t offset);
static ngx_err_t ngx_glyph_spool_pread(ngx_fd_t fd, void *data, size_t len,
    off_t offset);
static ngx_err_t ngx_glyph_spool_put_prefix(ngx_glyph_spool_t *spool);
static off_t ngx_glyph_spool_body(ngx_glyph_spool_t *spool);
static ngx_err_t ngx_glyph_spool_count(ngx_glyph_spool_t *spool, off_t n);
static void ngx_glyph_spool_part(u_char *name, char *part);
static void ngx_glyph_spool_open_run(ngx_glyph_task_t *task, ngx_log_t *log);
static ngx_err_t ngx_glyph_spool_make(ngx_glyph_spool_t *spool, char *part);
static void ngx_glyph_spool_write_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static void ngx_glyph_spool_copy_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static ngx_err_t ngx_glyph_spool_copy_some(ngx_glyph_spool_t *spool,
    u_char *buf, size_t size, ssize_t *n);
static ngx_err_t ngx_glyph_spool_put(ngx_glyph_spool_t *spool, u_char *data,
    size_t len);
static void ngx_glyph_spool_seal_run(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_spool_adopt_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static void ngx_glyph_spool_look_run(ngx_glyph_task_t *task, ngx_log_t *log);
static ngx_err_t ngx_glyph_spool_load(ngx_glyph_spool_t *spool);
static void ngx_glyph_spool_read_run(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_spool_update_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static void ngx_glyph_spool_drop_run(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_spool_free(ngx_glyph_spool_t *spool);
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


static ngx_shm_zone_t        *ngx_glyph_spool_shm;
static ngx_path_t            *ngx_glyph_spool_dir;
static ngx_glyph_spool_sh_t  *ngx_glyph_spool_sh;


ngx_int_t
ngx_glyph_spool_zone(ngx_conf_t *cf)
{
    ngx_str_t  name = ngx_string("glyph_spool");

    ngx_glyph_spool_shm = ngx_shared_memory_add(cf, &name, 8 * ngx_pagesize,
                                                &ngx_glyph_module);
    if (ngx_glyph_spool_shm == NULL) {
        return NGX_ERROR;
    }

    ngx_glyph_spool_shm->init = ngx_glyph_spool_zone_init;

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_spool_zone_init(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *shpool;

    if (data) {
        zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = shpool->data;
        return NGX_OK;
    }

    zone->data = ngx_slab_calloc(shpool, sizeof(ngx_glyph_spool_sh_t));
    shpool->data = zone->data;

    return zone->data ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_glyph_spool_init(ngx_cycle_t *cycle, ngx_path_t *path)
{
    u_char  *p;
    char     name[NGX_MAX_PATH];

    static const char  *dirs[] = { "jobs", "quarantine", NULL };

    ngx_uint_t  i;

    for (i = 0; dirs[i]; i++) {
        p = ngx_sprintf((u_char *) name, "%V/%s", &path->name, dirs[i]);
        *p = '\0';

        if (ngx_create_dir(name, 0700) == NGX_FILE_ERROR
            && ngx_errno != NGX_EEXIST)
        {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                          ngx_create_dir_n " \"%s\" failed", name);
            return NGX_ERROR;
        }
    }

    ngx_glyph_spool_dir = path;
    ngx_glyph_spool_sh = ngx_glyph_spool_shm->data;

    return NGX_OK;
}


uint64_t
ngx_glyph_spool_used(void)
{
    return ngx_glyph_spool_sh->used;
}


ngx_uint_t
ngx_glyph_spool_files(void)
{
    return ngx_glyph_spool_sh->files;
}


ngx_glyph_spool_t *
ngx_glyph_spool_create(ngx_glyph_uuid_t *id)
{
    ngx_glyph_spool_t  *spool;

    spool = ngx_calloc(sizeof(ngx_glyph_spool_t), ngx_cycle->log);
    if (spool == NULL) {
        return NULL;
    }

    spool->fd = NGX_INVALID_FILE;
    spool->source_fd = NGX_INVALID_FILE;
    spool->prefix.id = *id;
    spool->expected = -1;

    spool->name = ngx_glyph_spool_path(id);
    if (spool->name == NULL) {
        ngx_free(spool);
        return NULL;
    }

    return spool;
}


/* jobs, the levels (of the id's last characters, as nginx does), the id */

static u_char *
ngx_glyph_spool_path(ngx_glyph_uuid_t *id)
{
    u_char      *name, *p, *end;
    ngx_uint_t   i;
    u_char       text[NGX_GLYPH_UUID_TEXT_LEN];

    ngx_glyph_uuid_text(text, id);

    name = ngx_alloc(ngx_glyph_spool_dir->name.len + sizeof("/jobs//")
                     + ngx_glyph_spool_dir->len + NGX_GLYPH_UUID_TEXT_LEN,
                     ngx_cycle->log);
    if (name == NULL) {
        return NULL;
    }

    p = ngx_sprintf(name, "%V/jobs/", &ngx_glyph_spool_dir->name);
    end = text + NGX_GLYPH_UUID_TEXT_LEN;

    for (i = 0; i < NGX_MAX_PATH_LEVEL && ngx_glyph_spool_dir->level[i]; i++) {
        end -= ngx_glyph_spool_dir->level[i];
        p = ngx_cpymem(p, end, ngx_glyph_spool_dir->level[i]);
        *p++ = '/';
    }

    p = ngx_cpymem(p, text, NGX_GLYPH_UUID_TEXT_LEN);
    *p = '\0';

    return name;
}


static void
ngx_glyph_spool_part(u_char *name, char *part)
{
    *ngx_sprintf((u_char *) part, "%s" NGX_GLYPH_SPOOL_PART, name) = '\0';
}


static ngx_int_t
ngx_glyph_spool_post(ngx_glyph_spool_t *spool,
    void (*run)(ngx_glyph_task_t *task, ngx_log_t *log),
    ngx_glyph_spool_done_pt done)
{
    spool->task.run = run;
    spool->task.done = ngx_glyph_spool_finished;
    spool->done = done;
    spool->err = 0;

    if (ngx_glyph_task_post(ngx_glyph_main_conf->io, &spool->task) != NGX_OK) {
        return NGX_ERROR;
    }

    spool->busy = 1;

    return NGX_OK;
}


static void
ngx_glyph_spool_finished(ngx_glyph_task_t *task)
{
    ngx_glyph_spool_t *spool = (ngx_glyph_spool_t *) task;

    spool->busy = 0;
    spool->done(spool);
}


ngx_int_t
ngx_glyph_spool_open(ngx_glyph_spool_t *spool, ngx_glyph_spool_done_pt done)
{
    return ngx_glyph_spool_post(spool, ngx_glyph_spool_open_run, done);
}


ngx_int_t
ngx_glyph_spool_write(ngx_glyph_spool_t *spool, ngx_glyph_chunk_t *chunk,
    ngx_glyph_spool_done_pt done)
{
    spool->chunk = chunk;

    return ngx_glyph_spool_post(spool, ngx_glyph_spool_write_run, done);
}


ngx_int_t
ngx_glyph_spool_copy(ngx_glyph_spool_t *spool, ngx_glyph_spool_done_pt done)
{
    return ngx_glyph_spool_post(spool, ngx_glyph_spool_copy_run, done);
}


ngx_int_t
ngx_glyph_spool_seal(ngx_glyph_spool_t *spool, ngx_glyph_spool_done_pt done)
{
    return ngx_glyph_spool_post(spool, ngx_glyph_spool_seal_run, done);
}


ngx_int_t
ngx_glyph_spool_adopt(ngx_glyph_spool_t *spool, ngx_glyph_spool_done_pt done)
{
    return ngx_glyph_spool_post(spool, ngx_glyph_spool_adopt_run, done);
}


ngx_int_t
ngx_glyph_spool_look(ngx_glyph_spool_t *spool, ngx_glyph_spool_done_pt done)
{
    return ngx_glyph_spool_post(spool, ngx_glyph_spool_look_run, done);
}


ngx_int_t
ngx_glyph_spool_read(ngx_glyph_spool_t *spool, ngx_glyph_chunk_t *chunk,
    ngx_glyph_spool_done_pt done)
{
    spool->chunk = chunk;

    return ngx_glyph_spool_post(spool, ngx_glyph_spool_read_run, done);
}


ngx_int_t
ngx_glyph_spool_update(ngx_glyph_spool_t *spool, ngx_glyph_spool_done_pt done)
{
    return ngx_glyph_spool_post(spool, ngx_glyph_spool_update_run, done);
}


/* If there is no thread for it, the event loop must. */

void
ngx_glyph_spool_drop(ngx_glyph_spool_t *spool)
{
    ngx_glyph_zone_add(NGX_GLYPH_QUARANTINED, spool->quarantine);

    if (ngx_glyph_spool_post(spool, ngx_glyph_spool_drop_run,
                             ngx_glyph_spool_free)
        != NGX_OK)
    {
        ngx_glyph_spool_drop_run(&spool->task, ngx_cycle->log);
        ngx_glyph_spool_free(spool);
    }
}


void
ngx_glyph_spool_close(ngx_glyph_spool_t *spool)
{
    if (spool->fd != NGX_INVALID_FILE
        && ngx_close_file(spool->fd) == NGX_FILE_ERROR)
    {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      ngx_close_file_n " \"%s\" failed", spool->name);
    }

    spool->fd = NGX_INVALID_FILE;

    ngx_glyph_spool_free(spool);
}


static void
ngx_glyph_spool_free(ngx_glyph_spool_t *spool)
{
    if (spool->source_fd != NGX_INVALID_FILE) {
        (void) ngx_close_file(spool->source_fd);
    }

    glyph_buf_free(&spool->meta);
    ngx_free(spool->name);
    ngx_free(spool);
}


/* From here on, up to the scan: in the thread. */

static ngx_err_t
ngx_glyph_spool_failed(ngx_log_t *log, const char *what, const char *name)
{
    ngx_err_t  err;

    err = ngx_errno;

    ngx_log_error(NGX_LOG_CRIT, log, err, "%s \"%s\" failed", what, name);

    return err ? err : NGX_EINVAL;
}


static void
ngx_glyph_spool_open_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    char                part[NGX_MAX_PATH];
    ngx_uint_t          tries;
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    ngx_glyph_spool_part(spool->name, part);

    if (access((char *) spool->name, F_OK) == 0) {
        spool->err = NGX_EEXIST;
        return;
    }

    for (tries = 0; tries < 10; tries++) {
        spool->err = ngx_glyph_spool_make(spool, part);

        if (spool->err != NGX_EAGAIN) {
            break;
        }
    }

    if (spool->err == 0) {
        ngx_memcpy(spool->prefix.magic, NGX_GLYPH_SPOOL_MAGIC,
                   sizeof(spool->prefix.magic));

        spool->prefix.meta_len = spool->meta.len;
        spool->prefix.meta_crc32 = ngx_crc32_long(spool->meta.data,
                                                  spool->meta.len);

        spool->err = ngx_glyph_spool_count(spool,
                                           ngx_glyph_spool_body(spool)
                                           + ngx_max(spool->expected, 0));
    }

    /* so that a disk without room says so now; zero: it cannot be known */

    if (spool->err == 0 && spool->expected > 0) {
        spool->err = posix_fallocate(spool->fd, 0,
                                     ngx_glyph_spool_body(spool)
                                     + spool->expected);

        if (spool->err == EOPNOTSUPP || spool->err == EINVAL) {
            spool->err = 0;
        }
    }

    if (spool->err == 0) {
        spool->err = ngx_glyph_spool_pwrite(spool->fd, spool->meta.data,
                                            spool->meta.len,
                                            sizeof(spool->prefix));
    }

    if (spool->err && spool->err != NGX_EEXIST) {
        ngx_log_error(NGX_LOG_CRIT, log, spool->err,
                      "could not make the spool file \"%s\"", part);
    }
}


/* NGX_EAGAIN: a scan took the new file for an orphan before it was locked. */

static ngx_err_t
ngx_glyph_spool_make(ngx_glyph_spool_t *spool, char *part)
{
    ngx_fd_t     fd;
    struct stat  st;

    fd = open(part, O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600);

    if (fd == NGX_INVALID_FILE && ngx_errno == NGX_ENOENT
        && ngx_glyph_spool_dirs(spool->name) == NGX_OK)
    {
        fd = open(part, O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, 0600);
    }

    if (fd == NGX_INVALID_FILE) {
        return ngx_errno;
    }

    if (flock(fd, LOCK_EX|LOCK_NB) == -1
        || fstat(fd, &st) == -1 || st.st_nlink == 0)
    {
        (void) ngx_close_file(fd);
        return NGX_EAGAIN;
    }

    spool->fd = fd;

    return 0;
}


/* The levels below "jobs", which exists. */

static ngx_int_t
ngx_glyph_spool_dirs(u_char *name)
{
    u_char  *p;

    p = name + ngx_glyph_spool_dir->name.len + sizeof("/jobs/") - 1;

    for ( /* void */ ; *p; p++) {

        if (*p != '/') {
            continue;
        }

        *p = '\0';

        if (ngx_create_dir(name, 0700) == NGX_FILE_ERROR
            && ngx_errno != NGX_EEXIST)
        {
            *p = '/';
            return NGX_ERROR;
        }

        *p = '/';
    }

    return NGX_OK;
}


static off_t
ngx_glyph_spool_body(ngx_glyph_spool_t *spool)
{
    return sizeof(spool->prefix) + spool->prefix.meta_len;
}


/* By all workers' files together; a little more than the limit may pass. */

static ngx_err_t
ngx_glyph_spool_count(ngx_glyph_spool_t *spool, off_t n)
{
    uint64_t  max;

    max = ngx_glyph_main_conf->spool_max_size;

    if (max && n > 0 && ngx_glyph_spool_sh->used + n > max) {
        return NGX_ENOSPC;
    }

    (void) ngx_atomic_fetch_add(&ngx_glyph_spool_sh->used,
                                (ngx_atomic_int_t) n);
    spool->size += n;

    return 0;
}


static ngx_err_t
ngx_glyph_spool_pwrite(ngx_fd_t fd, const void *data, size_t len,
    off_t offset)
{
    ssize_t        n;
    const u_char  *p;

    for (p = data; len; p += n, len -= n, offset += n) {
        n = pwrite(fd, p, len, offset);

        if (n == -1) {

            if (ngx_errno == NGX_EINTR) {
                n = 0;
                continue;
            }

            return ngx_errno;
        }
    }

    return 0;
}


static ngx_err_t
ngx_glyph_spool_pread(ngx_fd_t fd, void *data, size_t len, off_t offset)
{
    u_char   *p;
    ssize_t   n;

    for (p = data; len; p += n, len -= n, offset += n) {
        n = pread(fd, p, len, offset);

        if (n == -1 && ngx_errno == NGX_EINTR) {
            n = 0;
            continue;
        }

        if (n <= 0) {
            return n ? ngx_errno : EIO;
        }
    }

    return 0;
}


static void
ngx_glyph_spool_write_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    size_t              len;
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    len = spool->chunk->last - spool->chunk->pos;

    spool->err = ngx_glyph_spool_put(spool, spool->chunk->pos, len);

    if (spool->err) {
        ngx_set_errno(spool->err);
        (void) ngx_glyph_spool_failed(log, "write to", (char *) spool->name);
        return;
    }

    spool->chunk->pos += len;
}


/* Behind what there is of the body. */

static ngx_err_t
ngx_glyph_spool_put(ngx_glyph_spool_t *spool, u_char *data, size_t len)
{
    ngx_err_t  err;

    err = 0;

    if (spool->offset + (off_t) len > ngx_max(spool->expected, 0)) {
        err = ngx_glyph_spool_count(spool, len);
    }

    if (err == 0) {
        err = ngx_glyph_spool_pwrite(spool->fd, data, len,
                                     ngx_glyph_spool_body(spool)
                                     + spool->offset);
    }

    if (err) {
        return err;
    }

    if (spool->digest) {
        glyph_sha256_update(spool->digest, data, len);
    }

    spool->offset += len;

    return 0;
}


/*
 * So much at a time that a cancel is noticed, and that a large file does not
 * keep a thread from others.
 */

#define NGX_GLYPH_SPOOL_COPY   (16 * 1024 * 1024)
#define NGX_GLYPH_SPOOL_PIECE  (256 * 1024)


static void
ngx_glyph_spool_copy_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    off_t               end;
    u_char             *buf;
    ssize_t             n;
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    if (spool->source_fd == NGX_INVALID_FILE) {
        spool->err = ngx_glyph_source_open(spool->root, spool->source,
                                           &spool->source_fd, log);
        if (spool->err) {
            spool->source_failed = 1;
            return;
        }
    }

    buf = ngx_alloc(NGX_GLYPH_SPOOL_PIECE, log);
    if (buf == NULL) {
        spool->err = NGX_ENOMEM;
        return;
    }

    end = spool->offset + NGX_GLYPH_SPOOL_COPY;
    n = 1;

    while (n && spool->err == 0 && spool->offset < end) {
        spool->err = ngx_glyph_spool_copy_some(spool, buf,
                                               NGX_GLYPH_SPOOL_PIECE, &n);
    }

    ngx_free(buf);

    if (n == 0) {
        (void) ngx_close_file(spool->source_fd);
        spool->source_fd = NGX_INVALID_FILE;
        spool->source = NULL;
    }

    if (spool->err && spool->err != EFBIG) {
        ngx_log_error(NGX_LOG_CRIT, log, spool->err,
                      "could not copy a file to \"%s\"", spool->name);
    }
}


/* *n is 0 at the end of the file. */

static ngx_err_t
ngx_glyph_spool_copy_some(ngx_glyph_spool_t *spool, u_char *buf, size_t size,
    ssize_t *n)
{
    do {
        *n = read(spool->source_fd, buf, size);
    } while (*n == -1 && ngx_errno == NGX_EINTR);

    if (*n == -1) {
        spool->source_failed = 1;
        return ngx_errno;
    }

    if (spool->source_max && spool->offset + *n > spool->source_max) {
        spool->source_failed = 1;
        return EFBIG;
    }

    return ngx_glyph_spool_put(spool, buf, *n);
}


static ngx_err_t
ngx_glyph_spool_put_prefix(ngx_glyph_spool_t *spool)
{
    u_char                    *p;
    ngx_glyph_spool_prefix_t  *prefix;

    prefix = &spool->prefix;
    p = (u_char *) &prefix->crc32 + sizeof(prefix->crc32);

    prefix->crc32 = ngx_crc32_long(p, (u_char *) prefix + sizeof(*prefix) - p);

    return ngx_glyph_spool_pwrite(spool->fd, prefix, sizeof(*prefix), 0);
}


/*
 * Only when all is on the disk has the file a name that is looked for.  A
 * failed fsync is final: what it did not write is not known.
 */

static void
ngx_glyph_spool_seal_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    char                part[NGX_MAX_PATH];
    u_char              digest[GLYPH_SHA256_SIZE];
    struct timespec     times[2];
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    ngx_glyph_spool_part(spool->name, part);

    if (spool->digest) {
        glyph_sha256_final(spool->digest, digest);

        if (ngx_memcmp(digest, spool->wanted, sizeof(digest)) != 0) {
            spool->err = EBADMSG;
            return;
        }
    }

    spool->prefix.body_len = spool->offset;

    spool->err = ngx_glyph_spool_put_prefix(spool);

    /* the order of jobs; the kernel's own clock for files is a coarse one */

    times[0].tv_sec = 0;
    times[0].tv_nsec = UTIME_OMIT;
    (void) clock_gettime(CLOCK_REALTIME, &times[1]);

    (void) futimens(spool->fd, times);

    if (spool->err == 0 && fdatasync(spool->fd) == -1) {
        spool->err = ngx_glyph_spool_failed(log, "fdatasync", part);
    }

    if (spool->err == 0 && link(part, (char *) spool->name) == -1) {
        spool->err = (ngx_errno == NGX_EEXIST)
                     ? NGX_EEXIST
                     : ngx_glyph_spool_failed(log, "link", part);
    }

    if (spool->err) {
        return;
    }

    spool->sealed = 1;

    (void) ngx_delete_file(part);

    if (ngx_glyph_spool_sync_dir(spool->name) != NGX_OK) {
        spool->err = ngx_glyph_spool_failed(log, "fsync the directory of",
                                            (char *) spool->name);
    }
}


/* All directories down to the file's, as they may be new. */

static ngx_int_t
ngx_glyph_spool_sync_dir(u_char *name)
{
    u_char    *p, *first;
    ngx_fd_t   fd;
    int        rc;

    first = name + ngx_glyph_spool_dir->name.len + sizeof("/jobs") - 1;

    for (p = name + ngx_strlen(name); p >= first; p--) {

        if (*p != '/') {
            continue;
        }

        *p = '\0';
        fd = open((char *) name, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
        *p = '/';

        if (fd == NGX_INVALID_FILE) {
            return NGX_ERROR;
        }

        rc = fsync(fd);

        (void) ngx_close_file(fd);

        if (rc == -1) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_glyph_spool_adopt_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    struct stat         st;
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    spool->fd = open((char *) spool->name, O_RDWR|O_CLOEXEC);

    if (spool->fd == NGX_INVALID_FILE) {
        spool->err = ngx_errno;
        return;
    }

    /* a lock on a file that has no name any more says nothing */

    if (flock(spool->fd, LOCK_EX|LOCK_NB) == -1
        || fstat(spool->fd, &st) == -1 || st.st_nlink == 0)
    {
        spool->err = NGX_EAGAIN;
        return;
    }

    spool->sealed = 1;
    spool->size = st.st_size;
    spool->err = ngx_glyph_spool_load(spool);

    if (spool->err) {
        ngx_log_error(NGX_LOG_CRIT, log, spool->err,
                      "spool file \"%s\" cannot be read", spool->name);
    }
}


static void
ngx_glyph_spool_look_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    spool->fd = open((char *) spool->name, O_RDONLY|O_CLOEXEC);

    if (spool->fd == NGX_INVALID_FILE) {
        spool->err = ngx_errno;
        return;
    }

    spool->err = ngx_glyph_spool_load(spool);

    (void) ngx_close_file(spool->fd);
    spool->fd = NGX_INVALID_FILE;
}


/* EINVAL: damaged. */

static ngx_err_t
ngx_glyph_spool_load(ngx_glyph_spool_t *spool)
{
    u_char                    *p;
    ngx_err_t                  err;
    struct stat                st;
    ngx_glyph_uuid_t           id;
    ngx_glyph_spool_prefix_t  *prefix;

    prefix = &spool->prefix;
    id = prefix->id;

    if (fstat(spool->fd, &st) == -1) {
        return ngx_errno;
    }

    if (st.st_size < (off_t) sizeof(*prefix)) {
        return NGX_EINVAL;
    }

    err = ngx_glyph_spool_pread(spool->fd, prefix, sizeof(*prefix), 0);

    if (err) {
        prefix->id = id;
        return err;
    }

    p = (u_char *) &prefix->crc32 + sizeof(prefix->crc32);

    if (ngx_memcmp(prefix->magic, NGX_GLYPH_SPOOL_MAGIC,
                   sizeof(prefix->magic)) != 0
        || prefix->crc32 != ngx_crc32_long(p, (u_char *) prefix
                                              + sizeof(*prefix) - p)
        || ngx_memcmp(prefix->id.bytes, id.bytes, sizeof(id.bytes)) != 0
        || prefix->meta_len > NGX_GLYPH_SPOOL_META_MAX
        || (uint64_t) st.st_size < sizeof(*prefix) + prefix->meta_len
                                   + prefix->body_len)
    {
        prefix->id = id;
        return NGX_EINVAL;
    }

    prefix->worker[sizeof(prefix->worker) - 1] = '\0';

    glyph_buf_reset(&spool->meta);

    if (glyph_buf_reserve(&spool->meta, prefix->meta_len) != GLYPH_OK) {
        return NGX_ENOMEM;
    }

    err = ngx_glyph_spool_pread(spool->fd, spool->meta.data, prefix->meta_len,
                                sizeof(*prefix));
    if (err) {
        return err;
    }

    spool->meta.len = prefix->meta_len;

    return (ngx_crc32_long(spool->meta.data, spool->meta.len)
            == prefix->meta_crc32)
           ? 0 : NGX_EINVAL;
}


static void
ngx_glyph_spool_read_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    off_t               left;
    size_t              len;
    ngx_glyph_chunk_t  *chunk;
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;
    chunk = spool->chunk;

    left = spool->prefix.body_len - spool->offset;
    len = ngx_min((off_t) (chunk->end - chunk->last), left);

    spool->err = ngx_glyph_spool_pread(spool->fd, chunk->last, len,
                                       ngx_glyph_spool_body(spool)
                                       + spool->offset);
    if (spool->err) {
        ngx_set_errno(spool->err);
        (void) ngx_glyph_spool_failed(log, "read from", (char *) spool->name);
        return;
    }

    chunk->last += len;
    spool->offset += len;
}


/* The time of the file is that of its acknowledgement: the order of jobs. */

static void
ngx_glyph_spool_update_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    struct stat         st;
    struct timespec     times[2];
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    if (fstat(spool->fd, &st) == -1) {
        spool->err = ngx_errno;
        return;
    }

    spool->err = ngx_glyph_spool_put_prefix(spool);

    times[0].tv_sec = 0;
    times[0].tv_nsec = UTIME_OMIT;
    times[1] = st.st_mtim;

    (void) futimens(spool->fd, times);

    if (spool->err == 0 && fdatasync(spool->fd) == -1) {
        spool->err = ngx_glyph_spool_failed(log, "fdatasync",
                                            (char *) spool->name);
    }
}


static void
ngx_glyph_spool_drop_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    int                 rc;
    char                name[NGX_MAX_PATH];
    u_char              id[NGX_GLYPH_UUID_TEXT_LEN + 1];
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    if (spool->fd == NGX_INVALID_FILE) {
        return;
    }

    if (spool->quarantine) {
        *ngx_glyph_uuid_text(id, &spool->prefix.id) = '\0';
        *ngx_sprintf((u_char *) name, "%V/quarantine/%s",
                     &ngx_glyph_spool_dir->name, id) = '\0';

        rc = ngx_rename_file((char *) spool->name, name);

    } else if (spool->sealed) {
        rc = ngx_delete_file((char *) spool->name);

    } else {
        ngx_glyph_spool_part(spool->name, name);
        rc = ngx_delete_file(name);
    }

    if (rc == NGX_FILE_ERROR && ngx_errno != NGX_ENOENT) {
        (void) ngx_glyph_spool_failed(log, "remove", (char *) spool->name);
    }

    (void) ngx_atomic_fetch_add(&ngx_glyph_spool_sh->used,
                                -(ngx_atomic_int_t) spool->size);

    (void) ngx_close_file(spool->fd);
    spool->fd = NGX_INVALID_FILE;
}


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


/*
 * A file that is imported, or only looked at: adopted, read, its prefix
 * written anew.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_spool_file.h"

#include <sys/file.h>


static void ngx_glyph_spool_adopt_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static void ngx_glyph_spool_look_run(ngx_glyph_task_t *task, ngx_log_t *log);
static ngx_err_t ngx_glyph_spool_load(ngx_glyph_spool_t *spool);
static void ngx_glyph_spool_read_run(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_spool_update_run(ngx_glyph_task_t *task,
    ngx_log_t *log);


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
        || prefix->body_len > st.st_size - sizeof(*prefix) - prefix->meta_len)
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

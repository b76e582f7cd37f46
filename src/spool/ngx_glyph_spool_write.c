
/*
 * A file that is received: made, written, sealed.  What is called by a task
 * is below, in the order of the steps.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_source.h"
#include "ngx_glyph_spool_file.h"

#include <sys/file.h>
#include <sys/statvfs.h>


static ngx_int_t ngx_glyph_spool_dirs(u_char *name);
static ngx_int_t ngx_glyph_spool_sync_dir(u_char *name);
static ngx_err_t ngx_glyph_spool_count(ngx_glyph_spool_t *spool, size_t n);
static void ngx_glyph_spool_open_run(ngx_glyph_task_t *task, ngx_log_t *log);
static ngx_err_t ngx_glyph_spool_make(ngx_glyph_spool_t *spool, char *part);
static ngx_uint_t ngx_glyph_spool_disk(ngx_glyph_spool_t *spool);
static void ngx_glyph_spool_write_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static void ngx_glyph_spool_copy_run(ngx_glyph_task_t *task,
    ngx_log_t *log);
static ngx_err_t ngx_glyph_spool_copy_some(ngx_glyph_spool_t *spool,
    u_char *buf, size_t size, ssize_t *n);
static ngx_err_t ngx_glyph_spool_put(ngx_glyph_spool_t *spool, u_char *data,
    size_t len);
static void ngx_glyph_spool_seal_run(ngx_glyph_task_t *task, ngx_log_t *log);


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


static void
ngx_glyph_spool_open_run(ngx_glyph_task_t *task, ngx_log_t *log)
{
    char                part[NGX_MAX_PATH];
    ngx_uint_t          tries;
    ngx_glyph_spool_t  *spool;

    spool = (ngx_glyph_spool_t *) task;

    ngx_glyph_spool_part_name(spool->name, part);

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
                                           ngx_glyph_spool_body(spool));
    }

    if (spool->err == 0 && !ngx_glyph_spool_disk(spool)) {
        spool->err = NGX_GLYPH_SPOOL_FULL;

        ngx_log_error(NGX_LOG_INFO, log, 0,
                      "the disk of the spool has no room for the %O bytes "
                      "that were announced", spool->expected);
    }

    if (spool->err == 0) {
        spool->err = ngx_glyph_spool_pwrite(spool->fd, spool->meta.data,
                                            spool->meta.len,
                                            sizeof(spool->prefix));
    }

    if (spool->err && spool->err != NGX_EEXIST
        && spool->err != NGX_GLYPH_SPOOL_FULL)
    {
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


/*
 * Whether the disk has room for what was announced.  Nothing is reserved, or
 * who announces much and sends nothing would have the disk; so this is a
 * look, for an answer before all of the body has come.
 */

static ngx_uint_t
ngx_glyph_spool_disk(ngx_glyph_spool_t *spool)
{
    struct statvfs  st;

    if (spool->expected <= 0
        || fstatvfs(spool->fd, &st) == -1
        || st.f_blocks == 0 || st.f_frsize == 0)
    {
        return 1;
    }

    return (uint64_t) spool->expected / st.f_frsize <= st.f_bavail;
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


/*
 * What is about to be written, of all workers' files together: counted first
 * and looked at then, so that not two are let in where there is room for one.
 */

static ngx_err_t
ngx_glyph_spool_count(ngx_glyph_spool_t *spool, size_t n)
{
    (void) ngx_atomic_fetch_add(&ngx_glyph_spool_sh->used,
                                (ngx_atomic_int_t) n);

    if (!ngx_glyph_spool_fits(0)) {
        (void) ngx_atomic_fetch_add(&ngx_glyph_spool_sh->used,
                                    -(ngx_atomic_int_t) n);
        return NGX_GLYPH_SPOOL_FULL;
    }

    spool->size += n;

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

        if (spool->err != NGX_GLYPH_SPOOL_FULL) {
            ngx_set_errno(spool->err);
            (void) ngx_glyph_spool_failed(log, "write to",
                                          (char *) spool->name);
        }

        return;
    }

    spool->chunk->pos += len;
}


/* Behind what there is of the body. */

static ngx_err_t
ngx_glyph_spool_put(ngx_glyph_spool_t *spool, u_char *data, size_t len)
{
    ngx_err_t  err;

    err = ngx_glyph_spool_count(spool, len);

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

    if (spool->err && spool->err != EFBIG
        && spool->err != NGX_GLYPH_SPOOL_FULL)
    {
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

    if (spool->source_max && *n > spool->source_max - spool->offset) {
        spool->source_failed = 1;
        return EFBIG;
    }

    return ngx_glyph_spool_put(spool, buf, *n);
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

    ngx_glyph_spool_part_name(spool->name, part);

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

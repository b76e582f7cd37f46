
#include "ngx_glyph.h"
#include "ngx_glyph_spool_file.h"
#include "ngx_glyph_uuid.h"
#include "ngx_glyph_zone.h"


static ngx_int_t ngx_glyph_spool_init(ngx_cycle_t *cycle);
static ngx_int_t ngx_glyph_spool_zone_init(ngx_shm_zone_t *zone, void *data);
static void ngx_glyph_spool_finished(ngx_glyph_task_t *task);
static u_char *ngx_glyph_spool_path(ngx_glyph_uuid_t *id);
static void ngx_glyph_spool_drop_run(ngx_glyph_task_t *task, ngx_log_t *log);
static void ngx_glyph_spool_free(ngx_glyph_spool_t *spool);


const ngx_glyph_part_t  ngx_glyph_spool_part = {
    ngx_glyph_spool_init,
    NULL,
    NULL,
    0
};


static ngx_shm_zone_t  *ngx_glyph_spool_shm;

ngx_path_t            *ngx_glyph_spool_dir;
ngx_glyph_spool_sh_t  *ngx_glyph_spool_sh;


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


static ngx_int_t
ngx_glyph_spool_init(ngx_cycle_t *cycle)
{
    u_char      *p;
    ngx_path_t  *path;
    ngx_uint_t   i;
    char         name[NGX_MAX_PATH];

    static const char  *dirs[] = { "jobs", "quarantine", NULL };

    path = ngx_glyph_main_conf->spool_path;

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


off_t
ngx_glyph_spool_used(void)
{
    ngx_atomic_int_t  used;

    used = (ngx_atomic_int_t) ngx_glyph_spool_sh->used;

    return ngx_max(used, 0);
}


/* No sum: n is what a client has announced, up to the largest off_t. */

ngx_uint_t
ngx_glyph_spool_fits(off_t n)
{
    off_t  max;

    max = ngx_glyph_main_conf->spool_max_size;

    return max == 0 || n <= max - ngx_glyph_spool_used();
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


void
ngx_glyph_spool_part_name(u_char *name, char *part)
{
    *ngx_sprintf((u_char *) part, "%s" NGX_GLYPH_SPOOL_PART, name) = '\0';
}


ngx_int_t
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


/* From here on: in the thread. */

ngx_err_t
ngx_glyph_spool_failed(ngx_log_t *log, const char *what, const char *name)
{
    ngx_err_t  err;

    err = ngx_errno;

    ngx_log_error(NGX_LOG_CRIT, log, err, "%s \"%s\" failed", what, name);

    return err ? err : NGX_EINVAL;
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
        ngx_glyph_spool_part_name(spool->name, name);
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


off_t
ngx_glyph_spool_body(ngx_glyph_spool_t *spool)
{
    return sizeof(spool->prefix) + spool->prefix.meta_len;
}


ngx_err_t
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


ngx_err_t
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


ngx_err_t
ngx_glyph_spool_put_prefix(ngx_glyph_spool_t *spool)
{
    u_char                    *p;
    ngx_glyph_spool_prefix_t  *prefix;

    prefix = &spool->prefix;
    p = (u_char *) &prefix->crc32 + sizeof(prefix->crc32);

    prefix->crc32 = ngx_crc32_long(p, (u_char *) prefix + sizeof(*prefix) - p);

    return ngx_glyph_spool_pwrite(spool->fd, prefix, sizeof(*prefix), 0);
}

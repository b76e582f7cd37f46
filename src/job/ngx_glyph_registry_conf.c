
#include "ngx_glyph.h"


/* glyph_registry_add() or glyph_registry_part_numbers() */

typedef int (*ngx_glyph_registry_pt)(glyph_registry_t *reg,
    const unsigned char *data, size_t len, size_t *line, glyph_buf_t *error);


static ngx_int_t ngx_glyph_registry_files(ngx_conf_t *cf,
    glyph_registry_t *registry, const char *directive, ngx_array_t *files,
    ngx_glyph_registry_pt add);
static ngx_int_t ngx_glyph_registry_file(ngx_conf_t *cf,
    glyph_registry_t *registry, const char *directive, ngx_str_t *name,
    ngx_glyph_registry_pt add);
static void ngx_glyph_registry_cleanup(void *data);


/* glyph_models file ..., glyph_part_numbers file ... */

char *
ngx_glyph_models(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_fd_t       fd;
    ngx_str_t     *value, *name;
    ngx_uint_t     i;
    ngx_array_t  **files;

    files = (ngx_array_t **) ((char *) conf + cmd->offset);

    if (*files == NULL) {
        *files = ngx_array_create(cf->pool, 2, sizeof(ngx_str_t));
        if (*files == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        name = ngx_array_push(*files);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];

        if (ngx_conf_full_name(cf->cycle, name, 1) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        /* it is read when all files are known; here is known who wants it */

        fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

        if (fd == NGX_INVALID_FILE) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                               ngx_open_file_n " \"%V\" of \"%V\" failed",
                               name, &value[0]);
            return NGX_CONF_ERROR;
        }

        if (ngx_close_file(fd) == NGX_FILE_ERROR) {
            ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                               ngx_close_file_n " \"%V\" failed", name);
        }
    }

    return NGX_CONF_OK;
}


/* Here and not later: the locations' merge, which comes next, needs it. */

char *
ngx_glyph_registry_init(ngx_conf_t *cf, ngx_glyph_main_conf_t *gmcf)
{
    glyph_buf_t          error;
    glyph_registry_t    *registry;
    ngx_pool_cleanup_t  *cln;
    unsigned char        digest[16];

    if (gmcf->models == NULL) {

        if (gmcf->part_numbers) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"glyph_part_numbers\" needs \"glyph_models\"");
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_CONF_ERROR;
    }

    registry = glyph_registry_create();
    if (registry == NULL) {
        return NGX_CONF_ERROR;
    }

    gmcf->registry = registry;

    cln->handler = ngx_glyph_registry_cleanup;
    cln->data = gmcf;

    if (ngx_glyph_registry_files(cf, registry, "glyph_models", gmcf->models,
                                 glyph_registry_add)
        != NGX_OK
        || ngx_glyph_registry_files(cf, registry, "glyph_part_numbers",
                                    gmcf->part_numbers,
                                    glyph_registry_part_numbers)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&error, sizeof(glyph_buf_t));

    if (glyph_registry_compile(registry, &error) != GLYPH_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"glyph_models\": %*s", error.len, error.data);
        glyph_buf_free(&error);
        return NGX_CONF_ERROR;
    }

    glyph_registry_digest(registry, digest);
    ngx_hex_dump(gmcf->registry_digest, digest, sizeof(digest));

    glyph_registry_json(registry, &gmcf->registry_json);
    glyph_buf_putc(&gmcf->registry_json, '\0');

    return gmcf->registry_json.failed ? NGX_CONF_ERROR : NGX_CONF_OK;
}


static ngx_int_t
ngx_glyph_registry_files(ngx_conf_t *cf, glyph_registry_t *registry,
    const char *directive, ngx_array_t *files, ngx_glyph_registry_pt add)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    if (files == NULL) {
        return NGX_OK;
    }

    name = files->elts;

    for (i = 0; i < files->nelts; i++) {
        if (ngx_glyph_registry_file(cf, registry, directive, &name[i], add)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_registry_file(ngx_conf_t *cf, glyph_registry_t *registry,
    const char *directive, ngx_str_t *name, ngx_glyph_registry_pt add)
{
    int              rc;
    u_char          *data;
    size_t           size, line;
    ssize_t          n;
    ngx_fd_t         fd;
    glyph_buf_t      error;
    ngx_file_info_t  fi;

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno,
                      ngx_open_file_n " \"%V\" of \"%s\" failed", name,
                      directive);
        return NGX_ERROR;
    }

    data = NULL;
    n = -1;
    size = 0;

    if (ngx_fd_info(fd, &fi) != NGX_FILE_ERROR) {
        size = (size_t) ngx_file_size(&fi);
        data = ngx_alloc(size + 1, cf->log);
        n = data ? ngx_read_fd(fd, data, size) : -1;
    }

    if (n < 0 || (size_t) n != size) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, ngx_errno,
                      ngx_read_fd_n " \"%V\" of \"%s\" failed", name,
                      directive);
        rc = GLYPH_ERROR;

    } else {
        line = 0;
        ngx_memzero(&error, sizeof(glyph_buf_t));

        rc = add(registry, data, size, &line, &error);

        if (rc == GLYPH_BAD) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%*s in %V:%uz",
                          error.len, error.data, name, line);
        }

        glyph_buf_free(&error);
    }

    ngx_free(data);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, cf->log, ngx_errno,
                      ngx_close_file_n " \"%V\" failed", name);
    }

    return (rc == GLYPH_OK) ? NGX_OK : NGX_ERROR;
}


static void
ngx_glyph_registry_cleanup(void *data)
{
    ngx_glyph_main_conf_t *gmcf = data;

    glyph_registry_destroy(gmcf->registry);
    glyph_buf_free(&gmcf->registry_json);
}

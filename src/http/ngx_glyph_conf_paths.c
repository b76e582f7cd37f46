
/*
 * The directives that name a directory: nginx -t says if there cannot be one.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_conf.h"

#include <sys/stat.h>


static char *ngx_glyph_directory(ngx_conf_t *cf, ngx_str_t *name,
    ngx_uint_t missing);


/* glyph_spool_path path [level1 [level2 [level3]]] */

char *
ngx_glyph_spool_directory(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    char         *rv;
    ngx_str_t     parent;
    struct stat   st;

    rv = ngx_conf_set_path_slot(cf, cmd, conf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (stat((char *) gmcf->spool_path->name.data, &st) == 0
        || ngx_errno != NGX_ENOENT)
    {
        return ngx_glyph_directory(cf, &gmcf->spool_path->name,
                                   NGX_LOG_EMERG);
    }

    /* nginx makes it when it starts, but not what it is in */

    parent.data = ngx_pstrdup(cf->pool, &gmcf->spool_path->name);
    if (parent.data == NULL) {
        return NGX_CONF_ERROR;
    }

    parent.len = gmcf->spool_path->name.len;

    while (parent.len > 1 && parent.data[parent.len - 1] != '/') {
        parent.len--;
    }

    parent.data[parent.len - 1] = '\0';

    return parent.len == 1 ? NGX_CONF_OK
                           : ngx_glyph_directory(cf, &parent, NGX_LOG_EMERG);
}


char *
ngx_glyph_import_root(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_loc_conf_t *glcf = conf;

    ngx_str_t  *value;

    if (glcf->import_root.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "wants the name of a directory";
    }

    glcf->import_root = value[1];

    if (ngx_conf_full_name(cf->cycle, &glcf->import_root, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    /* what is mounted there may come later: until then it is a 503 */

    return ngx_glyph_directory(cf, &glcf->import_root, NGX_LOG_WARN);
}


/* "missing" is the level of one that is not there. */

static char *
ngx_glyph_directory(ngx_conf_t *cf, ngx_str_t *name, ngx_uint_t missing)
{
    ngx_err_t    err;
    ngx_str_t   *value;
    ngx_uint_t   level;
    struct stat  st;

    if (stat((char *) name->data, &st) == 0) {

        if (S_ISDIR(st.st_mode)) {
            return NGX_CONF_OK;
        }

        err = NGX_ENOTDIR;

    } else {
        err = ngx_errno;
    }

    value = cf->args->elts;
    level = (err == NGX_ENOENT) ? missing : NGX_LOG_EMERG;

    ngx_conf_log_error(level, cf, err, "\"%s\" of \"%V\" is no directory",
                       name->data, &value[0]);

    return (level == NGX_LOG_EMERG) ? NGX_CONF_ERROR : NGX_CONF_OK;
}


/*
 * The way from the root to the file is gone part by part, and each part is
 * opened relative to the directory before it, without following a symbolic
 * link: so no rename or link that is made meanwhile leads out of the root.
 * Mounts below the root belong to it.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_log.h"
#include "ngx_glyph_source.h"

#include <sys/stat.h>


static ngx_uint_t ngx_glyph_source_level(ngx_err_t err);
static ngx_err_t ngx_glyph_source_step(int *dir, const char *part);
static ngx_err_t ngx_glyph_source_file(int dir, const char *part,
    ngx_fd_t *fd);
static ngx_err_t ngx_glyph_source_error(int dir, const char *part);


ngx_uint_t
ngx_glyph_source_valid(ngx_str_t *name)
{
    size_t   len;
    u_char  *p, *last, *next;

    last = name->data + name->len;

    if (name->len == 0 || ngx_strlchr(name->data, last, '\0')) {
        return 0;
    }

    for (p = name->data; p <= last; p = next + 1) {

        next = ngx_strlchr(p, last, '/');
        if (next == NULL) {
            next = last;
        }

        len = next - p;

        if (len == 0 || (len == 1 && p[0] == '.')
            || (len == 2 && p[0] == '.' && p[1] == '.'))
        {
            return 0;
        }
    }

    return 1;
}


ngx_err_t
ngx_glyph_source_open(ngx_str_t *root, ngx_str_t *name, ngx_fd_t *fd,
    ngx_log_t *log)
{
    int        dir;
    char      *p, *slash, part[NGX_MAX_PATH], text[NGX_GLYPH_LOG_TEXT];
    ngx_err_t  err;

    if (name->len >= sizeof(part)) {
        return ENAMETOOLONG;
    }

    /* the root itself is the operator's, and may be a link */

    dir = open((char *) root->data, O_PATH|O_DIRECTORY|O_CLOEXEC);

    if (dir == -1) {
        err = ngx_errno;
        ngx_log_error(NGX_LOG_CRIT, log, err,
                      "glyph_import_root \"%V\" could not be opened", root);
        return EIO;
    }

    ngx_memcpy(part, name->data, name->len + 1);

    err = 0;

    for (p = part; err == 0; p = slash + 1) {

        slash = strchr(p, '/');

        if (slash == NULL) {
            err = ngx_glyph_source_file(dir, p, fd);
            break;
        }

        *slash = '\0';
        err = ngx_glyph_source_step(&dir, p);
    }

    (void) close(dir);

    if (err) {
        ngx_log_error(ngx_glyph_source_level(err), log, err,
                      "\"%s\" below glyph_import_root \"%V\" could not be "
                      "opened",
                      ngx_glyph_log_text(text, sizeof(text), name->data,
                                         name->len),
                      root);
    }

    return err;
}


/* A name that is wrong is the client's affair, all else is the node's. */

static ngx_uint_t
ngx_glyph_source_level(ngx_err_t err)
{
    switch (err) {

    case NGX_ENOENT:
    case NGX_ENOTDIR:
    case NGX_ENAMETOOLONG:
    case NGX_EISDIR:
        return NGX_LOG_INFO;

    default:
        return NGX_LOG_ERR;
    }
}


static ngx_err_t
ngx_glyph_source_step(int *dir, const char *part)
{
    int        next;
    ngx_err_t  err;

    next = openat(*dir, part, O_PATH|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (next == -1) {
        err = ngx_errno;
        return (err == ENOTDIR) ? ngx_glyph_source_error(*dir, part) : err;
    }

    (void) close(*dir);
    *dir = next;

    return 0;
}


/* A directory is not entered: it is a link, or a file. */

static ngx_err_t
ngx_glyph_source_error(int dir, const char *part)
{
    struct stat  st;

    return (fstatat(dir, part, &st, AT_SYMLINK_NOFOLLOW) == 0
            && S_ISLNK(st.st_mode))
           ? ELOOP : ENOENT;
}


/* Looked at first, since to open a device or a pipe may do something. */

static ngx_err_t
ngx_glyph_source_file(int dir, const char *part, ngx_fd_t *fd)
{
    struct stat  st;

    if (fstatat(dir, part, &st, AT_SYMLINK_NOFOLLOW) == -1) {
        return ngx_errno;
    }

    if (S_ISLNK(st.st_mode)) {
        return ELOOP;
    }

    if (!S_ISREG(st.st_mode)) {
        return EISDIR;
    }

    *fd = openat(dir, part, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);

    if (*fd == NGX_INVALID_FILE) {
        return ngx_errno;
    }

    if (fstat(*fd, &st) == -1 || !S_ISREG(st.st_mode)) {
        (void) ngx_close_file(*fd);
        *fd = NGX_INVALID_FILE;
        return EISDIR;
    }

    return 0;
}

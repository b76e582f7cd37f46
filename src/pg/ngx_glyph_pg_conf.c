
#include "ngx_glyph.h"
#include "core/text/glyph_near.h"

#include <libpq-fe.h>


static char *ngx_glyph_postgres_conninfo(ngx_conf_t *cf, ngx_str_t *conninfo);
static const char *ngx_glyph_postgres_meant(const char *error);
static void ngx_glyph_postgres_hide(char *error, u_char *text, size_t size);
static const char *ngx_glyph_postgres_check(PQconninfoOption *option);


/*
 * glyph_postgres conninfo [timeout=] [read_timeout=] [writers=]
 *
 * A conninfo with a mistake in it may be a password anywhere, so no error
 * quotes any of it, nor a parameter whose name is not known.
 */

char *
ngx_glyph_postgres(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_glyph_main_conf_t *gmcf = conf;

    ngx_int_t             n;
    ngx_str_t            *value, s;
    ngx_uint_t            i;
    ngx_msec_t           *to;
    ngx_glyph_pg_conf_t  *pg;

    if (gmcf->pg) {
        return "is duplicate";
    }

    pg = ngx_pcalloc(cf->pool, sizeof(ngx_glyph_pg_conf_t));
    if (pg == NULL) {
        return NGX_CONF_ERROR;
    }

    gmcf->pg = pg;
    pg->timeout = 10000;
    pg->read_timeout = 10000;
    pg->writers = 2;

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "wants a connection string, such as \"dbname=glyph\"";
    }

    if (ngx_glyph_postgres_conninfo(cf, &value[1]) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    pg->conninfo = value[1];

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_strncmp(value[i].data, "timeout=", 8) == 0) {
            to = &pg->timeout;
            s.data = value[i].data + 8;

        } else if (ngx_strncmp(value[i].data, "read_timeout=", 13) == 0) {
            to = &pg->read_timeout;
            s.data = value[i].data + 13;

        } else if (ngx_strncmp(value[i].data, "writers=", 8) == 0) {
            n = ngx_atoi(value[i].data + 8, value[i].len - 8);

            if (n < 1 || n > NGX_GLYPH_WRITERS_MAX) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid parameter \"%V\": it must be "
                                   "between 1 and %d", &value[i],
                                   NGX_GLYPH_WRITERS_MAX);
                return NGX_CONF_ERROR;
            }

            pg->writers = n;
            continue;

        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "parameter %ui is not \"timeout=\", "
                               "\"read_timeout=\" or \"writers=\"; what is for "
                               "libpq belongs into the first one", i);
            return NGX_CONF_ERROR;
        }

        s.len = value[i].data + value[i].len - s.data;
        n = ngx_parse_time(&s, 0);

        if (n == NGX_ERROR || n == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\": it wants a time "
                               "greater than 0, such as 10s", &value[i]);
            return NGX_CONF_ERROR;
        }

        *to = n;
    }

    return NGX_CONF_OK;
}


static char *
ngx_glyph_postgres_conninfo(ngx_conf_t *cf, ngx_str_t *conninfo)
{
    char              *error;
    u_char             text[256];
    const char        *wrong;
    PQconninfoOption  *options, *option;

    error = NULL;
    options = PQconninfoParse((char *) conninfo->data, &error);

    if (options == NULL) {
        wrong = error ? ngx_glyph_postgres_meant(error) : NULL;

        ngx_glyph_postgres_hide(error ? error : (char *) "out of memory", text,
                                sizeof(text));

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           wrong ? "invalid connection string: %s, did you "
                                   "mean \"%s\"?"
                                 : "invalid connection string: %s",
                           text, wrong);
        PQfreemem(error);
        return NGX_CONF_ERROR;
    }

    wrong = NULL;

    for (option = options; option->keyword && wrong == NULL; option++) {
        wrong = ngx_glyph_postgres_check(option);
    }

    PQconninfoFree(options);

    if (wrong) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid connection string: %s", wrong);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/*
 * The option whose name is nearly what libpq quotes, or NULL: that says which
 * one is meant, and nothing of what may be a password's piece.
 */

static const char *
ngx_glyph_postgres_meant(const char *error)
{
    size_t             best, d, len;
    const char        *first, *last, *meant;
    PQconninfoOption  *options, *option;

    first = strchr(error, '"');
    last = first ? strchr(first + 1, '"') : NULL;

    if (last == NULL || strstr(error, "connection option") == NULL) {
        return NULL;
    }

    options = PQconndefaults();
    if (options == NULL) {
        return NULL;
    }

    best = 3;
    meant = NULL;
    len = last - first - 1;

    for (option = options; option->keyword; option++) {
        d = glyph_near_distance(first + 1, len, option->keyword,
                                ngx_strlen(option->keyword), 2);

        if (d < best) {
            best = d;
            meant = option->keyword;
        }
    }

    PQconninfoFree(options);

    /* libpq's keywords are constants of its own */

    return meant;
}


/*
 * What libpq quotes becomes "...", from the first quote to the last, for there
 * may be some within; but a "=" that is missing is libpq's own.
 */

static void
ngx_glyph_postgres_hide(char *error, u_char *text, size_t size)
{
    u_char  *p;
    size_t   len;
    char    *first, *last;

    first = strchr(error, '"');

    if (first && ngx_strncmp(first, "\"=\"", 3) == 0) {
        first = strchr(first + 3, '"');
    }

    len = first ? (size_t) (first - error) : ngx_strlen(error);

    while (len && error[len - 1] == '\n') {
        len--;
    }

    p = ngx_slprintf(text, text + size - 1, "%*s", len, error);

    if (first) {
        last = strrchr(error, '"') + 1;
        p = ngx_slprintf(p, text + size - 1, "\"...\"%*s",
                         strcspn(last, "\n"), last);
    }

    *p = '\0';
}


/*
 * What a URI makes of a password with an "@", "/" or "?" that is not encoded:
 * libpq would quote it when it connects.
 */

static const char *
ngx_glyph_postgres_check(PQconninfoOption *option)
{
    char  *p;

    if (option->val == NULL) {
        return NULL;
    }

    if (ngx_strcmp(option->keyword, "port") == 0
        && strspn(option->val, "0123456789,") != ngx_strlen(option->val))
    {
        return "the port is not a number; special characters of a password "
               "are written as %XX in a URI";
    }

    if (ngx_strcmp(option->keyword, "host") != 0) {
        return NULL;
    }

    /* "@name" is a socket in the abstract namespace */

    for (p = strchr(option->val, '@'); p; p = strchr(p + 1, '@')) {

        if (p != option->val && p[-1] != ',') {
            return "the host has an \"@\"; special characters of a password "
                   "are written as %XX in a URI";
        }
    }

    return NULL;
}


/*
 * How long one answer of Redis may be.  hiredis keeps a string until it has
 * all of it, and an answer until it has all of its strings, however long that
 * is: what is too long ends the connection, as nothing can be left out of it.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_redis_link.h"


#define NGX_GLYPH_REDIS_REPLY_MAX  (256 * 1024)


#if (HIREDIS_MAJOR >= 1)
typedef size_t  ngx_glyph_redis_elements_t;
#else
typedef int     ngx_glyph_redis_elements_t;
#endif


static ngx_int_t ngx_glyph_redis_reply_add(const redisReadTask *task,
    size_t len);
static void *ngx_glyph_redis_reply_string(const redisReadTask *task,
    char *str, size_t len);
static void *ngx_glyph_redis_reply_array(const redisReadTask *task,
    ngx_glyph_redis_elements_t elements);


static redisReplyObjectFunctions  ngx_glyph_redis_reply_fn;
static redisReplyObjectFunctions  ngx_glyph_redis_reply_own;


void
ngx_glyph_redis_reply_init(ngx_glyph_redis_link_t *link, redisReader *reader)
{
    ngx_glyph_redis_reply_fn = *reader->fn;
    ngx_glyph_redis_reply_own = *reader->fn;

    ngx_glyph_redis_reply_own.createString = ngx_glyph_redis_reply_string;
    ngx_glyph_redis_reply_own.createArray = ngx_glyph_redis_reply_array;

    reader->fn = &ngx_glyph_redis_reply_own;
    reader->privdata = link;

    link->reply_size = 0;
}


/* NULL: what has come of an answer so far is not too long. */

const char *
ngx_glyph_redis_reply_error(ngx_glyph_redis_link_t *link)
{
    return (link->reply_size > NGX_GLYPH_REDIS_REPLY_MAX
            || (link->ac
                && link->ac->c.reader->len > NGX_GLYPH_REDIS_REPLY_MAX))
           ? "it sends an answer of more than 256 KB" : NULL;
}


/* NGX_ERROR: hiredis ends the connection. */

static ngx_int_t
ngx_glyph_redis_reply_add(const redisReadTask *task, size_t len)
{
    ngx_glyph_redis_link_t *link = task->privdata;

    if (task->parent == NULL) {
        link->reply_size = 0;
    }

    link->reply_size += ngx_min(len, NGX_GLYPH_REDIS_REPLY_MAX + 1);

    return (link->reply_size > NGX_GLYPH_REDIS_REPLY_MAX) ? NGX_ERROR
                                                          : NGX_OK;
}


static void *
ngx_glyph_redis_reply_string(const redisReadTask *task, char *str, size_t len)
{
    if (ngx_glyph_redis_reply_add(task, len) != NGX_OK) {
        return NULL;
    }

    return ngx_glyph_redis_reply_fn.createString(task, str, len);
}


static void *
ngx_glyph_redis_reply_array(const redisReadTask *task,
    ngx_glyph_redis_elements_t elements)
{
    size_t  n;

    /* an element may be an array, too, and then costs more than its bytes */

    n = ngx_min((size_t) elements, NGX_GLYPH_REDIS_REPLY_MAX);

    if (ngx_glyph_redis_reply_add(task, n * sizeof(redisReply)) != NGX_OK) {
        return NULL;
    }

    return ngx_glyph_redis_reply_fn.createArray(task, elements);
}

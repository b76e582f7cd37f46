
/*
 * What an answer of Redis may be, before hiredis makes one of it.
 *
 * hiredis keeps a string until it has all of it, and an answer until it has
 * all of its strings, however long that is; and an answer that nobody has
 * asked for, or a message of another form, it takes for impossible: an
 * assert() ends the worker.  Here either ends the connection.
 */

#include "ngx_glyph.h"
#include "ngx_glyph_redis_link.h"


#define NGX_GLYPH_REDIS_REPLY_MAX  (256 * 1024)


#if (HIREDIS_MAJOR >= 1)
typedef size_t  ngx_glyph_redis_elements_t;
#else
typedef int     ngx_glyph_redis_elements_t;
#endif


static ngx_int_t ngx_glyph_redis_reply_check(const redisReadTask *task,
    int type, size_t len);
static ngx_uint_t ngx_glyph_redis_reply_expected(const redisReadTask *task,
    int type, size_t len);
static ngx_uint_t ngx_glyph_redis_reply_element(const redisReadTask *task,
    int type);
static void *ngx_glyph_redis_reply_string(const redisReadTask *task,
    char *str, size_t len);
static void *ngx_glyph_redis_reply_array(const redisReadTask *task,
    ngx_glyph_redis_elements_t elements);
static void *ngx_glyph_redis_reply_integer(const redisReadTask *task,
    long long n);
static void *ngx_glyph_redis_reply_nil(const redisReadTask *task);


static redisReplyObjectFunctions  ngx_glyph_redis_reply_fn;
static redisReplyObjectFunctions  ngx_glyph_redis_reply_own;

static const char  ngx_glyph_redis_reply_long[]
                       = "it sends an answer of more than 256 KB";


void
ngx_glyph_redis_reply_init(ngx_glyph_redis_link_t *link, redisReader *reader)
{
    ngx_glyph_redis_reply_fn = *reader->fn;
    ngx_glyph_redis_reply_own = *reader->fn;

    ngx_glyph_redis_reply_own.createString = ngx_glyph_redis_reply_string;
    ngx_glyph_redis_reply_own.createArray = ngx_glyph_redis_reply_array;
    ngx_glyph_redis_reply_own.createInteger = ngx_glyph_redis_reply_integer;
    ngx_glyph_redis_reply_own.createNil = ngx_glyph_redis_reply_nil;

    reader->fn = &ngx_glyph_redis_reply_own;
    reader->privdata = link;

    link->reply_size = 0;
    link->reply_error = NULL;
}


const char *
ngx_glyph_redis_reply_error(ngx_glyph_redis_link_t *link)
{
    if (link->reply_error) {
        return link->reply_error;
    }

    return (link->ac && link->ac->c.reader->len > NGX_GLYPH_REDIS_REPLY_MAX)
           ? ngx_glyph_redis_reply_long : NULL;
}


/*
 * NGX_ERROR: it is not made, and hiredis ends the connection.  The task's own
 * type does not tell a string from none.
 */

static ngx_int_t
ngx_glyph_redis_reply_check(const redisReadTask *task, int type, size_t len)
{
    ngx_glyph_redis_link_t *link = task->privdata;

    if (!ngx_glyph_redis_reply_expected(task, type, len)) {
        link->reply_error = "it sends what nobody has asked for";
        return NGX_ERROR;
    }

    if (task->parent == NULL) {
        link->reply_size = 0;
    }

    link->reply_size += ngx_min(len, NGX_GLYPH_REDIS_REPLY_MAX + 1);

    if (link->reply_size > NGX_GLYPH_REDIS_REPLY_MAX) {
        link->reply_error = ngx_glyph_redis_reply_long;
        return NGX_ERROR;
    }

    return NGX_OK;
}


/*
 * Commands have their answers first, whatever these are; then there are
 * messages, if there is a subscription.
 */

static ngx_uint_t
ngx_glyph_redis_reply_expected(const redisReadTask *task, int type,
    size_t len)
{
    ngx_glyph_redis_link_t *link = task->privdata;

    /* an error within a message would be another of its impossibilities */

    if (link->n || (type == REDIS_REPLY_ERROR && task->parent == NULL)) {
        return 1;
    }

    if (link->ac == NULL || !(link->ac->c.flags & REDIS_SUBSCRIBED)) {
        return 0;
    }

    return task->parent ? ngx_glyph_redis_reply_element(task, type)
                        : type == REDIS_REPLY_ARRAY
                          && len == 3 * sizeof(redisReply);
}


/* A message is what it is, the channel, and the message or a number. */

static ngx_uint_t
ngx_glyph_redis_reply_element(const redisReadTask *task, int type)
{
    redisReply  *array, *what;

    array = task->parent->obj;

    if (task->parent->parent || array == NULL) {
        return 0;
    }

    if (task->idx < 2) {
        return type == REDIS_REPLY_STRING;
    }

    what = array->element[0];

    return type == ((ngx_strcasecmp((u_char *) what->str,
                                    (u_char *) "message") == 0)
                    ? REDIS_REPLY_STRING : REDIS_REPLY_INTEGER);
}


static void *
ngx_glyph_redis_reply_string(const redisReadTask *task, char *str, size_t len)
{
    return (ngx_glyph_redis_reply_check(task, task->type, len) == NGX_OK)
           ? ngx_glyph_redis_reply_fn.createString(task, str, len) : NULL;
}


static void *
ngx_glyph_redis_reply_array(const redisReadTask *task,
    ngx_glyph_redis_elements_t elements)
{
    size_t  n;

    /* an element may be empty, and then costs more than its bytes */

    n = ngx_min((size_t) elements, NGX_GLYPH_REDIS_REPLY_MAX);

    return (ngx_glyph_redis_reply_check(task, REDIS_REPLY_ARRAY,
                                        n * sizeof(redisReply))
            == NGX_OK)
           ? ngx_glyph_redis_reply_fn.createArray(task, elements) : NULL;
}


static void *
ngx_glyph_redis_reply_integer(const redisReadTask *task, long long n)
{
    return (ngx_glyph_redis_reply_check(task, REDIS_REPLY_INTEGER, 0) == NGX_OK)
           ? ngx_glyph_redis_reply_fn.createInteger(task, n) : NULL;
}


static void *
ngx_glyph_redis_reply_nil(const redisReadTask *task)
{
    return (ngx_glyph_redis_reply_check(task, REDIS_REPLY_NIL, 0) == NGX_OK)
           ? ngx_glyph_redis_reply_fn.createNil(task) : NULL;
}

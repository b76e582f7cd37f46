
/*
 * What Postgres knows of jobs, each with its tenant: one query at a time for
 * all of the worker's who want to know it.  What becomes due meanwhile is in
 * the next one.
 */


#ifndef _NGX_GLYPH_ASK_H_INCLUDED_
#define _NGX_GLYPH_ASK_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_store.h"


/* How a question was answered. */

typedef enum {
    NGX_GLYPH_ASK_FOUND = 0,
    NGX_GLYPH_ASK_NONE,                     /* there is no such row */
    NGX_GLYPH_ASK_FAILED,
    NGX_GLYPH_ASK_AGAIN                     /* somebody else's row spoiled it */
} ngx_glyph_ask_e;


/* Told from the event loop: of all rows, and then of all that were asked. */

typedef struct {
    /* state, NULL if the row is damaged, and document */
    void                     (*row)(void *data, const char *state,
                                    ngx_str_t *doc);

    /* its owner may free it here */
    void                     (*answered)(void *data, ngx_glyph_ask_e answer);
} ngx_glyph_ask_user_t;


/* Set by its owner, all else zero: user, data, id, tenant. */

typedef struct {
    const ngx_glyph_ask_user_t  *user;
    void                      *data;
    u_char                    *id;          /* a text */
    ngx_str_t                 *tenant;

    ngx_queue_t                queue;       /* of those that are due */
    ngx_glyph_store_answer_t   why;         /* it did not answer; or no code */

    unsigned                   due:1;       /* it is in the next query */
    unsigned                   asked:1;     /* its answer is to come */
    unsigned                   found:1;     /* … with a row */
    unsigned                   answered:1;  /* there was one, at least once */
} ngx_glyph_ask_t;


extern const ngx_glyph_part_t  ngx_glyph_ask_part;

/* Also again, and of what is in the query that is under way. */
void ngx_glyph_ask(ngx_glyph_ask_t *ask);

/* NGX_AGAIN: it is in that, and must stay until it is answered. */
ngx_int_t ngx_glyph_ask_withdraw(ngx_glyph_ask_t *ask);


#endif /* _NGX_GLYPH_ASK_H_INCLUDED_ */

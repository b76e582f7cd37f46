
/*
 * What a request has of ours, from its handler to the access log.  An internal
 * redirect takes its address from the request; so it is found through the
 * request's pool.
 */


#ifndef _NGX_GLYPH_CTX_H_INCLUDED_
#define _NGX_GLYPH_CTX_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_client.h"
#include "ngx_glyph_job.h"
#include "ngx_glyph_uuid.h"


/* What the variables tell of a job that the request has let go of. */

typedef struct {
    const char                *state;       /* NULL: there was none */
    u_char                     id[NGX_GLYPH_UUID_TEXT_LEN];
    uint64_t                   rows;
    uint64_t                   invalid;
    off_t                      bytes;
} ngx_glyph_kept_t;


/* What an upload is answered with, once that is decided. */

typedef enum {
    NGX_GLYPH_ANSWER_NONE = 0,   /* it is not */
    NGX_GLYPH_ANSWER_JOB,        /* what has become of the job */
    NGX_GLYPH_ANSWER_ACCEPTED,   /* 202: it is in the spool */
    NGX_GLYPH_ANSWER_REFUSED     /* why nginx does not take the body */
} ngx_glyph_answer_e;


/*
 * A request's, set by the content handlers that read a body; of others, only
 * once they are answered by a problem document in nginx's place.
 */

typedef struct ngx_glyph_form_s  ngx_glyph_form_t;

typedef struct {
    ngx_glyph_form_t          *form;        /* a form's beginning is looked
                                               at; NULL: the job takes all */
    ngx_glyph_client_t         client;      /* without a job: the rest of the
                                               body is dropped */
    ngx_http_request_t        *request;
    ngx_glyph_kept_t           kept;
    ngx_str_t                  problem;     /* instead of nginx's page */
    void                      *saved;       /* ngx_glyph_body_saved.c */

    /* glyph_upload_timeout: the client's time for its body */
    ngx_event_t                clock;
    ngx_msec_t                 left;        /* of it, while it stands */

    /* ngx_glyph_answer.c */
    ngx_glyph_turn_t           turn;
    ngx_glyph_answer_e         answer;
    ngx_uint_t                 status;
    const char                *code;        /* of a problem */
    ngx_str_t                  detail;      /* static, or the job's */

    /* Prefer: wait=N: the request stays when its body is in the spool */
    ngx_event_t                wait;
    ngx_msec_t                 wait_for;    /* ms; 0: not at all */
    ngx_glyph_uuid_t           id;
    uint64_t                   start_time;
    uint64_t                   body_len;
    ngx_glyph_job_labels_t     labels;

    unsigned                   replayed:1;  /* an Idempotency-Key: 200 is an
                                               earlier import's */
    unsigned                   paused:1;    /* no chunk: the client waits */
    unsigned                   last_seen:1; /* the body's last buffer came */
    unsigned                   last_sent:1; /* … and was passed on */
} ngx_glyph_ctx_t;


/*
 * A request's context, all zero, which ngx_glyph_ctx_find() finds even
 * after an internal redirect; NULL when out of memory, or if there is none.
 */
ngx_glyph_ctx_t *ngx_glyph_ctx_create(ngx_http_request_t *r);
ngx_glyph_ctx_t *ngx_glyph_ctx_find(ngx_http_request_t *r);

/* The request lets go of its job: what is known of it now is kept. */
void ngx_glyph_ctx_keep(ngx_glyph_ctx_t *ctx, ngx_glyph_job_t *job);


#endif /* _NGX_GLYPH_CTX_H_INCLUDED_ */

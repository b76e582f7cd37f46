
/*
 * The pump: an answer that goes out in pieces, at its client's pace.
 *
 *   the pump is    leaves it by
 *   idle           a piece: sending, or idle again if it is taken at once
 *   sending        the client has taken the piece: idle, and "drained" is
 *                  called; send_timeout: the answer is cut off
 *
 * There is one piece at a time.  Its memory is its owner's, and must not be
 * used again before it is taken, nor be freed before the request's pool is:
 * filters of the response, and HTTP/2, may have it for longer.
 */


#ifndef _NGX_GLYPH_PUMP_H_INCLUDED_
#define _NGX_GLYPH_PUMP_H_INCLUDED_


#include "ngx_glyph.h"


typedef struct ngx_glyph_pump_s  ngx_glyph_pump_t;

typedef void (*ngx_glyph_pump_pt)(ngx_glyph_pump_t *pump);


/* In the request's pool. */

struct ngx_glyph_pump_s {
    ngx_http_request_t        *request;
    ngx_buf_t                  buf;
    void                      *data;        /* the user's */

    /* from the write handler; the request may be ended in it */
    ngx_glyph_pump_pt          drained;

    /* the request is about to be ended, as its client has stalled; or NULL */
    ngx_glyph_pump_pt          stalled;
};


/* NULL: out of memory. */
ngx_glyph_pump_t *ngx_glyph_pump_create(ngx_http_request_t *r,
    ngx_glyph_pump_pt drained, void *data);

/* The user is gone; what is on its way goes on. */
void ngx_glyph_pump_leave(ngx_glyph_pump_t *pump);

/*
 * Sends the header, with the type and without a length.  NGX_DECLINED: go on;
 * else what to finalize the request with.
 */
ngx_int_t ngx_glyph_pump_begin(ngx_glyph_pump_t *pump, const ngx_str_t *type);

/*
 * Sends a piece, when the one before is taken.  NGX_OK: it is taken; NGX_AGAIN:
 * "drained" will be called; NGX_ERROR: finalize the request.
 */
ngx_int_t ngx_glyph_pump_put(ngx_glyph_pump_t *pump, u_char *data,
    size_t len);

/* Whether a piece is on its way. */
ngx_uint_t ngx_glyph_pump_busy(ngx_glyph_pump_t *pump);

/* The end, with a last piece or without; what to finalize with. */
ngx_int_t ngx_glyph_pump_end(ngx_glyph_pump_t *pump, u_char *data,
    size_t len);

/*
 * The answer has begun, and no other can be given: logs why, and returns what
 * to finalize the request with, so that the client sees an end that is none.
 */
ngx_int_t ngx_glyph_pump_cut(ngx_http_request_t *r, const char *why);


#endif /* _NGX_GLYPH_PUMP_H_INCLUDED_ */

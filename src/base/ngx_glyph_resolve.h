
/*
 * A host's addresses.  Only names are looked up, in the io pool; an address
 * in numbers never blocks.
 */


#ifndef _NGX_GLYPH_RESOLVE_H_INCLUDED_
#define _NGX_GLYPH_RESOLVE_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_task.h"


#define NGX_GLYPH_RESOLVE_ADDRS  8


typedef struct ngx_glyph_resolve_s  ngx_glyph_resolve_t;

struct ngx_glyph_resolve_s {
    ngx_glyph_task_t           task;        /* must be first */

    /* set by the owner */
    void                     (*done)(ngx_glyph_resolve_t *res);
    void                      *data;

    ngx_uint_t                 n;           /* addresses; 0: see error */
    char                       addrs[NGX_GLYPH_RESOLVE_ADDRS]
                                    [NGX_INET6_ADDRSTRLEN + 1];
    char                       error[160];

    /* private */
    char                       host[NGX_MAXHOSTNAMELEN];
    int                        rc;          /* of getaddrinfo() */
};


/*
 * NGX_OK: the addresses are there.  NGX_AGAIN: "done" will be called.
 * NGX_ERROR: error says why.  Brackets around an IPv6 address are dropped.
 */
ngx_int_t ngx_glyph_resolve(ngx_glyph_resolve_t *res, ngx_str_t *host);


#endif /* _NGX_GLYPH_RESOLVE_H_INCLUDED_ */


#ifndef _NGX_GLYPH_UUID_H_INCLUDED_
#define _NGX_GLYPH_UUID_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * A new UUIDv7 (RFC 9562): milliseconds of the wall clock, then 74 bits from
 * getrandom().  NGX_ERROR if the kernel gives none.
 */
ngx_int_t ngx_glyph_uuid_create(ngx_glyph_uuid_t *uuid);

/* The text form, 36 bytes, lower case; returns the place behind it. */
u_char *ngx_glyph_uuid_text(u_char *p, ngx_glyph_uuid_t *uuid);

/* Any RFC 9562 UUID in its 36-character form; NGX_DECLINED otherwise. */
ngx_int_t ngx_glyph_uuid_parse(ngx_glyph_uuid_t *uuid, u_char *p, size_t len);

/* For tables in memory: clients choose ids, so it is keyed (glyph_hash.h). */
ngx_uint_t ngx_glyph_uuid_hash(ngx_glyph_uuid_t *uuid);


#endif /* _NGX_GLYPH_UUID_H_INCLUDED_ */

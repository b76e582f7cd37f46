
/*
 * The orders of large imports by score and by price (conf/schema/orders.sql):
 * made after the import is complete, by the worker that has completed it, or
 * by a node's first worker, when it starts and every five minutes, if that one
 * has ended before, or failed.
 */


#ifndef _NGX_GLYPH_ORDERS_H_INCLUDED_
#define _NGX_GLYPH_ORDERS_H_INCLUDED_


#include "ngx_glyph.h"


extern const ngx_glyph_part_t  ngx_glyph_orders_part;


#endif /* _NGX_GLYPH_ORDERS_H_INCLUDED_ */


/*
 * What was decided and is to be told: a job's end, a request's answer.
 *
 * An object is ended by its owner, in a turn of its own, never within a call
 * that somebody made on it.  To abort, to answer, to refuse and to detach is
 * to decide: the first decision stands, the object is kept, and the caller
 * may go on using what it held.  The loop tells: from here, with nobody else
 * on the stack, where an end may free what it likes.
 *
 * Turns are taken in the order in which they were asked for, in the same pass
 * of the event loop, unless there are more of them than a pass has time for.
 */


#ifndef _NGX_GLYPH_TURN_H_INCLUDED_
#define _NGX_GLYPH_TURN_H_INCLUDED_


#include "ngx_glyph.h"


extern const ngx_glyph_part_t  ngx_glyph_turn_part;

/*
 * Asks for the turn; whoever goes before it comes must leave.  Both may be
 * called at any time, also again.
 */
void ngx_glyph_turn_wait(ngx_glyph_turn_t *turn);
void ngx_glyph_turn_leave(ngx_glyph_turn_t *turn);


#endif /* _NGX_GLYPH_TURN_H_INCLUDED_ */

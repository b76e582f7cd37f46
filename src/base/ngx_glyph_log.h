
/*
 * Texts of others in lines of the log: what a client has sent, how a file is
 * called, what Redis or Postgres say.
 */


#ifndef _NGX_GLYPH_LOG_H_INCLUDED_
#define _NGX_GLYPH_LOG_H_INCLUDED_


#include "ngx_glyph.h"


/* enough for what there is to be said of one */
#define NGX_GLYPH_LOG_TEXT  512


/*
 * Copies the text into dst, of so many bytes (four and more), and terminates
 * it.  Control characters, bytes that are no UTF-8 and backslashes are written
 * as \xHH, so that a line stays a line and a terminal that shows it is not told
 * anything; what is too long ends with "...".  Returns dst.  Also for threads.
 */
char *ngx_glyph_log_text(char *dst, size_t size, const void *data,
    size_t len);

/* The same of a string, or of NULL, for which "none" is said. */
char *ngx_glyph_log_string(char *dst, size_t size, const char *text,
    const char *none);

/*
 * Copies a message of somebody who may use several lines for it: control
 * characters and runs of spaces become one space; what is too long is cut, not
 * within a character.
 */
void ngx_glyph_log_line(char *dst, size_t size, const char *src);


#endif /* _NGX_GLYPH_LOG_H_INCLUDED_ */

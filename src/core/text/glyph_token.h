/*
 * A title cut into tokens: runs of letters and runs of digits, so that
 * "RTX4070Ti" gives what "rtx 4070 ti" gives.  What stood before each token
 * is kept, because "A 16GB" is no A16.
 */

#ifndef GLYPH_TOKEN_H_INCLUDED
#define GLYPH_TOKEN_H_INCLUDED

#include "text/glyph.h"


#define GLYPH_TITLE_MAX   4096      /* bytes of a title that count */
#define GLYPH_TOKENS_MAX  512       /* tokens of a title that count */


/* What stands between a token and the one before it. */

#define GLYPH_SEP_SPACE  0x01       /* white space or a symbol */
#define GLYPH_SEP_DASH   0x02
#define GLYPH_SEP_DOT    0x04
#define GLYPH_SEP_SLASH  0x08
#define GLYPH_SEP_PLUS   0x10       /* "+" or "&" */
#define GLYPH_SEP_BREAK  0x20       /* "|", ";", ":", a bracket, a dash
                                       between spaces: a new thought */
#define GLYPH_SEP_FIRST  0x40       /* nothing is before it */
#define GLYPH_SEP_COMMA  0x80

#define glyph_token_glued(t)  ((t)->sep == 0)


typedef struct {
    uint64_t  hash;
    uint32_t  id;           /* in the automaton's dictionary, 0: unknown */
    uint32_t  node;         /* of the automaton, after the root; 0: none */
    uint16_t  pos;          /* in the folded text */
    uint16_t  len;
    uint8_t   sep;
    uint8_t   digits;       /* a run of digits */
} glyph_token_t;


typedef struct {
    size_t         n;
    size_t         len;
    glyph_token_t  token[GLYPH_TOKENS_MAX + 4];     /* some to split into */
    unsigned char  text[GLYPH_TITLE_MAX + 8];       /* folded, lower case;
                                                       a word may be read
                                                       behind its end */
} glyph_tokens_t;


/* Folds and cuts a text of any bytes. */
void glyph_tokens_read(glyph_tokens_t *ts, const glyph_str_t *text);

/* Cuts ts->text, ts->len bytes that are folded already. */
void glyph_tokens_cut(glyph_tokens_t *ts);

/*
 * Makes token i two, the first one len bytes long.  Does nothing when there
 * is no room.
 */
void glyph_tokens_split(glyph_tokens_t *ts, size_t i, size_t len);

/*
 * Two words of the same length of 8 bytes or less are the same if their
 * hashes are.
 */
uint64_t glyph_token_hash(const unsigned char *data, size_t len);

static inline const unsigned char *
glyph_token_text(const glyph_tokens_t *ts, size_t i)
{
    return ts->text + ts->token[i].pos;
}

/* The value of a run of digits; a large number when it has more than 9. */
uint32_t glyph_token_value(const glyph_tokens_t *ts, size_t i);

/* Whether token i is the terminated string s. */
int glyph_token_is(const glyph_tokens_t *ts, size_t i, const char *s);

#endif /* GLYPH_TOKEN_H_INCLUDED */

/*
 * Words of times that are relative to now; a word may be several.
 */

#ifndef GLYPH_DATE_WORDS_H_INCLUDED
#define GLYPH_DATE_WORDS_H_INCLUDED

#include "text/glyph.h"


typedef enum {
    GLYPH_DATE_SAYS_SECOND = 0x001,
    GLYPH_DATE_SAYS_MINUTE = 0x002,
    GLYPH_DATE_SAYS_HOUR = 0x004,
    GLYPH_DATE_SAYS_DAY = 0x008,
    GLYPH_DATE_SAYS_WEEK = 0x010,
    GLYPH_DATE_SAYS_MONTH = 0x020,
    GLYPH_DATE_SAYS_YEAR = 0x040,
    GLYPH_DATE_SAYS_ONE = 0x080,        /* "an hour" */
    GLYPH_DATE_SAYS_AGO = 0x100,        /* or "vor", which comes first */
    GLYPH_DATE_SAYS_NOW = 0x200,
    GLYPH_DATE_SAYS_TODAY = 0x400,
    GLYPH_DATE_SAYS_YESTERDAY = 0x800,
    GLYPH_DATE_SAYS_FOR = 0x1000        /* nothing alone: "for 2 dage siden" */
} glyph_date_says_e;

#define GLYPH_DATE_SAYS_UNIT  0x07f


typedef struct {
    const char  *text;          /* folded, of up to three words */
    uint16_t     says;
} glyph_date_word_t;


extern const glyph_date_word_t  glyph_date_words[];
extern const size_t  glyph_date_words_n;

#endif /* GLYPH_DATE_WORDS_H_INCLUDED */

/*
 * What a request says of its file, and of what is to be done with it.
 */

#ifndef GLYPH_OPTS_H_INCLUDED
#define GLYPH_OPTS_H_INCLUDED

#include "text/glyph.h"
#include "value/glyph_currency.h"
#include "value/glyph_date.h"
#include "body/glyph_decoder.h"
#include "text/glyph_format.h"


#define GLYPH_HEADER_LINE_MAX  200


typedef struct {
    glyph_str_t      boundary;      /* empty: the body is the file */
    glyph_str_t      charset;       /* empty: not told */
    glyph_str_t      filename;      /* empty: not told */
    glyph_str_t      map;           /* ?map= */
    glyph_encoding_e encoding;      /* of the whole body */
    glyph_room_t    *room;          /* for its window; NULL: not counted */
    glyph_format_e   format;        /* of a form: CSV, unless it tells */
    unsigned char    delimiter;     /* 0: to be found */
    unsigned char    header_line;   /* 0: to be found */
    glyph_decimal_e  decimal;
    glyph_date_order_e  date_order;     /* unknown: to be found */
    char             currency[4];   /* of prices that say none, or "" */
    uint64_t         now;           /* ms since 1970: the import's time, from
                                       which "2 days ago" counts; 0: such is
                                       not read */
    uint64_t         max_errors;    /* 0: the location's */
    double           max_error_ratio;   /* 0: none, else 0 < r <= 1 */
    unsigned         undigested:1;  /* nobody asks for the file's SHA-256 */
    unsigned         scored:1;      /* the file is: see glyph_scored.h */
    unsigned         headless:1;    /* there is no header: see map */
    unsigned         early:1;       /* of a form: what its beginning says of
                                       how it is read has been heeded */
    unsigned         strict:1;      /* the first bad row fails the file */
    unsigned         reject_unknown:1;
    unsigned         reject_not_gpu:1;
} glyph_pipeline_opts_t;

#endif /* GLYPH_OPTS_H_INCLUDED */

/*
 * Stable codes of everything that can be wrong with a row or a file, as
 * they appear in JSON, in glyph.import_errors and in the metrics.  A code,
 * once published, is never renamed.
 */

#ifndef GLYPH_CODE_H_INCLUDED
#define GLYPH_CODE_H_INCLUDED

#include "text/glyph.h"


typedef enum {
    GLYPH_CODE_OK = 0,

    /* a row is rejected */
    GLYPH_ROW_MALFORMED,            /* quoting that cannot be read */
    GLYPH_ROW_TOO_LARGE,            /* longer than glyph_max_row_size */
    GLYPH_ROW_TOO_MANY_COLUMNS,     /* more than glyph_max_columns */
    GLYPH_ROW_COLUMN_COUNT,         /* more fields than the header has */
    GLYPH_ROW_ENCODING,             /* not valid in the file's charset */
    GLYPH_ROW_NUL,                  /* a NUL byte */
    GLYPH_ROW_FIELD_TOO_LONG,       /* a value longer than its column takes */
    GLYPH_ROW_TITLE_MISSING,
    GLYPH_ROW_PRICE_MISSING,
    GLYPH_ROW_PRICE_INVALID,        /* not a number at all */
    GLYPH_ROW_PRICE_NEGATIVE,
    GLYPH_ROW_PRICE_ZERO,
    GLYPH_ROW_PRICE_RANGE,          /* "450-500" */
    GLYPH_ROW_PRICE_SEVERAL,        /* two prices */
    GLYPH_ROW_PRICE_LIMIT,          /* "from", "was", "MSRP", a bid */
    GLYPH_ROW_PRICE_TOO_LARGE,      /* does not fit numeric(12,2) */
    GLYPH_ROW_PRICE_PRECISION,      /* nor does 0.0005 */
    GLYPH_ROW_CURRENCY_CONFLICT,    /* price says one, column another */
    GLYPH_ROW_MODEL_UNKNOWN,        /* only with reject=unknown */
    GLYPH_ROW_NOT_GPU,              /* only with reject=not_gpu */
    GLYPH_ROW_STORE_REFUSED,        /* Postgres refused it all the same */
    GLYPH_ROW_NOT_JSON,             /* a line of NDJSON */
    GLYPH_ROW_NOT_OBJECT,           /* JSON, but no object */
    GLYPH_ROW_TOO_DEEP,
    GLYPH_ROW_KEY_REPEATED,
    GLYPH_ROW_SURROGATE,            /* half of \ud83d\ude00 */
    GLYPH_ROW_NUMBER_TOO_LONG,
    GLYPH_ROW_VALUE_NESTED,         /* an object where a text should be */
    GLYPH_ROW_MODEL_ID_UNKNOWN,     /* these three only with stage=scored */
    GLYPH_ROW_MATCH_INVALID,
    GLYPH_ROW_SCORE_MISMATCH,

    /* a whole file is refused */
    GLYPH_FILE_EMPTY,
    GLYPH_FILE_NOT_TEXT,
    GLYPH_FILE_CHARSET_UNKNOWN,
    GLYPH_FILE_NO_ROWS,             /* a header and nothing else */
    GLYPH_FILE_HEADER_MISSING,      /* the first line is no header */
    GLYPH_FILE_COLUMNS_MISSING,     /* no title or no price column */
    GLYPH_FILE_COLUMN_DUPLICATE,    /* two columns mean the same */
    GLYPH_FILE_TOO_MANY_COLUMNS,
    GLYPH_FILE_HEADER_TOO_LARGE,
    GLYPH_FILE_TOO_MANY_ROWS,
    GLYPH_FILE_TOO_MANY_ERRORS,
    GLYPH_FILE_STRICT,              /* handling=strict and a bad row */
    GLYPH_FILE_NO_VALID_ROWS,
    GLYPH_ENCODING_MALFORMED,       /* Content-Encoding, see glyph_decoder.h */
    GLYPH_ENCODING_TRUNCATED,
    GLYPH_ENCODING_RATIO,
    GLYPH_ENCODING_BUSY,            /* others have all the windows' memory */
    GLYPH_MULTIPART_MALFORMED,
    GLYPH_MULTIPART_TRUNCATED,
    GLYPH_MULTIPART_NO_FILE,
    GLYPH_MULTIPART_TWO_FILES,
    GLYPH_MULTIPART_FIELD_TOO_LARGE,
    GLYPH_MULTIPART_FIELD_UNKNOWN,
    GLYPH_MULTIPART_FIELD_REPEATED,
    GLYPH_MULTIPART_FIELD_LATE,     /* an option behind the file */
    GLYPH_MULTIPART_FIELD_INVALID,  /* metadata that is no JSON object */
    GLYPH_OPTION_INVALID,
    GLYPH_FILE_JSON_MALFORMED,

    /* a row is kept, with a warning */
    GLYPH_WARN_PRICE_AMBIGUOUS,     /* 1.299 read as 1299 */
    GLYPH_WARN_PRICE_EXPONENT,      /* 7E+02 */
    GLYPH_WARN_NO_RATE,             /* no rate to USD for its currency */
    GLYPH_WARN_DEDUP_FULL,
    GLYPH_WARN_ROW_SHORT,           /* fewer fields than the header */
    GLYPH_WARN_STRAY_QUOTE,         /* read literally */
    GLYPH_WARN_DATE_INVALID,        /* these three once a file */
    GLYPH_WARN_DATE_AMBIGUOUS,      /* 03/04/2025, or not as the others are */
    GLYPH_WARN_URL_SHARED,          /* one page of several listings */
    GLYPH_WARN_EXTRA_TOO_LONG,      /* a value of no known column is left out */

    /* a file is taken for something, with a warning */
    GLYPH_WARN_CHARSET_GUESSED,
    GLYPH_WARN_HEADER_FOUND,        /* below other lines */
    GLYPH_WARN_LINES_QUOTED,        /* each as a whole */
    GLYPH_WARN_RECORDS_NESTED,      /* in an object, beside other things */
    GLYPH_WARN_CURRENCY_INVALID,    /* the currency column is no currency */
    GLYPH_WARN_CURRENCY_ASSUMED,    /* of a file, as those without a row are */
    GLYPH_WARN_CURRENCY_UNKNOWN,
    GLYPH_WARN_QUANTITY_INVALID,
    GLYPH_WARN_VALUE_NESTED,        /* of a column that may be empty */
    GLYPH_WARN_TITLE_COLUMN,        /* of a file, and so are these */
    GLYPH_WARN_MOSTLY_UNKNOWN,
    GLYPH_WARN_COLUMN_REPEATED,

    GLYPH_CODE_N,

    GLYPH_WARN_FIRST = GLYPH_WARN_PRICE_AMBIGUOUS
} glyph_code_e;


/* The code's name as published: "price_invalid", "columns_missing", … */
const char *glyph_code_name(glyph_code_e code);

/* One short English sentence, lower case, no full stop. */
const char *glyph_code_text(glyph_code_e code);

#endif /* GLYPH_CODE_H_INCLUDED */

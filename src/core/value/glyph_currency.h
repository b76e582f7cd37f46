/*
 * Currencies: codes, signs, names, and how amounts in them are written.
 */

#ifndef GLYPH_CURRENCY_H_INCLUDED
#define GLYPH_CURRENCY_H_INCLUDED

#include "text/glyph.h"
#include "text/glyph_code.h"


/* Which of "." and "," a column writes before the fraction. */

typedef enum {
    GLYPH_DECIMAL_UNKNOWN = 0,
    GLYPH_DECIMAL_POINT,
    GLYPH_DECIMAL_COMMA
} glyph_decimal_e;


/* Signs and names that several currencies share. */

typedef enum {
    GLYPH_SIGN_NONE = 0,
    GLYPH_SIGN_DOLLAR,          /* "$": USD unless something else is told */
    GLYPH_SIGN_YEN,             /* "¥": JPY unless … */
    GLYPH_SIGN_RUPEE,           /* "Rs": INR unless … */
    GLYPH_SIGN_CROWN,           /* "kr": no usual currency */
    GLYPH_SIGN_PESO,            /* "pesos": no usual currency */
    GLYPH_SIGN_POUND,           /* "£": GBP unless … */
    GLYPH_SIGN_RUBLE,           /* "руб.": RUB unless … */
    GLYPH_SIGN_LEU              /* "lei": RON unless … */
} glyph_sign_e;


/* What a text says of its currency, word by word; zeroed at first. */

typedef struct {
    char             code[4];       /* told for sure */
    char             country[4];    /* "us", "c", "cn": needs its sign */
    char             usual[4];      /* of the sign */
    glyph_sign_e     country_sign;
    glyph_sign_e     sign;
    unsigned         conflict:1;    /* two that differ */
} glyph_currency_told_t;


/*
 * Looks up a folded word ("usd", "euro", "zl") or a sign in UTF-8 ("€").
 * Returns 1 with the code, or, for what is shared, with the sign and its
 * usual code or ""; 0 if it is unknown.
 */
int glyph_currency_find(const unsigned char *word, size_t len, char code[4],
    glyph_sign_e *sign);

/*
 * Takes the currency that begins at p in a folded text, of which p may be
 * anywhere: a code, a sign, a name, or the country of a sign ("US $", "U$S",
 * "CN¥").  Returns how many bytes it is, 0 if there is none.
 */
size_t glyph_currency_take(glyph_currency_told_t *told,
    const unsigned char *start, const unsigned char *p,
    const unsigned char *last);

/*
 * What was told comes to: 1 with the code, "" if there is none, and, if only
 * a sign that others share was told, that sign; 0 if it contradicts itself.
 */
int glyph_currency_settle(const glyph_currency_told_t *told, char code[4],
    glyph_sign_e *sign);

/* Whether a sign may stand for a currency. */
int glyph_currency_shares(glyph_sign_e sign, const char *code);

/* The decimal mark that is usual with a currency. */
glyph_decimal_e glyph_currency_habit(const char *code);

/* How many fraction digits amounts have: 0, 2 or 3. */
int glyph_currency_digits(const char *code);

/*
 * Reads a currency column: a code, a sign or a name ("EUR", "€", "euro").
 * Returns GLYPH_CODE_OK and the ISO 4217 code in out (with a NUL; "" for an
 * empty text; XXX, which is none, for itself), or GLYPH_WARN_CURRENCY_INVALID.
 */
glyph_code_e glyph_currency_parse(const glyph_str_t *text, char out[4]);

#endif /* GLYPH_CURRENCY_H_INCLUDED */

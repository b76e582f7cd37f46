#include "glyph_values.h"
#include "glyph_utf8.h"


#define GLYPH_QUANTITY_MAX       1000000000
#define GLYPH_QUANTITY_TEXT_MAX  96


typedef struct {
    const char            *word;
    glyph_availability_e   availability;
} glyph_availability_word_t;


/* The numbers of a text, and what stands around them. */

typedef struct {
    int64_t    first;
    size_t     numbers;
    unsigned   negative:1;
    unsigned   broken:1;        /* no whole number, or a range */
    unsigned   words:1;
    unsigned   strange:1;       /* words that are not about a quantity */
} glyph_quantity_t;


static int glyph_quantity_answer(const unsigned char *text, size_t len,
    glyph_availability_e *availability);
static int glyph_quantity_has_digit(const unsigned char *text, size_t len);
static void glyph_quantity_sold(unsigned char *text, size_t len);
static void glyph_quantity_numbers(glyph_quantity_t *q,
    const unsigned char *text, size_t len);
static const unsigned char *glyph_quantity_digits(const unsigned char *p,
    const unsigned char *last, int64_t *quantity);
static const unsigned char *glyph_quantity_word(const unsigned char *p,
    const unsigned char *last);
static glyph_availability_e glyph_quantity_availability(
    const unsigned char *text, size_t len);
static int glyph_quantity_denied(const unsigned char *text,
    const unsigned char *p);
static int glyph_quantity_among(const char *const *list,
    const unsigned char *word, size_t len);


/* Beside a number these leave it a quantity; others do not ("MOQ 10"). */

static const char *const  glyph_quantity_units[] = {
    "x", "\xc3\x97", "pcs", "pc", "piece", "pieces", "unit", "units", "ea",
    "each", "item", "items", "card", "cards", "gpu", "gpus", "lot", "lots",
    "of", "set", "sets", "pack", "packs", "available", "in", "stock",
    "instock", "left", "only", "just", "remaining", "last", "on", "hand",
    "qty", "quantity", "total", "more", "than", "over", "at", "least", "the",
    "stuck", "stk", "stck", "st", "noch", "nur", "auf", "lager", "verfugbar",
    "lieferbar", "vorratig", "vorhanden", "anzahl", "menge", "mehr", "als",
    "uber", "mindestens", "bestand", "exemplare",
    "unite", "unites", "en", "disponible", "disponibles", "restant",
    "restants", "reste", "plus", "de", "quantite", "exemplaires",
    "unidad", "unidades", "ud", "uds", "quedan", "solo", "mas", "cantidad",
    "existencias",
    "pezzo", "pezzi", "pz", "disponibile", "disponibili", "rimasti", "piu",
    "di", "quantita",
    "szt", "sztuk", "sztuka", "sztuki", "dostepne", "dostepnych", "dostepny",
    "ponad", "ilosc", "na", "stanie", "w", "magazynie", "zostalo", "tylko",
    "stuks", "stuk", "op", "voorraad", "beschikbaar", "nog", "meer", "dan",
    "aantal", "leverbaar",
    "unidade", "un", "em", "estoque", "disponivel", "disponiveis",
    "restantes", "quantidade", "mais",
    "out", "sold", "not", "no", "unavailable", "\xe5\x80\x8b",
    NULL
};


/* A number beside one of these is how many are gone. */

static const char *const  glyph_quantity_gone[] = {
    "sold", "verkauft", "vendu", "vendus", "vendue", "vendues", "vendido",
    "vendidos", "vendidas", "venduto", "venduti", "sprzedano", "sprzedanych",
    "verkocht", NULL
};


/* Up to two words before what is available, these deny it. */

static const char *const  glyph_quantity_denials[] = {
    "not", "no", "non", "never", "nicht", "kein", "keine", "pas", "plus",
    "hors", "sin", "nie", "brak", "niet", "geen", "nao", "sem", NULL
};


static const char *const  glyph_quantity_yes[] = {
    "yes", "y", "true", "ja", "oui", "si", "tak", "sim", NULL
};


static const char *const  glyph_quantity_no[] = {
    "no", "n", "false", "nein", "non", "nie", "nee", "nao", NULL
};


/*
 * Looked for anywhere between word borders, the first that is found decides:
 * so what denies comes before what it denies.  What will be available is not
 * known to be now.
 */

static const glyph_availability_word_t  glyph_availability_words[] = {
    { "unavailable", GLYPH_UNAVAILABLE },
    { "not available", GLYPH_UNAVAILABLE },
    { "no longer available", GLYPH_UNAVAILABLE },
    { "not in stock", GLYPH_UNAVAILABLE },
    { "out of stock", GLYPH_UNAVAILABLE },
    { "no stock", GLYPH_UNAVAILABLE },
    { "outofstock", GLYPH_UNAVAILABLE },
    { "sold out", GLYPH_UNAVAILABLE },
    { "soldout", GLYPH_UNAVAILABLE },
    { "sold", GLYPH_UNAVAILABLE },
    { "discontinued", GLYPH_UNAVAILABLE },
    { "backorder", GLYPH_UNAVAILABLE },
    { "back order", GLYPH_UNAVAILABLE },
    { "preorder", GLYPH_UNAVAILABLE },
    { "pre order", GLYPH_UNAVAILABLE },
    { "nicht verfugbar", GLYPH_UNAVAILABLE },
    { "nicht lieferbar", GLYPH_UNAVAILABLE },
    { "nicht auf lager", GLYPH_UNAVAILABLE },
    { "ausverkauft", GLYPH_UNAVAILABLE },
    { "verkauft", GLYPH_UNAVAILABLE },
    { "indisponible", GLYPH_UNAVAILABLE },
    { "epuise", GLYPH_UNAVAILABLE },
    { "rupture de stock", GLYPH_UNAVAILABLE },
    { "en rupture", GLYPH_UNAVAILABLE },
    { "agotado", GLYPH_UNAVAILABLE },
    { "no disponible", GLYPH_UNAVAILABLE },
    { "sin stock", GLYPH_UNAVAILABLE },
    { "esaurito", GLYPH_UNAVAILABLE },
    { "non disponibile", GLYPH_UNAVAILABLE },
    { "niedostepny", GLYPH_UNAVAILABLE },
    { "brak", GLYPH_UNAVAILABLE },
    { "uitverkocht", GLYPH_UNAVAILABLE },
    { "niet op voorraad", GLYPH_UNAVAILABLE },
    { "esgotado", GLYPH_UNAVAILABLE },
    { "indisponivel", GLYPH_UNAVAILABLE },
    { "oos", GLYPH_UNAVAILABLE },
    { "backordered", GLYPH_UNAVAILABLE },
    { "back ordered", GLYPH_UNAVAILABLE },
    { "coming soon", GLYPH_UNAVAILABLE },
    { "vergriffen", GLYPH_UNAVAILABLE },
    { "vorbestellbar", GLYPH_UNAVAILABLE },
    { "auf bestellung", GLYPH_UNAVAILABLE },
    { "rupture", GLYPH_UNAVAILABLE },
    { "sur commande", GLYPH_UNAVAILABLE },
    { "hors stock", GLYPH_UNAVAILABLE },
    { "sem estoque", GLYPH_UNAVAILABLE },
    { "sem stock", GLYPH_UNAVAILABLE },
    { "sin existencias", GLYPH_UNAVAILABLE },
    { "terminato", GLYPH_UNAVAILABLE },
    { "niedostepna", GLYPH_UNAVAILABLE },
    { "niedostepne", GLYPH_UNAVAILABLE },
    { "niet beschikbaar", GLYPH_UNAVAILABLE },
    { "niet leverbaar", GLYPH_UNAVAILABLE },
    { "in stock", GLYPH_AVAILABLE },
    { "low stock", GLYPH_AVAILABLE },
    { "limited stock", GLYPH_AVAILABLE },
    { "limited availability", GLYPH_AVAILABLE },
    { "limitedavailability", GLYPH_AVAILABLE },
    { "available in", GLYPH_AVAILABILITY_UNKNOWN },
    { "available from", GLYPH_AVAILABILITY_UNKNOWN },
    { "available on", GLYPH_AVAILABILITY_UNKNOWN },
    { "available soon", GLYPH_AVAILABILITY_UNKNOWN },
    { "verfugbar ab", GLYPH_AVAILABILITY_UNKNOWN },
    { "verfugbar in", GLYPH_AVAILABILITY_UNKNOWN },
    { "lieferbar ab", GLYPH_AVAILABILITY_UNKNOWN },
    { "lieferbar in", GLYPH_AVAILABILITY_UNKNOWN },
    { "disponible le", GLYPH_AVAILABILITY_UNKNOWN },
    { "disponible dans", GLYPH_AVAILABILITY_UNKNOWN },
    { "disponible el", GLYPH_AVAILABILITY_UNKNOWN },
    { "disponibile dal", GLYPH_AVAILABILITY_UNKNOWN },
    { "dostepny od", GLYPH_AVAILABILITY_UNKNOWN },
    { "beschikbaar vanaf", GLYPH_AVAILABILITY_UNKNOWN },
    { "disponivel em", GLYPH_AVAILABILITY_UNKNOWN },
    { "available", GLYPH_AVAILABLE },
    { "instock", GLYPH_AVAILABLE },
    { "on hand", GLYPH_AVAILABLE },
    { "verfugbar", GLYPH_AVAILABLE },
    { "lieferbar", GLYPH_AVAILABLE },
    { "auf lager", GLYPH_AVAILABLE },
    { "vorratig", GLYPH_AVAILABLE },
    { "disponible", GLYPH_AVAILABLE },
    { "en stock", GLYPH_AVAILABLE },
    { "disponibile", GLYPH_AVAILABLE },
    { "dostepny", GLYPH_AVAILABLE },
    { "op voorraad", GLYPH_AVAILABLE },
    { "disponivel", GLYPH_AVAILABLE },
    { "lagernd", GLYPH_AVAILABLE },
    { "disponibles", GLYPH_AVAILABLE },
    { "en existencia", GLYPH_AVAILABLE },
    { "disponibili", GLYPH_AVAILABLE },
    { "dostepna", GLYPH_AVAILABLE },
    { "dostepne", GLYPH_AVAILABLE },
    { "w magazynie", GLYPH_AVAILABLE },
    { "na stanie", GLYPH_AVAILABLE },
    { "beschikbaar", GLYPH_AVAILABLE },
    { "leverbaar", GLYPH_AVAILABLE },
    { "disponiveis", GLYPH_AVAILABLE },
    { "em stock", GLYPH_AVAILABLE },
    { "em estoque", GLYPH_AVAILABLE },
};


glyph_code_e
glyph_quantity_parse(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability)
{
    size_t             i, len;
    glyph_str_t        t;
    unsigned char      buf[GLYPH_QUANTITY_TEXT_MAX];
    glyph_quantity_t   q;

    *quantity = GLYPH_QUANTITY_NONE;
    *availability = GLYPH_AVAILABILITY_UNKNOWN;

    t = *text;
    glyph_utf8_trim(&t);

    if (t.len == 0) {
        return GLYPH_CODE_OK;
    }

    len = glyph_utf8_fold(&t, buf, sizeof(buf));

    if (glyph_quantity_answer(buf, len, availability)) {
        return GLYPH_CODE_OK;
    }

    memset(&q, 0, sizeof(q));

    if (glyph_quantity_has_digit(buf, len)) {
        glyph_quantity_sold(buf, len);
        glyph_quantity_numbers(&q, buf, len);
    }

    if (q.negative
        || (!q.words
            && (q.broken || q.numbers > 1 || q.first > GLYPH_QUANTITY_MAX)))
    {
        return GLYPH_ROW_QUANTITY_INVALID;
    }

    for (i = 0; i < len; i++) {

        if (buf[i] == '-' || buf[i] == '_') {
            buf[i] = ' ';
        }
    }

    *availability = glyph_quantity_availability(buf, len);

    if (q.numbers != 1 || q.broken || q.strange
        || q.first > GLYPH_QUANTITY_MAX)
    {
        return GLYPH_CODE_OK;
    }

    if (q.first == 0) {
        *availability = GLYPH_UNAVAILABLE;

    } else if (*availability == GLYPH_UNAVAILABLE) {
        return GLYPH_CODE_OK;           /* "out of stock (5)": of what? */

    } else {
        *availability = GLYPH_AVAILABLE;
    }

    *quantity = q.first;

    return GLYPH_CODE_OK;
}


/* Most rows have words only. */

static int
glyph_quantity_has_digit(const unsigned char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {

        if (text[i] >= '0' && text[i] <= '9') {
            return 1;
        }
    }

    return 0;
}


/* "Yes", "false": what a column named "in stock" has. */

static int
glyph_quantity_answer(const unsigned char *text, size_t len,
    glyph_availability_e *availability)
{
    if (glyph_quantity_among(glyph_quantity_yes, text, len)) {
        *availability = GLYPH_AVAILABLE;
        return 1;
    }

    if (glyph_quantity_among(glyph_quantity_no, text, len)) {
        *availability = GLYPH_UNAVAILABLE;
        return 1;
    }

    return 0;
}


/* Blanks "50 sold" and "sold: 50", which is not what is left. */

static void
glyph_quantity_sold(unsigned char *text, size_t len)
{
    unsigned char        *p, *from, *to;
    const unsigned char  *word, *last;

    last = text + len;

    for (p = text; p < last; p = (unsigned char *) word + 1) {
        word = glyph_quantity_word(p, last);

        if (word == p) {
            continue;
        }

        from = p;
        to = (unsigned char *) word;

        if (!glyph_quantity_among(glyph_quantity_gone, p, word - p)) {
            continue;
        }

        while (from > text && from[-1] == ' ') {
            from--;
        }

        if (from > text && (from[-1] == '+'
                            || (from[-1] >= '0' && from[-1] <= '9')))
        {
            while (from > text
                   && (from[-1] == '+' || from[-1] == ',' || from[-1] == '.'
                       || (from[-1] >= '0' && from[-1] <= '9')))
            {
                from--;
            }

        } else {
            from = p;

            while (to < last && (*to == ' ' || *to == ':')) {
                to++;
            }

            if (to == last || *to < '0' || *to > '9') {
                continue;
            }

            while (to < last && *to >= '0' && *to <= '9') {
                to++;
            }
        }

        memset(from, ' ', to - from);
    }
}


static void
glyph_quantity_numbers(glyph_quantity_t *q, const unsigned char *text,
    size_t len)
{
    int                   doubt;
    int64_t               n;
    const unsigned char  *p, *last, *end;

    doubt = 0;

    p = text;
    last = p + len;

    if (*p == '-') {

        for (end = p + 1; end < last && *end == ' '; end++) {
            /* void */
        }

        q->negative = end < last && *end >= '0' && *end <= '9';
    }

    while (p < last) {

        if (*p >= '0' && *p <= '9') {
            end = glyph_quantity_digits(p, last, &n);

            if (end == NULL) {
                q->broken = 1;

                for (end = p; end < last && *end >= '0' && *end <= '9';
                     end++)
                {
                    /* void */
                }

            } else if (q->numbers++ == 0) {
                q->first = n;
            }

            p = end;
            continue;
        }

        end = glyph_quantity_word(p, last);

        if (end > p) {

            if (!(end - p == 1 && *p == 'x')) {
                q->words = 1;
            }

            if (!glyph_quantity_among(glyph_quantity_units, p, end - p)) {
                q->strange = 1;
            }

            p = end;
            continue;
        }

        /* "<5", "~5", "5?", "5%", "$5" */

        doubt |= memchr("<~?%$", *p, 5) != NULL;

        (void) glyph_utf8_decode(&p, last);
    }

    if (doubt && q->numbers) {
        q->broken = 1;
    }
}


/* The end of the word at p, p if there is none. */

static const unsigned char *
glyph_quantity_word(const unsigned char *p, const unsigned char *last)
{
    uint32_t              cp;
    const unsigned char  *q;

    while (p < last) {
        q = p;
        cp = glyph_utf8_decode(&q, last);

        if ((cp < 'a' || cp > 'z') && (cp < 0x80 || cp == 0x2265)) {
            break;              /* "≥" is no letter */
        }

        p = q;
    }

    return p;
}


/*
 * A whole number, with thousands in groups of three ("1,000") or without, and
 * with zeros for a fraction, as spreadsheets write ("4.0").  NULL if it is
 * none.
 */

static const unsigned char *
glyph_quantity_digits(const unsigned char *p, const unsigned char *last,
    int64_t *quantity)
{
    size_t                n, zeros;
    int64_t               q;
    unsigned char         mark;
    const unsigned char  *d;

    q = 0;
    mark = 0;

    for ( ;; ) {

        while (p < last && *p >= '0' && *p <= '9') {
            q = q > GLYPH_QUANTITY_MAX ? q : q * 10 + (*p - '0');
            p++;
        }

        if (p == last || (*p != ',' && *p != '.' && *p != '\'' && *p != ' ')) {
            break;
        }

        zeros = 0;

        for (d = p + 1; d < last && *d >= '0' && *d <= '9'; d++) {
            zeros += *d == '0';
        }

        n = d - p - 1;

        if (n == 0) {
            break;
        }

        if (n == 3 && (mark == 0 || mark == *p)) {
            mark = *p++;
            continue;
        }

        if (*p == ' ') {
            break;          /* another number */
        }

        if (n != zeros || *p == '\'') {
            return NULL;
        }

        p = d;
        break;
    }

    *quantity = q;

    return p;
}


static glyph_availability_e
glyph_quantity_availability(const unsigned char *text, size_t len)
{
    size_t                            i, j, n, word;
    const glyph_availability_word_t  *w;

    n = sizeof(glyph_availability_words)
        / sizeof(glyph_availability_words[0]);

    for (i = 0; i < n; i++) {
        w = &glyph_availability_words[i];
        word = strlen(w->word);

        for (j = 0; j + word <= len; j++) {

            if (text[j] == (unsigned char) w->word[0]
                && memcmp(text + j, w->word, word) == 0
                && (j == 0 || text[j - 1] < 'a' || text[j - 1] > 'z')
                && (j + word == len || text[j + word] < 'a'
                    || text[j + word] > 'z'))
            {
                if (w->availability == GLYPH_AVAILABLE
                    && glyph_quantity_denied(text, text + j))
                {
                    return GLYPH_UNAVAILABLE;
                }

                return w->availability;
            }
        }
    }

    return GLYPH_AVAILABILITY_UNKNOWN;
}


/* Whether one of the two words before p denies what follows. */

static int
glyph_quantity_denied(const unsigned char *text, const unsigned char *p)
{
    int                   i;
    const unsigned char  *end;

    for (i = 0; i < 2; i++) {

        while (p > text && p[-1] == ' ') {
            p--;
        }

        for (end = p; p > text && p[-1] >= 'a' && p[-1] <= 'z'; p--) {
            /* void */
        }

        if (glyph_quantity_among(glyph_quantity_denials, p, end - p)) {
            return 1;
        }
    }

    return 0;
}


static int
glyph_quantity_among(const char *const *list, const unsigned char *word,
    size_t len)
{
    if (len == 0) {
        return 0;
    }

    for ( /* void */ ; *list; list++) {

        if ((unsigned char) **list == *word && strlen(*list) == len
            && memcmp(*list, word, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


const char *
glyph_availability_name(glyph_availability_e availability)
{
    switch (availability) {

    case GLYPH_AVAILABLE:
        return "available";

    case GLYPH_UNAVAILABLE:
        return "unavailable";

    default:
        return NULL;
    }
}

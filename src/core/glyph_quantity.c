#include "glyph_values.h"
#include "glyph_utf8.h"


#define GLYPH_QUANTITY_MAX       1000000000
#define GLYPH_QUANTITY_TEXT_MAX  96

/* so many digits are less than GLYPH_QUANTITY_MAX */
#define GLYPH_QUANTITY_PLAIN_MAX  9


typedef struct {
    const char            *word;
    size_t                 len;
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


static int glyph_quantity_plain(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability);
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

#define glyph_available(word, availability)                                  \
    { word, sizeof(word) - 1, availability }

static const glyph_availability_word_t  glyph_availability_words[] = {
    glyph_available("unavailable", GLYPH_UNAVAILABLE),
    glyph_available("not available", GLYPH_UNAVAILABLE),
    glyph_available("no longer available", GLYPH_UNAVAILABLE),
    glyph_available("not in stock", GLYPH_UNAVAILABLE),
    glyph_available("out of stock", GLYPH_UNAVAILABLE),
    glyph_available("no stock", GLYPH_UNAVAILABLE),
    glyph_available("outofstock", GLYPH_UNAVAILABLE),
    glyph_available("sold out", GLYPH_UNAVAILABLE),
    glyph_available("soldout", GLYPH_UNAVAILABLE),
    glyph_available("sold", GLYPH_UNAVAILABLE),
    glyph_available("discontinued", GLYPH_UNAVAILABLE),
    glyph_available("backorder", GLYPH_UNAVAILABLE),
    glyph_available("back order", GLYPH_UNAVAILABLE),
    glyph_available("preorder", GLYPH_UNAVAILABLE),
    glyph_available("pre order", GLYPH_UNAVAILABLE),
    glyph_available("nicht verfugbar", GLYPH_UNAVAILABLE),
    glyph_available("nicht lieferbar", GLYPH_UNAVAILABLE),
    glyph_available("nicht auf lager", GLYPH_UNAVAILABLE),
    glyph_available("ausverkauft", GLYPH_UNAVAILABLE),
    glyph_available("verkauft", GLYPH_UNAVAILABLE),
    glyph_available("indisponible", GLYPH_UNAVAILABLE),
    glyph_available("epuise", GLYPH_UNAVAILABLE),
    glyph_available("rupture de stock", GLYPH_UNAVAILABLE),
    glyph_available("en rupture", GLYPH_UNAVAILABLE),
    glyph_available("agotado", GLYPH_UNAVAILABLE),
    glyph_available("no disponible", GLYPH_UNAVAILABLE),
    glyph_available("sin stock", GLYPH_UNAVAILABLE),
    glyph_available("esaurito", GLYPH_UNAVAILABLE),
    glyph_available("non disponibile", GLYPH_UNAVAILABLE),
    glyph_available("niedostepny", GLYPH_UNAVAILABLE),
    glyph_available("brak", GLYPH_UNAVAILABLE),
    glyph_available("uitverkocht", GLYPH_UNAVAILABLE),
    glyph_available("niet op voorraad", GLYPH_UNAVAILABLE),
    glyph_available("esgotado", GLYPH_UNAVAILABLE),
    glyph_available("indisponivel", GLYPH_UNAVAILABLE),
    glyph_available("oos", GLYPH_UNAVAILABLE),
    glyph_available("backordered", GLYPH_UNAVAILABLE),
    glyph_available("back ordered", GLYPH_UNAVAILABLE),
    glyph_available("coming soon", GLYPH_UNAVAILABLE),
    glyph_available("vergriffen", GLYPH_UNAVAILABLE),
    glyph_available("vorbestellbar", GLYPH_UNAVAILABLE),
    glyph_available("auf bestellung", GLYPH_UNAVAILABLE),
    glyph_available("rupture", GLYPH_UNAVAILABLE),
    glyph_available("sur commande", GLYPH_UNAVAILABLE),
    glyph_available("hors stock", GLYPH_UNAVAILABLE),
    glyph_available("sem estoque", GLYPH_UNAVAILABLE),
    glyph_available("sem stock", GLYPH_UNAVAILABLE),
    glyph_available("sin existencias", GLYPH_UNAVAILABLE),
    glyph_available("terminato", GLYPH_UNAVAILABLE),
    glyph_available("niedostepna", GLYPH_UNAVAILABLE),
    glyph_available("niedostepne", GLYPH_UNAVAILABLE),
    glyph_available("niet beschikbaar", GLYPH_UNAVAILABLE),
    glyph_available("niet leverbaar", GLYPH_UNAVAILABLE),
    glyph_available("in stock", GLYPH_AVAILABLE),
    glyph_available("low stock", GLYPH_AVAILABLE),
    glyph_available("limited stock", GLYPH_AVAILABLE),
    glyph_available("limited availability", GLYPH_AVAILABLE),
    glyph_available("limitedavailability", GLYPH_AVAILABLE),
    glyph_available("available in", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("available from", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("available on", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("available soon", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("verfugbar ab", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("verfugbar in", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("lieferbar ab", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("lieferbar in", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("disponible le", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("disponible dans", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("disponible el", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("disponibile dal", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("dostepny od", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("beschikbaar vanaf", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("disponivel em", GLYPH_AVAILABILITY_UNKNOWN),
    glyph_available("available", GLYPH_AVAILABLE),
    glyph_available("instock", GLYPH_AVAILABLE),
    glyph_available("on hand", GLYPH_AVAILABLE),
    glyph_available("verfugbar", GLYPH_AVAILABLE),
    glyph_available("lieferbar", GLYPH_AVAILABLE),
    glyph_available("auf lager", GLYPH_AVAILABLE),
    glyph_available("vorratig", GLYPH_AVAILABLE),
    glyph_available("disponible", GLYPH_AVAILABLE),
    glyph_available("en stock", GLYPH_AVAILABLE),
    glyph_available("disponibile", GLYPH_AVAILABLE),
    glyph_available("dostepny", GLYPH_AVAILABLE),
    glyph_available("op voorraad", GLYPH_AVAILABLE),
    glyph_available("disponivel", GLYPH_AVAILABLE),
    glyph_available("lagernd", GLYPH_AVAILABLE),
    glyph_available("disponibles", GLYPH_AVAILABLE),
    glyph_available("en existencia", GLYPH_AVAILABLE),
    glyph_available("disponibili", GLYPH_AVAILABLE),
    glyph_available("dostepna", GLYPH_AVAILABLE),
    glyph_available("dostepne", GLYPH_AVAILABLE),
    glyph_available("w magazynie", GLYPH_AVAILABLE),
    glyph_available("na stanie", GLYPH_AVAILABLE),
    glyph_available("beschikbaar", GLYPH_AVAILABLE),
    glyph_available("leverbaar", GLYPH_AVAILABLE),
    glyph_available("disponiveis", GLYPH_AVAILABLE),
    glyph_available("em stock", GLYPH_AVAILABLE),
    glyph_available("em estoque", GLYPH_AVAILABLE),
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

    if (glyph_quantity_plain(text, quantity, availability)) {
        return GLYPH_CODE_OK;
    }

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


/* Most files write nothing but "12". */

static int
glyph_quantity_plain(const glyph_str_t *text, int64_t *quantity,
    glyph_availability_e *availability)
{
    size_t   i;
    int64_t  n;

    if (text->len == 0 || text->len > GLYPH_QUANTITY_PLAIN_MAX) {
        return 0;
    }

    n = 0;

    for (i = 0; i < text->len; i++) {

        if (text->data[i] < '0' || text->data[i] > '9') {
            return 0;
        }

        n = n * 10 + (text->data[i] - '0');
    }

    *quantity = n;
    *availability = n ? GLYPH_AVAILABLE : GLYPH_UNAVAILABLE;

    return 1;
}


/* Most others have words only. */

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
    uint32_t                          initials;
    const glyph_availability_word_t  *w;

    n = sizeof(glyph_availability_words)
        / sizeof(glyph_availability_words[0]);

    /* most of the words begin with a letter that no word here begins with */

    initials = 0;

    for (j = 0; j < len; j++) {

        if (text[j] >= 'a' && text[j] <= 'z'
            && (j == 0 || text[j - 1] < 'a' || text[j - 1] > 'z'))
        {
            initials |= 1u << (text[j] - 'a');
        }
    }

    for (i = 0; i < n; i++) {
        w = &glyph_availability_words[i];
        word = w->len;

        if (!(initials & 1u << (w->word[0] - 'a'))) {
            continue;
        }

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

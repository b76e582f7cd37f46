#include "glyph_values.h"
#include "glyph_utf8.h"


#define GLYPH_CONDITION_TEXT_MAX  96


typedef struct {
    const char  *word;
    const char  *name;
} glyph_condition_word_t;


#define GLYPH_CONDITION_NEW          "New"
#define GLYPH_CONDITION_OPEN_BOX     "Open box"
#define GLYPH_CONDITION_REFURBISHED  "Refurbished"
#define GLYPH_CONDITION_USED         "Used"
#define GLYPH_CONDITION_PARTS        "For parts"


static int glyph_condition_has(const unsigned char *text, size_t len,
    const char *word);
static int glyph_condition_denied(const unsigned char *text,
    const unsigned char *p);


/*
 * Words that settle the condition wherever they stand in the text.  They are
 * tried in this order, since a later one often stands beside an earlier one:
 * "used, for parts", "refurbished like new", "new, open box", "used - like
 * new".  "Like new" alone is a used card.
 */

static const glyph_condition_word_t  glyph_condition_words[] = {
    { "for parts", GLYPH_CONDITION_PARTS },
    { "damagedcondition", GLYPH_CONDITION_PARTS },
    { "parts only", GLYPH_CONDITION_PARTS },
    { "spares", GLYPH_CONDITION_PARTS },
    { "spare or repair", GLYPH_CONDITION_PARTS },
    { "not working", GLYPH_CONDITION_PARTS },
    { "non working", GLYPH_CONDITION_PARTS },
    { "nonworking", GLYPH_CONDITION_PARTS },
    { "not functional", GLYPH_CONDITION_PARTS },
    { "non functional", GLYPH_CONDITION_PARTS },
    { "broken", GLYPH_CONDITION_PARTS },
    { "faulty", GLYPH_CONDITION_PARTS },
    { "defective", GLYPH_CONDITION_PARTS },
    { "dead", GLYPH_CONDITION_PARTS },
    { "salvage", GLYPH_CONDITION_PARTS },
    { "defekt", GLYPH_CONDITION_PARTS },
    { "kaputt", GLYPH_CONDITION_PARTS },
    { "ersatzteil", GLYPH_CONDITION_PARTS },
    { "ersatzteile", GLYPH_CONDITION_PARTS },
    { "als ersatzteil", GLYPH_CONDITION_PARTS },
    { "bastler", GLYPH_CONDITION_PARTS },
    { "fur bastler", GLYPH_CONDITION_PARTS },
    { "pour pieces", GLYPH_CONDITION_PARTS },
    { "pieces detachees", GLYPH_CONDITION_PARTS },
    { "hors service", GLYPH_CONDITION_PARTS },
    { "en panne", GLYPH_CONDITION_PARTS },
    { "hs", GLYPH_CONDITION_PARTS },
    { "para piezas", GLYPH_CONDITION_PARTS },
    { "averiado", GLYPH_CONDITION_PARTS },
    { "no funciona", GLYPH_CONDITION_PARTS },
    { "per ricambi", GLYPH_CONDITION_PARTS },
    { "per pezzi di ricambio", GLYPH_CONDITION_PARTS },
    { "non funzionante", GLYPH_CONDITION_PARTS },
    { "guasto", GLYPH_CONDITION_PARTS },
    { "guasta", GLYPH_CONDITION_PARTS },
    { "difettoso", GLYPH_CONDITION_PARTS },
    { "difettosa", GLYPH_CONDITION_PARTS },
    { "uszkodzony", GLYPH_CONDITION_PARTS },
    { "uszkodzona", GLYPH_CONDITION_PARTS },
    { "na czesci", GLYPH_CONDITION_PARTS },
    { "niesprawny", GLYPH_CONDITION_PARTS },
    { "niesprawna", GLYPH_CONDITION_PARTS },
    { "voor onderdelen", GLYPH_CONDITION_PARTS },
    { "kapot", GLYPH_CONDITION_PARTS },
    { "defect", GLYPH_CONDITION_PARTS },
    { "para pecas", GLYPH_CONDITION_PARTS },
    { "com defeito", GLYPH_CONDITION_PARTS },
    { "avariado", GLYPH_CONDITION_PARTS },
    { "parts or repair", GLYPH_CONDITION_PARTS },
    { "parts repair", GLYPH_CONDITION_PARTS },
    { "doesn t work", GLYPH_CONDITION_PARTS },
    { "does not work", GLYPH_CONDITION_PARTS },
    { "not functioning", GLYPH_CONDITION_PARTS },
    { "ersatzteilspender", GLYPH_CONDITION_PARTS },
    { "bastlerware", GLYPH_CONDITION_PARTS },
    { "funktioniert nicht", GLYPH_CONDITION_PARTS },
    { "nicht funktionsfahig", GLYPH_CONDITION_PARTS },
    { "ne fonctionne pas", GLYPH_CONDITION_PARTS },
    { "ne marche pas", GLYPH_CONDITION_PARTS },
    { "non fonctionnel", GLYPH_CONDITION_PARTS },
    { "non fonctionnelle", GLYPH_CONDITION_PARTS },
    { "defectueux", GLYPH_CONDITION_PARTS },
    { "defectueuse", GLYPH_CONDITION_PARTS },
    { "casse", GLYPH_CONDITION_PARTS },
    { "cassee", GLYPH_CONDITION_PARTS },
    { "para desguace", GLYPH_CONDITION_PARTS },
    { "para repuestos", GLYPH_CONDITION_PARTS },
    { "averiada", GLYPH_CONDITION_PARTS },
    { "roto", GLYPH_CONDITION_PARTS },
    { "rota", GLYPH_CONDITION_PARTS },
    { "defectuoso", GLYPH_CONDITION_PARTS },
    { "defectuosa", GLYPH_CONDITION_PARTS },
    { "estropeado", GLYPH_CONDITION_PARTS },
    { "estropeada", GLYPH_CONDITION_PARTS },
    { "parti di ricambio", GLYPH_CONDITION_PARTS },
    { "non funziona", GLYPH_CONDITION_PARTS },
    { "rotto", GLYPH_CONDITION_PARTS },
    { "rotta", GLYPH_CONDITION_PARTS },
    { "do naprawy", GLYPH_CONDITION_PARTS },
    { "nie dziala", GLYPH_CONDITION_PARTS },
    { "uszkodzone", GLYPH_CONDITION_PARTS },
    { "niesprawne", GLYPH_CONDITION_PARTS },
    { "niet werkend", GLYPH_CONDITION_PARTS },
    { "werkt niet", GLYPH_CONDITION_PARTS },
    { "defecte", GLYPH_CONDITION_PARTS },
    { "kapotte", GLYPH_CONDITION_PARTS },
    { "nao funciona", GLYPH_CONDITION_PARTS },
    { "avariada", GLYPH_CONDITION_PARTS },

    { "refurbished", GLYPH_CONDITION_REFURBISHED },
    { "refurbishedcondition", GLYPH_CONDITION_REFURBISHED },
    { "refurb", GLYPH_CONDITION_REFURBISHED },
    { "refurbed", GLYPH_CONDITION_REFURBISHED },
    { "renewed", GLYPH_CONDITION_REFURBISHED },
    { "reconditioned", GLYPH_CONDITION_REFURBISHED },
    { "recertified", GLYPH_CONDITION_REFURBISHED },
    { "remanufactured", GLYPH_CONDITION_REFURBISHED },
    { "generaluberholt", GLYPH_CONDITION_REFURBISHED },
    { "uberholt", GLYPH_CONDITION_REFURBISHED },
    { "wiederaufbereitet", GLYPH_CONDITION_REFURBISHED },
    { "reconditionne", GLYPH_CONDITION_REFURBISHED },
    { "reconditionnee", GLYPH_CONDITION_REFURBISHED },
    { "reacondicionado", GLYPH_CONDITION_REFURBISHED },
    { "reacondicionada", GLYPH_CONDITION_REFURBISHED },
    { "ricondizionato", GLYPH_CONDITION_REFURBISHED },
    { "ricondizionata", GLYPH_CONDITION_REFURBISHED },
    { "rigenerato", GLYPH_CONDITION_REFURBISHED },
    { "odnowiony", GLYPH_CONDITION_REFURBISHED },
    { "odnowiona", GLYPH_CONDITION_REFURBISHED },
    { "regenerowany", GLYPH_CONDITION_REFURBISHED },
    { "gereviseerd", GLYPH_CONDITION_REFURBISHED },
    { "recondicionado", GLYPH_CONDITION_REFURBISHED },
    { "recondicionada", GLYPH_CONDITION_REFURBISHED },
    { "re certified", GLYPH_CONDITION_REFURBISHED },
    { "aufbereitet", GLYPH_CONDITION_REFURBISHED },
    { "remis a neuf", GLYPH_CONDITION_REFURBISHED },
    { "remise a neuf", GLYPH_CONDITION_REFURBISHED },
    { "restaurado", GLYPH_CONDITION_REFURBISHED },
    { "restaurada", GLYPH_CONDITION_REFURBISHED },
    { "rigenerata", GLYPH_CONDITION_REFURBISHED },
    { "odnowione", GLYPH_CONDITION_REFURBISHED },
    { "regenerowana", GLYPH_CONDITION_REFURBISHED },
    { "regenerowane", GLYPH_CONDITION_REFURBISHED },
    { "remanufaturado", GLYPH_CONDITION_REFURBISHED },
    { "remanufaturada", GLYPH_CONDITION_REFURBISHED },

    { "open box", GLYPH_CONDITION_OPEN_BOX },
    { "openbox", GLYPH_CONDITION_OPEN_BOX },
    { "opened box", GLYPH_CONDITION_OPEN_BOX },
    { "opened never used", GLYPH_CONDITION_OPEN_BOX },
    { "new other", GLYPH_CONDITION_OPEN_BOX },
    { "geoffnet", GLYPH_CONDITION_OPEN_BOX },
    { "neu geoffnet", GLYPH_CONDITION_OPEN_BOX },
    { "neu sonstige", GLYPH_CONDITION_OPEN_BOX },
    { "boite ouverte", GLYPH_CONDITION_OPEN_BOX },
    { "emballage ouvert", GLYPH_CONDITION_OPEN_BOX },
    { "caja abierta", GLYPH_CONDITION_OPEN_BOX },
    { "scatola aperta", GLYPH_CONDITION_OPEN_BOX },
    { "otwarte pudelko", GLYPH_CONDITION_OPEN_BOX },
    { "caixa aberta", GLYPH_CONDITION_OPEN_BOX },
    { "ex display", GLYPH_CONDITION_OPEN_BOX },
    { "b ware", GLYPH_CONDITION_OPEN_BOX },
    { "box opened", GLYPH_CONDITION_OPEN_BOX },
    { "display model", GLYPH_CONDITION_OPEN_BOX },
    { "ausstellungsstuck", GLYPH_CONDITION_OPEN_BOX },
    { "vorfuhrgerat", GLYPH_CONDITION_OPEN_BOX },
    { "neuf autre", GLYPH_CONDITION_OPEN_BOX },
    { "nuevo otro", GLYPH_CONDITION_OPEN_BOX },
    { "nuovo altro", GLYPH_CONDITION_OPEN_BOX },
    { "novo outro", GLYPH_CONDITION_OPEN_BOX },
    { "otwarte opakowanie", GLYPH_CONDITION_OPEN_BOX },
    { "powystawowy", GLYPH_CONDITION_OPEN_BOX },
    { "powystawowa", GLYPH_CONDITION_OPEN_BOX },
    { "powystawowe", GLYPH_CONDITION_OPEN_BOX },
    { "open doos", GLYPH_CONDITION_OPEN_BOX },

    { "unused", GLYPH_CONDITION_NEW },
    { "newcondition", GLYPH_CONDITION_NEW },
    { "never used", GLYPH_CONDITION_NEW },
    { "not used", GLYPH_CONDITION_NEW },
    { "unbenutzt", GLYPH_CONDITION_NEW },
    { "ungebraucht", GLYPH_CONDITION_NEW },
    { "jamais utilise", GLYPH_CONDITION_NEW },
    { "nieuzywany", GLYPH_CONDITION_NEW },
    { "nieuzywana", GLYPH_CONDITION_NEW },
    { "ongebruikt", GLYPH_CONDITION_NEW },
    { "sin usar", GLYPH_CONDITION_NEW },
    { "mai usato", GLYPH_CONDITION_NEW },
    { "sem uso", GLYPH_CONDITION_NEW },
    { "nicht gebraucht", GLYPH_CONDITION_NEW },
    { "nicht benutzt", GLYPH_CONDITION_NEW },
    { "jamais utilisee", GLYPH_CONDITION_NEW },
    { "jamais servi", GLYPH_CONDITION_NEW },
    { "nunca usado", GLYPH_CONDITION_NEW },
    { "nunca usada", GLYPH_CONDITION_NEW },
    { "a estrenar", GLYPH_CONDITION_NEW },
    { "non usato", GLYPH_CONDITION_NEW },
    { "nie uzywany", GLYPH_CONDITION_NEW },
    { "nie uzywana", GLYPH_CONDITION_NEW },
    { "nieuzywane", GLYPH_CONDITION_NEW },
    { "niet gebruikt", GLYPH_CONDITION_NEW },
    { "nao usado", GLYPH_CONDITION_NEW },

    { "used", GLYPH_CONDITION_USED },
    { "usedcondition", GLYPH_CONDITION_USED },
    { "pre owned", GLYPH_CONDITION_USED },
    { "preowned", GLYPH_CONDITION_USED },
    { "pre loved", GLYPH_CONDITION_USED },
    { "preloved", GLYPH_CONDITION_USED },
    { "second hand", GLYPH_CONDITION_USED },
    { "secondhand", GLYPH_CONDITION_USED },
    { "2nd hand", GLYPH_CONDITION_USED },
    { "like new", GLYPH_CONDITION_USED },
    { "as new", GLYPH_CONDITION_USED },
    { "almost new", GLYPH_CONDITION_USED },
    { "nearly new", GLYPH_CONDITION_USED },
    { "very good", GLYPH_CONDITION_USED },
    { "excellent", GLYPH_CONDITION_USED },
    { "acceptable", GLYPH_CONDITION_USED },
    { "good", GLYPH_CONDITION_USED },
    { "fair", GLYPH_CONDITION_USED },
    { "working pull", GLYPH_CONDITION_USED },
    { "pulled", GLYPH_CONDITION_USED },
    { "gebraucht", GLYPH_CONDITION_USED },
    { "neuwertig", GLYPH_CONDITION_USED },
    { "wie neu", GLYPH_CONDITION_USED },
    { "sehr gut", GLYPH_CONDITION_USED },
    { "gut", GLYPH_CONDITION_USED },
    { "akzeptabel", GLYPH_CONDITION_USED },
    { "occasion", GLYPH_CONDITION_USED },
    { "comme neuf", GLYPH_CONDITION_USED },
    { "tres bon etat", GLYPH_CONDITION_USED },
    { "bon etat", GLYPH_CONDITION_USED },
    { "usado", GLYPH_CONDITION_USED },
    { "usada", GLYPH_CONDITION_USED },
    { "segunda mano", GLYPH_CONDITION_USED },
    { "como nuevo", GLYPH_CONDITION_USED },
    { "como nueva", GLYPH_CONDITION_USED },
    { "usato", GLYPH_CONDITION_USED },
    { "usata", GLYPH_CONDITION_USED },
    { "come nuovo", GLYPH_CONDITION_USED },
    { "come nuova", GLYPH_CONDITION_USED },
    { "uzywany", GLYPH_CONDITION_USED },
    { "uzywana", GLYPH_CONDITION_USED },
    { "uzywane", GLYPH_CONDITION_USED },
    { "jak nowy", GLYPH_CONDITION_USED },
    { "jak nowa", GLYPH_CONDITION_USED },
    { "gebruikt", GLYPH_CONDITION_USED },
    { "tweedehands", GLYPH_CONDITION_USED },
    { "zo goed als nieuw", GLYPH_CONDITION_USED },
    { "seminovo", GLYPH_CONDITION_USED },
    { "seminova", GLYPH_CONDITION_USED },
    { "como novo", GLYPH_CONDITION_USED },
    { "segunda mao", GLYPH_CONDITION_USED },
    { "benutzt", GLYPH_CONDITION_USED },
    { "fast neu", GLYPH_CONDITION_USED },
    { "in ordnung", GLYPH_CONDITION_USED },
    { "quasi neuf", GLYPH_CONDITION_USED },
    { "comme neuve", GLYPH_CONDITION_USED },
    { "etat correct", GLYPH_CONDITION_USED },
    { "etat satisfaisant", GLYPH_CONDITION_USED },
    { "casi nuevo", GLYPH_CONDITION_USED },
    { "casi nueva", GLYPH_CONDITION_USED },
    { "seminuevo", GLYPH_CONDITION_USED },
    { "seminueva", GLYPH_CONDITION_USED },
    { "buen estado", GLYPH_CONDITION_USED },
    { "muy bueno", GLYPH_CONDITION_USED },
    { "bueno", GLYPH_CONDITION_USED },
    { "aceptable", GLYPH_CONDITION_USED },
    { "2\xc2\xaa mano", GLYPH_CONDITION_USED },
    { "quasi nuovo", GLYPH_CONDITION_USED },
    { "pari al nuovo", GLYPH_CONDITION_USED },
    { "ottime condizioni", GLYPH_CONDITION_USED },
    { "buone condizioni", GLYPH_CONDITION_USED },
    { "ottimo", GLYPH_CONDITION_USED },
    { "buono", GLYPH_CONDITION_USED },
    { "accettabile", GLYPH_CONDITION_USED },
    { "prawie nowy", GLYPH_CONDITION_USED },
    { "prawie nowa", GLYPH_CONDITION_USED },
    { "bardzo dobry", GLYPH_CONDITION_USED },
    { "dobry", GLYPH_CONDITION_USED },
    { "poleasingowy", GLYPH_CONDITION_USED },
    { "poleasingowa", GLYPH_CONDITION_USED },
    { "als nieuw", GLYPH_CONDITION_USED },
    { "zgan", GLYPH_CONDITION_USED },
    { "2e hands", GLYPH_CONDITION_USED },
    { "goed", GLYPH_CONDITION_USED },
    { "redelijk", GLYPH_CONDITION_USED },
    { "quase novo", GLYPH_CONDITION_USED },
    { "semi novo", GLYPH_CONDITION_USED },
    { "semi nova", GLYPH_CONDITION_USED },
    { "muito bom", GLYPH_CONDITION_USED },
    { "bom estado", GLYPH_CONDITION_USED },
    { "bom", GLYPH_CONDITION_USED },

    { "new", GLYPH_CONDITION_NEW },
    { "bnib", GLYPH_CONDITION_NEW },
    { "nib", GLYPH_CONDITION_NEW },
    { "sealed", GLYPH_CONDITION_NEW },
    { "factory sealed", GLYPH_CONDITION_NEW },
    { "neu", GLYPH_CONDITION_NEW },
    { "neuware", GLYPH_CONDITION_NEW },
    { "originalverpackt", GLYPH_CONDITION_NEW },
    { "neuf", GLYPH_CONDITION_NEW },
    { "neuve", GLYPH_CONDITION_NEW },
    { "nuevo", GLYPH_CONDITION_NEW },
    { "nueva", GLYPH_CONDITION_NEW },
    { "nuovo", GLYPH_CONDITION_NEW },
    { "nuova", GLYPH_CONDITION_NEW },
    { "nowy", GLYPH_CONDITION_NEW },
    { "nowa", GLYPH_CONDITION_NEW },
    { "nowe", GLYPH_CONDITION_NEW },
    { "nieuw", GLYPH_CONDITION_NEW },
    { "nieuwe", GLYPH_CONDITION_NEW },
    { "novo", GLYPH_CONDITION_NEW },
    { "nova", GLYPH_CONDITION_NEW },

    /* these say less than any of the others */

    { "never opened", GLYPH_CONDITION_NEW },
    { "unopened", GLYPH_CONDITION_NEW },
    { "brandneu", GLYPH_CONDITION_NEW },
    { "nagelneu", GLYPH_CONDITION_NEW },
    { "fabrikneu", GLYPH_CONDITION_NEW },
    { "ungeoffnet", GLYPH_CONDITION_NEW },
    { "precintado", GLYPH_CONDITION_NEW },
    { "precintada", GLYPH_CONDITION_NEW },
    { "sigillato", GLYPH_CONDITION_NEW },
    { "sigillata", GLYPH_CONDITION_NEW },
    { "lacrado", GLYPH_CONDITION_NEW },
    { "lacrada", GLYPH_CONDITION_NEW },
    { "working", GLYPH_CONDITION_USED },
    { "fully functional", GLYPH_CONDITION_USED },
    { "system pull", GLYPH_CONDITION_USED },
    { "pull", GLYPH_CONDITION_USED },
    { "pulls", GLYPH_CONDITION_USED },
    { "as is", GLYPH_CONDITION_PARTS },
};


/* What most rows say already. */

static const char *const  glyph_condition_names[] = {
    GLYPH_CONDITION_NEW,
    GLYPH_CONDITION_USED,
    GLYPH_CONDITION_REFURBISHED,
    GLYPH_CONDITION_OPEN_BOX,
    GLYPH_CONDITION_PARTS
};


/* The same words about something else: the text stays as it is. */

static const char *const  glyph_condition_other[] = {
    "not used for", "never used for", "new with defects"
};


/* Before a word these deny it: "not new", "kein Defekt". */

static const char *const  glyph_condition_denials[] = {
    "not", "no", "non", "never", "nicht", "kein", "keine", "ohne", "pas",
    "sans", "sin", "senza", "nie", "bez", "niet", "geen", "zonder", "nao",
    "sem"
};


const char *
glyph_condition_parse(const glyph_str_t *text)
{
    size_t         i, n, len;
    glyph_str_t    t;
    unsigned char  buf[GLYPH_CONDITION_TEXT_MAX];

    t = *text;
    glyph_utf8_trim(&t);

    n = sizeof(glyph_condition_names) / sizeof(glyph_condition_names[0]);

    for (i = 0; i < n; i++) {

        if (strlen(glyph_condition_names[i]) == t.len
            && memcmp(glyph_condition_names[i], t.data, t.len) == 0)
        {
            return glyph_condition_names[i];
        }
    }

    if (t.len == 0 || t.len > sizeof(buf)) {
        return NULL;
    }

    len = glyph_utf8_fold(&t, buf, sizeof(buf));

    for (i = 0; i < len; i++) {

        if (memchr("-_/(),;:.'&+", buf[i], 12) != NULL) {
            buf[i] = ' ';

        } else if (len - i > 2
                   && memcmp(buf + i, "\xe2\x80\x99", 3) == 0)
        {
            memset(buf + i, ' ', 3);
        }
    }

    n = sizeof(glyph_condition_other) / sizeof(glyph_condition_other[0]);

    for (i = 0; i < n; i++) {

        if (glyph_condition_has(buf, len, glyph_condition_other[i])) {
            return NULL;
        }
    }

    n = sizeof(glyph_condition_words) / sizeof(glyph_condition_words[0]);

    for (i = 0; i < n; i++) {

        if (glyph_condition_has(buf, len, glyph_condition_words[i].word)) {
            return glyph_condition_words[i].name;
        }
    }

    return NULL;
}


/* Whether the words occur, whole and not denied; any spaces are one. */

static int
glyph_condition_has(const unsigned char *text, size_t len, const char *word)
{
    size_t                n;
    const char           *w;
    const unsigned char  *p, *q, *last;

    last = text + len;

    for (p = text; p < last; p++) {

        if (*p != (unsigned char) *word
            || (p > text && ((p[-1] >= 'a' && p[-1] <= 'z')
                             || p[-1] >= 0x80)))
        {
            continue;
        }

        q = p;

        for (w = word; *w && q < last && *q == (unsigned char) *w; w++) {
            n = 1;

            while (*w == ' ' && q + n < last && q[n] == ' ') {
                n++;
            }

            q += n;
        }

        if (*w == '\0'
            && (q == last || ((*q < 'a' || *q > 'z') && *q < 0x80))
            && !glyph_condition_denied(text, p))
        {
            return 1;
        }
    }

    return 0;
}


/* Whether the word before p denies what is there. */

static int
glyph_condition_denied(const unsigned char *text, const unsigned char *p)
{
    size_t                i, n, len;
    const unsigned char  *end;

    while (p > text && p[-1] == ' ') {
        p--;
    }

    for (end = p; p > text && p[-1] >= 'a' && p[-1] <= 'z'; p--) {
        /* void */
    }

    len = end - p;
    n = sizeof(glyph_condition_denials) / sizeof(glyph_condition_denials[0]);

    for (i = 0; i < n; i++) {

        if (strlen(glyph_condition_denials[i]) == len
            && memcmp(glyph_condition_denials[i], p, len) == 0)
        {
            return 1;
        }
    }

    return 0;
}

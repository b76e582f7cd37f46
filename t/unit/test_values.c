#include "value/glyph_values.h"
#include "tap.h"


#define NO   GLYPH_QUANTITY_NONE
#define UNK  GLYPH_AVAILABILITY_UNKNOWN


static glyph_str_t
str(const char *text)
{
    glyph_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static void
test_quantity(const char *value, int64_t quantity, glyph_availability_e a)
{
    int64_t               q;
    glyph_str_t           text;
    glyph_code_e          code;
    glyph_availability_e  got;

    text = str(value);
    code = glyph_quantity_parse(&text, &q, &got);

    ok(code == GLYPH_CODE_OK && q == quantity && got == a,
       "quantity \"%s\": %s %lld %d, want %lld %d", value,
       glyph_code_name(code), (long long) q, got, (long long) quantity, a);
}


static void
test_no_quantity(const char *value)
{
    int64_t               q;
    glyph_str_t           text;
    glyph_availability_e  a;

    text = str(value);
    is_int(glyph_quantity_parse(&text, &q, &a), GLYPH_ROW_QUANTITY_INVALID,
           "quantity \"%s\" is wrong", value);
}


static void
test_condition(const char *value, const char *want)
{
    glyph_str_t  text;
    const char  *got;

    text = str(value);
    got = glyph_condition_parse(&text);

    ok(want ? got != NULL && strcmp(got, want) == 0 : got == NULL,
       "condition \"%s\": %s, want %s", value, got ? got : "as written",
       want ? want : "as written");
}


/* No text, cut anywhere, may be read beyond its end. */

static void
test_cuts(void)
{
    size_t                 i, n;
    int64_t                q;
    glyph_str_t            text;
    unsigned char         *copy;
    glyph_availability_e   a;

    static const char *const  texts[] = {
        "In stock (1,000 pcs)", "Certified  - Refurbished",
        "zo goed als nieuw", "12.000.0"
    };

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {

        for (n = 0; n <= strlen(texts[i]); n++) {
            copy = malloc(n ? n : 1);
            memcpy(copy, texts[i], n);
            text.data = copy;
            text.len = n;
            (void) glyph_quantity_parse(&text, &q, &a);
            (void) glyph_condition_parse(&text);
            free(copy);
        }
    }

    ok(1, "cut texts are read within their ends");
}


int
main(void)
{
    ok(glyph_quantity_init() == GLYPH_OK && glyph_condition_init() == GLYPH_OK,
       "the words are compiled");

    test_quantity("", NO, UNK);
    test_quantity("  ", NO, UNK);
    test_quantity("\xc2\xad", NO, UNK);
    test_quantity("12", 12, GLYPH_AVAILABLE);
    test_quantity("0", 0, GLYPH_UNAVAILABLE);
    test_quantity("1,000", 1000, GLYPH_AVAILABLE);
    test_quantity("1 000 000", 1000000, GLYPH_AVAILABLE);
    test_quantity("4.0", 4, GLYPH_AVAILABLE);
    test_quantity("10+", 10, GLYPH_AVAILABLE);
    test_quantity("> 5", 5, GLYPH_AVAILABLE);
    test_quantity("x4", 4, GLYPH_AVAILABLE);
    test_quantity("4x", 4, GLYPH_AVAILABLE);
    test_quantity("5 pcs", 5, GLYPH_AVAILABLE);
    test_quantity("3 st kvar", 3, GLYPH_AVAILABLE);
    test_quantity("12 stycken i lager", 12, GLYPH_AVAILABLE);
    test_quantity("Finns i lager", NO, GLYPH_AVAILABLE);
    test_quantity("Slut i lager", NO, GLYPH_UNAVAILABLE);
    test_quantity("Slutsåld", NO, GLYPH_UNAVAILABLE);
    test_quantity("ej tillgänglig", NO, GLYPH_UNAVAILABLE);
    test_quantity("nej", NO, GLYPH_UNAVAILABLE);
    test_quantity("1000000000", 1000000000, GLYPH_AVAILABLE);
    test_quantity("Available", NO, GLYPH_AVAILABLE);
    test_quantity("Unavailable", NO, GLYPH_UNAVAILABLE);
    test_quantity("not available", NO, GLYPH_UNAVAILABLE);
    test_quantity("In stock (3)", 3, GLYPH_AVAILABLE);
    test_quantity("InStock", NO, GLYPH_AVAILABLE);
    test_quantity("https://schema.org/OutOfStock", NO, GLYPH_UNAVAILABLE);
    test_quantity("Sold out", NO, GLYPH_UNAVAILABLE);
    test_quantity("Out-of-stock", NO, GLYPH_UNAVAILABLE);
    test_quantity("nicht verfügbar", NO, GLYPH_UNAVAILABLE);
    test_quantity("Épuisé", NO, GLYPH_UNAVAILABLE);
    test_quantity("auf Lager", NO, GLYPH_AVAILABLE);
    test_quantity("N/A", NO, UNK);
    test_quantity("many", NO, UNK);
    test_quantity("2 of 5 left", NO, UNK);
    test_quantity("2x", 2, GLYPH_AVAILABLE);
    test_quantity("×2", 2, GLYPH_AVAILABLE);
    test_quantity("≥5", 5, GLYPH_AVAILABLE);
    test_quantity("lot of 4", 4, GLYPH_AVAILABLE);
    test_quantity("10 pcs.", 10, GLYPH_AVAILABLE);
    test_quantity("10 Stück", 10, GLYPH_AVAILABLE);
    test_quantity("10 szt.", 10, GLYPH_AVAILABLE);
    test_quantity("10 unidades", 10, GLYPH_AVAILABLE);
    test_quantity("Qty: 5", 5, GLYPH_AVAILABLE);
    test_quantity("only 1 left", 1, GLYPH_AVAILABLE);
    test_quantity("mehr als 10 verfügbar", 10, GLYPH_AVAILABLE);
    test_quantity("1.000", 1000, GLYPH_AVAILABLE);
    test_quantity("10 available / 50 sold", 10, GLYPH_AVAILABLE);
    test_quantity("5 sold, 3 left", 3, GLYPH_AVAILABLE);
    test_quantity("Sold: 50", NO, UNK);
    test_quantity("50 sold", NO, UNK);
    test_quantity("1,250+ sold", NO, UNK);
    test_quantity("sold", NO, GLYPH_UNAVAILABLE);
    test_quantity("sold out 5", NO, GLYPH_UNAVAILABLE);
    test_quantity("Out of stock (5)", NO, GLYPH_UNAVAILABLE);
    test_quantity("In stock: 0", 0, GLYPH_UNAVAILABLE);
    test_quantity("a few", NO, UNK);
    test_quantity("pair", NO, UNK);
    test_quantity("?", NO, UNK);
    test_quantity("-", NO, UNK);
    test_quantity("Ships in 3 days", NO, UNK);
    test_quantity("Available in 2 weeks", NO, UNK);
    test_quantity("available from 2025-01-01", NO, UNK);
    test_quantity("MOQ 10", NO, UNK);
    test_quantity("min. order 10", NO, UNK);
    test_quantity("less than 5", NO, UNK);
    test_quantity("10k", NO, UNK);
    test_quantity("4 x 80GB", NO, UNK);
    test_quantity("2 lots of 4", NO, UNK);
    test_quantity("Yes", NO, GLYPH_AVAILABLE);
    test_quantity("TRUE", NO, GLYPH_AVAILABLE);
    test_quantity("nein", NO, GLYPH_UNAVAILABLE);
    test_quantity("false", NO, GLYPH_UNAVAILABLE);
    test_quantity("LimitedAvailability", NO, GLYPH_AVAILABLE);
    test_quantity("backordered", NO, GLYPH_UNAVAILABLE);
    test_quantity("nicht vorrätig", NO, GLYPH_UNAVAILABLE);
    test_quantity("nicht mehr verfügbar", NO, GLYPH_UNAVAILABLE);
    test_quantity("vergriffen", NO, GLYPH_UNAVAILABLE);
    test_quantity("non disponible", NO, GLYPH_UNAVAILABLE);
    test_quantity("n'est plus disponible", NO, GLYPH_UNAVAILABLE);
    test_quantity("pas en stock", NO, GLYPH_UNAVAILABLE);
    test_quantity("sin existencias", NO, GLYPH_UNAVAILABLE);
    test_quantity("non più disponibile", NO, GLYPH_UNAVAILABLE);
    test_quantity("5 disponibili", 5, GLYPH_AVAILABLE);
    test_quantity("niedostępne", NO, GLYPH_UNAVAILABLE);
    test_quantity("w magazynie", NO, GLYPH_AVAILABLE);
    test_quantity("niet beschikbaar", NO, GLYPH_UNAVAILABLE);
    test_quantity("beschikbaar", NO, GLYPH_AVAILABLE);
    test_quantity("não disponível", NO, GLYPH_UNAVAILABLE);
    test_quantity("sem estoque", NO, GLYPH_UNAVAILABLE);
    test_no_quantity("-1");
    test_no_quantity("- 1");
    test_no_quantity("\xe2\x88\x92" "1");
    test_no_quantity("<5");
    test_no_quantity("~5");
    test_no_quantity("5?");
    test_no_quantity("2,5");
    test_no_quantity("1/5");
    test_no_quantity("-3");
    test_no_quantity("1000000001");
    test_no_quantity("99999999999999999999999");
    test_no_quantity("2.5");
    test_no_quantity("3-5");

    ok(strcmp(glyph_availability_name(GLYPH_AVAILABLE), "available") == 0
       && strcmp(glyph_availability_name(GLYPH_UNAVAILABLE), "unavailable")
          == 0
       && glyph_availability_name(UNK) == NULL, "names of availability");

    test_condition("Nyskick, aldrig använd", "New");
    test_condition("Fabriksny", "New");
    test_condition("Begagnad", "Used");
    test_condition("Mycket bra skick", "Used");
    test_condition("Öppnad förpackning", "Open box");
    test_condition("Fabriksrenoverad", "Refurbished");
    test_condition("Fungerar ej", "For parts");
    test_condition("inte trasig", NULL);

    test_condition("New", "New");
    test_condition("Brand new", "New");
    test_condition("NEW - SEALED", "New");
    test_condition("NewCondition", "New");
    test_condition("Neu", "New");
    test_condition("Neuf", "New");
    test_condition("Nuevo", "New");
    test_condition("Nuovo", "New");
    test_condition("Nowy", "New");
    test_condition("Nieuw", "New");
    test_condition("Novo", "New");
    test_condition("never used", "New");
    test_condition("Used", "Used");
    test_condition("used", "Used");
    test_condition("Used - Like New", "Used");
    test_condition("Like new", "Used");
    test_condition("Pre-owned", "Used");
    test_condition("Gebraucht", "Used");
    test_condition("neuwertig", "Used");
    test_condition("D'occasion", "Used");
    test_condition("Używany", "Used");
    test_condition("Usado", "Used");
    test_condition("Very Good", "Used");
    test_condition("Refurbished", "Refurbished");
    test_condition("Seller refurbished", "Refurbished");
    test_condition("Certified - Refurbished", "Refurbished");
    test_condition("Manufacturer Refurbished, like new", "Refurbished");
    test_condition("Generalüberholt", "Refurbished");
    test_condition("Reconditionné", "Refurbished");
    test_condition("Open box", "Open box");
    test_condition("OPEN-BOX", "Open box");
    test_condition("New, open box", "Open box");
    test_condition("New (Other)", "Open box");
    test_condition("New other", "Open box");
    test_condition("For parts or not working", "For parts");
    test_condition("Used, for parts", "For parts");
    test_condition("defekt", "For parts");
    test_condition("DEFEKT / Bastler", "For parts");
    test_condition("Pour pièces", "For parts");
    test_condition("Working", "Used");
    test_condition("Used, not for parts", "Used");
    test_condition("Used, as is", "Used");
    test_condition("fast neu", "Used");
    test_condition("so gut wie neu", "Used");
    test_condition("kaum benutzt", "Used");
    test_condition("D’occasion", "Used");
    test_condition("Comme neuve", "Used");
    test_condition("quasi neuf", "Used");
    test_condition("État correct", "Used");
    test_condition("2ª mano", "Used");
    test_condition("Casi nuevo", "Used");
    test_condition("Seminueva", "Used");
    test_condition("Buen estado", "Used");
    test_condition("Pari al nuovo", "Used");
    test_condition("Ottime condizioni", "Used");
    test_condition("stan bardzo dobry", "Used");
    test_condition("jak nowy", "Used");
    test_condition("als nieuw", "Used");
    test_condition("Zgan", "Used");
    test_condition("2e hands", "Used");
    test_condition("Goed", "Used");
    test_condition("semi-novo", "Used");
    test_condition("Muito bom", "Used");
    test_condition("gebraucht mit OVP", "Used");
    test_condition("nicht defekt, gebraucht", "Used");
    test_condition("System pull", "Used");
    test_condition("https://schema.org/UsedCondition", "Used");
    test_condition("USED_EXCELLENT", "Used");
    test_condition("BNIB", "New");
    test_condition("Brandneu", "New");
    test_condition("nagelneu", "New");
    test_condition("ungeöffnet", "New");
    test_condition("nicht gebraucht", "New");
    test_condition("jamais servi", "New");
    test_condition("a estrenar", "New");
    test_condition("Nunca usado", "New");
    test_condition("mai usato", "New");
    test_condition("nieużywany", "New");
    test_condition("niet gebruikt", "New");
    test_condition("sigillato", "New");
    test_condition("precintado", "New");
    test_condition("New, not refurbished", "New");
    test_condition("New pull", "New");
    test_condition("New - damaged box", "New");
    test_condition("neu & OVP", "New");
    test_condition("Re-certified", "Refurbished");
    test_condition("Excellent - Refurbished", "Refurbished");
    test_condition("remis à neuf", "Refurbished");
    test_condition("Restaurado", "Refurbished");
    test_condition("rigenerata", "Refurbished");
    test_condition("Odnowiony przez producenta", "Refurbished");
    test_condition("Gereviseerd", "Refurbished");
    test_condition("remanufaturado", "Refurbished");
    test_condition("CERTIFIED_REFURBISHED", "Refurbished");
    test_condition("Like New (Open Box)", "Open box");
    test_condition("Neu: Sonstige", "Open box");
    test_condition("Neuf (autre)", "Open box");
    test_condition("Nuevo: otro", "Open box");
    test_condition("Nuovo: altro", "Open box");
    test_condition("Novo (outro)", "Open box");
    test_condition("open doos", "Open box");
    test_condition("otwarte opakowanie", "Open box");
    test_condition("NEW_OTHER", "Open box");
    test_condition("Parts/Repair", "For parts");
    test_condition("Doesn't work", "For parts");
    test_condition("As-is", "For parts");
    test_condition("Ersatzteilspender", "For parts");
    test_condition("funktioniert nicht", "For parts");
    test_condition("nicht funktionsfähig", "For parts");
    test_condition("défectueuse", "For parts");
    test_condition("ne marche pas", "For parts");
    test_condition("Para repuestos o no funciona", "For parts");
    test_condition("roto", "For parts");
    test_condition("non funziona", "For parts");
    test_condition("Per parti di ricambio", "For parts");
    test_condition("nie działa", "For parts");
    test_condition("Do naprawy", "For parts");
    test_condition("werkt niet", "For parts");
    test_condition("niet werkend", "For parts");
    test_condition("não funciona", "For parts");
    test_condition("avariada", "For parts");
    test_condition("FOR_PARTS_OR_NOT_WORKING", "For parts");
    test_condition("OVP", NULL);
    test_condition("ohne OVP", NULL);
    test_condition("nicht kaputt", NULL);
    test_condition("keine Defekte", NULL);
    test_condition("ohne Defekt", NULL);
    test_condition("sans défaut", NULL);
    test_condition("not used for mining", NULL);
    test_condition("never mined", NULL);
    test_condition("New with defects", NULL);
    test_condition("untested", NULL);
    test_condition("Grade A", NULL);
    test_condition("5/10", NULL);
    test_condition("N/A", NULL);
    test_condition("Unknown", NULL);
    test_condition("not new", NULL);
    test_condition("nicht defekt", NULL);
    test_condition("newton", NULL);
    test_condition("see description", NULL);
    test_condition("", NULL);

    test_cuts();

    return tap_done();
}

#include <stdio.h>

#include "column/glyph_column.h"
#include "tap.h"


#define MAX  64


static glyph_str_t  fields[MAX];
static char         text[4096];


/* Splits at "|". */

static size_t
split(const char *header)
{
    char    *p;
    size_t   n;

    snprintf(text, sizeof(text), "%s", header);
    n = 0;

    for (p = text; ; p++) {
        fields[n].data = (unsigned char *) p;
        fields[n].len = strcspn(p, "|");
        p += fields[n++].len;

        if (*p == '\0') {
            return n;
        }
    }
}


/* "want" has a name for each column: t, title … by glyph_column_name(). */

static void
test_map(const char *header, const char *map, const char *want,
    const char *currency)
{
    int                    rc;
    char                   got[1024];
    size_t                 i, n, len;
    glyph_buf_t            detail;
    glyph_str_t            m;
    glyph_code_e           code;
    glyph_header_t        *h;
    const glyph_column_t  *c;

    memset(&detail, 0, sizeof(detail));
    n = split(header);
    m.data = (unsigned char *) map;
    m.len = map ? strlen(map) : 0;

    rc = glyph_header_create(&h, fields, n, &m, &code, &detail);

    if (rc != GLYPH_OK) {
        ok(0, "\"%s\" is a header (%s: %.*s)", header, glyph_code_name(code),
           (int) detail.len, detail.data ? (char *) detail.data : "");
        glyph_buf_free(&detail);
        return;
    }

    c = glyph_header_columns(h, &n);
    len = 0;
    got[0] = '\0';

    for (i = 0; i < n; i++) {
        len += snprintf(got + len, sizeof(got) - len, "%s%s", i ? "|" : "",
                        glyph_column_name(c[i].used));
    }

    is_mem(got, len, want, strlen(want), "\"%s\" is %s", header, want);
    ok(strcmp(glyph_header_currency(h), currency) == 0,
       "the currency of \"%s\" is \"%s\"", header, currency);

    glyph_header_destroy(h);
    glyph_buf_free(&detail);
}


static void
test_refused(const char *header, const char *map, glyph_code_e want,
    const char *advice)
{
    int              rc;
    size_t           n;
    glyph_buf_t      detail;
    glyph_str_t      m;
    glyph_code_e     code;
    glyph_header_t  *h;

    memset(&detail, 0, sizeof(detail));
    n = split(header);
    m.data = (unsigned char *) map;
    m.len = map ? strlen(map) : 0;

    rc = glyph_header_create(&h, fields, n, &m, &code, &detail);

    glyph_buf_putc(&detail, '\0');

    ok(rc == GLYPH_BAD && code == want && h == NULL
       && strstr((char *) detail.data, advice) != NULL,
       "\"%s\" is refused with %s: %s", header, glyph_code_name(want),
       advice);

    if (rc != GLYPH_BAD || strstr((char *) detail.data, advice) == NULL) {
        tap_diag("%s: %s", glyph_code_name(code), (char *) detail.data);
    }

    glyph_header_destroy(h);
    glyph_buf_free(&detail);
}


static void
test_fold(const char *given, const char *want)
{
    char         out[64];
    size_t       len;
    glyph_str_t  name;

    name.data = (unsigned char *) given;
    name.len = strlen(given);
    len = glyph_header_fold(&name, out, sizeof(out));

    is_mem(out, len, want, strlen(want), "\"%s\" folds to \"%s\"", given,
           want);
}


static void
test_extra_names(void)
{
    size_t                 i, n;
    glyph_buf_t            detail;
    glyph_code_e           code;
    glyph_header_t        *h;
    const glyph_column_t  *c;

    static const char *const  want[] = {
        "title", "price", "sku", "sku_2", "sku_3", "SKU", "sku_2_2"
    };

    memset(&detail, 0, sizeof(detail));
    n = split("title|price|sku|sku|sku| SKU |sku_2");

    if (glyph_header_create(&h, fields, n, NULL, &code, &detail)) {
        ok(0, "names are told apart");
        return;
    }

    memset(text, 'x', sizeof(text));    /* the header owns its names */
    c = glyph_header_columns(h, &n);

    for (i = 0; i < n; i++) {
        is_mem(c[i].given.data, c[i].given.len, want[i], strlen(want[i]),
               "column %zu is \"%s\"", i, want[i]);
    }

    is_int(glyph_header_find(h, GLYPH_COL_PRICE), 1, "price is the second");
    is_int(glyph_header_find(h, GLYPH_COL_SELLER), -1, "there is no seller");

    glyph_header_destroy(h);
    glyph_buf_free(&detail);
}


static void
test_memory(const char *header, int want)
{
    int              rc;
    long             i;
    size_t           n;
    glyph_buf_t      detail;
    glyph_code_e     code;
    glyph_header_t  *h;

    for (i = 0; i < 20; i++) {
        memset(&detail, 0, sizeof(detail));
        n = split(header);

        tap_malloc_fail_after(i);
        rc = glyph_header_create(&h, fields, n, NULL, &code, &detail);
        tap_malloc_fail_after(-1);

        glyph_header_destroy(h);
        glyph_buf_free(&detail);

        if (rc != GLYPH_ERROR) {
            break;
        }
    }

    ok(i > 0 && rc == want, "\"%s\": without memory an error, with it %d",
       header, want);
}


int
main(void)
{
    test_fold("  Price (USD) ", "price_usd");
    test_fold("Größe / Maß", "grosse_mass");
    test_fold("--", "");
    test_fold("Цена, ₽", "цена");
    test_fold("", "");

    test_map("title|price", NULL, "title|price", "");
    test_map("model|price", NULL, "model|price", "");
    test_map("model|condition|price|quantity|seller|geographic_region|"
             "listing_age|source_url|source_type|bulk_notes|title", NULL,
             "model|condition|price|quantity|seller|region|listing_age|"
             "source_url|source_type|bulk_notes|title", "");
    test_map("GPU Model|Cost|URL|Colour", NULL, "title|price|source_url|extra",
             "");
    test_map("Product Name|amount", NULL, "title|price", "");
    test_map("ProductName|SalePrice", NULL, "title|price", "");
    test_map("Titel|Preis|Zustand|Anzahl|Verkäufer", NULL,
             "title|price|condition|quantity|seller", "");
    test_map("Titre|Prix|État|Quantité|Vendeur", NULL,
             "title|price|condition|quantity|seller", "");
    test_map("Título|Precio|Condición|Cantidad", NULL,
             "title|price|condition|quantity", "");
    test_map("Titolo|Prezzo|Condizione|Quantità", NULL,
             "title|price|condition|quantity", "");
    test_map("Tytuł|Cena|Stan|Ilość|Waluta", NULL,
             "title|price|condition|quantity|currency", "");
    test_map("Titel|Prijs|Staat|Aantal", NULL,
             "title|price|condition|quantity", "");
    test_map("Título|Preço|Condição|Quantidade|Moeda", NULL,
             "title|price|condition|quantity|currency", "");

    test_map("title|Price (USD)", NULL, "title|price", "USD");
    test_map("title|Preis in EUR", NULL, "title|price", "EUR");
    test_map("title|price_usd", NULL, "title|price", "USD");
    test_map("title|Prezzo €", NULL, "title|price", "EUR");
    test_map("title|Price ($)", NULL, "title|price", "USD");
    test_map("title|Cena (zł)", NULL, "title|price", "PLN");
    test_map("title|CAD Price", NULL, "title|price", "CAD");
    test_map("title|Preço (R$)", NULL, "title|price", "BRL");
    test_map("title|Price (C$)", NULL, "title|price", "CAD");
    test_map("title|Price US$", NULL, "title|price", "USD");
    test_map("productName|priceUSD", NULL, "title|price", "USD");
    test_map("name|salePriceEUR", NULL, "title|price", "EUR");
    test_map("Artikelname|VK-Preis|Anzahl", NULL, "title|price|quantity", "");
    test_map("Produktname|Preis inkl. MwSt.", NULL, "title|price", "");
    test_map("Name|Preis/Stück", NULL, "title|price", "");
    test_map("Libellé|Prix TTC", NULL, "title|price", "");
    test_map("Artículo|Precio venta", NULL, "title|price", "");
    test_map("Prodotto|Prezzo IVA inclusa", NULL, "title|price", "");
    test_map("Anúncio|Preço de venda", NULL, "title|price", "");
    test_map("Tytuł oferty|Cena zł|Dostępność", NULL,
             "title|price|availability", "PLN");
    test_map("Omschrijving|Vraagprijs|Voorraad", NULL,
             "title|price|quantity", "");
    test_map("title|price|notes|comments", NULL,
             "title|price|bulk_notes|extra", "");
    test_map("GPU model name|GPU Price", NULL, "title|price", "");
    test_map("Graphiccard|Final price", NULL, "title|price", "");
    test_map("Tab Title|soldprice", NULL, "title|price", "");
    test_map("Tab Title|list_price", NULL, "title|price", "");
    test_map("title|list_price|cost", NULL, "title|extra|price", "");
    test_map("title|prices", NULL, "title|price", "");
    test_map("Título|Valor à vista|Valor", NULL, "title|price|extra", "");
    test_map("标题|价格|库存|成色", NULL, "title|price|quantity|condition", "");
    test_map("商品名稱|售價|賣家", NULL, "title|price|seller", "");
    test_map("商品名|価格|在庫状況", NULL, "title|price|availability", "");
    test_map("제목|가격|모델명", NULL, "title|price|model", "");
    test_map("Название|Цена|В наличии|Кол-во", NULL,
             "title|price|availability|quantity", "");
    test_map("Цена (RUB)|Наименование", NULL, "price|title", "RUB");
    test_map("Назва|Ціна|Стан", NULL, "title|price|condition", "");
    test_map("العنوان|السعر|الكمية", NULL, "title|price|quantity", "");
    test_map("title|list price|sale price", NULL, "title|extra|price", "");
    test_map("title|price|price_usd", NULL, "title|price|extra", "");

    test_map("_line|_codes|_messages|title|price", NULL,
             "ignored|ignored|ignored|title|price", "");
    test_map("title||price| ", NULL, "title|extra|price|extra", "");
    test_map("title|name|price|amount", NULL, "title|extra|price|extra", "");
    test_map("amount|price|title", NULL, "extra|price|title", "");
    test_map("name|description|price", NULL, "title|extra|price", "");
    test_map("title|GPU Model|price", NULL, "title|model|price", "");
    test_map("title|model|GPU|price", NULL, "title|model|extra|price", "");
    test_map("title|price|stock|availability", NULL,
             "title|price|quantity|availability", "");
    test_map("title|price|In stock?|Stock", NULL,
             "title|price|availability|quantity", "");
    test_map("title|price|Available|Stock|Qty", NULL,
             "title|price|availability|extra|quantity", "");
    test_map("title|price|is_in_stock|qty_available", NULL,
             "title|price|availability|quantity", "");
    test_map("title|price|Stock status|On hand", NULL,
             "title|price|availability|quantity", "");
    test_map("title|price|Vorrätig?|Stück|Lager", NULL,
             "title|price|availability|quantity|extra", "");
    test_map("title|price|Pcs", NULL, "title|price|quantity", "");
    test_map("title|price|Lager", "Lager:availability",
             "title|price|availability", "");
    test_map("title|price|url|link", NULL, "title|price|source_url|extra",
             "");
    test_map("title|price|line|codes", NULL, "title|price|extra|extra", "");

    test_map("A|B", "A:title,B:price", "title|price", "");
    test_map("a|b|Price", " A : title , b:price", "title|price|extra", "");
    test_map("title|price|seller", "seller:extra", "title|price|extra", "");
    test_map("title|price|seller", "seller:ignored", "title|price|ignored",
             "");
    test_map("title|x:y (EUR)", "x:y (EUR):price", "title|price", "EUR");

    test_refused("A|B", "C:title", GLYPH_OPTION_INVALID, "\"C\"");
    test_refused("A|B", "A:foo", GLYPH_OPTION_INVALID, "known are title");
    test_refused("A|B", "A", GLYPH_OPTION_INVALID, "map must be like");
    test_refused("A|B", "A:price,B:price", GLYPH_OPTION_INVALID, "price");
    test_refused("A|B", "A:price,A:title", GLYPH_OPTION_INVALID, "twice");

    test_refused("title|price|Price", NULL, GLYPH_FILE_COLUMN_DUPLICATE,
                 "both \"price\" and \"Price\" mean price");
    test_refused("title|price_usd|price_eur", NULL,
                 GLYPH_FILE_COLUMN_DUPLICATE, "mean price");
    test_refused("Titel|Titre|price", NULL, GLYPH_FILE_COLUMN_DUPLICATE,
                 "mean title");

    /* no net price for a gross one, no purchase price for a sale one */

    test_refused("Titre|Prix HT", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "\"Prix HT\" (price may");
    test_refused("Titel|EK Preis", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "\"EK Preis\" (price may");
    test_refused("Titel|EKPreis", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "\"EKPreis\" (price may");
    test_refused("title|Old price", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "\"Old price\" (price may");
    test_refused("Titel|UVP", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "\"UVP\" (price may");
    test_refused("title|shipping_price", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "\"shipping_price\" (price may");
    test_refused("title|strongprice", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "did you mean \"price\" for \"strongprice\"?");
    test_refused("brand_name|price", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "\"price\" (title may");
    test_map("Titre|Prix HT", "Prix HT:price", "title|price", "");

    test_refused("Titel|Pries", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "no price column; columns seen: \"Titel\", \"Pries\"; did "
                 "you mean \"preis\" for \"Pries\"");
    test_refused("Titel|Preiz", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "\"Preiz\"? (price may be called price, cost");
    test_refused("Ttile|Price", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "no title or model column; columns seen: \"Ttile\", "
                 "\"Price\"; did you mean \"title\" for \"Ttile\"?");
    test_refused("foo|bar", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "no title and no price column; columns seen: \"foo\", "
                 "\"bar\" (");
    test_refused("seller|region", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "no title and no price");

    test_refused("NVIDIA RTX 3080|595.99|Used", NULL,
                 GLYPH_FILE_HEADER_MISSING, "595.99");
    test_refused("RTX 3080|https://example.com/1", NULL,
                 GLYPH_FILE_HEADER_MISSING, "first line");
    test_refused("Stock list of July||", NULL, GLYPH_FILE_HEADER_MISSING,
                 "Stock list");

    test_refused("title|priceless", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "no price");
    test_refused("title|prix eur usd", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "no price");
    test_refused("title|MSRP", NULL, GLYPH_FILE_COLUMNS_MISSING, "no price");
    test_refused("title|Total", NULL, GLYPH_FILE_COLUMNS_MISSING,
                 "no price");
    test_refused("title|start price|high bid", NULL,
                 GLYPH_FILE_COLUMNS_MISSING, "no price");

    test_extra_names();

    test_memory("title|price", GLYPH_OK);
    test_memory("foo|bar", GLYPH_BAD);

    return tap_done();
}

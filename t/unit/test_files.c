/*
 * Files as people have them: what becomes of each, in one line.
 *
 *   RTX 3090=700.00 USD;      a listing
 *   !price_invalid;           a rejected row's first error
 *   -2                        records skipped, if any
 *   ~row_short                a warning; of the whole file with "*"
 *   refused columns_missing   the file's own end
 *
 * Each is read whole and byte by byte, which must make no difference.
 */

#include <stdio.h>

#include "csv/glyph_skip.h"
#include "pipeline/glyph_pipeline.h"
#include "tap.h"


typedef struct {
    const char  *name;
    const char  *map;           /* NULL: none */
    const char  *in;
    size_t       len;           /* 0: of a text */
    const char  *becomes;
} file_t;

#define BYTES(s)  (s), sizeof(s) - 1


static glyph_registry_t       *registry;
static glyph_rates_t           rates;
static glyph_pipeline_conf_t   conf;


static void
on_listing(void *data, const glyph_listing_t *l)
{
    glyph_buf_t  *b = data;

    glyph_buf_append(b, l->title.data, l->title.len);
    glyph_buf_printf(b, "=%lld.%02lld %s", (long long) l->price.cents / 100,
                     (long long) l->price.cents % 100, l->price.currency);

    if (l->extra.len) {
        glyph_buf_puts(b, " ");
        glyph_buf_append(b, l->extra.data, l->extra.len);
    }

    glyph_buf_putc(b, ';');
}


static void
on_rejected(void *data, const glyph_rejected_t *r)
{
    glyph_buf_printf(data, "!%s;", glyph_code_name(r->errors[0].code));
}


static void
on_warning(void *data, const glyph_warning_t *w)
{
    /* most of these files name neither, which is another matter */

    if (w->what.code == GLYPH_WARN_CURRENCY_ASSUMED
        || w->what.code == GLYPH_WARN_CURRENCY_UNKNOWN
        || w->what.code == GLYPH_WARN_MOSTLY_UNKNOWN)
    {
        return;
    }

    glyph_buf_printf(data, "~%s%s;", glyph_code_name(w->what.code),
                     w->import_index < 0 ? "*" : "");
}


static int
on_full(void *data)
{
    (void) data;

    return 0;
}


static void
read_file(glyph_buf_t *b, const glyph_pipeline_opts_t *opts, const char *in,
    size_t len, size_t step)
{
    int                    rc;
    size_t                 n, done;
    glyph_code_e           code;
    glyph_sink_t           sink;
    glyph_pipeline_t      *p;
    const unsigned char   *pos;
    const glyph_totals_t  *t;

    sink.data = b;
    sink.listing = on_listing;
    sink.rejected = on_rejected;
    sink.warning = on_warning;
    sink.full = on_full;

    if (glyph_pipeline_create(&p, &conf, opts, &code) != GLYPH_OK) {
        glyph_buf_printf(b, "refused %s", glyph_code_name(code));
        return;
    }

    done = 0;

    do {
        n = len - done < step ? len - done : step;
        pos = (const unsigned char *) in + done;
        done += n;

        rc = glyph_pipeline_run(p, &pos, pos + n, done == len, &sink);
    } while (rc == GLYPH_OK && done < len);

    t = glyph_pipeline_totals(p);

    if (t->skipped) {
        glyph_buf_printf(b, "-%d", (int) t->skipped);
    }

    if (rc == GLYPH_BAD) {
        glyph_buf_printf(b, "refused %s",
                         glyph_code_name(glyph_pipeline_code(p)));
    }

    glyph_pipeline_destroy(p);
}


static void
check(const file_t *f, const glyph_pipeline_opts_t *given)
{
    size_t                 len;
    glyph_buf_t            whole, cut;
    glyph_pipeline_opts_t  opts;

    memset(&whole, 0, sizeof(glyph_buf_t));
    memset(&cut, 0, sizeof(glyph_buf_t));

    opts = *given;
    opts.map.data = (unsigned char *) f->map;
    opts.map.len = f->map ? strlen(f->map) : 0;

    len = f->len ? f->len : strlen(f->in);

    read_file(&whole, &opts, f->in, len, len);
    read_file(&cut, &opts, f->in, len, 1);

    ok(whole.len == strlen(f->becomes)
       && memcmp(whole.data, f->becomes, whole.len) == 0, f->name);

    if (whole.len != strlen(f->becomes)
        || memcmp(whole.data, f->becomes, whole.len) != 0)
    {
        printf("#  is: %.*s\n# not: %s\n", (int) whole.len,
               (char *) whole.data, f->becomes);
    }

    ok(whole.len == cut.len && memcmp(whole.data, cut.data, cut.len) == 0,
       "the same by bytes");

    glyph_buf_free(&whole);
    glyph_buf_free(&cut);
}


static void
check_all(const file_t *f, size_t n, const glyph_pipeline_opts_t *opts)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        check(&f[i], opts);
    }
}


static const file_t  skipped[] = {

    { "nothing but delimiters", NULL,
      "title,price,notes\nRTX 3090,700,\n,,\nRTX 3080,600,\n,,,,,,\n", 0,
      "RTX 3090=700.00 USD;RTX 3080=600.00 USD;-2" },

    { "blanks between them, in quotes, no-break ones", NULL,
      "title,price\nRTX 3090,700\n , \n\"\",\"  \"\n\xc2\xa0,\n", 0,
      "RTX 3090=700.00 USD;-3" },

    { "a last 0x1A", NULL, BYTES("title,price\r\nRTX 3090,700\r\n\x1a"),
      "RTX 3090=700.00 USD;-1" },

    { "a last 0x1A behind the last row", NULL,
      BYTES("title,price\r\nRTX 3090,700\x1a"), "RTX 3090=700.00 USD;" },

    { "a last 0x1A behind quotes", NULL,
      BYTES("title,price\r\nRTX 3090,\"700\"\x1a\0\0"),
      "RTX 3090=700.00 USD;" },

    { "trailing NULs", NULL,
      BYTES("title,price\nRTX 3090,700\n\0\0\0\0\0\0\0\0"),
      "RTX 3090=700.00 USD;-1" },

    { "a NUL in a row is an error", NULL,
      BYTES("title,price\nRTX\0 3090,700\nRTX 3080,600\n"),
      "!row_nul;RTX 3080=600.00 USD;" },

    { "the header once more, also with a mark and in quotes", NULL,
      "title,price\nRTX 3090,700\ntitle,price\nRTX 3080,600\n"
      "\xef\xbb\xbf\"title\",\"price\"\n", 0,
      "RTX 3090=700.00 USD;RTX 3080=600.00 USD;-2" },

    { "a title like the header's is a row", NULL,
      "title,price\ntitle,700\nRTX 3090,price\n", 0,
      "title=700.00 USD;!price_invalid;" },

    { "lines of totals", NULL,
      "title,price\nRTX 3090,700\nTotal,700\nSUMME:,700\n"
      "\xd0\x98\xd1\x82\xd0\xbe\xd0\xb3\xd0\xbe,700\n"
      "\xd0\xa1\xd1\x83\xd0\xbc\xd0\xbc\xd0\xb0,700\n"
      "\xe5\x90\x88\xe8\xa8\x88,700\nGrand  Total ,700\n", 0,
      "RTX 3090=700.00 USD;-6" },

    { "a total in the first of other columns", NULL,
      "no,title,price\n1,RTX 3090,700\nTotal,,700\nTotal,RTX 3080,600\n", 0,
      "RTX 3090=700.00 USD {\"no\":\"1\"};"
      "RTX 3080=600.00 USD {\"no\":\"Total\"};-1" },

    { "with a URL or a seller it is none", NULL,
      "title,price,url,seller\nRTX 3090,700,,\n"
      "Total,700,https://x.example/1,\nTotal,600,,ann\nTotal,1300,,\n", 0,
      "RTX 3090=700.00 USD;Total=700.00 USD;Total=600.00 USD;-1" },

    { "a title that begins like one", NULL,
      "title,price\nTotal War RTX 3090,700\nTotals3 x,5\nSum,1\n", 0,
      "Total War RTX 3090=700.00 USD;Totals3 x=5.00 USD;-1" },

    { "nothing else", NULL, "title,price\n,\n\n,\n", 0, "-2refused no_rows" }
};


static const file_t  charsets[] = {

    { "windows-1252 below a header of ASCII", NULL,
      "title,price\nRTX 3090 f\xfcr M\xfcller,700 \x80\nRTX 3080,\xa3""600"
      "\n", 0,
      "~charset_guessed*;RTX 3090 f\xc3\xbcr M\xc3\xbcller=700.00 EUR;~no_rate;"
      "RTX 3080=600.00 GBP;~no_rate;" },

    { "its signs and no-break space, and two letters in a row", NULL,
      "title,price\nGeForce\xae RTX\x99\xa0""3090 cr\xe9\xe9""e,700\n", 0,
      "~charset_guessed*;GeForce\xc2\xae RTX\xe2\x84\xa2\xc2\xa0""3090 "
      "cr\xc3\xa9\xc3\xa9""e=700.00 USD;" },

    { "a header of it", NULL, "Titel,Preis,Gr\xf6\xdf""e\nRTX 3090,700,x\n", 0,
      "~charset_guessed*;RTX 3090=700.00 XXX {\"Gr\xc3\xb6\xc3\x9f""e\":"
      "\"x\"};" },

    { "windows-1251", NULL,
      "title,price\n\xe2\xe8\xe4\xe5\xee RTX 3090,700\n", 0,
      "refused charset_unknown" },

    { "windows-1250, Polish", NULL,
      "title,price\nu\xbfywana mo\xbfliwo\x9c\xe6 3090,700\n", 0,
      "refused charset_unknown" },

    { "windows-1250, Czech", NULL,
      "title,price\nkarta p\xf8""ed d\xecl\xe1n\xedm 3090,700\n", 0,
      "refused charset_unknown" },

    { "GBK", NULL, "title,price\n\xcf\xd4\xbf\xa8 RTX 3090,700\n", 0,
      "refused charset_unknown" },

    { "UTF-8 but for one row", NULL,
      "title,price\nRTX 3090 f\xc3\xbcr,700\nRTX 3080 f\xfcr,600\n", 0,
      "RTX 3090 f\xc3\xbcr=700.00 USD;!row_encoding;" },

    { "ASCII but for one row that is nothing", NULL,
      "title,price\nRTX 3090,700\nRTX 3080 \x81,600\nRTX 3070,500\n", 0,
      "RTX 3090=700.00 USD;!row_encoding;RTX 3070=500.00 USD;" },

    { "UTF-16BE without its mark", NULL,
      BYTES("\0t\0i\0t\0l\0e\0,\0p\0r\0i\0c\0e\0\n\0x\0,\0""7\0\n"),
      "x=7.00 USD;" },
};


static const file_t  columns[] = {

    { "a column without a name, with data and without", NULL,
      "title,price,,\nRTX 3090,700,red,\nRTX 3080,600,,\n", 0,
      "RTX 3090=700.00 USD {\"column_3\":\"red\"};RTX 3080=600.00 USD;" },

    { "a delimiter at the end of the header alone", NULL,
      "title,price,\nRTX 3090,700\nRTX 3080\n", 0,
      "RTX 3090=700.00 USD;!price_missing;~row_short;" },

    { "map: quotes, commas, colons, places without a name",
      "\"Preis, \"\"netto\"\"\":price, a:b:title ,3:seller",
      "\"Preis, \"\"netto\"\"\",a:b,\n700,RTX 3090,ann\n", 0,
      "RTX 3090=700.00 XXX;" },

    { "map: a quote that is not closed", "\"Preis:price", "a,b\n1,2\n", 0,
      "refused option_invalid" },

    { "map: something behind the quotes", "\"a\"x:price", "a,b\n1,2\n", 0,
      "refused option_invalid" },

    { "map: no colon", "a", "a,b\n1,2\n", 0, "refused option_invalid" }
};


static const file_t  headers[] = {

    { "lines above the header", NULL,
      "Export of 2025-11-30\n\n\"a, b\"\nno;title;price\n1;RTX 3090;700\n", 0,
      "~header_found*;RTX 3090=700.00 USD {\"no\":\"1\"};" },

    { "the same, filled up by a spreadsheet", NULL,
      "Export,,\nof 2025,,\ntitle,price,notes\nRTX 3090,700,x\n", 0,
      "~header_found*;RTX 3090=700.00 USD;" },

    { "rows above it, as in a file that was sorted", NULL,
      "RTX 3090,700\nRTX 3080,600\ntitle,price\nRTX 3070,500\n", 0,
      "refused header_missing" },

    { "each line in quotes as a whole", NULL,
      "\"title;price;notes\"\n\"RTX 3090;700;\"\"a; b\"\"\"\n"
      "RTX 3080;600;\n\"RTX 3070;500;\"\n\"\"\n\"x;y;z;\"\",,,\n", 0,
      "~lines_quoted*;RTX 3090=700.00 USD;RTX 3080=600.00 USD;"
      "RTX 3070=500.00 USD;!row_malformed;-1" },

    { "quotes that begin a field between tabs", NULL,
      "title\tprice\tnotes\n\"Founders\" RTX 3090\t700\t\"a\n"
      "RTX 3080 24\" x\t600\tb\n", 0,
      "\"Founders\" RTX 3090=700.00 USD;RTX 3080 24\" x=600.00 USD;" },

    { "quotes that keep a line end between tabs", NULL,
      "title\tprice\tnotes\n\"RTX 3090\"\t700\t\"a\nb\"\nRTX 3080\t600\tb\n", 0,
      "RTX 3090=700.00 USD;RTX 3080=600.00 USD;" },

    { "the same in the last column alone", NULL,
      "title\tprice\tnotes\nRTX 3090\t700\t\"a\nb\"\nRTX 3080\t600\tb\n", 0,
      "RTX 3090=700.00 USD;RTX 3080=600.00 USD;" },

    { "all in quotes, also a line above the header", NULL,
      "\"Report\"\n\"title,price,notes\"\n\"RTX 3090,700,x\"\n", 0,
      "~header_found*;~lines_quoted*;RTX 3090=700.00 USD;" },

    { "the same of fields", NULL,
      "\"Report\"\n\"title\",\"price\"\n\"RTX 3090\",\"700\"\n", 0,
      "~header_found*;RTX 3090=700.00 USD;" },

    { "Amazon's three lines", NULL,
      "TemplateType=fptcustom\tVersion=2019.0409\tThe top 3 rows are for "
      "Amazon.com use only.\t\nSeller SKU\tProduct Name\tStandard Price\t"
      "Quantity\nitem_sku\titem_name\tstandard_price\tquantity\n"
      "A-1\tRTX 3090\t999.00\t6\n", 0,
      "~header_found*;RTX 3090=999.00 USD {\"item_sku\":\"A-1\"};" },

    { "a run of line ends of each kind", NULL,
      "\r\n\n\rtitle,price\r\r\n\r\nRTX 3090,700\n\n\n\r\r\rRTX 3080,600\r"
      "\n\r", 0,
      "RTX 3090=700.00 USD;RTX 3080=600.00 USD;" },

    { "sep= with a blank", NULL, "sep= ;\ntitle;price\nRTX 3090;700\n", 0,
      "RTX 3090=700.00 USD;" },

    { "sep= and nothing", NULL, "sep=\ntitle;price\nRTX 3090;700\n", 0,
      "RTX 3090=700.00 USD;" }
};


static const file_t  prices[] = {

    { "a sale price with a currency beside a price without, and the reverse",
      NULL, "title,price,sale_price\na,999 GBP,899\nb,999,899 GBP\n"
      "c,$999,899 CAD\nd,999 USD,899 GBP\ne,999,1200 GBP\n", 0,
      "a=899.00 GBP;~no_rate;b=899.00 GBP;~no_rate;c=899.00 CAD;~no_rate;"
      "d=999.00 USD;e=999.00 GBP;~no_rate;" },

    { "the same in their names", NULL,
      "title,price,sale_price (GBP)\na,999,899\n", 0,
      "a=899.00 GBP;~no_rate;" },

    { "two currencies in their names", NULL,
      "title,price (USD),sale_price (GBP)\na,999,899\n", 0,
      "a=999.00 USD {\"sale_price (GBP)\":\"899\"};" },

    { "what most prices say speaks for the others", NULL,
      "title,price\na,\xe2\x82\xa9" "700000\nb,500000\n", 0,
      "a=700000.00 KRW;~no_rate;b=500000.00 XXX;" },

    { "a crown is no dollar either", NULL,
      "title,price\na,7 000 kr\nb,5000\n", 0,
      "a=7000.00 XXX;b=5000.00 XXX;" },

    { "or does not", NULL, "title,price\na,$700\nb,500\nc,400 GBP\n", 0,
      "a=700.00 USD;b=500.00 USD;c=400.00 GBP;~no_rate;" },

    { "what their rows' columns say", NULL,
      "title,price,currency\na,700,GBP\nb,500,\n", 0,
      "a=700.00 GBP;~no_rate;b=500.00 XXX;" },

    { "rupees in the header", NULL, "title,price in Rs.\na,90000\n", 0,
      "a=90000.00 INR;~no_rate;" },

    { "a sign and a code in the header", NULL,
      "title,Price ($ CAD)\na,700\n", 0, "a=700.00 CAD;~no_rate;" },

    { "eBay's first column", NULL,
      "*Action(SiteID=UK|Country=GB|Currency=GBP|Version=1193),*Title,"
      "*Format,*StartPrice,*ConditionID\nAdd,a,FixedPrice,700,3000\n", 0,
      "a=700.00 GBP {\"*Format\":\"FixedPrice\"};~no_rate;" },

    { "$ in a place with other dollars", NULL,
      "title,price,region\na,$700,Canada\nb,$500,\"Sydney, Australia\"\n"
      "c,$300,\n", 0,
      "a=700.00 XXX;b=500.00 XXX;c=300.00 XXX;" },

    { "$ at hosts of such a place", NULL,
      "title,price,url\na,$700,https://a.ca/1\nb,$500,https://b.com.au:8/?2\n"
      "c,C$300,https://c.com/3\n", 0,
      "a=700.00 XXX;b=500.00 XXX;c=300.00 CAD;~no_rate;" },

    { "$ in California", NULL, "title,price,region\na,$700,CA\n", 0,
      "a=700.00 USD;" }
};


static const file_t  jsons[] = {

    { "an array within an object", NULL,
      "{\"next\":null,\"items\":[{\"title\":\"RTX 3090\",\"price\":700},\n"
      "{\"title\":\"RTX 3080\",\"price\":600}],\"total\":2}\n", 0,
      "~records_nested*;RTX 3090=700.00 USD;RTX 3080=600.00 USD;" },

    { "deeper, and not the first array", NULL,
      "{\"data\":{\"ids\":[1],\"tags\":[{\"a\":1}],\"rows\":"
      "[{\"title\":\"RTX 3090\",\"price\":700}]}}", 0,
      "~records_nested*;RTX 3090=700.00 USD;" },

    { "one bare object", NULL,
      "{\n\"title\":\"RTX 3090\",\n\"price\":700,\"offers\":[{}]\n}\n", 0,
      "RTX 3090=700.00 USD {\"offers\":[{}]};" },

    { "lines that were said to be an array", NULL,
      "{\"title\":\"RTX 3090\",\"price\":700}\n"
      "{\"title\":\"RTX 3080\",\"price\":600}\n\x1a", 0,
      "RTX 3090=700.00 USD;RTX 3080=600.00 USD;" },

    { "an object of columns", NULL,
      "{\"title\":[\"RTX 3090\"],\"price\":[700]}", 0,
      "refused json_malformed" },

    { "an array of arrays", NULL, "[[\"title\",\"price\"],[\"a\",1]]", 0,
      "refused json_malformed" },

    { "NaN and Infinity", NULL,
      "[{\"title\":\"RTX NaN\",\"price\":700,\"quantity\":NaN},"
      "{\"title\":\"x\",\"price\":-Infinity}]", 0,
      "RTX NaN=700.00 USD;!price_missing;" },

    { "prices that are objects", NULL,
      "[{\"title\":\"a\",\"price\":{\"value\":1.5,\"currency\":\"EUR\"}},"
      "{\"title\":\"b\",\"price\":{\"amount\":\"2.50\",\"currencyCode\":"
      "\"GBP\"}},"
      "{\"title\":\"c\",\"price\":3},"
      "{\"title\":\"cents?\",\"price\":{\"amount\":79900,\"currency\":\"EU"
      "R\"}},"
      "{\"title\":\"no\",\"price\":{\"from\":1}}]", 0,
      "a=1.50 EUR;~no_rate;b=2.50 GBP;~no_rate;c=3.00 XXX;!value_nested;"
      "!value_nested;" },

    { "prices that are none", NULL,
      "[{\"title\":\"a\",\"price\":{\"value\":null,\"currency\":\"EUR\"}},"
      "{\"title\":\"b\",\"price\":{\"amount\":null}},"
      "{\"title\":\"c\",\"price\":{\"value\":null,\"amount\":7}}]", 0,
      "!price_missing;!price_missing;!value_nested;refused no_valid_rows" },

    { "sale prices, one of two with a currency", NULL,
      "[{\"title\":\"a\",\"price\":999,\"sale_price\":{\"value\":899,"
      "\"currency\":\"GBP\"}},"
      "{\"title\":\"b\",\"price\":{\"value\":999,\"currency\":\"USD\"},"
      "\"sale_price\":{\"value\":899,\"currency\":\"GBP\"}},"
      "{\"title\":\"c\",\"price\":\"999 GBP\",\"sale_price\":899}]", 0,
      "a=899.00 GBP;~no_rate;b=999.00 USD;c=899.00 GBP;~no_rate;" },

    { "objects where what is optional should be", NULL,
      "[{\"title\":\"a\",\"price\":1,\"seller\":{\"name\":\"ann\"},"
      "\"currency\":[\"EUR\"]},{\"title\":[\"b\"],\"price\":1}]", 0,
      "a=1.00 XXX {\"seller\":{\"name\":\"ann\"}};~nested_ignored;"
      "~currency_invalid;!value_nested;" },

    { "columns and data, as pandas writes them", NULL,
      "{\"columns\":[\"title\",\"price\"],\"index\":[0],\"data\":"
      "[[\"a\",1]]}", 0, "refused json_malformed" },

    { "an object of columns, as pandas writes it", NULL,
      "{\"title\":{\"0\":\"a\"},\"price\":{\"0\":700}}", 0,
      "refused json_malformed" },

    { "map: a path", "offer.p.value:price,product.name:title",
      "[{\"product\":{\"name\":\"RTX 3090 24\\\" \\u0001x\"},"
      "\"offer\":{\"p\":{\"value\":\"700\"}}}]", 0,
      "RTX 3090 24\" \x01x=700.00 USD {\"product\":{\"name\":\"RTX 3090 24\\\" "
      "\\u0001x\"},\"offer\":{\"p\":{\"value\":\"700\"}}};" },

    { "NULs behind the array", NULL,
      BYTES("[{\"title\":\"a\",\"price\":1}]\n\0\0\0"), "a=1.00 USD;" },

    { "something behind it", NULL, "[{\"title\":\"a\",\"price\":1}]x", 0,
      "a=1.00 USD;refused json_malformed" }
};


static void
test_json(void)
{
    glyph_pipeline_opts_t  opts;

    static const file_t  lines[] = {
        { "an array that was said to be lines", NULL,
          "[\n{\"title\":\"RTX 3090\",\n\"price\":700}\n]\n", 0,
          "RTX 3090=700.00 USD;" },
        { "lines with arrays in them", NULL,
          "{\"title\":\"a\",\"price\":1,\"x\":[{\"title\":\"b\",\"price\":"
          "2}]}\n", 0,
          "a=1.00 USD {\"x\":[{\"title\":\"b\",\"price\":2}]};" },
        { "NaN in a line", NULL,
          "{\"title\":\"a\",\"price\":1,\"x\":NaN}\n{\"title\":NaN x}\n", 0,
          "a=1.00 USD;!row_not_json;" }
    };

    memset(&opts, 0, sizeof(opts));

    opts.format = GLYPH_FORMAT_JSON;
    check_all(jsons, sizeof(jsons) / sizeof(jsons[0]), &opts);

    opts.format = GLYPH_FORMAT_NDJSON;
    check_all(lines, 3, &opts);
}


#define FIELD(name, value)                                                   \
    "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n"           \
    "\r\n" value "\r\n"
#define FILE_OF(text)                                                        \
    "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a\""     \
    "\r\n\r\n" text "\r\n"
#define END  "--b--\r\n"


static const file_t  forms[] = {

    { "options before the file", NULL,
      FIELD("delimiter", ";") FIELD("map", "x,y:title,z:price")
      FILE_OF("x,y;z\nRTX 3090;700") END, 0,
      "refused option_invalid" },

    { "options before the file, a name in quotes", NULL,
      FIELD("decimal", "comma") FIELD("currency", "EUR")
      FIELD("delimiter", ";") FIELD("map", "\"x,y\":title,z:pric"
      "e") FIELD("max_error_ratio", "0.5")
      FILE_OF("x,y;z\nRTX 3090;1.000\na;x\n") END, 0,
      "RTX 3090=1000.00 EUR;~no_rate;!price_invalid;" },

    { "no header", NULL,
      FIELD("header", "none") FIELD("map", "1:title,2:price")
      FILE_OF("RTX 3090,700") END, 0, "RTX 3090=700.00 USD;" },

    { "an option behind the file", NULL,
      FILE_OF("title,price\nRTX 3090,700") FIELD("decimal", "comma") END, 0,
      "refused field_late" },

    { "an option that cannot be", NULL,
      FIELD("decimal", "dot") FILE_OF("title,price\nRTX 3090,700") END, 0,
      "refused field_invalid" },

    { "what a form cannot decide", NULL,
      FIELD("dry_run", "true") FILE_OF("title,price\nRTX 3090,700") END, 0,
      "refused field_invalid" },

    { "an option twice", NULL,
      FIELD("decimal", "comma") FIELD("decimal", "comma")
      FILE_OF("title,price\nRTX 3090,700") END, 0,
      "refused field_repeated" },

    { "an option and an empty file", NULL,
      FIELD("decimal", "comma") FILE_OF("") END, 0, "refused file_empty" },

    { "what frameworks add", NULL,
      FIELD("_charset_", "UTF-8") FIELD("csrf_token", "x") FIELD("submit", "")
      FILE_OF("title,price\nRTX 3090,700") FIELD("submit", "Go") END, 0,
      "RTX 3090=700.00 USD;" },

    { "fields that are not UTF-8", NULL,
      FIELD("source_label", "f\xfcr") FILE_OF("title,price\nRTX 3090,700")
      END, 0, "refused field_invalid" },

    { "fields in the charset that the form says", NULL,
      FIELD("_charset_", "windows-1252") FIELD("source_label", "f\xfcr")
      FILE_OF("title,price\nf\xc3\xbcr,700") END, 0,
      "f\xc3\xbcr=700.00 USD;" },

    { "metadata as a blob", NULL,
      "--b\r\nContent-Disposition: form-data; name=\"metadata\"; "
      "filename=\"blob\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n"
      FILE_OF("title,price\nRTX 3090,700") END, 0, "RTX 3090=700.00 USD;" },

    { "JSON that no type tells of", NULL,
      FILE_OF("[{\"title\":\"RTX 3090\",\"price\":700}]") END, 0,
      "RTX 3090=700.00 USD;" }
};


static void
test_forms(void)
{
    glyph_pipeline_opts_t  opts;

    static const file_t  decided = {
        "what was looked for before the form is read", NULL,
        FIELD("dry_run", "true") FILE_OF("title,price\nRTX 3090,700") END, 0,
        "RTX 3090=700.00 USD;"
    };

    memset(&opts, 0, sizeof(opts));
    glyph_str_set(&opts.boundary, "b");

    check_all(forms, sizeof(forms) / sizeof(forms[0]), &opts);

    opts.early = 1;
    check(&decided, &opts);
}


static void
test_header_line(void)
{
    glyph_pipeline_opts_t  opts;

    static const file_t  told[] = {
        { "a header below what could be one", NULL,
          "title,price\n\"open\ntitle;price\nRTX 3090;700\n", 0,
          "RTX 3090=700.00 USD;" },
        { "fewer lines than that", NULL, "title,price\nRTX 3090,700\n", 0,
          "refused option_invalid" }
    };
    static const file_t  none[] = {
        { "no header", "1:title,3:price", "RTX 3090;new;700\nRTX 3080;;600"
        ";\n", 0,
          "RTX 3090=700.00 USD {\"column_2\":\"new\"};RTX 3080=600.00 USD;" },
        { "no header, no map", NULL, "RTX 3090,700\n", 0,
          "refused option_invalid" },
        { "no header, no price", "1:title", "RTX 3090,700\n", 0,
          "refused columns_missing" },
        { "no such place", "1:title,3:price", "RTX 3090,700\n", 0,
          "refused option_invalid" }
    };

    memset(&opts, 0, sizeof(opts));
    opts.header_line = 3;
    check_all(told, 2, &opts);

    opts.header_line = 0;
    opts.headless = 1;
    check_all(none, 4, &opts);
}


static void
test_long(void)
{
    size_t                 i;
    glyph_buf_t            in;
    glyph_pipeline_opts_t  opts;
    static file_t          file;

    memset(&in, 0, sizeof(in));
    memset(&opts, 0, sizeof(opts));

    glyph_buf_puts(&in, "title,price,image,color\nRTX 3090,700,data:");

    for (i = 0; i < 40000; i++) {
        glyph_buf_putc(&in, 'A');
    }

    glyph_buf_puts(&in, ",red\nRTX 3080,600,x,blue\n");

    file.name = "a picture of 40 KB in a column that is not known";
    file.in = (char *) in.data;
    file.len = in.len;
    file.becomes = "RTX 3090=700.00 USD {\"color\":\"red\"};~extra_too_long;"
        "RTX 3080=600.00 USD {\"image\":\"x\",\"color\":\"blue\"};";

    check(&file, &opts);
    glyph_buf_free(&in);
}


/* Bytes above 0x7F come only after so many rows, and a few more. */

static void
late(const char *name, const char *rows, const char *becomes)
{
    size_t                 i;
    glyph_buf_t            in, want;
    glyph_pipeline_opts_t  opts;
    static file_t          file;

    memset(&in, 0, sizeof(in));
    memset(&want, 0, sizeof(want));
    memset(&opts, 0, sizeof(opts));

    glyph_buf_puts(&in, "title,price,notes\n");

    for (i = 0; i < 700; i++) {
        glyph_buf_puts(&in, "RTX 3090,700,as good as it was when it was new"
                       "\n");
        glyph_buf_puts(&want, "RTX 3090=700.00 USD;");
    }

    glyph_buf_puts(&in, rows);
    glyph_buf_puts(&want, becomes);
    glyph_buf_putc(&want, '\0');

    file.name = name;
    file.in = (char *) in.data;
    file.len = in.len;
    file.becomes = (char *) want.data;

    check(&file, &opts);

    glyph_buf_free(&in);
    glyph_buf_free(&want);
}


static void
test_late(void)
{
    late("windows-1252 behind the sample",
         "f\xfcr 3090,700,\nCaf\xe9,600,\nplain,500,na\xefve\n",
         "~charset_guessed*;f\xc3\xbcr 3090=700.00 USD;"
         "Caf\xc3\xa9=600.00 USD;plain=500.00 USD;");

    late("UTF-8 behind it", "f\xc3\xbcr 3090,700,\nplain,500,\xe2\x82\xac\n",
         "f\xc3\xbcr 3090=700.00 USD;plain=500.00 USD;");

    late("a line that is neither",
         "a\xd0\xd1\xd2\xd3,700,\nplain,500,\nplain,400,\n",
         "!row_encoding;plain=500.00 USD;plain=400.00 USD;");

    late("windows-1251 is not guessed",
         "\xe2\xe8\xe4\xe5\xee,700,\n\xea\xe0\xf0\xf2\xe0,500,\n",
         "!row_encoding;!row_encoding;");
}


static void
test_strict(void)
{
    glyph_pipeline_opts_t  opts;

    static const file_t  file = {
        "what is skipped fails no strict import", NULL,
        "title,price\nRTX 3090,700\n,\ntitle,price\nTotal,700\n\x1a", 0,
        "RTX 3090=700.00 USD;-4"
    };

    memset(&opts, 0, sizeof(opts));
    opts.strict = 1;

    check(&file, &opts);

    conf.max_rows = 1;
    check(&file, &opts);
    conf.max_rows = 0;
}


#define CHECK(files)                                                         \
    check_all(files, sizeof(files) / sizeof(files[0]), &opts)


int
main(void)
{
    size_t                 line, len;
    FILE                  *f;
    char                  *csv;
    glyph_buf_t            error;
    glyph_pipeline_opts_t  opts;

    registry = glyph_registry_create();
    memset(&error, 0, sizeof(error));

    f = fopen("conf/gpu_models.csv", "r");
    csv = malloc(1 << 21);
    len = f ? fread(csv, 1, 1 << 21, f) : 0;

    ok(glyph_registry_add(registry, (unsigned char *) csv, len, &line, &error)
       == GLYPH_OK && glyph_registry_compile(registry, &error) == GLYPH_OK,
       "the registry");

    glyph_score_defaults(&conf.score);
    conf.registry = registry;
    conf.rates = &rates;
    conf.max_row_size = 65536;
    conf.max_columns = 256;
    conf.max_errors = 100000;
    conf.extra = 1;

    memset(&opts, 0, sizeof(opts));

    CHECK(skipped);
    CHECK(charsets);
    CHECK(columns);
    CHECK(headers);
    CHECK(prices);
    test_header_line();
    test_json();
    test_forms();
    test_long();
    test_late();
    test_strict();

    if (f) {
        fclose(f);
    }

    free(csv);
    glyph_buf_free(&error);
    glyph_registry_destroy(registry);

    return tap_done();
}

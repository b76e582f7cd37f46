/* What web pages leave in texts. */

#include "value/glyph_entity.h"
#include "value/glyph_entity_names.h"
#include "tap.h"


typedef struct {
    const char  *text;
    const char  *want;          /* NULL: it stays */
} case_t;


static const case_t  cases[] = {
    { "RTX 3090 &amp; box", "RTX 3090 & box" },
    { "&euro;&nbsp;700", "\xe2\x82\xac\xc2\xa0" "700" },
    { "&pound;700", "\xc2\xa3" "700" },
    { "&#8364;1", "\xe2\x82\xac" "1" },
    { "&#x20AC;1", "\xe2\x82\xac" "1" },
    { "&#X20ac;1", "\xe2\x82\xac" "1" },
    { "&#128;1", "\xe2\x82\xac" "1" },
    { "&#150;", "\xe2\x80\x93" },
    { "&#39;a&#39;", "'a'" },
    { "&lt;b&gt;", "<b>" },
    { "&amp;lt;", "&lt;" },
    { "&amp;amp;", "&amp;" },
    { "&Auml;&auml;", "\xc3\x84\xc3\xa4" },
    { "Pozna&nacute;", "Pozna\xc5\x84" },
    { "24&Prime;", "24\xe2\x80\xb3" },
    { "&#0;", "\xef\xbf\xbd" },
    { "&#xD800;", "\xef\xbf\xbd" },
    { "&#xDFFF;", "\xef\xbf\xbd" },
    { "&#x110000;", "\xef\xbf\xbd" },
    { "&#9999999999999;", "\xef\xbf\xbd" },
    { "&#x1F600;", "\xf0\x9f\x98\x80" },
    { "http://a.example/?a=1&amp;b=2", "http://a.example/?a=1&b=2" },
    { "http://a.example/?a=1&copy=2", NULL },
    { "&copy=2&copy;", "&copy=2\xc2\xa9" },
    { "&amp", NULL },
    { "&", NULL },
    { "&;", NULL },
    { "&#;", NULL },
    { "&#x;", NULL },
    { "&#12a;", NULL },
    { "&#xg;", NULL },
    { "& amp;", NULL },
    { "&AMP;", "&" },
    { "&Amp;", NULL },
    { "&nosuchname;", NULL },
    { "&anamethatislongerthanany;", NULL },
    { "AT&T; x", NULL },

    { "<b>RTX 3090</b>", "RTX 3090" },
    { "<B>RTX</B> 3090", "RTX 3090" },
    { "<span class=\"x\">RTX</span> 3090", "RTX 3090" },
    { "<a href='http://a.example/'>RTX</a>", "RTX" },
    { "RTX<br>3090", "RTX 3090" },
    { "RTX<br/>3090", "RTX 3090" },
    { "RTX<br />3090", "RTX 3090" },
    { "RTX<BR>3090", "RTX 3090" },
    { "<p>RTX</p>", " RTX " },
    { "RTX<sup>TM</sup>", "RTX TM " },
    { "<strong >x", "x" },
    { "RTX 3090 <24GB>", NULL },
    { "<3090>", NULL },
    { "a < b", NULL },
    { "a <b", NULL },
    { "<b", NULL },
    { "<", NULL },
    { "</", NULL },
    { "<>", NULL },
    { "</>", NULL },
    { "<bb>", NULL },
    { "<script>x</script>", NULL },
    { "<!-- x -->", NULL },
    { "<rtx>", NULL },
    { "<b>a</b", "a</b" },
    { "<b <b>a", "a" },
    { "799<sup>99</sup>", "799 99 " },
    { "plain", NULL },
    { "", NULL }
};


/* Prices and quantities. */

static const case_t  amounts[] = {
    { "<b>799</b>", "799" },
    { "<span>&euro;</span><b>799</b>", "\xe2\x82\xac" "799" },
    { "799<span>.99</span>", "799.99" },
    { "799 <small>EUR</small>", "799 EUR" },
    { "799<br>", "799 " },
    { "<del>$999</del> <ins>$799</ins>", "$999 $799" },
    { "1&nbsp;299", "1\xc2\xa0" "299" },
    { "799<sup>99</sup>", NULL },
    { "799<small>99</small>", NULL },
    { "<span>799</span><span>99</span>", NULL },
    { "799<br>899", NULL },
    { "<del>999</del> <ins>799</ins>", NULL },
    { "<del>999&nbsp;&euro;</del>&nbsp;<ins>799&nbsp;&euro;</ins>", NULL }
};


/* Copies of their own, so that a sanitizer sees whoever leaves them. */

static void
test_case(const case_t *c, int amount)
{
    int             changed;
    size_t          len;
    glyph_str_t     text, got;
    unsigned char  *copy, *out;

    len = strlen(c->text);
    copy = malloc(len ? len : 1);
    out = malloc(len ? len : 1);
    memcpy(copy, c->text, len);

    text.data = copy;
    text.len = len;

    changed = glyph_entity_decode(&text, amount, out, &got);

    is_int(changed, c->want != NULL, "\"%s\" is%s changed", c->text,
           c->want ? "" : " not");

    if (changed && c->want) {
        ok(got.len == strlen(c->want)
           && memcmp(got.data, c->want, got.len) == 0,
           "to \"%s\": \"%.*s\"", c->want, (int) got.len,
           (char *) got.data);
    }

    ok(glyph_entity_any(copy, len) || !changed,
       "\"%s\" is looked at if there is need", c->text);

    free(copy);
    free(out);
}


/* What may need decoding is seen wherever it is, and not behind the end. */

static void
test_any(void)
{
    size_t         i, len, wrong;
    unsigned char  text[200];

    wrong = 0;

    for (len = 0; len < sizeof(text) - 1; len++) {
        memset(text, 'a', sizeof(text));
        text[len] = ';';

        for (i = 0; i < len; i++) {
            text[i] = '&';
            wrong += glyph_entity_any(text, len);
            wrong += !glyph_entity_any(text, len + 1);
            text[i] = 'a';
        }
    }

    is_int(wrong, 0, "marks are seen wherever they are");
}


static void
test_names(void)
{
    size_t  i, wrong;

    wrong = 0;

    for (i = 0; i < glyph_entity_names_n; i++) {
        wrong += strlen(glyph_entity_names[i].name) > GLYPH_ENTITY_NAME_MAX;
        wrong += i && strcmp(glyph_entity_names[i - 1].name,
                             glyph_entity_names[i].name) >= 0;
    }

    is_int(wrong, 0, "names are in the order in which they are looked for");
}


/* No mark makes the rest of the text be read again. */

static void
test_hostile(void)
{
    size_t          i, size;
    glyph_str_t     text, got;
    unsigned char  *copy, *out;

    size = 4 * 1024 * 1024;
    copy = malloc(size);
    out = malloc(size);

    for (i = 0; i + 3 <= size; i += 3) {
        memcpy(copy + i, "<b ", 3);
    }

    text.data = copy;
    text.len = i;
    is_int(glyph_entity_decode(&text, 0, out, &got), 0,
           "tags without an end stay");

    memset(copy, '&', size);
    text.len = size;
    is_int(glyph_entity_decode(&text, 0, out, &got), 0, "so do marks");

    free(copy);
    free(out);
}


int
main(void)
{
    size_t  i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        test_case(&cases[i], 0);
    }

    for (i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++) {
        test_case(&amounts[i], 1);
    }

    test_any();
    test_names();
    test_hostile();

    return tap_done();
}

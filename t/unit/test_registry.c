/*
 * The registry's file: what is read, what is refused and on which line, the
 * override by a second file, the digest, and running out of memory anywhere.
 */

#include <stdio.h>
#include <string.h>

#include "title/glyph_registry.h"
#include "tap.h"


#define HEADER  "model,family,vendor,class,vram_gb,tdp_watts,mig_support,"   \
                "nvlink,generation,cuda_cores,slot_width,pcie_generation,"   \
                "form_factor,released,aliases\n"

#define RTX_3060  "RTX_3060,RTX_3060,nvidia,desktop,12,170,0,0,Ampere,3584," \
                  "2,4,PCIe,2021-02-25,\n"
#define RTX_3090  "RTX_3090,RTX_3090,nvidia,desktop,24,350,0,1,Ampere,"      \
                  "10496,3,4,PCIe,2020-09-24,BFGPU|Titan of 2020\n"
#define H100      "H100_PCIE_80GB,H100,nvidia,server,80,350,7,0,Hopper,"     \
                  "14592,2,5,PCIe,2022-03-22,\n"


typedef struct {
    const char  *text;
    size_t       line;
    const char  *reason;        /* part of the error */
    const char  *name;
} refusal_t;


static int add(glyph_registry_t *reg, const char *text, size_t *line,
    glyph_buf_t *error);
static const glyph_model_t *find(const glyph_registry_t *reg,
    const char *model);
static int has(const glyph_buf_t *b, const char *s);
static void test_read(void);
static void test_unknown_values(void);
static void test_override(void);
static void test_empty(void);
static void test_refusals(void);
static void test_aliases(void);
static void test_part_numbers(void);
static void test_digest(void);
static void test_json(void);
static void test_memory(void);


int
main(void)
{
    test_read();
    test_unknown_values();
    test_override();
    test_empty();
    test_refusals();
    test_aliases();
    test_part_numbers();
    test_digest();
    test_json();
    test_memory();

    return tap_done();
}


static int
add(glyph_registry_t *reg, const char *text, size_t *line,
    glyph_buf_t *error)
{
    return glyph_registry_add(reg, (const unsigned char *) text,
                              strlen(text), line, error);
}


static const glyph_model_t *
find(const glyph_registry_t *reg, const char *model)
{
    glyph_str_t  s;

    s.data = (unsigned char *) model;
    s.len = strlen(model);

    return glyph_registry_find(reg, &s);
}


static int
has(const glyph_buf_t *b, const char *s)
{
    size_t  i, n;

    n = strlen(s);

    for (i = 0; i + n <= b->len; i++) {
        if (memcmp(b->data + i, s, n) == 0) {
            return 1;
        }
    }

    return 0;
}


static void
test_read(void)
{
    size_t                line;
    glyph_buf_t           error;
    glyph_registry_t     *reg;
    const glyph_model_t  *m;

    memset(&error, 0, sizeof(error));
    reg = glyph_registry_create();

    is_int(add(reg, "\xef\xbb\xbf# the operator's own\r\n\r\n" HEADER
               RTX_3090 "  # newer\n" H100 "\n" RTX_3060, &line, &error),
           GLYPH_OK, "a mark, comments and blank lines are fine");
    is_int(glyph_registry_compile(reg, &error), GLYPH_OK, "compiles");
    is_int(glyph_registry_size(reg), 3, "three models");

    m = glyph_registry_model(reg, 0);
    is_mem(m->model.data, m->model.len, "H100_PCIE_80GB", 14,
           "in order of id");

    m = find(reg, "RTX_3090");
    ok(m != NULL, "found by id");
    is_int(glyph_registry_index(reg, m), 2, "and its number");
    is_mem(m->family.data, m->family.len, "RTX_3090", 8, "family");
    is_mem(m->vendor.data, m->vendor.len, "nvidia", 6, "vendor");
    is_mem(m->released.data, m->released.len, "2020-09-24", 10, "released");
    is_double(m->vram_gb, 24, 0, "memory");
    is_int(m->tdp_watts, 350, "watts");
    is_int(m->cuda_cores, 10496, "cores");
    is_double(m->slot_width, 3, 0, "slots");
    is_int(m->nvlink, 1, "NVLink");
    is_int(find(reg, "H100_PCIE_80GB")->mig_support, 7, "MIG");

    ok(find(reg, "rtx_3090") == NULL, "ids are exact");
    ok(find(reg, "RTX_309") == NULL, "a part of an id is none");
    ok(find(reg, "") == NULL, "nor is nothing");

    glyph_registry_destroy(reg);
    glyph_buf_free(&error);
}


static void
test_unknown_values(void)
{
    size_t                line;
    glyph_buf_t           error;
    glyph_registry_t     *reg;
    const glyph_model_t  *m;

    memset(&error, 0, sizeof(error));
    reg = glyph_registry_create();

    is_int(add(reg, "aliases,released,form_factor,pcie_generation,"
               "slot_width,cuda_cores,generation,nvlink,mig_support,"
               "tdp_watts,vram_gb,class,vendor,family,model\n"
               ",,,,2.5,,,,,,0.5,,amd,HD_6350,HD_6350\n", &line, &error),
           GLYPH_OK, "columns in any order, empty values");
    is_int(glyph_registry_compile(reg, &error), GLYPH_OK, "compiles");

    m = find(reg, "HD_6350");
    is_double(m->vram_gb, 0.5, 1e-9, "half a GB");
    is_double(m->slot_width, 2.5, 1e-9, "two slots and a half");
    is_int(m->tdp_watts, 0, "an empty number is 0");
    is_int(m->released.len, 0, "an empty text is empty");

    glyph_registry_destroy(reg);
    glyph_buf_free(&error);
}


static void
test_override(void)
{
    size_t             line;
    glyph_buf_t        error;
    glyph_registry_t  *reg;

    memset(&error, 0, sizeof(error));
    reg = glyph_registry_create();

    add(reg, HEADER RTX_3060 RTX_3090, &line, &error);
    is_int(add(reg, HEADER
               "RTX_3060,RTX_3060,nvidia,desktop,12,999,0,0,,,,,,,\n"
               H100, &line, &error),
           GLYPH_OK, "a second file may repeat a model");
    is_int(glyph_registry_compile(reg, &error), GLYPH_OK, "compiles");
    is_int(glyph_registry_size(reg), 3, "it adds one and replaces one");
    is_int(find(reg, "RTX_3060")->tdp_watts, 999, "the later one counts");
    is_int(find(reg, "RTX_3060")->cuda_cores, 0, "all of it");
    is_int(find(reg, "RTX_3090")->tdp_watts, 350, "others stay");

    glyph_registry_destroy(reg);
    glyph_buf_free(&error);
}


static void
test_empty(void)
{
    size_t             line;
    glyph_buf_t        error, json;
    glyph_registry_t  *reg;

    memset(&error, 0, sizeof(error));
    memset(&json, 0, sizeof(json));
    reg = glyph_registry_create();

    is_int(add(reg, HEADER, &line, &error), GLYPH_OK,
           "a header and no models");
    is_int(glyph_registry_compile(reg, &error), GLYPH_OK, "compiles");
    is_int(glyph_registry_size(reg), 0, "is empty");
    ok(find(reg, "RTX_3060") == NULL, "has nothing");

    glyph_registry_json(reg, &json);
    is_mem(json.data, json.len, "[]", 2, "and says so");

    glyph_registry_destroy(reg);
    glyph_buf_free(&error);
    glyph_buf_free(&json);
}


static void
test_refusals(void)
{
    size_t             i, line;
    glyph_buf_t        error;
    glyph_registry_t  *reg;

    static const refusal_t  t[] = {
        { "", 1, "the header is missing", "an empty file" },
        { "# nothing\n\n", 2, "the header is missing", "only comments" },
        { "model,family\n", 1, "lacks the column \"vendor\"",
          "too few columns" },
        { "model,famly\n", 1, "unknown column \"famly\"",
          "a column misspelt" },
        { "model,model\n", 1, "twice the column \"model\"",
          "a column twice" },
        { HEADER RTX_3060 "RTX_3070,RTX_3070,nvidia\n", 3,
          "has 3 fields, the header has 15", "too few fields" },
        { HEADER "A,A,nvidia,,,,,,,,,,,,,\n", 2,
          "has 16 fields, the header has 15", "too many fields" },
        { HEADER "\n# x\n" "rtx_3060,RTX_3060,nvidia,,,,,,,,,,,,\n", 4,
          "is no id (A-Z, 0-9 and _, at most 64 bytes) \"rtx_3060\"",
          "a lower case id, and blank lines count" },
        { HEADER "RTX__3060,RTX__3060,nvidia,,,,,,,,,,,,\n", 2, "is no id",
          "two underscores" },
        { HEADER ",,nvidia,,,,,,,,,,,,\n", 2, "is no id", "no id" },
        { HEADER "RTX_3060,,nvidia,,,,,,,,,,,,\n", 2, "family is no id",
          "no family" },
        { HEADER "RTX_3060,RTX_306,nvidia,,,,,,,,,,,,\n", 2,
          "does not begin with its family", "an id not of its family" },
        { HEADER "RTX_3060,RTX_3060,,,,,,,,,,,,,\n", 2,
          "the vendor is missing", "no vendor" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,12GB,,,,,,,,,,\n", 2,
          "vram_gb is not a number: \"12GB\"", "a number with a unit" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,12.,,,,,,,,,,\n", 2,
          "vram_gb is not a number", "a number that ends with a point" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,-1,,,,,,,,,,\n", 2,
          "vram_gb is not a number", "a negative number" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,,170.5,,,,,,,,,\n", 2,
          "tdp_watts is not a whole number: \"170.5\"", "half a watt" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,5000,,,,,,,,,,\n", 2,
          "vram_gb is out of range 0..4096", "too much memory" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,,,,,,99999999999999999999,,,,,"
          "\n", 2, "cuda_cores is", "a number that overflows" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,,,3,,,,,,,,\n", 2,
          "mig_support is not 0, 2, 4 or 7", "three partitions" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,,,,maybe,,,,,,,\n", 2,
          "nvlink is neither 0 nor 1 but \"maybe\"", "an uncertain link" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,,,,,,,,,,25.02.2021,\n", 2,
          "released is no date", "a German date" },
        { HEADER "RTX_3060,RTX_3060,nvidia,,,,,,,,,,,2021-13,\n", 2,
          "released is no date", "a thirteenth month" },
        { HEADER RTX_3060 RTX_3090 RTX_3060, 4,
          "twice the model \"RTX_3060\"", "a model twice" },
        { HEADER RTX_3060 "\"RTX_3070\n", 3, "a quote",
          "a quote that is not closed" },
        { HEADER RTX_3060 "\"RTX\"_3070,,,,,,,,,,,,,,\n", 3, "a quote",
          "a quote inside a field" },
        { HEADER "RTX_3060,RTX_3060,nvidia,\xff,,,,,,,,,,,\n", 2,
          "not valid UTF-8, in the column \"class\"", "a bad byte" }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        memset(&error, 0, sizeof(error));
        reg = glyph_registry_create();
        line = 0;

        is_int(add(reg, t[i].text, &line, &error), GLYPH_BAD,
               "%s is refused", t[i].name);
        is_int(line, t[i].line, "on its line");

        if (!ok(has(&error, t[i].reason), "with the reason")) {
            tap_diag("%.*s", (int) error.len, (char *) error.data);
        }

        glyph_registry_destroy(reg);
        glyph_buf_free(&error);
    }
}


static void
test_aliases(void)
{
    size_t             i, line;
    glyph_buf_t        error;
    glyph_registry_t  *reg;

    static const struct {
        const char  *text;
        int          rc;
        const char  *one;
        const char  *other;
        const char  *name;
    } t[] = {
        { HEADER "A,A,nvidia,,,,,,,,,,,,Big One|x1\n"
          "B,B,nvidia,,,,,,,,,,,,BIG-ONE\n", GLYPH_BAD, "\"A\"", "\"B\"",
          "an alias that two models claim, each in its own writing" },
        { HEADER "RTX_1,RTX_1,nvidia,,,,,,,,,,,,RTX 2\n"
          "RTX_2,RTX_2,nvidia,,,,,,,,,,,,RTX 1\n", GLYPH_BAD, "\"RTX_1\"",
          "\"RTX_2\"", "aliases in a loop" },
        { HEADER "A,A,nvidia,,,,,,,,,,,,One|one| ONE ||-|\n", GLYPH_OK, NULL,
          NULL, "an alias repeated by its own model, and empty ones" }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        memset(&error, 0, sizeof(error));
        reg = glyph_registry_create();

        is_int(add(reg, t[i].text, &line, &error), GLYPH_OK, "%s: reads",
               t[i].name);
        is_int(glyph_registry_compile(reg, &error), t[i].rc, "%s",
               t[i].rc == GLYPH_OK ? "compiles" : "is refused");
        ok(t[i].one == NULL
           || (has(&error, t[i].one) && has(&error, t[i].other)),
           "and both are named");

        glyph_registry_destroy(reg);
        glyph_buf_free(&error);
    }
}


static void
test_part_numbers(void)
{
    int                rc;
    size_t             i, line;
    glyph_buf_t        error;
    glyph_registry_t  *reg;
    unsigned char      before[16], after[16];

    static const struct {
        const char  *text;
        int          rc;
        size_t       line;
        const char  *says;
    } t[] = {
        { "maker,number,model\nNVIDIA,900-2G195-0000,RTX_3060\n", GLYPH_OK,
          2, NULL },
        { "maker,number,model\r\n\r\n,900-2G195-0000,RTX_3060", GLYPH_OK, 3,
          NULL },
        { "maker,number,model\nNVIDIA,900-2G195-0000,RTX_9999\n", GLYPH_BAD,
          2, "the registry has no such model" },
        { "number,model\n", GLYPH_BAD, 1, "the header" },
        { "maker,number,model\nNVIDIA,RTX_3060\n", GLYPH_BAD, 2, "three" },
        { "maker,number,model\na,b12345,RTX_3060,d\n", GLYPH_BAD, 2,
          "three" },
        { "maker,number,model\nNVIDIA,A-12 3,RTX_3060\n", GLYPH_BAD, 2,
          "too short" },
        { "maker,number,model\nNVIDIA,\"a123456\",RTX_3060\n", GLYPH_BAD, 2,
          "quotes" },
        { "maker,number,model\nA,900-2G195,RTX_3060\nB,900-2G195,RTX_3090\n",
          GLYPH_OK, 3, "a part number is claimed by" }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        memset(&error, 0, sizeof(error));
        reg = glyph_registry_create();
        add(reg, HEADER RTX_3060 RTX_3090, &line, &error);
        glyph_registry_digest(reg, before);

        rc = glyph_registry_part_numbers(reg,
                                         (const unsigned char *) t[i].text,
                                         strlen(t[i].text), &line, &error);
        glyph_registry_digest(reg, after);

        is_int(rc, t[i].rc, "part numbers %zu", i);
        is_int(line, t[i].line, "the line");
        ok(memcmp(before, after, 16) != 0, "they are in the fingerprint");

        if (rc == GLYPH_OK) {
            is_int(glyph_registry_compile(reg, &error),
                   t[i].says ? GLYPH_BAD : GLYPH_OK, "compiles or not");
        }

        ok(t[i].says == NULL || has(&error, t[i].says), "and says why");

        glyph_registry_destroy(reg);
        glyph_buf_free(&error);
    }
}


static void
test_digest(void)
{
    size_t             i, line;
    glyph_buf_t        error;
    unsigned char      digest[5][16];
    glyph_registry_t  *reg;

    static const char *const  files[5][2] = {
        { HEADER RTX_3060, HEADER H100 },
        { HEADER RTX_3060, HEADER H100 },
        { HEADER H100, HEADER RTX_3060 },
        { HEADER RTX_3060 H100, HEADER },
        { HEADER RTX_3060, HEADER RTX_3090 }
    };

    /* of no files, then of one empty one: as any machine has it */

    static const unsigned char  none[16];

    memset(&error, 0, sizeof(error));

    for (i = 0; i < 5; i++) {
        reg = glyph_registry_create();
        add(reg, files[i][0], &line, &error);
        add(reg, files[i][1], &line, &error);
        glyph_registry_digest(reg, digest[i]);
        glyph_registry_destroy(reg);
    }

    ok(memcmp(digest[0], none, 16) != 0, "there is a digest");
    ok(memcmp(digest[0], digest[1], 16) == 0, "the same of the same");
    ok(memcmp(digest[0], digest[2], 16) != 0, "the order counts");
    ok(memcmp(digest[0], digest[3], 16) != 0, "the cut counts");
    ok(memcmp(digest[0], digest[4], 16) != 0, "the content counts");

    glyph_buf_free(&error);
}


static void
test_json(void)
{
    size_t             line;
    glyph_buf_t        error, json;
    glyph_registry_t  *reg;

    static const char  want[] =
        "[{\"model\":\"H100_PCIE_80GB\",\"family\":\"H100\","
        "\"vendor\":\"nvidia\",\"class\":\"server\",\"vram_gb\":80,"
        "\"tdp_watts\":350,\"mig_support\":7,\"nvlink\":false,"
        "\"generation\":\"Hopper\",\"cuda_cores\":14592,\"slot_width\":2,"
        "\"pcie_generation\":5,\"form_factor\":\"PCIe\","
        "\"released\":\"2022-03-22\"},"
        "{\"model\":\"X\",\"family\":\"X\",\"vendor\":\"amd\","
        "\"class\":null,\"vram_gb\":0.5,\"tdp_watts\":null,"
        "\"mig_support\":0,\"nvlink\":true,\"generation\":\"a \\\"b\\\"\","
        "\"cuda_cores\":null,\"slot_width\":null,\"pcie_generation\":null,"
        "\"form_factor\":null,\"released\":null}]";

    memset(&error, 0, sizeof(error));
    memset(&json, 0, sizeof(json));
    reg = glyph_registry_create();

    add(reg, HEADER "X,X,amd,,0.5,,,yes,\"a \"\"b\"\"\",,,,,,x\n" H100,
        &line, &error);
    glyph_registry_compile(reg, &error);
    glyph_registry_json(reg, &json);

    if (!is_mem(json.data, json.len, want, sizeof(want) - 1, "as JSON")) {
        tap_diag("%.*s", (int) json.len, (char *) json.data);
    }

    glyph_registry_destroy(reg);
    glyph_buf_free(&error);
    glyph_buf_free(&json);
}


static void
test_memory(void)
{
    int                rc, bad;
    long               n;
    size_t             line;
    glyph_buf_t        error;
    glyph_registry_t  *reg;

    bad = 0;
    rc = GLYPH_ERROR;

    for (n = 0; n < 100000 && rc == GLYPH_ERROR; n++) {
        memset(&error, 0, sizeof(error));

        tap_malloc_fail_after(n);

        reg = glyph_registry_create();

        if (reg) {
            rc = add(reg, HEADER RTX_3060 RTX_3090 H100, &line, &error);

            if (rc == GLYPH_OK) {
                rc = glyph_registry_compile(reg, &error);
            }

            bad += rc != GLYPH_OK && rc != GLYPH_ERROR;
        }

        tap_malloc_fail_after(-1);

        glyph_registry_destroy(reg);
        glyph_buf_free(&error);
    }

    is_int(rc, GLYPH_OK, "with enough memory it works, after %ld tries", n);
    ok(n > 100, "every allocation has failed once");
    is_int(bad, 0, "and each time that was what it said");

    /* a reason that cannot be told is no reason */

    memset(&error, 0, sizeof(error));
    reg = glyph_registry_create();
    error.failed = 1;
    is_int(add(reg, "x\n", &line, &error), GLYPH_ERROR,
           "no memory for the reason is no memory");
    glyph_registry_destroy(reg);
    glyph_buf_free(&error);
}

/*
 * Titles in, models out: every model of conf/gpu_models.csv in several
 * writings, the pairs that are easily confused, what is no card, scores,
 * notes, the model column, and input that is no title at all.
 */

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "title/glyph_match.h"
#include "text/glyph_utf8.h"
#include "tap.h"


#define MODELS  "conf/gpu_models.csv"


typedef struct {
    const char  *title;
    const char  *want;          /* a model, or a reason */
} title_t;


static glyph_registry_t *load(const char *text, size_t len);
static char *slurp(const char *name, size_t *len);
static void match(const char *title, const char *column, glyph_match_t *r);
static int is_model(const glyph_match_t *r, const char *model);
static int same_words(const glyph_str_t *a, const glyph_str_t *b);
static void spaced(char *out, const glyph_str_t *id, int lower, int glued);
static const char *vendor_of(const glyph_model_t *m);
static void size_of(char *out, size_t size, double gb);
static void test_every_model(void);
static void test_models(void);
static void test_others(void);
static void test_unknown(void);
static void test_scores(void);
static void test_column(void);
static void test_notes(void);
static void test_bad_input(void);
static void test_no_allocation(void);
static void test_lent(void);
static void *match_often(void *data);
static void test_threads(void);
static void test_empty_registry(void);
static void test_own_registry(void);


static glyph_registry_t  *registry;
static glyph_matcher_t   *matcher;


int
main(void)
{
    char    *text;
    size_t   len;

    test_empty_registry();
    test_own_registry();

    text = slurp(MODELS, &len);

    if (text == NULL) {
        tap_diag("skipped: there is no %s here", MODELS);
        ok(1, "all tests with the real registry # SKIP no %s", MODELS);
        return tap_done();
    }

    registry = load(text, len);
    free(text);

    if (registry) {
        matcher = glyph_matcher_create(registry);

        test_every_model();
        test_models();
        test_others();
        test_unknown();
        test_scores();
        test_column();
        test_notes();
        test_bad_input();
        test_no_allocation();
        test_lent();
        test_threads();

        glyph_matcher_destroy(matcher);
        glyph_registry_destroy(registry);
    }

    return tap_done();
}


static glyph_registry_t *
load(const char *text, size_t len)
{
    int                rc;
    size_t             line;
    glyph_buf_t        error;
    glyph_registry_t  *reg;

    memset(&error, 0, sizeof(error));
    reg = glyph_registry_create();

    rc = glyph_registry_add(reg, (const unsigned char *) text, len, &line,
                            &error);
    if (rc == GLYPH_OK) {
        line = 0;
        rc = glyph_registry_compile(reg, &error);
    }

    if (!is_int(rc, GLYPH_OK, "the registry is good")) {
        tap_diag("line %zu: %.*s", line, (int) error.len,
                 (char *) error.data);
        glyph_registry_destroy(reg);
        reg = NULL;
    }

    glyph_buf_free(&error);

    return reg;
}


static char *
slurp(const char *name, size_t *len)
{
    FILE  *f;
    char  *text;

    f = fopen(name, "rb");
    if (f == NULL) {
        return NULL;
    }

    text = malloc(4 << 20);
    *len = fread(text, 1, 4 << 20, f);
    fclose(f);

    return text;
}


static void
match(const char *title, const char *column, glyph_match_t *r)
{
    glyph_str_t  s, c;

    s.data = (unsigned char *) title;
    s.len = strlen(title);

    if (column) {
        c.data = (unsigned char *) column;
        c.len = strlen(column);
    }

    glyph_match(matcher, &s, column ? &c : NULL, r);
}


static int
is_model(const glyph_match_t *r, const char *model)
{
    return r->model && r->model->model.len == strlen(model)
           && memcmp(r->model->model.data, model, strlen(model)) == 0;
}


/* Whether two ids are but the same words in another order. */

static int
same_words(const glyph_str_t *a, const glyph_str_t *b)
{
    int     sum[256];
    size_t  i;

    memset(sum, 0, sizeof(sum));

    for (i = 0; i < a->len; i++) {
        sum[a->data[i]]++;
    }

    for (i = 0; i < b->len; i++) {
        sum[b->data[i]]--;
    }

    for (i = 0; i < 256; i++) {
        if (sum[i]) {
            return 0;
        }
    }

    return 1;
}


/* "RTX_3060_8GB" as "RTX 3060"; "glued": "RTX3060" */

static void
spaced(char *out, const glyph_str_t *id, int lower, int glued)
{
    int     digit, next;
    char    c;
    size_t  i, len;

    len = id->len;

    /* the memory size is said apart */

    if (len > 2 && memcmp(id->data + len - 2, "GB", 2) == 0) {
        for (i = len - 2; i > 0 && id->data[i - 1] != '_'; i--) { /* void */ }
        len = i ? i - 1 : len;
    }

    for (i = 0; i < len; i++) {
        c = id->data[i];

        if (c == '_') {
            digit = id->data[i - 1] >= '0' && id->data[i - 1] <= '9';
            next = id->data[i + 1] >= '0' && id->data[i + 1] <= '9';

            if (glued && digit != next) {
                continue;
            }

            c = ' ';
        }

        *out++ = lower && c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    }

    *out = '\0';
}


static const char *
vendor_of(const glyph_model_t *m)
{
    switch (m->vendor.data[0]) {
    case 'n':
        return "NVIDIA";
    case 'a':
        return "AMD";
    case 'i':
        return "Intel";
    default:
        return "Matrox";
    }
}


static void
size_of(char *out, size_t size, double gb)
{
    if (gb <= 0) {
        *out = '\0';

    } else if (gb < 1) {
        snprintf(out, size, "%.0fMB", gb * 1024);

    } else {
        snprintf(out, size, "%gGB", gb);
    }
}


/* Any name in any writing, with any noise around it, is itself. */

static void
test_every_model(void)
{
    char                  name[80], lower[80], glued[80], size[16];
    char                  title[6][400];
    size_t                i, k, n, bad;
    const char           *v;
    glyph_match_t         r;
    const glyph_model_t  *m;

    n = glyph_registry_size(registry);
    bad = 0;

    for (i = 0; i < n; i++) {
        m = glyph_registry_model(registry, i);
        v = vendor_of(m);

        spaced(name, &m->model, 0, 0);
        spaced(lower, &m->model, 1, 0);
        spaced(glued, &m->model, 0, 1);
        size_of(size, sizeof(size), m->vram_gb);

        snprintf(title[0], 400, "%s %s %s", v, name, size);
        snprintf(title[1], 400, "ASUS %s %s Graphic Card - %s", v, lower,
                 size);
        snprintf(title[2], 400, "%s %s %s Gaming OC, tested", v, glued, size);
        snprintf(title[3], 400, "Lot of 2x %s %s, %s, used", v, lower, size);
        snprintf(title[4], 400, "\xf0\x9f\x94\xa5 NEW %s\xc2\xae %s"
                 "\xe2\x84\xa2 (%s) with box and cables", v, name, size);
        snprintf(title[5], 400, "Grafikkarte %s %s - %s - f\xc3\xbcr Bastler",
                 v, lower, size);

        for (k = 0; k < 6; k++) {
            match(title[k], NULL, &r);

            if (r.model != m
                && !(r.model && same_words(&r.model->model, &m->model)))
            {
                bad++;
                tap_diag("\"%s\" is %.*s", title[k],
                         r.model ? (int) r.model->model.len : 7,
                         r.model ? (char *) r.model->model.data : "UNKNOWN");
            }
        }
    }

    is_int(bad, 0, "%zu models in 6 writings each", n);
}


static void
test_models(void)
{
    size_t         i;
    glyph_match_t  r;

    static const title_t  t[] = {

        /* in Swedish */
        { "Grafikkort Asus TUF 3080 10GB, bra skick", "RTX_3080" },
        { "RX 6800 XT begagnad med kvitto", "RX_6800_XT" },

        /* glued, split, cut in two */
        { "RTX4070Ti", "RTX_4070_TI" },
        { "RTX 40 70", "RTX_4070" },
        { "rtx-4070-ti-super 16gb", "RTX_4070_TI_SUPER" },
        { "RTX 4070TiS 16GB", "RTX_4070_TI_SUPER" },
        { "RTX 4080S", "RTX_4080_SUPER" },
        { "PROARTRTX40608G", "RTX_4060" },
        { "DUAL NVIDIA GEFORCE RTX 30506GB", "RTX_3050_6GB" },
        { "ROG-STRIX-RTX3080-O10G-GAMING", "RTX_3080" },
        { "RX7900XTX 24G", "RX_7900_XTX" },
        { "Sapphire Pulse 6700XTOC RX6700XT", "RX_6700_XT" },

        /* without the series */
        { "NVIDIA 4090 24GB", "RTX_4090" },
        { "GeForce 3080", "RTX_3080" },
        { "Radeon 7750 1GB GDDR5", "HD_7750" },
        { "NV A4000 GRAPHICS CARD", "RTX_A4000" },
        { "AMD RDNP W6600 8GB GDDR6 4DP", "RADEON_PRO_W6600" },
        { "Gigabyte 4090 Gaming OC 24G", "RTX_4090" },
        { "T1000 8GB GDDR6 video card", "T1000_8GB" },

        /* the four 4000s, and others of one name */
        { "Nvidia Quadro 4000 2GB GDDR5", "QUADRO_4000" },
        { "Quadro RTX 4000 8GB GDDR6", "QUADRO_RTX_4000" },
        { "NVIDIA RTX 4000 Ada Generation 20GB", "RTX_4000_ADA" },
        { "PNY NVIDIA Quadro RTX 4000 - 20 GB GDDR6", "RTX_4000_ADA" },
        { "RTX 4000 20GB GDDR6 low-profile", "RTX_4000_SFF_ADA" },
        { "NVIDIA RTX A4000 16GB", "RTX_A4000" },
        { "RTX PRO 4000 24GB GDDR7", "RTX_PRO_4000_BLACKWELL" },
        { "RTX 6000 48GB", "RTX_6000_ADA" },
        { "RTX 6000 24GB", "QUADRO_RTX_6000" },
        { "RTX 6000 Blackwell 96GB", "RTX_PRO_6000_BLACKWELL" },
        { "RTX PRO 6000 Blackwell Max-Q 96GB",
          "RTX_PRO_6000_BLACKWELL_MAX_Q" },
        { "RTX PRO 6000 Blackwell Server Edition 96GB",
          "RTX_PRO_6000_BLACKWELL_SERVER" },
        { "HP NVIDIA Quadro T1000 4GB", "T1000" },
        { "NVIDIA Quadro T1000 Mobile 4GB", "QUADRO_T1000_MOBILE" },
        { "AMD Radeon PRO W7900 48GB", "RADEON_PRO_W7900" },
        { "AMD Radeon RX 7900 GRE 16GB", "RX_7900_GRE" },
        { "Titan X Pascal 12GB", "TITAN_X_PASCAL" },
        { "EVGA GTX Titan X 12GB", "GTX_TITAN_X" },
        { "Intel Arc Pro A40 6GB", "ARC_PRO_A40" },
        { "NVIDIA A40 48GB", "A40" },
        { "GTX 1060M 6GB", "GTX_1060_MOBILE" },
        { "GeForce RTX 3080 Laptop GPU 8GB", "RTX_3080_MOBILE" },
        { "Quadro M2000 4GB", "QUADRO_M2000" },
        { "Quadro M2000M 4GB", "QUADRO_M2000M" },
        { "GTX 3060 12GB", "RTX_3060" },
        { "RTX A3000 6GB MXM", "RTX_A3000_MOBILE_6GB" },
        { "NVIDIA RTX 2050 4GB", "RTX_2050_MOBILE" },
        { "EVGA 980 Ti Classified 6GB", "GTX_980_TI" },
        { "AMD Radeon Pro Duo 32GB", "RADEON_PRO_DUO_POLARIS" },

        /* memory and form choose */
        { "A100 80GB SXM4", "A100_SXM4_80GB" },
        { "NVIDIA A100 PCIE-40GB 900-21001-0000-000", "A100_PCIE_40GB" },
        { "H100 NVL 94GB", "H100_NVL_94GB" },
        { "Tesla P100-SXM2-16GB", "P100_SXM2_16GB" },
        { "RTX 3050 6GB", "RTX_3050_6GB" },
        { "GTX 1060 3GB", "GTX_1060_3GB" },
        { "RTX 3080 12 Go GDDR6X", "RTX_3080_12GB" },
        { "RADEON 5450 SFF 512MB DDR3 3M", "HD_5450_512MB" },

        /* what it comes with, is for, or is held against */
        { "Radeon RX 580 8GB better than GTX 1060", "RX_580" },
        { "Upgrade from GTX 1060 - Radeon RX 6600 8GB", "RX_6600" },
        { "Tesla M40 24GB (faster than RTX 3060)", "M40_24GB" },
        { "Lot of 4x Tesla P40", "P40" },
        { "RTX 3080 with EK water block", "RTX_3080" },
        { "Tesla P40 24GB GPU + EPS power cable", "P40" },
        { "MSI RTX 3080 Ventus 3X 10GB triple fan, backplate", "RTX_3080" },
        { "NVIDIA Tesla T4 16GB for Dell PowerEdge R740 server", "T4" },
        { "HP Z440 Workstation NVIDIA Quadro K2200 4GB", "QUADRO_K2200" },
        { "Graphics Card for NVIDIA GeForce GTX 1050 Ti 4GB GDDR5",
          "GTX_1050_TI" },
        { "Desktop PC gaming video graphics card RX 550 2GB", "RX_550" },
        { "Broken RTX 4090 no display, for parts", "RTX_4090" },
        { "XFX Speedster MERC 310 AMD Radeon RX 7900XTX 24GB",
          "RX_7900_XTX" },
        { "8GB GDDR6 RTX 3070 (8GB/s, 14 Gbps)", "RTX_3070" },

        /* part numbers */
        { "GV-N4070WF3OC-12GD", "RTX_4070" },
        { "Gigabyte GV-N407TSGAMING OC-16GD", "RTX_4070_TI_SUPER" },
        { "Gigabyte GV-R67XTEAGLE-12GD", "RX_6700_XT" },
        { "ZOTAC ZT-A30710F-10P", "RTX_3070_TI" },
        { "PNY VCG407012DFXPB1", "RTX_4070" },
        { "PNY VCNRTXA2000-PB", "RTX_A2000" },
        { "NVIDIA H100 80GB PCIe 900-21010-0000-000", "H100_PCIE_80GB" },

        /* slips */
        { "GeFroce RTX 3O80 10GB", "RTX_3080" },
        { "Geforce GTX l080 8GB", "GTX_1080" },
        { "Raedon RX 58O 8GB", "RX_580" },
        { "nvdia quardo p4000", "QUADRO_P4000" },

        /* languages, signs */
        { "NVIDIA&reg; GeForce&reg; RTX&trade; 4090", "RTX_4090" },
        { "RTX\xe2\x84\xa2 3080 Ti", "RTX_3080_TI" },
        { "carte graphique MSI GTX 1050Ti 4Go", "GTX_1050_TI" },
        { "Tarjeta gr\xc3\xa1" "fica RTX 4060 8GB", "RTX_4060" },
        { "\xd0\x92\xd0\xb8\xd0\xb4\xd0\xb5\xd0\xbe\xd0\xba\xd0\xb0"
          "\xd1\x80\xd1\x82\xd0\xb0 4090 24GB", "RTX_4090" },
        { "\xe6\x98\xbe\xe5\x8d\xa1RTX4090", "RTX_4090" },
        { "\xef\xbc\xb2\xef\xbc\xb4\xef\xbc\xb8 3070", "RTX_3070" },
        { "\xd8\xa8\xd8\xb7\xd8\xa7\xd9\x82\xd8\xa9 RTX 3080 \xd8\xac",
          "RTX_3080" }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        match(t[i].title, NULL, &r);

        if (!ok(is_model(&r, t[i].want) && r.is_gpu && r.reason == NULL
                && r.type != GLYPH_MATCH_NONE && r.score > 0
                && r.score <= 1,
                "%s", t[i].title))
        {
            tap_diag("got %.*s, want %s",
                     r.model ? (int) r.model->model.len : 7,
                     r.model ? (char *) r.model->model.data : "UNKNOWN",
                     t[i].want);
        }
    }
}


static void
test_others(void)
{
    size_t         i;
    glyph_match_t  r;

    static const title_t  t[] = {
        { "NVIDIA NVLINK 3-SLOT BRG", "accessory" },
        { "Fläkt till RTX 3080", "cooler" },
        { "Speldator med RTX 4070 och 32 GB arbetsminne", "desktop_pc" },
        { "RTX A6000 NVLink Bridge 2-slot", "accessory" },
        { "Backplate for RTX 3090 FE", "accessory" },
        { "Low profile bracket for Quadro P620 P400", "accessory" },
        { "PCIe riser cable 4.0 x16 compatible with RTX 4090", "accessory" },
        { "User manual GeForce RTX 3080", "accessory" },
        { "NVIDIA RTX sticker", "accessory" },
        { "HP NVIDIA Quadro Sync II", "accessory" },
        { "EK-Quantum Vector RTX 3080/3090 water block", "cooler" },
        { "GPU fan for RTX 2060 Super 85mm", "cooler" },
        { "L\xc3\xbc" "fter f\xc3\xbcr MSI GTX 1080 Ti Gaming X", "cooler" },
        { "Power cable for NVIDIA Tesla P40 M40 K80", "cable_or_adapter" },
        { "12VHPWR to 3x 8 pin adapter for RTX 4090", "cable_or_adapter" },
        { "StarTech.com HDMI to VGA Video Adapter Converter",
          "cable_or_adapter" },
        { "ASUS RTX 3080 TUF box only", "empty_box" },
        { "Empty box RTX 4090 Founders Edition", "empty_box" },
        { "Leerkarton OVP RTX 3070", "empty_box" },
        { "Bo\xc3\xaete vide RTX 3080", "empty_box" },
        { "ASUS ROG Laptop RTX 4060 Ryzen 9 16GB RAM 1TB SSD", "laptop" },
        { "Acer Nitro 5 RTX 3060 i7-11800H 16GB 512GB", "laptop" },
        { "Gaming PC i7-12700K RTX 3080 32GB RAM 1TB NVMe", "desktop_pc" },
        { "Dell Precision 7920 Tower with Quadro RTX 5000", "desktop_pc" },
        { "Dell PowerEdge R740 with Tesla T4", "server" },
        { "Dell Precision 5820 Xeon 32GB 512GB SSD Quadro P4000",
          "desktop_pc" },
        { "Dell PowerEdge R740 2x Xeon Gold 128GB RAM Tesla T4", "server" },
        { "ASUS ROG Strix B550-F Gaming motherboard", "motherboard" },
        { "Elgato HD60 S Capture Card", "capture_card" },
        { "Mellanox ConnectX-5 100GbE network card", "network_card" },
        { "LG 27\" gaming monitor 144hz G-Sync", "monitor" },
        { "NVIDIA RTX Virtual Workstation vGPU license 1 year", "licence" },
        { "NVIDIA GRID vPC perpetual license CCU", "licence" },
        { "Corsair RM850x power supply 850W", "power_supply" },
        { "AMD Ryzen 7 5800X CPU", "processor" },
        { "Seagate ST1000DM003 1TB", "not_recognised" },
        { "699-2G133-0200-100", "not_recognised" },
        { "Samsung Galaxy A40 64GB", "not_recognised" },
        { "ST1000NX0443", "not_recognised" },
        { "USB hub A 16GB, T 4", "not_recognised" },
        { "Full HD 1080p 4060 lm", "not_recognised" },
        { "Supermicro server 4x A100 SXM4 80GB", "server" },
        { "Toyota RX 350 brake pads", "not_recognised" },
        { "Ford Mustang GT 500", "not_recognised" },
        { "Nintendo Switch", "not_recognised" }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        match(t[i].title, NULL, &r);

        if (!ok(r.model == NULL && !r.is_gpu && r.score == 0
                && r.type == GLYPH_MATCH_NONE && r.reason
                && strcmp(r.reason, t[i].want) == 0,
                "%s: %s", t[i].want, t[i].title))
        {
            tap_diag("got %.*s, %s",
                     r.model ? (int) r.model->model.len : 7,
                     r.model ? (char *) r.model->model.data : "UNKNOWN",
                     r.reason ? r.reason : "no reason");
        }
    }
}


static void
test_unknown(void)
{
    size_t         i;
    glyph_match_t  r;

    static const title_t  t[] = {
        { "Graphics card", "model_not_stated" },
        { "ASUS TUF GAMING GEFORCE RTX", "model_not_stated" },
        { "THE SFF-READY ASUS PRIMEGEFORCE", "model_not_stated" },
        { "GeForce RTX 9999 Ti", "model_not_in_registry" },
        { "NVIDIA Tesla Z99 12GB", "model_not_in_registry" },
        { "Matrox G550 32MB graphics card", "model_not_in_registry" },
        { "GeForce RTX 2080 Ti 11GB MXM laptop graphics card",
          "model_not_in_registry" },
        { "RTX 4000 series GPU", "model_not_in_registry" },
        { "RTX 3060 12GB / RTX 3070 8GB", "several_models" },
        { "RTX 4090 4GB", "memory_contradicts" }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        match(t[i].title, NULL, &r);

        if (!ok(r.model == NULL && r.is_gpu && r.score == 0 && r.reason
                && strcmp(r.reason, t[i].want) == 0,
                "%s: %s", t[i].want, t[i].title))
        {
            tap_diag("got %.*s, %s",
                     r.model ? (int) r.model->model.len : 7,
                     r.model ? (char *) r.model->model.data : "UNKNOWN",
                     r.reason ? r.reason : "no reason");
        }
    }
}


static void
test_scores(void)
{
    size_t         i;
    glyph_match_t  r;

    static const struct {
        const char     *title;
        double          score;
        glyph_match_e   type;
    } t[] = {
        { "NVIDIA GeForce RTX 4070 Ti 12GB", 1, GLYPH_MATCH_EXACT },
        { "NVIDIA A40", 1, GLYPH_MATCH_EXACT },
        { "RTX 3060", 0.95, GLYPH_MATCH_EXACT },
        { "A4000 16GB graphics card", 0.9, GLYPH_MATCH_EXACT },
        { "GTX 3060 12GB", 0.85, GLYPH_MATCH_EXACT },
        { "NVIDIA RTX A4000E 16GB", 0.85, GLYPH_MATCH_EXACT },
        { "NVIDIA A100 80GB", 0.8, GLYPH_MATCH_EXACT },
        { "GeFroce RTX 3O80 10GB", 0.8, GLYPH_MATCH_FUZZY },
        { "Graphics card for NVIDIA GTX 1050 Ti 4GB", 0.75,
          GLYPH_MATCH_EXACT },
        { "NVIDIA RTX 4000", 0.7, GLYPH_MATCH_EXACT },
        { "RTX 4090 16GB", 0.6, GLYPH_MATCH_EXACT },
        { "MSI 3080 Ventus", 0.8, GLYPH_MATCH_FUZZY },
        { "RTX 3060 12GB / RTX 3070 8GB", 0, GLYPH_MATCH_NONE },
        { "RTX 4090 4GB", 0, GLYPH_MATCH_NONE }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        match(t[i].title, NULL, &r);
        is_double(r.score, t[i].score, 1e-9, "%s", t[i].title);
        is_int(r.type, t[i].type, "%s", glyph_match_name(t[i].type));
    }
}


static void
test_column(void)
{
    size_t         i;
    glyph_match_t  r;

    static const struct {
        const char  *title;
        const char  *column;
        const char  *want;
        const char  *name;
    } t[] = {
        { "RTX 4070 Ti 12GB", "RTX 4070", "RTX_4070_TI",
          "the title decides" },
        { "", "RTX 4070", "RTX_4070", "an empty title leaves it to the "
          "column" },
        { "Board only, tested", "RTX A4000", "RTX_A4000", "the column fills "
          "the gap" },
        { "NVIDIA A100", "A100 SXM4 80GB", "A100_SXM4_80GB", "the column "
          "tells the form" },
        { "NVIDIA RTX 4000", "RTX 4000 Ada 20GB", "RTX_4000_ADA",
          "the column breaks the tie" },
        { "NVIDIA RTX 4000", "RTX 4000", "QUADRO_RTX_4000",
          "one that says no more decides nothing" },
        { "NVIDIA A100 40GB PCIe", "A100 SXM4 80GB", "A100_PCIE_40GB",
          "what the title says counts" }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        match(t[i].title, t[i].column, &r);

        if (!ok(is_model(&r, t[i].want), "%s", t[i].name)) {
            tap_diag("got %.*s", r.model ? (int) r.model->model.len : 7,
                     r.model ? (char *) r.model->model.data : "UNKNOWN");
        }
    }

    match("Board only, tested", "RTX A4000", &r);
    is_double(r.score, 0.7, 1e-9, "and it is worth less");

    match("Backplate for RTX 3090", "RTX 3090", &r);
    ok(!r.is_gpu && r.model == NULL, "a part stays a part");
}


static void
test_notes(void)
{
    size_t         i;
    glyph_match_t  r;

    static const title_t  t[] = {
        { "MSI GeForce RTX4070-Ti 12 GB", "\"rtx 4070 ti\" + 12 GB" },
        { "NVIDIA A100 80GB SXM4", "\"a 100\" + 80 GB + \"sxm 4\"" },
        { "RTX 3060", "\"rtx 3060\"; no memory size said, 12 GB assumed" },
        { "NVIDIA A100 80GB", "\"a 100\" + 80 GB; no form said, PCIe "
          "assumed" },
        { "RTX 4090 16GB", "\"rtx 4090\"; 16 GB said, it has 24 GB" },
        { "RTX 4090 4GB", "\"rtx 4090\"; 4 GB said, it has 24 GB" },
        { "RX 470/480", "\"rx 470\"; no memory size said, 4 GB assumed; "
          "several models named" },
        { "MSI 3080 Ventus", "\"3080\"; no memory size said, 10 GB assumed; "
          "by its number only" },
        { "Radeon 5450 512MB", "\"5450\" + 512 MB" },
        { "Backplate for RTX 3090", "\"backplate\"" },
        { "Kettle", "" }
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        match(t[i].title, NULL, &r);
        is_mem(r.notes, r.notes_len, t[i].want, strlen(t[i].want), "%s",
               t[i].title);
    }
}


static void
test_bad_input(void)
{
    int                   good;
    char                 *s;
    size_t                i, k, n;
    glyph_str_t           title;
    glyph_match_t         r;

    static const struct {
        const char  *piece;
        size_t       len;
        const char  *name;
    } t[] = {
        { "1", 1, "64 KB of digits" },
        { "-", 1, "64 KB of dashes" },
        { "&", 1, "64 KB of ampersands" },
        { "a1", 2, "64 KB of letters and digits" },
        { "!?/+|(", 6, "64 KB of punctuation" },
        { "\0", 1, "64 KB of NUL" },
        { "\xff", 1, "64 KB that is no UTF-8" },
        { "\xe2\x84", 2, "characters cut off" },
        { "\xf0\x9f\x94\xa5", 4, "emoji" },
        { "\xd7\xa9\xd7\x9c ", 5, "right to left" },
        { "\xe6\x98\xbe\xe5\x8d\xa1", 6, "Han" },
        { "RTX ", 4, "the same word" },
        { "rtx 4070 ti for ", 16, "the same card for the same card" },
        { "fan ", 4, "fans" },
        { "quadro rtx 4000 a 16gb 2 ", 25, "names and numbers" }
    };

    s = malloc(65536);

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {

        for (n = 0; n + t[i].len <= 65536; n += t[i].len) {
            memcpy(s + n, t[i].piece, t[i].len);
        }

        title.data = (unsigned char *) s;
        good = 1;

        /* all of it, and cut anywhere near the length that counts */

        for (k = 0; k < 12; k++) {
            title.len = k ? 4090 + k : n;
            glyph_match(matcher, &title, NULL, &r);

            good = good && r.notes_len <= GLYPH_MATCH_NOTES
                   && glyph_utf8_valid((unsigned char *) r.notes,
                                       r.notes_len) == r.notes_len
                   && memchr(r.notes, '\0', r.notes_len) == NULL
                   && (r.model ? r.is_gpu && r.score > 0 : r.reason != NULL);
        }

        ok(good, "%s", t[i].name);
    }

    free(s);

    title.data = (unsigned char *) "GeForce\0 RTX\0 3070";
    title.len = 18;
    glyph_match(matcher, &title, NULL, &r);
    ok(is_model(&r, "RTX_3070"), "NUL bytes are but spaces");

    title.data = (unsigned char *) "\xff RTX\xfe 3070 \xe2";
    title.len = 13;
    glyph_match(matcher, &title, NULL, &r);
    ok(is_model(&r, "RTX_3070"), "so is what is no UTF-8");

    title.data = NULL;
    title.len = 0;
    glyph_match(matcher, &title, NULL, &r);
    ok(r.model == NULL && !r.is_gpu && r.reason, "no title, no model");
    glyph_match(matcher, &title, &title, &r);
    ok(r.model == NULL && !r.is_gpu && r.reason, "nor an empty column");
}


static void
test_no_allocation(void)
{
    long             count;
    glyph_match_t    r;
    glyph_matcher_t  *m;

    count = tap_malloc_count();

    match("ASUS GeForce RTX 4070 Ti 12GB", "RTX 4070", &r);
    match("GeFroce RTX 3O80 10GB", NULL, &r);
    match("Kettle", "RTX 4070", &r);
    match("\xc3\xbc\xc3\xb6\xc3\xa4 RTX 3060", NULL, &r);

    is_int(tap_malloc_count(), count, "matching allocates nothing");

    tap_malloc_fail_after(0);
    m = glyph_matcher_create(registry);
    tap_malloc_fail_after(-1);

    ok(m == NULL, "no memory, no matcher");
    glyph_matcher_destroy(m);
}


/* A registry lends as many matchers as are wanted, and no more are made. */

static void
test_lent(void)
{
    glyph_matcher_t  *a, *b, *c;

    a = glyph_matcher_take(registry);
    b = glyph_matcher_take(registry);

    ok(a && b && a != b, "two at one time are two matchers");

    glyph_matcher_give(registry, a);
    tap_malloc_fail_after(0);

    c = glyph_matcher_take(registry);
    ok(c == a, "one that was given back is lent again");

    a = glyph_matcher_take(registry);
    ok(a == NULL, "without memory there is no third one");

    tap_malloc_fail_after(-1);

    glyph_matcher_give(registry, b);
    glyph_matcher_give(registry, c);
}


static void *
match_often(void *data)
{
    int               i;
    glyph_str_t       title;
    glyph_match_t     r;
    glyph_matcher_t  *m;

    glyph_str_set(&title, "GeForce RTX 3060 12GB");

    for (i = 0; i < 2000; i++) {
        m = glyph_matcher_take(registry);
        if (m == NULL) {
            return "no matcher";
        }

        glyph_match(m, &title, NULL, &r);
        glyph_matcher_give(registry, m);

        if (r.model == NULL || r.score != 1.0) {
            return "another model";
        }
    }

    return data;
}


static void
test_threads(void)
{
    int        i, wrong;
    void      *result;
    pthread_t  threads[4];

    wrong = 0;

    for (i = 0; i < 4; i++) {
        wrong += pthread_create(&threads[i], NULL, match_often, NULL) != 0;
    }

    for (i = 0; i < 4 && wrong == 0; i++) {
        (void) pthread_join(threads[i], &result);
        wrong += result != NULL;
    }

    is_int(wrong, 0, "four threads borrow at once");
}


static void
test_empty_registry(void)
{
    glyph_match_t  r;

    static const char  text[] =
        "model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,"
        "generation,cuda_cores,slot_width,pcie_generation,form_factor,"
        "released,aliases\n";

    registry = load(text, sizeof(text) - 1);
    matcher = glyph_matcher_create(registry);

    match("NVIDIA GeForce RTX 4070 Ti 12GB", NULL, &r);
    ok(r.model == NULL && r.is_gpu, "without models a card is still a card");
    ok(strcmp(r.reason, "model_not_in_registry") == 0, "of no known model");

    match("ASUS RTX 3080 box only", NULL, &r);
    ok(!r.is_gpu, "and an empty box still none");

    glyph_matcher_destroy(matcher);
    glyph_registry_destroy(registry);
}


/* What an operator adds is found by its name and by its alias. */

static void
test_own_registry(void)
{
    glyph_match_t  r;

    static const char  text[] =
        "model,family,vendor,class,vram_gb,tdp_watts,mig_support,nvlink,"
        "generation,cuda_cores,slot_width,pcie_generation,form_factor,"
        "released,aliases\n"
        "RTX_7090,RTX_7090,nvidia,desktop,48,,,,,,,,,2031-01-01,"
        "Monster Card|N70\n"
        "Z900_PCIE_64GB,Z900,acme,server,64,,,,,,,,PCIe,2030-02,\n"
        "Z900_SXM9_64GB,Z900,acme,server,64,,,,,,,,SXM9,2030-01,\n";

    registry = load(text, sizeof(text) - 1);
    matcher = glyph_matcher_create(registry);

    match("MSI RTX7090 48GB", NULL, &r);
    ok(is_model(&r, "RTX_7090") && r.type == GLYPH_MATCH_EXACT, "by name");

    match("The monster-card, new", NULL, &r);
    ok(is_model(&r, "RTX_7090") && r.type == GLYPH_MATCH_ALIAS, "by alias");
    is_double(r.score, 0.95, 1e-9, "which is worth a little less");

    match("N70 screws", NULL, &r);
    ok(r.model == NULL, "an alias like a screw's needs more around it");

    match("NVIDIA N70", NULL, &r);
    ok(is_model(&r, "RTX_7090"), "as its vendor");

    match("Acme Z900 GPU 64GB SXM9", NULL, &r);
    ok(is_model(&r, "Z900_SXM9_64GB"), "a form that we have never heard of");

    match("Acme Z900 GPU 64GB", NULL, &r);
    ok(is_model(&r, "Z900_PCIE_64GB"), "PCIe where none is said");

    glyph_matcher_destroy(matcher);
    glyph_registry_destroy(registry);
}

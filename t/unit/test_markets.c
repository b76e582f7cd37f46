/*
 * How markets write: makers' numbers for a card, series, names within names,
 * mining frames, languages; and what a title says of the condition.
 */

#include "titles.h"


/* Numbers of MSI, Gigabyte and ASUS, and what only looks like one. */

static const title_t  numbers[] = {
    { "MSI N430GT-MD1GD3/OC/LP", "GT_430" },
    { "MSI NX8600GT-T2D256E graphics card", "GEFORCE_8600_GT" },
    { "MSI R4670-MD512 graphics card", "HD_4670" },
    { "MSI R7770-PMD1GD5", "HD_7770" },
    { "Gigabyte GV-NX88T512H GeForce", "GEFORCE_8800_GT" },
    { "Gigabyte GV-R775OC-1GI", "HD_7750" },
    { "ASUS EAX600XT/HTVD/128 video card", "RADEON_X600_XT" },
    { "HPE R0W29C", "T4" },
    { "HPE 868585-001 accelerator", "P100" },
    { "Dell 06KNWW", "A10" },
    { "Cisco UCSC-GPU-T4-16", "T4" },
    { "Sapphire 11265-05-20G", "RX_580" },
    { "Sapphire 11293-03-40G", "RX_5700_XT" },
    { "900-5G133-1700-000", "RTX_A6000" },
    { "900-5G133-2250-000", "RTX_6000_ADA" },
    { "EVGA 08G-P4-3277-KR", "RTX_2070_SUPER" },
    { "EVGA 12G-P5-3656-KR", "NONE" },
    { "Netgear R6850 AC2000 router", "NONE" },
    { "Netgear R7000 Nighthawk", "NONE" },
    { "Nokia N210 phone case", "NONE" },
    { "Sapphire 11265 earrings 20g", "NONE" },
    { "Dell 868585 toner", "NONE" }
};


/* A number before a series, and a name that begins another. */

static const title_t  series[] = {
    { "RTX 5070 Ti 16GB, GeForce RTX 5070 family", "RTX_5070_TI" },
    { "ASUS RTX 4080 Super Noctua (RTX 4080)", "RTX_4080_SUPER" },
    { "Gainward RX 7900 XTX Phantom, RX 7900", "RX_7900_XTX" },
    { "Asus GeForce RTX 3060 Series 12GB", "RTX_3060" },
    { "Radeon HD 6450 series 1GB", "HD_6450" },
    { "ATI Radeon HD 5700 Series 1GB graphics card", "UNKNOWN" },
    { "AMD Radeon RX 6000 Series graphics card", "UNKNOWN" },
    { "RTX 3070 and RTX 3070 Ti, choose yours", "UNKNOWN" },
    { "RTX 4060 8GB / RTX 4070 12GB", "UNKNOWN" },
    { "Tesla P4 8GB P40 24GB", "UNKNOWN" },
    { "RTX 5070 Ti better than RTX 4080", "RTX_5070_TI" }
};


/* GeForce and ATI before the GTX, as sellers write them. */

static const title_t  early[] = {
    { "GeForce 8600 GT 256MB", "GEFORCE_8600_GT" },
    { "Nvidia GT 8600 512MB", "GEFORCE_8600_GT" },
    { "GT 9500 1GB DDR2 Nvidia", "GEFORCE_9500_GT" },
    { "Palit 9800 GTX GeForce", "GEFORCE_9800_GTX" },
    { "Nvidia 210 1GB", "GEFORCE_210" },
    { "ATI 9600 128MB AGP", "RADEON_9600" },
    { "ATI 9800 Pro 256MB", "RADEON_9800_PRO" },
    { "ATI 9550", "RADEON_9550" },
    { "ATI X1650 512MB", "RADEON_X1650" },
    { "Canon 9600 ink 128 ml", "NONE" },
    { "Nokia 8600 Luna", "NONE" },
    { "Nvidia MX 440 64MB AGP", "UNKNOWN" }
};


/* A card in a frame of many, and a frame. */

static const title_t  rigs[] = {
    { "Mining rig 6x RTX 3070", "NONE" },
    { "Mining frame for 8 GPU", "NONE" },
    { "Antminer S9 13.5TH with PSU", "NONE" },
    { "Whatsminer M30S 88T", "NONE" },
    { "Ethereum mining rig RX 580 x 8", "NONE" },
    { "Майнинг ферма 6 карт RX 580", "NONE" },
    { "RTX 3070 8GB from my mining rig", "RTX_3070" },
    { "RX 580 8GB never used for mining", "RX_580" },
    { "GTX 1070 8GB mining card", "GTX_1070" },
    { "P104-100 8GB mining GPU", "P104_100" },
    { "RTX 3060 Ti LHR 8GB", "RTX_3060_TI" }
};


/* As the languages have it. */

static const title_t  languages[] = {
    { "Видеокарта MSI RTX 3060 Ventus 2X 12 ГБ, новая", "RTX_3060" },
    { "Продам видеокарту GTX 1660 Super", "GTX_1660_SUPER" },
    { "GTX 1070, обмен на RTX 2060", "GTX_1070" },
    { "Коробка от видеокарты RTX 3080", "NONE" },
    { "Ноутбук Asus TUF RTX 3060", "NONE" },
    { "Sıfır RTX 4060 8GB ekran kartı", "RTX_4060" },
    { "Kutusu RTX 4070 boş kutu", "NONE" },
    { "Tarjeta gráfica RTX 3070 Ti, sacada de mi PC", "RTX_3070_TI" },
    { "RTX 2070 Super, tiene el rendimiento de una RTX 3060 Ti",
      "RTX_2070_SUPER" },
    { "Caja vacía RTX 4090", "NONE" },
    { "Carte graphique RX 6600 XT 8 Go, très bon état", "RX_6600_XT" },
    { "PC portable Acer RTX 4050", "NONE" },
    { "Scheda grafica GTX 1080 8GB usata", "GTX_1080" },
    { "Skjermkort RTX 3080 10GB selges", "RTX_3080" },
    { "グラフィックボード RTX 4070 12GB 新品", "RTX_4070" },
    { "ノートPC RTX 3060 搭載", "NONE" },
    { "技嘉 RTX4060 8G 顯示卡", "RTX_4060" },
    { "外接式顯示盒 Thunderbolt 3", "NONE" },
    { "그래픽카드 RTX 3060 12GB 중고", "RTX_3060" },
    { "RTX 4080 노트북", "NONE" },
    { "EXP GDC 8.4 eGPU dock", "NONE" },
    { "Razer Core X Chroma", "NONE" }
};


/* What a title says of the condition; NULL if it says none. */

static const title_t  conditions[] = {
    { "RTX 3080 10GB new", "New" },
    { "BRAND NEW sealed RTX 4070", "New" },
    { "RTX 3080 10GB used", "Used" },
    { "Used - Like New RTX 3070", "Used" },
    { "EVGA GTX 1080 (Refurbished)", "Refurbished" },
    { "Tesla P40 24GB for parts or not working", "For parts" },
    { "Gebrauchte RTX 3060 12GB gebraucht", "Used" },
    { "Видеокарта RTX 3060 б/у", "Used" },
    { "中古RTX3070グラボ", "Used" },
    { "新品 RTX 4070", "New" },
    { "그래픽카드 RTX 3060 중고", "Used" },
    { "RTX 2060 d'occasion", "Used" },
    { "GTX 980 defekt, an Bastler", "For parts" },
    { "RTX 3080 10GB", NULL },
    { "RTX 3080 10GB new fans", NULL },
    { "RTX 3080 not new", NULL },
    { "RTX 3080 in good order", NULL },
    { "GTX 1080 new thermal pads", NULL }
};


static void  conditions_test(glyph_matcher_t *m);


int
main(void)
{
    glyph_matcher_t   *m;
    glyph_registry_t  *reg;

    reg = titles_registry();

    if (reg == NULL) {
        return tap_done();
    }

    m = glyph_matcher_create(reg);

    titles_table(m, numbers);
    titles_table(m, series);
    titles_table(m, early);
    titles_table(m, rigs);
    titles_table(m, languages);

    conditions_test(m);

    glyph_matcher_destroy(m);
    glyph_registry_destroy(reg);

    return tap_done();
}


static void
conditions_test(glyph_matcher_t *m)
{
    size_t          i;
    const char     *got, *want;
    glyph_str_t     title;
    glyph_match_t   r;

    tap_diag("conditions");

    for (i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
        title.data = (unsigned char *) conditions[i].title;
        title.len = strlen(conditions[i].title);
        glyph_match(m, &title, NULL, &r);

        got = r.condition ? r.condition : "none";
        want = conditions[i].want ? conditions[i].want : "none";

        is_mem(got, strlen(got), want, strlen(want), "%s",
               conditions[i].title);
    }
}

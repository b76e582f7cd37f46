/*
 * Made by util/words.pl of src/core/words: change these.
 */

#include "title/glyph_lexicon.h"


const glyph_phrase_t  glyph_lexicon_card[] = {

    /* en */
    { "gpu", GLYPH_W_CARD },
    { "gpus", GLYPH_W_CARD },
    { "gpgpu", GLYPH_W_CARD },
    { "graphics accelerator", GLYPH_W_CARD },
    { "gpu accelerator", GLYPH_W_CARD },
    { "graphics processing unit", GLYPH_W_CARD },
    { "computational accelerator", GLYPH_W_CARD },
    { "graphic board", GLYPH_W_CARD },
    { "graphics board", GLYPH_W_CARD },
    { "professional graphics board", GLYPH_W_CARD },
    { "graphics adapter", GLYPH_W_CARD },
    { "graphic adapter", GLYPH_W_CARD },
    { "graphic bo", GLYPH_W_CARD },
    { "videocard", GLYPH_W_CARD },
    { "videocards", GLYPH_W_CARD },
    { "graphiccard", GLYPH_W_CARD },
    { "graphicscard", GLYPH_W_CARD },
    { "vga card", GLYPH_W_CARD },
    { "vga cards", GLYPH_W_CARD },
    { "graphic cards", GLYPH_W_CARD },
    { "graphics cards", GLYPH_W_CARD },
    { "video cards", GLYPH_W_CARD },
    { "display card", GLYPH_W_CARD },
    { "graphical card", GLYPH_W_CARD },
    { "card", GLYPH_W_BOARD },
    { "cards", GLYPH_W_BOARD },
    { "board", GLYPH_W_BOARD },
    { "vga", GLYPH_W_BOARD },
    { "gfx", GLYPH_W_BOARD },
    { "graphics", GLYPH_W_BOARD },
    { "graphic", GLYPH_W_BOARD },
    { "accelerator", GLYPH_W_BOARD },
    { "series", GLYPH_W_SERIES },
    { "serie", GLYPH_W_SERIES },
    { "gen", GLYPH_W_SERIES },
    { "gb", GLYPH_W_UNIT_G },
    { "g", GLYPH_W_UNIT_G },
    { "gib", GLYPH_W_UNIT_G },
    { "gig", GLYPH_W_UNIT_G },
    { "gigs", GLYPH_W_UNIT_G },
    { "gbyte", GLYPH_W_UNIT_G },
    { "gbytes", GLYPH_W_UNIT_G },
    { "mb", GLYPH_W_UNIT_M },
    { "m", GLYPH_W_UNIT_M },
    { "mib", GLYPH_W_UNIT_M },
    { "mbyte", GLYPH_W_UNIT_M },
    { "tb", GLYPH_W_UNIT_T },

    /* cs */
    { "graficka karta", GLYPH_W_CARD },
    { "graficka karty", GLYPH_W_CARD },
    { "videokarta", GLYPH_W_CARD },
    { "videokarty", GLYPH_W_CARD },

    /* da */
    { "grafikkort", GLYPH_W_CARD },

    /* de */
    { "grafikkarte", GLYPH_W_CARD },
    { "grafikkarten", GLYPH_W_CARD },
    { "grafikkarte grafikkarte", GLYPH_W_CARD },
    { "grafikbeschleuniger", GLYPH_W_CARD },
    { "grafik", GLYPH_W_BOARD },
    { "karte", GLYPH_W_BOARD },
    { "flachprofil", GLYPH_W_QUALIFIER + GLYPH_Q_LOW },

    /* el */
    { "κάρτα γραφικών", GLYPH_W_CARD },

    /* es */
    { "tarjeta grafica", GLYPH_W_CARD },
    { "tarjetas graficas", GLYPH_W_CARD },
    { "tarjeta de video", GLYPH_W_CARD },
    { "tarjeta", GLYPH_W_BOARD },

    /* fi */
    { "naytonohjain", GLYPH_W_CARD },

    /* fr */
    { "carte graphique", GLYPH_W_CARD },
    { "cartes graphiques", GLYPH_W_CARD },
    { "carte video", GLYPH_W_CARD },
    { "carte", GLYPH_W_BOARD },
    { "go", GLYPH_W_UNIT_G },
    { "gd", GLYPH_W_UNIT_G },
    { "mo", GLYPH_W_UNIT_M },
    { "md", GLYPH_W_UNIT_M },

    /* hr */
    { "graficna kartica", GLYPH_W_CARD },
    { "graficka kartica", GLYPH_W_CARD },

    /* it */
    { "scheda video", GLYPH_W_CARD },
    { "scheda grafica", GLYPH_W_CARD },
    { "schede video", GLYPH_W_CARD },
    { "scheda", GLYPH_W_BOARD },

    /* ja */
    { "グ ラ フ ィ ッ ク ボ ー ド", GLYPH_W_CARD },
    { "グ ラ フ ィ ッ ク ス ボ ー ド", GLYPH_W_CARD },
    { "ビ デ オ カ ー ド", GLYPH_W_CARD },
    { "グ ラ ボ", GLYPH_W_CARD },

    /* ko */
    { "그래픽카드", GLYPH_W_CARD },

    /* mul */
    { "nvidia", GLYPH_W_NVIDIA },
    { "nv", GLYPH_W_NVIDIA },
    { "nvida", GLYPH_W_NVIDIA },
    { "nvidea", GLYPH_W_NVIDIA },
    { "cuda", GLYPH_W_NVIDIA },
    { "geforce", GLYPH_W_GEFORCE },
    { "gforce", GLYPH_W_GEFORCE },
    { "ge force", GLYPH_W_GEFORCE },
    { "gf", GLYPH_W_GEFORCE },
    { "quadro", GLYPH_W_QUADRO },
    { "nvs", GLYPH_W_QUADRO },
    { "tesla", GLYPH_W_TESLA },
    { "grid", GLYPH_W_TESLA },
    { "rtx", GLYPH_W_RTX },
    { "gtx", GLYPH_W_GTX },
    { "gv n", GLYPH_W_PART_N },
    { "vcg", GLYPH_W_PART_N },
    { "vcn", GLYPH_W_PART_N },
    { "amd", GLYPH_W_AMD },
    { "ati", GLYPH_W_ATI },
    { "radeon", GLYPH_W_RADEON },
    { "rdnp", GLYPH_W_RADEON },
    { "firepro", GLYPH_W_FIREPRO },
    { "fire pro", GLYPH_W_FIREPRO },
    { "firegl", GLYPH_W_FIREPRO },
    { "instinct", GLYPH_W_INSTINCT },
    { "rx", GLYPH_W_RX },
    { "gv r", GLYPH_W_PART_R },
    { "axrx", GLYPH_W_PART_R },
    { "ax rx", GLYPH_W_PART_R },
    { "intel", GLYPH_W_INTEL },
    { "arc", GLYPH_W_ARC },
    { "arc pro", GLYPH_W_ARC },
    { "arc graphics", GLYPH_W_ARC },
    { "pcie", GLYPH_W_QUALIFIER + GLYPH_Q_PCIE },
    { "pci e", GLYPH_W_QUALIFIER + GLYPH_Q_PCIE },
    { "pci express", GLYPH_W_QUALIFIER + GLYPH_Q_PCIE },
    { "sxm", GLYPH_W_QUALIFIER + GLYPH_Q_SXM },
    { "sxm 2", GLYPH_W_QUALIFIER + GLYPH_Q_SXM2 },
    { "sxm 3", GLYPH_W_QUALIFIER + GLYPH_Q_SXM3 },
    { "sxm 4", GLYPH_W_QUALIFIER + GLYPH_Q_SXM4 },
    { "sxm 5", GLYPH_W_QUALIFIER + GLYPH_Q_SXM5 },
    { "nvl", GLYPH_W_QUALIFIER + GLYPH_Q_NVL },
    { "oam", GLYPH_W_QUALIFIER + GLYPH_Q_OAM },
    { "cnx", GLYPH_W_QUALIFIER + GLYPH_Q_CNX },
    { "polaris", GLYPH_W_QUALIFIER + GLYPH_Q_POLARIS },
    { "fermi", GLYPH_W_QUALIFIER + GLYPH_Q_FERMI },
    { "kepler", GLYPH_W_QUALIFIER + GLYPH_Q_KEPLER },
    { "maxwell", GLYPH_W_QUALIFIER + GLYPH_Q_MAXWELL },
    { "pascal", GLYPH_W_QUALIFIER + GLYPH_Q_PASCAL },
    { "volta", GLYPH_W_QUALIFIER + GLYPH_Q_VOLTA },
    { "turing", GLYPH_W_QUALIFIER + GLYPH_Q_TURING },
    { "ampere", GLYPH_W_QUALIFIER + GLYPH_Q_AMPERE },
    { "ada", GLYPH_W_QUALIFIER + GLYPH_Q_ADA },
    { "ada lovelace", GLYPH_W_QUALIFIER + GLYPH_Q_ADA },
    { "lovelace", GLYPH_W_QUALIFIER + GLYPH_Q_ADA },
    { "ada generation", GLYPH_W_QUALIFIER + GLYPH_Q_ADA },
    { "hopper", GLYPH_W_QUALIFIER + GLYPH_Q_HOPPER },
    { "blackwell", GLYPH_W_QUALIFIER + GLYPH_Q_BLACKWELL },
    { "blackwell generation", GLYPH_W_QUALIFIER + GLYPH_Q_BLACKWELL },
    { "bw", GLYPH_W_QUALIFIER + GLYPH_Q_BLACKWELL },
    { "sff", GLYPH_W_QUALIFIER + GLYPH_Q_SFF },
    { "small form factor", GLYPH_W_QUALIFIER + GLYPH_Q_SFF },
    { "low profile", GLYPH_W_QUALIFIER + GLYPH_Q_LOW },
    { "lp", GLYPH_W_QUALIFIER + GLYPH_Q_LOW },
    { "half height", GLYPH_W_QUALIFIER + GLYPH_Q_LOW },
    { "hhhl", GLYPH_W_QUALIFIER + GLYPH_Q_LOW },
    { "lowprofile", GLYPH_W_QUALIFIER + GLYPH_Q_LOW },
    { "full height", GLYPH_W_QUALIFIER + GLYPH_Q_FULL },
    { "fhfl", GLYPH_W_QUALIFIER + GLYPH_Q_FULL },
    { "fhhl", GLYPH_W_QUALIFIER + GLYPH_Q_FULL },
    { "fh", GLYPH_W_QUALIFIER + GLYPH_Q_FULL },
    { "full profile", GLYPH_W_QUALIFIER + GLYPH_Q_FULL },
    { "mobile", GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE },
    { "mobility", GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE },
    { "mxm", GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE },
    { "mxm 3", GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE },
    { "laptop graphics", GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE },
    { "notebook graphics", GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE },
    { "mobile graphics", GLYPH_W_QUALIFIER + GLYPH_Q_MOBILE },
    { "max q", GLYPH_W_QUALIFIER + GLYPH_Q_MAX_Q },
    { "maxq", GLYPH_W_QUALIFIER + GLYPH_Q_MAX_Q },
    { "refresh", GLYPH_W_QUALIFIER + GLYPH_Q_REFRESH },
    { "server edition", GLYPH_W_QUALIFIER + GLYPH_Q_SERVER },
    { "workstation edition", GLYPH_W_QUALIFIER + GLYPH_Q_WORKSTATION },
    { "active", GLYPH_W_QUALIFIER + GLYPH_Q_ACTIVE },
    { "passive", GLYPH_W_QUALIFIER + GLYPH_Q_PASSIVE },
    { "oem", GLYPH_W_QUALIFIER + GLYPH_Q_OEM },
    { "ddr 3", GLYPH_W_QUALIFIER + GLYPH_Q_DDR3 },
    { "sddr 3", GLYPH_W_QUALIFIER + GLYPH_Q_DDR3 },
    { "ddr 4", GLYPH_W_QUALIFIER + GLYPH_Q_DDR4 },
    { "sddr 4", GLYPH_W_QUALIFIER + GLYPH_Q_DDR4 },
    { "gddr 4", GLYPH_W_QUALIFIER + GLYPH_Q_DDR4 },
    { "gddr 3", GLYPH_W_QUALIFIER + GLYPH_Q_GDDR3 },
    { "gddr 5", GLYPH_W_QUALIFIER + GLYPH_Q_GDDR5 },
    { "gddr 5 x", GLYPH_W_QUALIFIER + GLYPH_Q_GDDR5X },
    { "gddr 6", GLYPH_W_QUALIFIER + GLYPH_Q_GDDR6 },
    { "gddr 6 x", GLYPH_W_QUALIFIER + GLYPH_Q_GDDR6X },
    { "gddr 7", GLYPH_W_QUALIFIER + GLYPH_Q_GDDR7 },
    { "hbm", GLYPH_W_QUALIFIER + GLYPH_Q_HBM },
    { "hbm 2", GLYPH_W_QUALIFIER + GLYPH_Q_HBM },
    { "hbm 2 e", GLYPH_W_QUALIFIER + GLYPH_Q_HBM },
    { "hbm 3", GLYPH_W_QUALIFIER + GLYPH_Q_HBM },
    { "hbm 3 e", GLYPH_W_QUALIFIER + GLYPH_Q_HBM },

    /* nl */
    { "videokaart", GLYPH_W_CARD },
    { "grafische kaart", GLYPH_W_CARD },
    { "kaart", GLYPH_W_BOARD },

    /* no */
    { "skjermkort", GLYPH_W_CARD },

    /* pl */
    { "karta graficzna", GLYPH_W_CARD },
    { "karta grafiki", GLYPH_W_CARD },
    { "karty graficzne", GLYPH_W_CARD },
    { "karte graficzna", GLYPH_W_CARD },
    { "karta", GLYPH_W_BOARD },

    /* pt */
    { "placa de video", GLYPH_W_CARD },
    { "placa grafica", GLYPH_W_CARD },
    { "placa video", GLYPH_W_CARD },

    /* ru */
    { "видеокарта", GLYPH_W_CARD },
    { "видеокарты", GLYPH_W_CARD },
    { "гб", GLYPH_W_UNIT_G },
    { "мб", GLYPH_W_UNIT_M },

    /* sv */
    { "grafikkortet", GLYPH_W_CARD },
    { "videokort", GLYPH_W_CARD },
    { "bildskarmskort", GLYPH_W_CARD },
    { "kort", GLYPH_W_BOARD },

    /* tr */
    { "videokartya", GLYPH_W_CARD },
    { "ekran karti", GLYPH_W_CARD },

    /* uk */
    { "відеокарта", GLYPH_W_CARD },

    /* zh */
    { "显 卡", GLYPH_W_CARD },
    { "顯 卡", GLYPH_W_CARD },
    { "显 示 卡", GLYPH_W_CARD },
    { "顯 示 卡", GLYPH_W_CARD },
};

const size_t  glyph_lexicon_card_n = sizeof(glyph_lexicon_card)
    / sizeof(glyph_lexicon_card[0]);


const glyph_phrase_t  glyph_lexicon_pairs[] = {

    /* en */
    { "gaming", GLYPH_PAIR_ADJECTIVE },
    { "desktop", GLYPH_PAIR_ADJECTIVE },
    { "workstation", GLYPH_PAIR_ADJECTIVE },
    { "pc", GLYPH_PAIR_ADJECTIVE },
    { "computer", GLYPH_PAIR_ADJECTIVE },
    { "desktop pc", GLYPH_PAIR_ADJECTIVE },
    { "gaming pc", GLYPH_PAIR_ADJECTIVE },
    { "professional", GLYPH_PAIR_ADJECTIVE },
    { "data center", GLYPH_PAIR_ADJECTIVE },
    { "datacenter", GLYPH_PAIR_ADJECTIVE },
    { "enterprise", GLYPH_PAIR_ADJECTIVE },
    { "external", GLYPH_PAIR_ADJECTIVE },
    { "discrete", GLYPH_PAIR_ADJECTIVE },
    { "dedicated", GLYPH_PAIR_ADJECTIVE },
    { "mining", GLYPH_PAIR_ADJECTIVE },
    { "ai", GLYPH_PAIR_ADJECTIVE },
    { "tower", GLYPH_PAIR_ADJECTIVE },
    { "cad", GLYPH_PAIR_ADJECTIVE },
    { "laptop", GLYPH_PAIR_MOBILE },
    { "notebook", GLYPH_PAIR_MOBILE },
    { "mobile", GLYPH_PAIR_MOBILE },
    { "mobile workstation", GLYPH_PAIR_MOBILE },
    { "gaming laptop", GLYPH_PAIR_MOBILE },
    { "mxm", GLYPH_PAIR_MOBILE },
    { "laptop mxm", GLYPH_PAIR_MOBILE },
    { "server", GLYPH_PAIR_SERVER },
    { "gpu", GLYPH_PAIR_NOUN },
    { "graphics card", GLYPH_PAIR_NOUN },
    { "graphic card", GLYPH_PAIR_NOUN },
    { "graphics cards", GLYPH_PAIR_NOUN },
    { "video card", GLYPH_PAIR_NOUN },
    { "video graphics card", GLYPH_PAIR_NOUN },
    { "graphics gpu", GLYPH_PAIR_NOUN },
    { "gpu card", GLYPH_PAIR_NOUN },
    { "gpu board", GLYPH_PAIR_NOUN },
    { "graphics video card", GLYPH_PAIR_NOUN },
    { "gpu graphics card", GLYPH_PAIR_NOUN },
    { "vga graphics card", GLYPH_PAIR_NOUN },
    { "gpu module", GLYPH_PAIR_NOUN },
    { "graphics module", GLYPH_PAIR_NOUN },
    { "accelerator card", GLYPH_PAIR_NOUN },
    { "vga video card", GLYPH_PAIR_NOUN },

    /* de */
    { "grafikkarte", GLYPH_PAIR_NOUN },
};

const size_t  glyph_lexicon_pairs_n = sizeof(glyph_lexicon_pairs)
    / sizeof(glyph_lexicon_pairs[0]);

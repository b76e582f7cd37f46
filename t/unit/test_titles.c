/*
 * Which card a title names: words written together, part numbers, bare
 * numbers, series and memory that contradict, lists, languages, old cards.
 */

#include "titles.h"


/* Words written together. */

static const title_t  together[] = {
    { "Sapphire R9280X Tri-X 3G", "R9_280X" },
    { "ASUS R7250 1GB GDDR5 low profile", "R7_250" },
    { "R9295X2 Devil 8GB", "R9_295X2" },
    { "XFX R9FuryX 4GB HBM", "R9_FURY_X" },
    { "Sparkle ArcA750 ROC OC 8G", "ARC_A750" },
    { "ASRock ArcB580 Steel Legend", "ARC_B580" },
    { "Intel ArcProA40 single slot 6G", "ARC_PRO_A40" },
    { "AMD FireProW7000 4G PCIe", "FIREPRO_W7000" },
    { "PowerColor RXVEGA56 8G Red Dragon", "RX_VEGA_56" },
    { "Gigabyte RXVega64 Gaming OC", "RX_VEGA_64" },
    { "Zotac GTXTitanZ 12G", "GTX_TITAN_Z" },
    { "NVIDIA TitanXp Star Wars edition", "TITAN_XP" },
    { "PNY QuadroGP100 16G HBM2", "QUADRO_GP100" },
    { "AMD RadeonProWX7100 8G", "RADEON_PRO_WX_7100" },
    { "Dell RadeonPROW6600 8GB", "RADEON_PRO_W6600" },
    { "MSI 9500GT MD1G 1G", "GEFORCE_9500_GT" },
    { "EVGA 7200GS 256MB DDR2", "GEFORCE_7200_GS" },
    { "HP QuadroK4000 3GB", "QUADRO_K4000" },
    { "QuadroM5000 8G Leadtek", "QUADRO_M5000" },
    { "Toyota RAV4 R9250 alloy wheel", "NONE" },
    { "Seagate ST9280 firmware disk", "NONE" },
    { "TUF3080O10GGAMING", "RTX_3080" },
    { "3070Ventus3X8GOC", "RTX_3070" },
    { "Nvidiagtx 1660 6gb Super", "GTX_1660_SUPER" },
    { "Asus RX580O8G Dual", "RX_580" },
    { "AMD RadeonProVII 16G", "RADEON_PRO_VII" },
    { "AMD RadeonProVegaII 32G", "RADEON_PRO_VEGA_II" },
    { "AMD RadeonAIProR9700 32G", "RADEON_AI_PRO_R9700" },
    { "NVIDIA GRIDK520 8G", "GRID_K520" },
    { "PNY RTX4000SFFAda 20G", "RTX_4000_SFF_ADA" },
    { "ATI FireGLV7700 512MB", "FIREGL_V7700" },
    { "RTXPro6000BlackwellServer 96G", "RTX_PRO_6000_BLACKWELL_SERVER" }
};


/* Part numbers beside a chip, and by themselves. */

static const title_t  numbers[] = {
    { "EVGA 08G-P4-6276-KR GeForce GTX 1070 8GB", "GTX_1070" },
    { "EVGA 02G-P4-3658-KR GTX 650 Ti BOOST", "GTX_650_TI_BOOST" },
    { "EVGA 11G-P4-2487-KR GeForce RTX 2080 Ti", "RTX_2080_TI" },
    { "A4905-1 Tesla P100 16GB HBM2", "P100" },
    { "HPE Q0E21A Tesla P100 SXM2", "P100" },
    { "EVGA GeForce GT 730 02G-P3-3733-KR 2GB", "GT_730" },
    { "PNY VCQM4000-PB Quadro M4000 8GB", "QUADRO_M4000" },
    { "PNY VCQK2200-PB", "QUADRO_K2200" },
    { "PNY VCQ420NVS-X16-PB Quadro NVS 420", "QUADRO_NVS_420" },
    { "VCQ510NVS NVIDIA 2GB", "NVS_510" },
    { "PNY VCNRTXA6000-PB", "RTX_A6000" },
    { "ASUS EAH5450 SILENT/DI/512MD2", "HD_5450" },
    { "ASUS EAH6670/DIS/1GD3", "HD_6670" },
    { "ASUS ENGTX460 DirectCU/2DI/1GD5", "GTX_460" },
    { "ASUS EN9600GT/HTDI/512M", "GEFORCE_9600_GT" },
    { "ASUS TUF-RTX3080-O10G-GAMING", "RTX_3080" },
    { "ASUS DUAL-GTX1070-O8G", "GTX_1070" },
    { "ASUS R7240-O4GD5-L", "R7_240" },
    { "Gigabyte GV-N3080GAMING OC-10GD", "RTX_3080" },
    { "Gigabyte GV-N75TOC-2GI", "GTX_750_TI" },
    { "Gigabyte GV-N105TOC-4GL", "GTX_1050_TI" },
    { "Gigabyte GV-N166TOC-6GD", "GTX_1660_TI" },
    { "Gigabyte GV-R545OC-512I", "HD_5450" },
    { "Gigabyte GV-R928XOC-3GD", "R9_280X" },
    { "Gigabyte GV-R736OC-2GD", "R7_360" },
    { "Gigabyte GV-RX580GAMING-8GD", "RX_580" },
    { "MSI N730K-2GD3H/LP", "GT_730" },
    { "MSI N210-TC1GD3H", "GEFORCE_210" },
    { "MSI R7240 2GD3 LP", "R7_240" },
    { "MSI R5450-MD1GD3H/LP", "HD_5450" },
    { "Zotac ZT-A30900D-10P", "RTX_3090" },
    { "Zotac ZT-P10510A-10L", "GTX_1050_TI" },
    { "Zotac ZT-T16520F-10L", "GTX_1650_SUPER" },
    { "XFX HD-545X-YNH2", "HD_5450" },
    { "XFX HD-777A-ZNF4", "HD_7770" },
    { "XFX HD-687A-ZNFC", "HD_6870" },
    { "Palit NE63080S19IA-132AX", "RTX_3080" },
    { "Palit NE6307TS19P2-1046A", "RTX_3070_TI" },
    { "Inno3D N30602-12D6-119032AH", "RTX_3060" },
    { "Inno3D N308T3-126X-1810VA44", "RTX_3080_TI" },
    { "Inno3D N407S3-126XX-186148N", "RTX_4070_SUPER" },
    { "900-21001-0020-000", "A100" },
    { "NVIDIA 900-21010-0000-000 board", "H100" },
    { "NVIDIA 900-2G414-0000-000 P4-2 spare", "P4" },
    { "699-2G133-0200-100", "NONE" },
    { "Bosch GVN12 valve 900-21", "NONE" },
    { "EVGA 08G-P5-3663-KR", "RTX_3060_TI" },
    { "EVGA 24G-P5-3987-KR new in box", "RTX_3090" },
    { "NVIDIA A100 900-21001-0020-000", "A100" },
    { "900-2G183-0000-000", "T4" },
    { "HPE R0W29C", "T4" },
    { "TP-Link N750 router", "NONE" },
    { "Netgear N300-100PES", "NONE" }
};


/* A number stays with its maker and its era. */

static const title_t  jumps[] = {
    { "NVIDIA Quadro FX 4500 512MB", "QUADRO_FX_4500" },
    { "PNY Quadro FX 5800 4GB", "QUADRO_FX_5800" },
    { "NVIDIA NVS 450 512MB quad display", "QUADRO_NVS_450" },
    { "Nvidia Quadro NVS 290 256MB", "QUADRO_NVS_290" },
    { "XFX GeForce 6800XT 256MB AGP", "GEFORCE_6800_XT" },
    { "ATI Radeon HD 5700 series 1GB video card", "UNKNOWN" },
    { "Barco MXRT-5450 medical display controller graphics card", "UNKNOWN" },
    { "Barco MXRT-7600 8GB graphics card", "UNKNOWN" },
    { "NVIDIA Tesla M1060 4GB", "M1060" },
    { "Quadro K4000 VCQK4000-PB 3GB", "QUADRO_K4000" },
    { "Quadro M5000 VCQM5000-PB 8GB", "QUADRO_M5000" },
    { "NVIDIA Quadro P5000 VCQP5000-PB 16GB", "QUADRO_P5000" },
    { "NVIDIA Quadro 4000 2GB", "QUADRO_4000" },
    { "GeForce 9800 GT 512MB", "GEFORCE_9800_GT" },
    { "ATI Radeon 9800 Pro 128MB AGP", "RADEON_9800_PRO" },
    { "ATI Radeon X300 128MB PCIe", "RADEON_X300" },
    { "RTX 3070 2GB", "UNKNOWN" },
    { "GeForce RTX 4090 4GB", "UNKNOWN" },
    { "RTX 4090 16GB", "RTX_4090" },
    { "4x RTX 3090 96GB total", "RTX_3090" },
    { "Lot of 8 Tesla P40 192GB", "P40" },
    { "AMD Radeon GTX 1070 8GB", "GTX_1070" }
};


/* Memory types are no letters of a model. */

static const title_t  memory[] = {
    { "RTX 5090 D7 32GB", "RTX_5090" },
    { "RTX 5090 D 32GB", "RTX_5090_D" },
    { "RTX 4090 D 24GB GDDR6X", "RTX_4090_D" },
    { "RTX 6000 D6 24GB", "QUADRO_RTX_6000" },
    { "RX 560 D5 4GB", "RX_560" },
    { "RX560D 4GB GDDR5", "RX_560D" },
    { "XFX RX-560D4SFGR Radeon RX 560 4GB", "RX_560" },
    { "GT 1030 D4 2GB", "GT_1030" },
    { "GTX 1650 D6 4GB", "GTX_1650" },
    { "RTX 3080 D6X 10G", "RTX_3080" },
    { "GT730 2GD5", "GT_730" },
    { "GT 710 1GD3H LP", "GT_710" },
    { "RX 6400 D6 4G", "RX_6400" },
    { "Nikon D5 16GB kit", "NONE" },
    { "Honda Civic D6 engine", "NONE" }
};


/* A bare number. */

static const title_t  bare[] = {
    { "ROG Strix 2070 OC", "RTX_2070" },
    { "MSI 3080 10 g", "RTX_3080" },
    { "2080 skjermkort", "RTX_2080" },
    { "Видеокарта Gigabyte 9800GT", "GEFORCE_9800_GT" },
    { "ASUS ROG STRIX 3080 videókártya", "RTX_3080" },
    { "Zotac 2080 with EK water block", "RTX_2080" },
    { "EVGA 3070 XC3 Ultra", "RTX_3070" },
    { "Grafikkarte 4070 gebraucht", "RTX_4070" },
    { "carte graphique 3060 12 Go", "RTX_3060" },
    { "Gigabyte 4090 Gaming OC", "RTX_4090" },
    { "MSI Gaming X 1660 6GB", "GTX_1660" },
    { "Asus 210 1G", "GEFORCE_210" },
    { "MSI 970 Gaming", "NONE" },
    { "MSI 970 Gaming 16GB DDR3", "NONE" },
    { "Samsung 850 EVO 4GB", "NONE" },
    { "Samsung 980 PRO 1TB", "NONE" },
    { "Samsung 970 EVO Plus", "NONE" },
    { "Intel 6700 3.4 GHz", "NONE" },
    { "Dell OptiPlex 3080 Micro", "NONE" },
    { "Dell Latitude 3070", "NONE" },
    { "HP LaserJet 4050 toner", "NONE" },
    { "monitor 1080 24 inch", "NONE" },
    { "Acer 1080 60 Hz display", "NONE" },
    { "ASUS ROG Strix B550-F 3070 RPM", "NONE" },
    { "MSI MAG 1440 panel", "NONE" }
};


/* Several models. */

static const title_t  several[] = {
    { "RX 470/480/570", "UNKNOWN" },
    { "RX 570, RX 580 8GB", "UNKNOWN" },
    { "NVIDIA RTX A3000 A4000 A5000 16GB", "UNKNOWN" },
    { "RTX 2070 Super og RTX 2080", "UNKNOWN" },
    { "GTX 1070 und GTX 1080", "UNKNOWN" },
    { "GTX 1060 / GTX 1070 / GTX 1080 graphics cards", "UNKNOWN" },
    { "Tesla P4 and Tesla P40", "UNKNOWN" },
    { "Видеокарты RX 580 и RX 570", "UNKNOWN" },
    { "GTX 1660 et RTX 2060", "UNKNOWN" },
    { "GTX 1660 y RTX 2060", "UNKNOWN" },
    { "RTX 3060 Ti, 3070 8GB", "UNKNOWN" },
    { "P106-90 mining card, no RTX 3060", "P106_090" },
    { "GTX 1080 Ti - not RTX 2080", "GTX_1080_TI" },
    { "GTX 1650 SUPER graphics card, GTX 1650 SUPER OC", "GTX_1650_SUPER" },
    { "ASUS TUF-GTX1660S-O6G-GAMING GTX 1660 SUPER", "GTX_1660_SUPER" },
    { "RTX 3080 better than RTX 2080 Ti", "RTX_3080" },
    { "RTX 3060 12GB / 192 bit", "RTX_3060" },
    { "RTX 3080, 10GB, 320 bit", "RTX_3080" },
    { "2x RTX 3090 and NVLink bridge", "RTX_3090" },
    { "A100 40GB / A100 80GB", "A100" }
};


/* Languages. */

static const title_t  language[] = {
    { "엔비디아 RTX 4090 24GB 그래픽카드", "RTX_4090" },
    { "NVIDIA RTX PRO 6000 Blackwell 서버 에디션 96GB",
      "RTX_PRO_6000_BLACKWELL_SERVER" },
    { "英伟达 RTX PRO 6000 Blackwell 服务器版 96GB", "RTX_PRO_6000_BLACKWELL_SERVER" },
    { "RTX PRO 6000 Blackwell 伺服器版", "RTX_PRO_6000_BLACKWELL_SERVER" },
    { "七彩虹RTX3060显卡12G", "RTX_3060" },
    { "玄人志向 GeForce RTX3060Ti グラフィックボード", "RTX_3060_TI" },
    { "中古RTX3070グラボ", "RTX_3070" },
    { "지포스RTX3080그래픽카드중고", "RTX_3080" },
    { "Placa de vídeo Galax Nvidiagtx 1660 6gb Super", "GTX_1660_SUPER" },
    { "Placa De Video 730GT 2GB", "GT_730" },
    { "Gt 210 1gb Ddr3", "GEFORCE_210" },
    { "G210 512MB graphics card", "GEFORCE_G210" },
    { "Відеокарта GTX1050Ti 4 ГБ", "GTX_1050_TI" },
    { "Ekran Kartı RTX 3060 12GB", "RTX_3060" },
    { "Κάρτα γραφικών GTX 1660 Super", "GTX_1660_SUPER" },
    { "karta graficzna RTX 2060 6 GB", "RTX_2060" },
    { "Scheda video RX 6700 XT 12GB", "RX_6700_XT" },
    { "Videókártya RX 580 8GB", "RX_580" },
    { "placă video GTX 1660 6GB", "GTX_1660" },
    { "Näytönohjain RTX 3070", "RTX_3070" },
    { "กราฟิกการ์ด RTX 4060 8GB", "RTX_4060" }
};


/* Cards that sellers still list. */

static const title_t  registry[] = {
    { "Intel Arc Pro B70 32GB", "ARC_PRO_B70" },
    { "ATI Radeon 9550 256MB AGP", "RADEON_9550" },
    { "ATI Radeon 9600 Pro AGP", "RADEON_9600_PRO" },
    { "ATI Radeon X600 XT", "RADEON_X600_XT" },
    { "ATI Radeon X1300 256MB", "RADEON_X1300" },
    { "Quadro FX 1500 256MB", "QUADRO_FX_1500" },
    { "NVIDIA Quadro FX3500", "QUADRO_FX_3500" },
    { "NVIDIA NVS 280 PCI", "QUADRO_NVS_280" },
    { "Quadro NVS 440 256MB", "QUADRO_NVS_440" },
    { "NVIDIA GRID K340 4GB", "GRID_K340" },
    { "NVIDIA Grid K520 8GB", "GRID_K520" },
    { "Nvidia Tesla M2090 6GB", "M2090" },
    { "GeForce 8400GS 256MB", "GEFORCE_8400_GS" },
    { "AMD R9 350 2GB", "R9_350" },
    { "PNY Quadro P1000V2 4GB", "QUADRO_P1000" },
    { "ASUS ARES HD 5870 X2 4GB", "HD_5870_X2" },
    { "ASUS MARS II GTX 580 X2", "GTX_580_X2" },
    { "NVIDIA RTX 2000E Ada 16GB", "RTX_2000E_ADA" },
    { "GTX 650 Ti Boost 2GB", "GTX_650_TI_BOOST" }
};


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

    titles_table(m, together);
    titles_table(m, numbers);
    titles_table(m, jumps);
    titles_table(m, memory);
    titles_table(m, bare);
    titles_table(m, several);
    titles_table(m, language);
    titles_table(m, registry);

    glyph_matcher_destroy(m);
    glyph_registry_destroy(reg);

    return tap_done();
}

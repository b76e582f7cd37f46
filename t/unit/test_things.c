/*
 * What a title offers: a card with other words near it, or a part, a system, a
 * board that names one.
 */

#include "titles.h"


/* Words near a card. */

static const title_t  near[] = {
    { "Gigabyte GeForce GT 710 AMD Chipset 2GB graphics card", "GT_710" },
    { "RTX 2080 8GB Graphics Card SLI Support", "RTX_2080" },
    { "XFX RX 580 8GB CrossFire ready video card", "RX_580" },
    { "Placa GT 740 4GB GDDR5 3D Vision", "GT_740" },
    { "EVGA RTX 2080 Ti 11GB All-in-One cooling graphics card", "RTX_2080_TI" },
    { "EVGA GeForce RTX 3080 Ti FTW3 Ultra HYBRID 12GB", "RTX_3080_TI" },
    { "Gigabyte AORUS RTX 4090 XTREME WATERFORCE 24GB", "RTX_4090" },
    { "RTX 3090 24GB with EK water block", "RTX_3090" },
    { "HP ZBook 17 Quadro P3200 6GB Video Card", "QUADRO_P3200_MAX_Q" },
    { "Mac Pro 7,1 MPX Module Radeon Pro 580X", "RADEON_PRO_580X" },
    { "Arc B580 12GB Acer Nitro OC Video Card", "ARC_B580" },
    { "Acer Nitro Radeon RX 7800 XT OC 16GB", "RX_7800_XT" },
    { "RTX 3060 12GB Gaming Computer Black Graphics Card", "RTX_3060" },
    { "RTX 3070 8GB graphics card, includes power cable and bracket",
      "RTX_3070" },
    { "RTX 4090 24GB graphics card (support bracket, adapter cable, "
      "manual)",
      "RTX_4090" },
    { "Quadro P2000 5GB video card - low profile bracket included",
      "QUADRO_P2000" },
    { "GTX 1080 Ti 11GB graphics card, thermal pads replaced", "GTX_1080_TI" },
    { "Dell T4 16GB GPU card for PowerEdge R740 server", "T4" },
    { "Nvidia Tesla P40 24GB GPU from mining rig", "P40" },
    { "RTX 3080 10GB graphics card support bracket", "NONE" },
    { "Bracket for RTX 3080 graphics card", "NONE" },
    { "RTX 3080 backplate", "NONE" },
    { "RX 6700 XT 12GB just replaced thermal pads and paste", "RX_6700_XT" },
    { "RTX 3080 10GB only used for gaming, never mined", "RTX_3080" },
    { "Tesla V100 SXM2 32GB to PCIe adapter included", "V100" },
    { "MSI RTX 3070 repaired fan works great", "RTX_3070" },
    { "Acer Nitro 5 RTX 3060 16GB RAM 512GB SSD", "NONE" },
    { "HP ZBook 15 with Quadro P3200 and i7", "NONE" }
};


/* What is not a card though it names one. */

static const title_t  parts[] = {
    { "Backplate only RTX 3090 FE", "NONE" },
    { "RTX 3080 FTW3 backplate only", "NONE" },
    { "(FAN AND HEAT SINK ONLY) MSI RTX 5090 32G VENTUS 3X OC", "NONE" },
    { "MSI RTX 4090 SUPRIM X 24GB GDDR6X Graphics Card NO PBC", "NONE" },
    { "RTX 4080 16GB cooler, no PCB", "NONE" },
    { "PCB for RTX 3090 24GB", "NONE" },
    { "RTX 3080 10GB Cooler block only", "NONE" },
    { "RTX 4070 original box, no graphics card", "NONE" },
    { "RTX 3070 8GB csak doboz", "NONE" },
    { "Quick start guide RTX 3080", "NONE" },
    { "顯卡支撐架 RTX 4090", "NONE" },
    { "显卡支架 适用 RTX 3080", "NONE" },
    { "Gehäuse für externe Grafikkarte", "NONE" },
    { "Рейзер для видеокарты GTX 1060", "NONE" },
    { "Термопаста для RTX 3080", "NONE" },
    { "Elgato 4K60 Pro capture card", "NONE" },
    { "NVIDIA Quadro Sync II board", "NONE" },
    { "Xilinx Alveo U250 FPGA accelerator card", "NONE" },
    { "Trade-in RTX 3080 graphics card up to 300", "NONE" },
    { "Ankauf Grafikkarten RTX 3080", "NONE" },
    { "Вентилятори кулера Sapphire RX 6700/6800 XT", "NONE" },
    { "Вентиляторы для видеокарты GTX 1660", "NONE" },
    { "Ventola RTX 2060 ricambio", "NONE" },
    { "Nur OVP RTX 4090 ohne Grafikkarte", "NONE" },
    { "Tylko pudełko RTX 3060 Ti", "NONE" },
    { "Tesla P40 fan shroud 3D printed", "NONE" },
    { "Dell R740 GPU enablement kit", "NONE" },
    { "Только коробка RTX 3070", "NONE" },
    { "RTX 3090 Founders Edition card only, no box", "RTX_3090" },
    { "RTX 3060 12GB no box", "RTX_3060" },
    { "RTX 3080 10GB ohne OVP", "RTX_3080" },
    { "Broken GTX 1080 for parts", "GTX_1080" },
    { "Lot of 5 RX 580 8GB", "RX_580" }
};


/* Systems. */

static const title_t  systems[] = {
    { "Майнинг ферма 6 x RX 580", "NONE" },
    { "Ферма риг 6 карт RX 570", "NONE" },
    { "Miningrig uten GPU", "NONE" },
    { "Mining rig 8x RTX 3070", "NONE" },
    { "Mining Rig mit 6 x GTX 1070", "NONE" },
    { "Rig de minería 6 RX 580", "NONE" },
    { "Dell Precision Tower 7910 2x Xeon E5 Quadro P4000", "NONE" },
    { "Dell Precision Tower 7910 Quadro P4000", "NONE" },
    { "HP Z820 workstation Quadro K4000", "NONE" },
    { "Lenovo ThinkStation P520 workstation with RTX 4000", "NONE" },
    { "Gaming setup RTX 3060 with monitor", "NONE" },
    { "Игровой компьютер RTX 3060 i5", "NONE" },
    { "Gamer PC Ryzen 5 RTX 3060", "NONE" },
    { "PC Gamer RTX 4060 Ryzen 7 16GB", "NONE" },
    { "Komputer do gier RTX 3070", "NONE" },
    { "RTX3080搭載 ゲーミングPC", "NONE" },
    { "Zotac ZBOX Magnus RTX 3060", "NONE" },
    { "HP Z440 Workstation NVIDIA Quadro K2200 4GB graphics card",
      "QUADRO_K2200" },
    { "RX 580 8GB mining card", "RX_580" },
    { "RTX 3080 10GB used in mining rig", "RTX_3080" },
    { "GTX 1660 Super aus Mining Rig", "GTX_1660_SUPER" },
    { "Видеокарта RX 580 8GB из майнинг фермы", "RX_580" },
    { "Quadro P4000 8GB for HP Z820 workstation", "QUADRO_P4000" }
};


/* Boards, processors and other things that look like cards. */

static const title_t  boards[] = {
    { "MSI B550 Tomahawk AM4", "NONE" },
    { "ASUS X570 motherboard", "NONE" },
    { "Gigabyte A620M AM5 DDR5", "NONE" },
    { "ASRock B650 Pro RS socket AM5", "NONE" },
    { "AMD Ryzen 7700X", "NONE" },
    { "AMD 7950X3D processor", "NONE" },
    { "7800X3D boxed AM5", "NONE" },
    { "Intel i7-6700 CPU", "NONE" },
    { "Corsair RM750 750 Watt power supply", "NONE" },
    { "be quiet! Pure Power 750 W", "NONE" },
    { "Dell U3821DW 3840 x 1600 monitor", "NONE" },
    { "Yamaha RX-V550 receiver", "NONE" },
    { "Yamaha RX-V6700", "NONE" },
    { "Cisco 4500 switch 48 port", "NONE" },
    { "Xiaomi Redmi A40 phone", "NONE" },
    { "Samsung Galaxy A100 smartphone", "NONE" },
    { "MSI Radeon RX 6700 XT 12G", "RX_6700_XT" },
    { "RX 7700 XT 12GB AM5 ready", "RX_7700_XT" },
    { "ASUS RTX 4070 12GB 750 Watt recommended", "RTX_4070" },
    { "Arc B580 12GB", "ARC_B580" }
};


/* Conditions around a card. */

static const title_t  used[] = {
    { "Like new RTX 3080 10GB", "RTX_3080" },
    { "As new ASUS RTX 2070", "RTX_2070" },
    { "Works like new GTX 1080 Ti", "GTX_1080_TI" },
    { "Works like new! RX 580 8GB", "RX_580" },
    { "wie neu RTX 3060 Ti", "RTX_3060_TI" },
    { "comme neuf RTX 2060", "RTX_2060" },
    { "как новая RTX 3070", "RTX_3070" },
    { "som ny GTX 1660", "GTX_1660" },
    { "Used - Like New RTX 4070", "RTX_4070" },
    { "gebraucht, wie neu, RX 6600", "RX_6600" },
    { "RTX 3060 performs like RTX 2070", "RTX_3060" },
    { "almost like a RTX 3080: RTX 4060 Ti 8GB", "RTX_4060_TI" },
    { "como nueva RTX 3080", "RTX_3080" }
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

    titles_table(m, near);
    titles_table(m, parts);
    titles_table(m, systems);
    titles_table(m, boards);
    titles_table(m, used);

    glyph_matcher_destroy(m);
    glyph_registry_destroy(reg);

    return tap_done();
}

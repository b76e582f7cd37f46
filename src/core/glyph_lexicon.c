#include "glyph_lexicon.h"


#define Q(q)  (GLYPH_W_QUALIFIER + GLYPH_Q_ ## q)


/*
 * Texts are folded as titles are, so umlauts and accents need no second
 * writing.  Where a phrase and a part of it are both here, the longer one
 * wins: "dual fan" means nothing, "fan" is a part.
 */

const glyph_lexicon_t  glyph_lexicon[] = {

    { GLYPH_W_NVIDIA, "nvidia|nv|nvida|nvidea|cuda" },
    { GLYPH_W_GEFORCE, "geforce|gforce|ge force|gf" },
    { GLYPH_W_QUADRO, "quadro|nvs" },
    { GLYPH_W_TESLA, "tesla|grid" },
    { GLYPH_W_RTX, "rtx" },
    { GLYPH_W_GTX, "gtx" },
    { GLYPH_W_PART_N, "gv n|vcg|vcn" },
    { GLYPH_W_AMD, "amd" },
    { GLYPH_W_ATI, "ati" },
    { GLYPH_W_RADEON, "radeon|rdnp" },
    { GLYPH_W_FIREPRO, "firepro|fire pro|firegl" },
    { GLYPH_W_INSTINCT, "instinct" },
    { GLYPH_W_RX, "rx" },
    { GLYPH_W_PART_R, "gv r|axrx|ax rx" },
    { GLYPH_W_INTEL, "intel" },
    { GLYPH_W_ARC, "arc|arc pro|arc graphics" },

    { GLYPH_W_MAKER_N, "pny|evga|zotac|palit|gainward|inno 3 d|kfa 2|galax|"
      "galaxy microsystems|colorful|igame|manli|leadtek|winfast|elsa|bfg|"
      "xlr 8|twin edge|geforce game ready|maxsun|ventus|suprim|windforce|"
      "jetstream|ichill|ftw 3|ftw|xc 3" },
    { GLYPH_W_MAKER_A, "sapphire|xfx|powercolor|power color|yeston|"
      "vastarmor|visiontek|hellhound|red devil|red dragon|speedster|qick" },
    { GLYPH_W_MAKER, "asus|msi|gigabyte|aorus|asrock|acer|biostar|gunnir|"
      "sparkle|lenovo|dell|hp|hpe|hewlett packard|"
      "hewlett packard enterprise|cisco|fujitsu|supermicro|club 3 d|afox|"
      "rog|strix|rog strix|tuf|tuf gaming|proart|phoenix|eagle|gaming x|"
      "trio|gaming trio|vanguard|bifrost|predator|expertvision|51 risc|"
      "nitro|pulse|mercury|taichi|challenger|diamond multimedia|"
      "mllse|soyo|jieshuo|onix|peladn" },

    { GLYPH_W_CARD, "gpu|gpus|gpgpu|graphics accelerator|gpu accelerator|"
      "graphics processing unit|computational accelerator|graphic board|"
      "graphics board|professional graphics board|graphics adapter|"
      "graphic adapter|graphic bo|videocard|videocards|graphiccard|"
      "graphicscard|vga card|vga cards|graphic cards|graphics cards|"
      "video cards|display card|graphical card|"
      "grafikkarte|grafikkarten|grafikkarte grafikkarte|grafikbeschleuniger|"
      "carte graphique|cartes graphiques|carte video|"
      "tarjeta grafica|tarjetas graficas|tarjeta de video|"
      "placa de video|placa grafica|placa video|"
      "scheda video|scheda grafica|schede video|"
      "karta graficzna|karta grafiki|karty graficzne|karte graficzna|"
      "videokaart|grafische kaart|grafikkort|skjermkort|"
      "naytonohjain|graficka karta|graficka karty|videokarta|videokarty|"
      "videokartya|ekran karti|graficna kartica|graficka kartica|"
      "видеокарта|видеокарты|відеокарта|"
      "κάρτα γραφικών|"
      "显 卡|顯 卡|显 示 卡|顯 示 卡|"
      "グ ラ フ ィ ッ ク ボ ー ド|"
      "グ ラ フ ィ ッ ク ス ボ ー ド|"
      "ビ デ オ カ ー ド|グ ラ ボ|그래픽카드" },
    { GLYPH_W_BOARD, "card|cards|board|vga|gfx|graphics|graphic|grafik|"
      "karte|carte|tarjeta|scheda|karta|kaart|accelerator" },
    { GLYPH_W_SERIES, "series|serie|gen" },
    { GLYPH_W_UNIT_G, "gb|g|gib|go|gd|gig|gigs|gbyte|gbytes|гб" },
    { GLYPH_W_UNIT_M, "mb|m|mo|mib|md|mbyte|мб" },
    { GLYPH_W_UNIT_T, "tb|to" },

    { GLYPH_W_WITH, "with|w|inc|incl|includes|including|included|include|"
      "plus|and|no|not|without|missing|wo|mit|inkl|inklusive|und|ohne|avec|"
      "et|sans|con|sin|senza|bez|oraz|met|en zonder|zonder|com|"
      "sem|has|free|comes with|has been fitted" },
    { GLYPH_W_FOR, "for|fits|fit|compatible|compatible with|suitable for|"
      "designed for|kompatibel|kompatibel mit|fur|passend|pour|para|"
      "compatibile|compatibile con|per|dla|pasuje do|kompatybilny|voor|"
      "geschikt voor|replacement for|works with|supports|support for|"
      "ersatz fur|replacement" },
    { GLYPH_W_VERSUS, "vs|versus|than|better than|faster than|beats|like|"
      "similar to|equivalent|equivalent to|equal to|equals|"
      "comparable to|upgrade from|upgrade to|replaces|instead of|"
      "alternative to|besser als|mieux que|mejor que|meglio di|lepszy niz|"
      "trade for|swap for|tausch gegen|compare" },

    { GLYPH_W_EMPTY, "box only|boxes only|empty box|empty boxes|only box|"
      "only the box|just the box|just box|empty retail box|retail box only|"
      "original box only|empty gpu box|empty original box|no card just box|"
      "box and manual only|box and packaging only|packaging only|"
      "packaging box|box no card|box no gpu|box without card|"
      "empty packaging|leerkarton|leere ovp|leere verpackung|nur ovp|"
      "nur verpackung|nur karton|nur die ovp|nur die verpackung|ovp leer|"
      "karton leer|verpackung leer|leerer karton|leere box|leere schachtel|"
      "nur leere verpackung|boite vide|boite seule|emballage vide|"
      "emballage seul|carton vide|caja vacia|solo caja|caja sola|"
      "solo la caja|scatola vuota|solo scatola|solo la scatola|"
      "confezione vuota|puste pudelko|samo pudelko|pudelko po karcie|"
      "tylko pudelko|pudelko puste|lege doos|alleen doos|alleen de doos|"
      "caixa vazia|somente caixa|gpu not included|card not included|"
      "no gpu included|no card included|no graphics card included" },

    { GLYPH_W_HARD, "nvlink bridge|sli bridge|nvlink brg|sli brg|hb bridge|"
      "hb sli|crossfire bridge|cf bridge|nvlink connector|nvlink bruecke|"
      "nvlink brucke|sli brucke|mostek sli|mostek nvlink|pont nvlink|"
      "pont sli|riser|risers|riser card|riser cable|riser kit|riser board|"
      "manual|manuals|user guide|handbuch|sticker|stickers|aufkleber|"
      "decal|decals|keychain|mug|poster|t shirt|mousepad|mouse pad|"
      "stencil|bga|chipset|reballing|gpu chip|gpu core|graphics chip|"
      "core chip|vram chip|vram chips|memory chip|memory chips|"
      "ic chip|gpu holder|card holder|gpu stand|card stand|"
      "anti sag|sag bracket|support bracket|gpu support|gpu brace|"
      "card brace|gpu bracket|vertical mount|vertical gpu mount|"
      "vertical bracket|vertical gpu|vertical graphics card|"
      "mounting bracket|mounting kit|bracket only|"
      "screws|screw kit|screw set|thermal pad|thermal pads|thermal paste|"
      "warmeleitpad|warmeleitpads|pads thermiques|pad termici|"
      "thermopads|termopady|wireview|dummy plug|headless|dust cover|faceplate|"
      "io shield|i o bracket|slot cover|gpu dock|egpu dock|egpu enclosure|"
      "external gpu enclosure|gpu enclosure|external graphics dock|"
      "graphics dock|enclosure|docking station|dock|mining frame|"
      "mining case|repair service|reparatur service|sync card|sync board|"
      "quadro sync|sync ii|bridge kit|bios chip|bios programmer|heat pipe|"
      "gpu pcb|pcb only|capacitor|capacitors|mosfet|fuse|t shirts|funko|"
      "lego|action figure|backpack|gift card|shield tv|shield tablet|"
      "jetson|jetson nano|game controller|g sync module|3 d vision|"
      "wall mount|rack mount kit|rackmount kit|retention bracket|"
      "power distribution|fan shroud|3 d printed|blower shroud|"
      "cooling shroud|fan duct|air duct|fan adapter" },
    { GLYPH_W_SOFT, "bracket|brackets|backplate|back plate|backplates|"
      "blende|slotblende|blenden|slotblech|low profile blende|"
      "equerre|staffa|soporte|sledz|bridge|bruecke|brucke|"
      "shroud|holder|stand|support stand|plate|logo plate|enablement kit|"
      "spare part|spare parts|ersatzteil|box|boxed set" },
    { GLYPH_W_COOLER, "fan|fans|cooler|coolers|cooling fan|cooling fans|"
      "heatsink|heatsinks|heat sink|heat sinks|cooling kit|"
      "water block|waterblock|waterblocks|water blocks|wasserkuhler|"
      "wasserblock|gpu block|full cover|fullcover|hybrid kit|aio kit|"
      "kuhler|lufter|kuhlkorper|kuhlung|ventilateur|ventilateurs|"
      "refroidisseur|dissipateur|waterblock gpu|ventola|ventole|"
      "dissipatore|ventilador|ventiladores|disipador|wentylator|"
      "wentylatory|chlodzenie|radiator|blok wodny|ventilator|koeler|"
      "koelblok|ekwb|ek wb|ek quantum|ek vector|ek fc|bykski|barrow|alphacool|"
      "eisblock|thermal grizzly|arctic accelero|heatkiller|watercool|"
      "phanteks glacier|iceman cooler|granzon|aqua computer|aquacomputer|"
      "kryographics|corsair hydro|kraken g 12|gelid|raijintek|lufterset|"
      "kuhler set" },
    { GLYPH_W_CABLE, "power cable|power cables|cable|cables|kabel|"
      "stromkabel|adapterkabel|cavo|cavi|przewod|extension cable|"
      "sleeved cable|power cord|power adapter|pigtail|splitter cable|"
      "12 vhpwr cable|12 vhpwr adapter|16 pin adapter|12 pin adapter|"
      "8 pin adapter|power splitter|wiring harness|harness|oculink|"
      "pcie adapter|pci e adapter|m 2 adapter|mxm adapter|sxm adapter|"
      "sxm 2 adapter|sxm 2 to pcie|sxm 2 to pcie adapter|"
      "sxm to pcie adapter|multi display adapter|"
      "usb display adapter|usb graphics adapter|usb video adapter|"
      "external video card|external multi monitor|dms 59 cable|"
      "displaylink" },
    { GLYPH_W_ADAPTER, "adapter|adapters|adaptor|adaptors|adaptateur|"
      "adaptador|adattatore|dongle|konverter" },
    { GLYPH_W_LINK, "nvlink|nv link|sli|crossfire|infinity fabric link|"
      "mapper" },

    { GLYPH_W_CAPTURE, "capture card|capture cards|capture|capturing|"
      "video capture|video capturing|video grabber|frame grabber|"
      "framegrabber|grabber|tv tuner|tuner|tv card|live gamer|"
      "live streamer|streaming card|elgato|avermedia|blackmagic|decklink|"
      "magewell|hauppauge|dvd recorder|dazzle|game capture" },
    { GLYPH_W_NETWORK, "network card|network adapter|network interface|"
      "nic|ethernet|ethernet adapter|ethernet card|infiniband|connectx|"
      "mellanox|bluefield|wifi card|wlan|wi fi|fibre channel|host bus|hba|"
      "raid controller|raid card|sfp|qsfp|network controller|lan card|"
      "netzwerkkarte|carte reseau|tarjeta de red|scheda di rete|"
      "sound card|soundkarte|usb card" },
    { GLYPH_W_MONITOR, "gaming monitor|led monitor|lcd monitor|"
      "monitor 24|monitor 27|monitor 32|curved monitor|ips monitor|"
      "oled monitor|moniteur|monitore|bildschirm|ecran|televisor|"
      "television|projector|beamer" },
    { GLYPH_W_AV, "converter|converters|konverter|encoder|decoder|"
      "encoders|decoders|transcoder|scaler|scalers|extender|splitter|"
      "switcher|kvm|kvm switch|extractor|embedder|edid|emulator|"
      "hdbaset|matrix switch|transceiver|sdi|video wall|transmitter|"
      "receiver|to hdmi|to vga|to dvi|to displayport|to usb|to composite|"
      "hdmi to|vga to|signal generator|signal converter|dualhead 2 go|"
      "triplehead 2 go|quadhead 2 go|webcam|camera|set top" },
    { GLYPH_W_PSU, "power supply|power supplies|psu|netzteil|alimentation|"
      "alimentatore|fuente de alimentacion|zasilacz|voeding" },

    { GLYPH_W_VGPU, "vgpu|vws|vdws|vpc|vapps|vcs|virtual gpu|virtual pc|"
      "virtual workstation|virtual applications|ai enterprise|"
      "quadro vdws|grid vpc|grid software|rtx vws|virtual compute server" },
    { GLYPH_W_LICENCE, "license|licenses|licence|licences|subscription|"
      "lizenz|lizenzen|licencia|licenza|licencja|abonnement|perpetual|"
      "ccu|sums|software license|maintenance renewal|support renewal|"
      "activation key|product key" },

    { GLYPH_W_LAPTOP, "laptop|laptops|notebook|notebooks|thinkpad|ideapad|"
      "macbook|macbook pro|zbook|elitebook|probook|latitude|vivobook|"
      "zenbook|zephyrus|chromebook|ultrabook|surface book|predator helios|"
      "razer blade|dell xps|portatil|ordinateur portable|pc portable|"
      "laptopa|portatile|gaming laptop|gaming notebook|2 in 1|"
      "tuf dash|rog flow|rog scar|alienware m 15|alienware m 17|"
      "alienware x 17|legion pro|raider ge|stealth gs|katana gf|"
      "crosshair|aero 15|creatorpro|nitro 5|nitro 15|nitro 16|nitro 17|"
      "acer nitro|acer aspire|acer swift|acer predator triton|"
      "rog strix g 15|rog strix g 16|rog strix g 17|rog strix g 18|"
      "rog strix scar|dell g 15|dell g 16|tuf gaming a 15|tuf gaming a 16|"
      "tuf gaming a 17|tuf gaming f 15|tuf gaming f 17|legion 5|legion 7|"
      "legion slim|gf 63|gf 65|gf 66|gf 75|gf 76|gs 63|gs 65|gs 66|gs 75|"
      "gs 76|gp 65|gp 66|gp 68|gp 75|gp 76|ge 66|ge 75|ge 76|gl 65|gl 66|"
      "gl 75|gl 76|gt 76|gt 77|victus|loq|ноутбук" },
    { GLYPH_W_PC, "gaming pc|gaming desktop|desktop pc|desktop computer|"
      "gaming computer|gaming rig|gamer pc|pc gamer|mini pc|prebuilt|"
      "pre built|tower pc|pc tower|all in one|barebone|barebones|"
      "custom pc|full pc|complete pc|komplett pc|gaming tower|"
      "komputer|komputer gamingowy|pc gaming|pc da gaming|ordinateur|"
      "ordenador|computador|workstation pc|mining rig|imac|mac mini|"
      "nuc|playstation|xbox|steam deck|rog ally|console" },
    { GLYPH_W_PC_SOFT, "pc|desktop|computer|tower|optiplex|precision|"
      "thinkstation|thinkcentre|prodesk|elitedesk|inspiron|vostro|"
      "alienware|aurora|omen|legion|trident|mac pro|workstation|"
      "workstations|z 2|z 4|z 6|z 8|z 420|z 440|z 620|z 640|z 820|z 840|"
      "celsius|pavilion|rechner|system|computers" },
    { GLYPH_W_SERVER, "gpu server|rack server|rackmount server|"
      "server chassis|blade server|dgx a 100|dgx station|dgx h 100|"
      "dgx spark|supermicro sys|superserver|hgx baseboard|hgx system|"
      "server system|ai server|"
      "ai workstation|supercomputer|1 u server|2 u server|4 u server" },
    { GLYPH_W_SERVER_SOFT, "server|servers|poweredge|proliant|primergy|"
      "thinksystem|ucs|rackmount|chassis|node|apollo|1 u|2 u|4 u|serwer|"
      "serveur|servidor" },
    { GLYPH_W_CPU, "core i 3|core i 5|core i 7|core i 9|i 3|i 5|i 7|i 9|"
      "ryzen|xeon|epyc|threadripper|pentium|celeron|athlon|core ultra|"
      "core 2|opteron|processor|cpu|prozessor|processeur|procesador|"
      "processore|procesor|apu|quad core|octa core|snapdragon" },
    { GLYPH_W_RAM, "ram|gb ram|g ram|ddr 4 ram|ddr 5 ram|rdimm|udimm|"
      "sodimm|so dimm|ecc ram|arbeitsspeicher|ddr 5" },
    { GLYPH_W_DISK, "ssd|hdd|nvme|hard drive|sata|m 2 ssd|tb ssd|"
      "festplatte|emmc" },
    { GLYPH_W_OS, "windows 10|windows 11|windows 7|windows 8|win 10|win 11|"
      "win 7|windows|w 10 p|w 11 p" },
    { GLYPH_W_MAINBOARD, "motherboard|motherboards|mainboard|mainboards|"
      "carte mere|placa base|placa mae|scheda madre|plyta glowna|"
      "moederbord|system board|logic board" },

    { Q(PCIE), "pcie|pci e|pci express" },
    { Q(SXM), "sxm" },
    { Q(SXM2), "sxm 2" },
    { Q(SXM3), "sxm 3" },
    { Q(SXM4), "sxm 4" },
    { Q(SXM5), "sxm 5" },
    { Q(NVL), "nvl" },
    { Q(OAM), "oam" },
    { Q(CNX), "cnx" },
    { Q(POLARIS), "polaris" },
    { Q(FERMI), "fermi" },
    { Q(KEPLER), "kepler" },
    { Q(MAXWELL), "maxwell" },
    { Q(PASCAL), "pascal" },
    { Q(VOLTA), "volta" },
    { Q(TURING), "turing" },
    { Q(AMPERE), "ampere" },
    { Q(ADA), "ada|ada lovelace|lovelace|ada generation" },
    { Q(HOPPER), "hopper" },
    { Q(BLACKWELL), "blackwell|blackwell generation|bw" },
    { Q(SFF), "sff|small form factor" },
    { Q(LOW), "low profile|lp|half height|hhhl|lowprofile|flachprofil" },
    { Q(FULL), "full height|fhfl|fhhl|fh|full profile" },
    { Q(MOBILE), "mobile|mobility|mxm|mxm 3|laptop graphics|notebook graphics|"
      "mobile graphics" },
    { Q(MAX_Q), "max q|maxq" },
    { Q(REFRESH), "refresh" },
    { Q(SERVER), "server edition" },
    { Q(WORKSTATION), "workstation edition" },
    { Q(ACTIVE), "active" },
    { Q(PASSIVE), "passive" },
    { Q(OEM), "oem" },
    { Q(DDR3), "ddr 3|sddr 3" },
    { Q(DDR4), "ddr 4|sddr 4|gddr 4" },
    { Q(GDDR3), "gddr 3" },
    { Q(GDDR5), "gddr 5" },
    { Q(GDDR5X), "gddr 5 x" },
    { Q(GDDR6), "gddr 6" },
    { Q(GDDR6X), "gddr 6 x" },
    { Q(GDDR7), "gddr 7" },
    { Q(HBM), "hbm|hbm 2|hbm 2 e|hbm 3|hbm 3 e" },

    { GLYPH_W_NOISE, "dual fan|dual fans|triple fan|triple fans|twin fan|"
      "twin fans|single fan|two fan|two fans|three fan|three fans|"
      "2 fan|2 fans|3 fan|3 fans|1 fan|one fan|2 x fan|3 x fan|2 x fans|"
      "3 x fans|tri fan|trio fan|fan edition|blower fan|blower style|"
      "blower edition|turbo fan|fanless|quad fan|dual lufter|dual cooler|"
      "dual blower|fan cooled|fan cooling|"
      "liquid cooled|water cooled|watercooled|wasserglekuhlt|air cooled|"
      "liquid cooling|water cooling|watercooling|passive cooling|"
      "passive cooled|passively cooled|active cooling|cooler master|"
      "fan stop|zero fan|axial fan|axial tech fan|cooling system|"
      "wasserkuhlung|liquid cooler|"
      "active fan|passive heatsink|with fan|semi passive|box dented|"
      "retail box|open box|original box|in box|box pack|boxed|new in box|"
      "sealed box|in original box|ovp box|gaming box|black box|big box|"
      "board only|card only|gpu only|only card|only gpu|nur karte|"
      "for parts|for parts or repair|for parts or not working|"
      "for parts not working|for repair|for sale|for gaming|for mining|"
      "for ai|for spares|for spares or repair|for deep learning|"
      "for machine learning|for work|for pc|for gaming pc|for desktop|"
      "for desktop pc|for server|for workstation|for workstations|"
      "for servers|for data center|for computer|for pc gaming|"
      "defekt|defect|broken|untested|tested|working|not working|"
      "no display|no video|no output|no power|no post|does not work|"
      "faulty|as is|read|read description|lhr|non lhr|fhr|lite hash rate|"
      "gaming|oc|ex|xs|evo|dual|twin|white|black|silver|noctua|edition|"
      "founders edition|founders|fe|anniversary|overclocked|new|used|"
      "refurbished|sealed|retail|pack|bulk|lot|lot of|lots|of|x|generation|"
      "professional|enterprise|datacenter|data center|ai|deep learning|"
      "video memory|video ram|vram|memory|super compact|compact|mini|itx|"
      "display|displayport|display port|hdmi|dvi|dp|mdp|minidp|"
      "mini displayport|mini dp|dual link|dvi d|dvi i|vga port|"
      "displayport cable included|hdmi 2|directx|dlss|ray tracing|rgb|"
      "argb|led|pci|blower|cooling|turbine|x 16|x 8|ddr|gddr|bit|"
      "64 bit|256 bit|128 bit|192 bit|384 bit|"
      "ultra|extreme|xtreme|amp|amp extreme|amp holo|trinity|solo|gamerock|"
      "gamingpro|verto|phantom|steel legend|panther|storm|ghost|sea hawk|"
      "aero|armor|mech|inspire|shadow|waterforce|vision|master|elite|ice|"
      "prime|ko|turbo|matrix|astral|poseidon|direct cu|directcu|iceq|"
      "double dissipation|core edition|swft|merc|spectral|a|the|your|all|"
      "most|any|or|to|is|in|on|from|at|by|great|excellent|very good|good|"
      "condition|mint|low hours|never mined|not mined|no mining|"
      "never used for mining|free shipping|fast shipping|ships free|"
      "replacement parts|replacement parts business|generic|genuine|"
      "original|authentic|smart buy|usa|us|uk|eu|video|computing|compute|"
      "inference|mining|gaming graphics|high end|pcs|pieces|stk|stuck|"
      "qty|amount|et cetera|rev|version|v|type|model|part|pn|p n|sku|"
      "mpn|ref|fru|sp|sps|assy" },

    { GLYPH_W_NONE, NULL }
};


const char  glyph_lexicon_adjectives[] =
    "gaming|desktop|workstation|pc|computer|desktop pc|gaming pc|"
    "professional|data center|datacenter|enterprise|external|discrete|"
    "dedicated|mining|ai|tower|cad";

const char  glyph_lexicon_mobile[] =
    "laptop|notebook|mobile|mobile workstation|gaming laptop|mxm|"
    "laptop mxm";

const char  glyph_lexicon_server[] =
    "server";

const char  glyph_lexicon_nouns[] =
    "gpu|graphics card|graphic card|graphics cards|video card|"
    "video graphics card|graphics gpu|gpu card|gpu board|"
    "graphics video card|gpu graphics card|vga graphics card|"
    "gpu module|graphics module|accelerator card|grafikkarte|"
    "vga video card";

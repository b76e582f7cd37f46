/*
 * The words around a model's name: who made it, what it is made of, and what
 * tells that the thing for sale is no card at all.
 */

#ifndef GLYPH_LEXICON_H_INCLUDED
#define GLYPH_LEXICON_H_INCLUDED

#include "text/glyph_phrase.h"


/* Classes of words and phrases; each class is one bit of a set. */

typedef enum {
    GLYPH_W_NONE = 0,

    /* chip makers and their series */
    GLYPH_W_NVIDIA,
    GLYPH_W_GEFORCE,
    GLYPH_W_QUADRO,
    GLYPH_W_TESLA,
    GLYPH_W_RTX,
    GLYPH_W_GTX,
    GLYPH_W_PART_N,         /* part number prefix of a GeForce: GV-N */
    GLYPH_W_AMD,
    GLYPH_W_ATI,
    GLYPH_W_RADEON,
    GLYPH_W_FIREPRO,
    GLYPH_W_INSTINCT,
    GLYPH_W_RX,
    GLYPH_W_PART_R,         /* of a Radeon: GV-R */
    GLYPH_W_INTEL,
    GLYPH_W_ARC,
    GLYPH_W_MAKER_N,        /* board makers that sell one vendor's chips */
    GLYPH_W_MAKER_A,
    GLYPH_W_MAKER,          /* and those who sell all */
    GLYPH_W_LINE,           /* who makes cards, and what cards he calls so */

    /* it is a card */
    GLYPH_W_CARD,           /* says so outright */
    GLYPH_W_BOARD,          /* says so beside a chip maker's name */
    GLYPH_W_NOISE,          /* means nothing */
    GLYPH_W_SERIES,
    GLYPH_W_PREFIX,         /* a series' word, that its number needs */
    GLYPH_W_TAKEN,          /* a number that disks, screens … have as well */
    GLYPH_W_UNIT_G,
    GLYPH_W_UNIT_M,
    GLYPH_W_UNIT_T,

    /* relations */
    GLYPH_W_WITH,
    GLYPH_W_AND,
    GLYPH_W_NO,
    GLYPH_W_ONLY,
    GLYPH_W_FOR,
    GLYPH_W_FROM,           /* out of a machine */
    GLYPH_W_VERSUS,

    /* it is something else */
    GLYPH_W_EMPTY,          /* the box only */
    GLYPH_W_BARE,           /* no card whatever else is said: "no PCB" */
    GLYPH_W_HARD,           /* a part that no card is sold with */
    GLYPH_W_SOFT,           /* a part that cards are sold with */
    GLYPH_W_COOLER,
    GLYPH_W_CABLE,
    GLYPH_W_ADAPTER,
    GLYPH_W_LINK,           /* NVLink, SLI: a bridge unless a card's trait */
    GLYPH_W_CAPTURE,
    GLYPH_W_NETWORK,
    GLYPH_W_MONITOR,
    GLYPH_W_AV,
    GLYPH_W_PSU,
    GLYPH_W_VGPU,
    GLYPH_W_LICENCE,
    GLYPH_W_LAPTOP,
    GLYPH_W_PC,
    GLYPH_W_PC_SOFT,        /* also said of the card's purpose */
    GLYPH_W_SERVER,
    GLYPH_W_SERVER_SOFT,
    GLYPH_W_CPU,
    GLYPH_W_RAM,
    GLYPH_W_DISK,
    GLYPH_W_OS,
    GLYPH_W_MAINBOARD,
    GLYPH_W_RIG,            /* a frame full of cards */

    GLYPH_W_N,

    GLYPH_W_QUALIFIER = 64, /* + glyph_qualifier_e */

    GLYPH_W_CONDITION = 128 /* + glyph_condition_e: noise but for that */
} glyph_word_e;


/* Words that tell the variants of a name apart. */

typedef enum {
    GLYPH_Q_PCIE = 0,       /* form */
    GLYPH_Q_SXM,
    GLYPH_Q_SXM2,
    GLYPH_Q_SXM3,
    GLYPH_Q_SXM4,
    GLYPH_Q_SXM5,
    GLYPH_Q_NVL,
    GLYPH_Q_OAM,
    GLYPH_Q_CNX,

    GLYPH_Q_POLARIS,        /* generation */
    GLYPH_Q_FERMI,
    GLYPH_Q_KEPLER,
    GLYPH_Q_MAXWELL,
    GLYPH_Q_PASCAL,
    GLYPH_Q_VOLTA,
    GLYPH_Q_TURING,
    GLYPH_Q_AMPERE,
    GLYPH_Q_ADA,
    GLYPH_Q_HOPPER,
    GLYPH_Q_BLACKWELL,

    GLYPH_Q_SFF,            /* size */
    GLYPH_Q_LOW,
    GLYPH_Q_FULL,

    GLYPH_Q_MOBILE,
    GLYPH_Q_MAX_Q,
    GLYPH_Q_REFRESH,

    GLYPH_Q_SERVER,         /* edition */
    GLYPH_Q_WORKSTATION,
    GLYPH_Q_ACTIVE,
    GLYPH_Q_PASSIVE,
    GLYPH_Q_OEM,

    GLYPH_Q_DDR3,           /* memory */
    GLYPH_Q_DDR4,
    GLYPH_Q_GDDR3,
    GLYPH_Q_GDDR5,
    GLYPH_Q_GDDR5X,
    GLYPH_Q_GDDR6,
    GLYPH_Q_GDDR6X,
    GLYPH_Q_GDDR7,
    GLYPH_Q_HBM,

    GLYPH_Q_QUADRO,
    GLYPH_Q_N
} glyph_qualifier_e;


#define glyph_q(q)     ((uint64_t) 1 << (q))
#define glyph_w(w)     ((uint64_t) 1 << (w))

#define glyph_q_from(lo, hi)                                                 \
    ((((uint64_t) 2 << (hi)) - 1) & ~(((uint64_t) 1 << (lo)) - 1))

#define GLYPH_Q_ALL_SXM     glyph_q_from(GLYPH_Q_SXM, GLYPH_Q_SXM5)
#define GLYPH_Q_FORMS       glyph_q_from(GLYPH_Q_PCIE, GLYPH_Q_CNX)
#define GLYPH_Q_GENERATIONS glyph_q_from(GLYPH_Q_POLARIS, GLYPH_Q_BLACKWELL)
#define GLYPH_Q_MOBILES     glyph_q_from(GLYPH_Q_MOBILE, GLYPH_Q_MAX_Q)
#define GLYPH_Q_EDITIONS    glyph_q_from(GLYPH_Q_SERVER, GLYPH_Q_OEM)
#define GLYPH_Q_MEMORIES    glyph_q_from(GLYPH_Q_DDR3, GLYPH_Q_HBM)
#define GLYPH_Q_GRAPHIC     glyph_q_from(GLYPH_Q_GDDR3, GLYPH_Q_HBM)


/*
 * Texts are folded as titles are, so umlauts and accents need no second
 * writing.  Where a phrase and a part of it are both here, the longer one
 * wins: "dual fan" means nothing, "fan" is a part.  Classes are glyph_word_e,
 * or GLYPH_W_QUALIFIER + glyph_qualifier_e.
 */
/* names of cards */
extern const glyph_phrase_t  glyph_lexicon_card[];
extern const size_t  glyph_lexicon_card_n;

/* makers, and how words belong together */
extern const glyph_phrase_t  glyph_lexicon_around[];
extern const size_t  glyph_lexicon_around_n;

/* what means nothing */
extern const glyph_phrase_t  glyph_lexicon_noise[];
extern const size_t  glyph_lexicon_noise_n;

/* parts of a card */
extern const glyph_phrase_t  glyph_lexicon_part[];
extern const size_t  glyph_lexicon_part_n;

/* what is sold for one */
extern const glyph_phrase_t  glyph_lexicon_fitting[];
extern const size_t  glyph_lexicon_fitting_n;

/* what it is built into */
extern const glyph_phrase_t  glyph_lexicon_system[];
extern const size_t  glyph_lexicon_system_n;

/* other things */
extern const glyph_phrase_t  glyph_lexicon_other[];
extern const size_t  glyph_lexicon_other_n;


/*
 * Adjectives ("gaming", "desktop") and nouns ("graphics card"): every pair of
 * them says that it is a card; a pair with a laptop's adjective also that it
 * is a mobile one, with a server's that it is that edition.
 */

typedef enum {
    GLYPH_PAIR_NOUN = 0,
    GLYPH_PAIR_ADJECTIVE,
    GLYPH_PAIR_MOBILE,
    GLYPH_PAIR_SERVER
} glyph_pair_e;

extern const glyph_phrase_t  glyph_lexicon_pairs[];
extern const size_t  glyph_lexicon_pairs_n;

#endif /* GLYPH_LEXICON_H_INCLUDED */

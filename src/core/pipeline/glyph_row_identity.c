
#include "pipeline/glyph_row_parts.h"
#include "value/glyph_identity_words.h"


/* as sure as the matcher is where the memory said is not the model's */
#define GLYPH_ROW_OTHER_MEMORY  0.6


static void glyph_row_variant(glyph_listing_t *l);
static void glyph_row_listing(const glyph_row_t *row,
    const glyph_listing_t *l, glyph_digest_t *digest);


int
glyph_row_find_sku(const glyph_row_t *row)
{
    char    name[64];
    size_t  i, k;

    for (i = 0; i < row->ncolumns; i++) {

        if (row->columns[i].used < GLYPH_COL_N) {
            continue;
        }

        (void) glyph_header_fold(&row->columns[i].given, name, sizeof(name));

        for (k = 0; k < glyph_sku_words_n; k++) {
            if (strcmp(name, glyph_sku_words[k].text) == 0) {
                return (int) i;
            }
        }
    }

    return -1;
}


/*
 * The key is made as soon as can be: while the next row is read, the table's
 * memory is loaded.
 */

void
glyph_row_identify(glyph_row_t *row, glyph_row_result_t *result)
{
    glyph_digest_t      listing;
    glyph_listing_t    *l;
    const glyph_str_t  *seen;

    l = &result->listing;

    l->has_url = glyph_identity_page(&l->text[GLYPH_COL_SOURCE_URL],
                                     &l->url_digest);

    if (l->has_url && row->shared_urls) {
        l->has_url = 0;
        result->once |= 1u << GLYPH_ONCE_URL_SHARED;
    }

    if (l->has_url) {
        glyph_row_variant(l);
    }

    if (row->dedup == NULL) {
        return;
    }

    if (l->has_url) {
        listing = l->url_digest;
    } else {
        glyph_row_listing(row, l, &listing);
    }

    seen = &l->text[GLYPH_COL_SEEN_AT];

    if (seen->len) {
        glyph_identity_sighting(&listing, l->seen_at,
                                l->has_seen_at ? NULL : seen, &result->key);
    } else {
        result->key = listing;
    }

    glyph_dedup_prefetch(row->dedup, &result->key);
}


static void
glyph_row_variant(glyph_listing_t *l)
{
    unsigned            memory;
    const glyph_str_t  *model;

    static const glyph_str_t  unknown = glyph_string("UNKNOWN");

    model = l->match.model ? &l->match.model->model : &unknown;

    memory = (l->match.model && l->match.score > GLYPH_ROW_OTHER_MEMORY)
             ? 0 : glyph_identity_memory(&l->title);

    glyph_identity_variant(&l->url_digest, model, memory,
                           &l->text[GLYPH_COL_CONDITION]);
}


static void
glyph_row_listing(const glyph_row_t *row, const glyph_listing_t *l,
    glyph_digest_t *digest)
{
    glyph_identity_texts_t  texts;

    texts.seller = &l->text[GLYPH_COL_SELLER];
    texts.condition = &l->text[GLYPH_COL_CONDITION];
    texts.region = &l->text[GLYPH_COL_REGION];
    texts.sku = &row->sku_text;

    glyph_identity_listing(l->match.title, l->price.cents, l->price.currency,
                           &texts, digest);
}

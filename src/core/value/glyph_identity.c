
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "value/glyph_identity.h"
#include "value/glyph_url.h"
#include "text/glyph_utf8.h"


#define GLYPH_IDENTITY_TITLE  8192      /* more than a row may have */
#define GLYPH_IDENTITY_TEXT   1024      /* of the others, and of a model */

/* GB that a title may say of a card, no disk's */
#define GLYPH_IDENTITY_MEMORY_MAX  1024


typedef struct {
    unsigned char  data[6 * GLYPH_IDENTITY_TEXT];
    size_t         len;
} glyph_identity_parts_t;


static void glyph_identity_put(glyph_identity_parts_t *parts,
    const void *data, size_t len);
static void glyph_identity_text(glyph_identity_parts_t *parts,
    const glyph_str_t *text);
static void glyph_identity_digest(const void *data, size_t len,
    glyph_digest_t *digest);


int
glyph_identity_page(const glyph_str_t *url, glyph_digest_t *page)
{
    glyph_str_t    text;
    unsigned char  room[GLYPH_URL_MAX];

    if (url->len == 0 || !glyph_url_page(url, room, &text)) {
        return 0;
    }

    glyph_identity_digest(text.data, text.len, page);

    return 1;
}


void
glyph_identity_variant(glyph_digest_t *digest, const glyph_str_t *model,
    unsigned memory, const glyph_str_t *condition)
{
    uint32_t                gb;
    glyph_identity_parts_t  parts;

    parts.len = 0;
    gb = memory;

    glyph_identity_put(&parts, digest->bytes, sizeof(digest->bytes));
    glyph_identity_put(&parts, &gb, sizeof(gb));
    glyph_identity_put(&parts, model->data, model->len);
    glyph_identity_put(&parts, "", 1);
    glyph_identity_put(&parts, condition->data, condition->len);

    glyph_identity_digest(parts.data, parts.len, digest);
}


unsigned
glyph_identity_memory(const glyph_str_t *title)
{
    unsigned              n;
    const unsigned char  *p, *q, *last;

    p = title->data;
    last = p + title->len;

    while (p < last) {

        if (*p < '0' || *p > '9') {
            p++;
            continue;
        }

        for (n = 0; p < last && *p >= '0' && *p <= '9'; p++) {
            n = n < GLYPH_IDENTITY_MEMORY_MAX ? n * 10 + (*p - '0') : n;
        }

        q = p;

        while (q < last && (*q == ' ' || *q == '-')) {
            q++;
        }

        if (last - q >= 2 && (*q | 0x20) == 'g'
            && ((q[1] | 0x20) == 'b' || (q[1] | 0x20) == 'i')
            && n <= GLYPH_IDENTITY_MEMORY_MAX)
        {
            return n;
        }
    }

    return 0;
}


uint64_t
glyph_identity_title(const glyph_str_t *title)
{
    size_t         n;
    unsigned char  text[GLYPH_IDENTITY_TITLE];

    n = glyph_utf8_fold(title, text, sizeof(text));

    return glyph_identity_folded(text, n);
}


uint64_t
glyph_identity_folded(const unsigned char *text, size_t len)
{
    return XXH3_64bits(text, len);
}


void
glyph_identity_listing(uint64_t title, int64_t cents, const char *currency,
    const glyph_identity_texts_t *texts, glyph_digest_t *digest)
{
    glyph_identity_parts_t  parts;

    parts.len = 0;

    glyph_identity_put(&parts, &title, sizeof(title));
    glyph_identity_put(&parts, &cents, sizeof(cents));
    glyph_identity_put(&parts, currency, 3);

    glyph_identity_text(&parts, texts->seller);
    glyph_identity_text(&parts, texts->condition);
    glyph_identity_text(&parts, texts->region);
    glyph_identity_text(&parts, texts->sku);

    glyph_identity_digest(parts.data, parts.len, digest);
}


void
glyph_identity_sighting(const glyph_digest_t *listing, int64_t usec,
    const glyph_str_t *text, glyph_digest_t *key)
{
    glyph_identity_parts_t  parts;

    parts.len = 0;

    glyph_identity_put(&parts, listing->bytes, sizeof(listing->bytes));

    if (text) {
        glyph_identity_put(&parts, "", 1);
        glyph_identity_text(&parts, text);

    } else {
        glyph_identity_put(&parts, &usec, sizeof(usec));
    }

    glyph_identity_digest(parts.data, parts.len, key);
}


static void
glyph_identity_put(glyph_identity_parts_t *parts, const void *data,
    size_t len)
{
    if (len > GLYPH_IDENTITY_TEXT) {
        len = GLYPH_IDENTITY_TEXT;
    }

    if (len) {
        memcpy(parts->data + parts->len, data, len);
        parts->len += len;
    }
}


/* Each has an end, so that two of them do not flow together. */

static void
glyph_identity_text(glyph_identity_parts_t *parts, const glyph_str_t *text)
{
    if (text->len) {
        parts->len += glyph_utf8_fold(text, parts->data + parts->len,
                                      GLYPH_IDENTITY_TEXT);
    }

    parts->data[parts->len++] = '\0';
}


static void
glyph_identity_digest(const void *data, size_t len, glyph_digest_t *digest)
{
    XXH128_canonical_t  canonical;

    XXH128_canonicalFromHash(&canonical, XXH3_128bits(data, len));

    memcpy(digest->bytes, canonical.digest, sizeof(digest->bytes));
}

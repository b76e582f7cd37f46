#include "title/glyph_scan.h"


static void glyph_scan_size(glyph_scan_t *scan, size_t tokens, double gb);


size_t
glyph_scan_memory(const glyph_index_t *index, glyph_scan_t *scan, size_t i,
    int *disk)
{
    double                 v;
    size_t                 n, k;
    uint8_t                unit, next;
    const glyph_tokens_t  *ts;

    ts = &scan->ts;
    *disk = 0;
    n = i + 1;
    v = glyph_token_value(ts, i);

    if (n + 1 < ts->n && ts->token[n].sep == GLYPH_SEP_DOT
        && ts->token[n].digits && ts->token[n].len <= 3)
    {
        v += (double) glyph_token_value(ts, n)
             / (ts->token[n].len == 1 ? 10 : ts->token[n].len == 2 ? 100
                                                                   : 1000);
        n++;

        /* "1.536 MB" are thousands */

        if (ts->token[n - 1].len == 3
            && glyph_index_class(index, ts, n) == GLYPH_W_UNIT_M)
        {
            v *= 1000;
        }
    }

    unit = glyph_index_class(index, ts, n);

    if (unit != GLYPH_W_UNIT_G && unit != GLYPH_W_UNIT_M
        && unit != GLYPH_W_UNIT_T)
    {
        return 1;
    }

    k = ts->token[n].len;

    if (!glyph_token_glued(&ts->token[n])
        && (k < 2 || (ts->token[n].sep & ~(GLYPH_SEP_SPACE | GLYPH_SEP_DASH))
            || glyph_token_is(ts, n, "to") || glyph_token_is(ts, n, "md")))
    {
        return 1;
    }

    n++;

    /* "2G133" is a part number; "GD" is followed by the memory's type */

    if (n < ts->n && ts->token[n].digits && glyph_token_glued(&ts->token[n])
        && k == 1)
    {
        return 1;
    }

    if (n < ts->n && (ts->token[n].sep & GLYPH_SEP_SLASH)
        && glyph_token_is(ts, n, "s"))
    {
        return 1;
    }

    /* "512GB" beside a processor is a disk; no card has just as much */

    if (unit == GLYPH_W_UNIT_T
        || (unit == GLYPH_W_UNIT_G
            && (v == 240 || v == 250 || v == 256 || v == 480 || v == 500
                || v == 512 || v == 960 || v >= 1000)))
    {
        *disk = 1;
        return n - i;
    }

    next = glyph_index_class(index, ts, n);

    if (next == GLYPH_W_RAM || next == GLYPH_W_DISK || next == GLYPH_W_AV) {
        scan->known += n - i;
        return n - i;
    }

    glyph_scan_size(scan, n - i, unit == GLYPH_W_UNIT_M ? v / 1024 : v);

    return n - i;
}


static void
glyph_scan_size(glyph_scan_t *scan, size_t tokens, double gb)
{
    scan->known += tokens;

    if (gb < 0.06 || gb > 2048 || scan->nmemories == GLYPH_MEMORIES_MAX) {
        return;
    }

    scan->memory[scan->nmemories++] = gb;
}


int
glyph_scan_has_memory(const glyph_scan_t *scan, double gb)
{
    size_t  i;
    double  d;

    if (gb <= 0) {
        return 0;
    }

    for (i = 0; i < scan->nmemories; i++) {
        d = scan->memory[i] - gb;

        /* below 1 GB the facts round: 640 MB is 0.64 or 0.625 */

        if (d < 0) {
            d = -d;
        }

        if (d < (gb < 1 ? gb * 0.06 : 0.01)) {
            return 1;
        }
    }

    return 0;
}

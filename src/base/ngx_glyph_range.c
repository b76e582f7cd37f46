
#include "ngx_glyph.h"
#include "ngx_glyph_range.h"


static ngx_int_t ngx_glyph_ranges_number(const char **p, uint64_t *number);


ngx_int_t
ngx_glyph_ranges_parse(ngx_glyph_ranges_t *ranges, ngx_pool_t *pool,
    const char *text)
{
    uint64_t            last;
    ngx_uint_t          n;
    const char         *p;
    ngx_glyph_range_t  *range;

    ngx_memzero(ranges, sizeof(ngx_glyph_ranges_t));

    n = 0;

    for (p = text; p && *p; p++) {
        n += (*p == ',');
    }

    if (n == 0) {
        return NGX_OK;
    }

    /* of n ranges there are n commas in them, and n - 1 between them */

    ranges->elts = ngx_palloc(pool, (n + 1) / 2 * sizeof(ngx_glyph_range_t));
    if (ranges->elts == NULL) {
        return NGX_ERROR;
    }

    p = text;
    last = 0;

    while (ranges->n < (n + 1) / 2) {
        range = &ranges->elts[ranges->n];

        if (ngx_glyph_ranges_number(&p, &range->lo) != NGX_OK
            || ngx_glyph_ranges_number(&p, &range->hi) != NGX_OK
            || range->lo >= range->hi
            || (ranges->n && range->lo <= last))
        {
            return NGX_ERROR;
        }

        last = range->hi;
        ranges->n++;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_glyph_ranges_number(const char **p, uint64_t *number)
{
    char  *end;

    while (**p == '{' || **p == '}' || **p == ',') {
        (*p)++;
    }

    if (**p < '0' || **p > '9') {
        return NGX_ERROR;
    }

    *number = strtoull(*p, &end, 10);
    *p = end;

    return NGX_OK;
}


ngx_uint_t
ngx_glyph_ranges_next(ngx_glyph_ranges_t *ranges, uint64_t number)
{
    while (ranges->at < ranges->n && ranges->elts[ranges->at].hi <= number) {
        ranges->at++;
    }

    return ranges->at < ranges->n && ranges->elts[ranges->at].lo <= number;
}


ngx_int_t
ngx_glyph_ranges_missing(const ngx_glyph_ranges_t *ranges,
    ngx_glyph_range_t *range, ngx_glyph_range_t *part)
{
    ngx_uint_t          i;
    ngx_glyph_range_t  *have;

    for (i = 0; i < ranges->n; i++) {
        have = &ranges->elts[i];

        if (have->hi <= range->lo) {
            continue;
        }

        if (have->lo > range->lo) {
            break;
        }

        range->lo = have->hi;
    }

    if (range->lo >= range->hi) {
        return NGX_DONE;
    }

    part->lo = range->lo;
    part->hi = (i < ranges->n && ranges->elts[i].lo < range->hi)
               ? ranges->elts[i].lo : range->hi;

    range->lo = part->hi;

    return NGX_OK;
}

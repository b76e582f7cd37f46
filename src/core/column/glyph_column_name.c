#include "column/glyph_column.h"


static const char *const  glyph_column_names[] = {
    "title", "model", "price", "currency", "condition", "quantity", "seller",
    "region", "listing_age", "seen_at", "source_url", "source_type",
    "bulk_notes", "availability", "extra", "ignored", "scored",
    "shop"
};


const char *
glyph_column_name(glyph_column_e column)
{
    if ((unsigned) column > GLYPH_COL_SHOP) {
        return "";
    }

    return glyph_column_names[column];
}

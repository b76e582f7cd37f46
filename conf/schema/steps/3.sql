-- The order of a large import by score and by price is in listing_orders, no
-- longer in two indexes of listings.  Rows stay as they are; what is there
-- already gets its orders at the end of this file, and then the indexes go.

    ALTER TABLE glyph.imports
        ADD COLUMN IF NOT EXISTS ordered_at timestamptz;

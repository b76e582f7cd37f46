-- The order of a large import by score and by price is in listing_orders, no
-- longer in two indexes of listings.  Rows stay as they are; what is there
-- already gets its orders at the end of this file, and then the indexes go.
--
-- Warnings have a table, import_warnings, which is made with all others below.
-- Imports of before have none in it: of each there are the first hundred, in its
-- result.

    ALTER TABLE glyph.imports
        ADD COLUMN IF NOT EXISTS ordered_at timestamptz;

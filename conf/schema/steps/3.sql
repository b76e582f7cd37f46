-- The order of a large import by score and by price is in listing_orders, no
-- longer in two indexes of listings.  Rows stay as they are; what is there
-- already gets its orders at the end of this file, and then the indexes go.
--
-- Warnings have a table, import_warnings, which is made with all others below.
-- Imports of before have none in it: of each there are the first hundred, in its
-- result.
--
-- Imports say by which rule their listings' url_digest was made.  Those of
-- before have 1, the text of the URL, and stay as they are: api_deltas goes on
-- comparing them with each other, and does not compare them with later ones, so
-- that a listing's first time by a later rule has none before it.  A worker of
-- the release before, which says nothing of its rule, has 1.

    ALTER TABLE glyph.imports
        ADD COLUMN IF NOT EXISTS identity_rule int2 NOT NULL DEFAULT coalesce(
            nullif(current_setting('glyph.identity_rule', true), '')::int2, 1),
        ADD COLUMN IF NOT EXISTS ordered_at timestamptz;

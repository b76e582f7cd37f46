-- What modules ask for at each connect, beside the highest number in
-- schema_versions: the oldest number whose modules this schema serves.  A module
-- works with any schema from the oldest that it knows to the newest that still
-- serves it.

CREATE OR REPLACE FUNCTION glyph.schema_version() RETURNS int
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT 1;
$$;

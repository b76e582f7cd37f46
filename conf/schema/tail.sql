INSERT INTO glyph.schema_versions (version, note)
VALUES (@VERSION@, 'new')
    ON CONFLICT (version) DO NOTHING;

COMMIT;

-- What takes long, import by import, while uploads and reads go on

DO $$
BEGIN
    IF to_regclass('glyph.listings_score') IS NOT NULL
       OR to_regclass('glyph.listings_price') IS NOT NULL
    THEN
        WHILE glyph.make_orders() IS NOT NULL LOOP
            COMMIT;
        END LOOP;
    END IF;
END
$$;

SET client_min_messages = warning;

DROP INDEX CONCURRENTLY IF EXISTS glyph.listings_score;
DROP INDEX CONCURRENTLY IF EXISTS glyph.listings_price;

RESET client_min_messages;

DO $$
BEGIN
    PERFORM pg_advisory_unlock(7236276147263);
END
$$;

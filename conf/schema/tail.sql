INSERT INTO glyph.schema_versions (version, note)
VALUES (@VERSION@, 'new')
    ON CONFLICT (version) DO NOTHING;

COMMIT;

DO $$
BEGIN
    PERFORM pg_advisory_unlock(7236276147263);
END
$$;

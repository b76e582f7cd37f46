-- Number 1 had several shapes: 28 changes before and with 0.1.0 kept it.  This
-- brings the tables of each of them to one; their functions are replaced with
-- all others.  Rows stay as they are.  An index of listings that is of an
-- earlier shape stays, too: it serves as well, and to make it anew would keep
-- uploads waiting.

    ALTER TABLE glyph.imports
        ADD COLUMN IF NOT EXISTS duplicate_of uuid,
        ADD COLUMN IF NOT EXISTS header bytea,
        ADD COLUMN IF NOT EXISTS delimiter int2,
        ALTER started_at SET DEFAULT now(),
        ALTER finished_at SET DEFAULT now(),
        SET (fillfactor = 90);

    DROP INDEX IF EXISTS glyph.imports_file;

    IF pg_get_indexdef(to_regclass('glyph.imports_time')) LIKE '% DESC%' THEN
        DROP INDEX glyph.imports_time;
    END IF;

    ALTER TABLE glyph.listings ALTER import_id SET (n_distinct = -0.0001);

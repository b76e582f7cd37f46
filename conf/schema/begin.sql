-- All that can be replaced, at once

BEGIN ISOLATION LEVEL READ COMMITTED;

SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    v int;
BEGIN
    SELECT max(version) INTO v FROM glyph.schema_versions;

    IF v > @VERSION@ OR (v IS DISTINCT FROM @VERSION@
                 AND to_regclass('glyph.imports') IS NOT NULL)
    THEN
        RAISE EXCEPTION 'schema glyph is at version %, from which this file'
            ' cannot go on: an earlier error says why', v;
    END IF;

    -- Whatever changes rows locks one of these first: to wait for its end here,
    -- with nothing held, is no deadlock.  Those who read do not wait.

    IF to_regclass('glyph.imports') IS NOT NULL THEN
        LOCK TABLE glyph.imports IN EXCLUSIVE MODE;
    END IF;
END
$$;

-- Of number 1 there were functions with other arguments or results

DO $$
DECLARE
    f regprocedure;
BEGIN
    IF EXISTS (SELECT 1 FROM pg_proc
                WHERE oid = to_regprocedure('glyph.schema_version()')
                      AND prosrc LIKE '%schema_versions%')
    THEN
        FOR f IN SELECT oid FROM pg_proc
                  WHERE pronamespace = 'glyph'::regnamespace
                        AND proname = ANY ('{@FUNCTIONS@}')
        LOOP
            EXECUTE 'DROP FUNCTION ' || f;
        END LOOP;
    END IF;
END
$$;

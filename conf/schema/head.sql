--
-- The schema "glyph" of ngx_glyph_module, version @VERSION@, for Postgres 13 to 17.
--
--     psql -v ON_ERROR_STOP=1 -f schema.sql 'host=… dbname=…'
--
-- Run it as the one who shall own it, best not the role that the module
-- connects with: that one needs no more than
--
--     CREATE ROLE "www-data" LOGIN IN ROLE glyph_writer;
--
-- and analysts are granted glyph_reader.  It makes a new schema, or brings one
-- of any earlier version to this one, while nginx runs: in steps, each a
-- transaction of its own, then all that can be replaced in one.  What was
-- interrupted goes on when it is run again, a second run changes nothing, two
-- at once wait for each other, and a newer schema is refused rather than taken
-- back.
--
-- What holds it together is the fence: every write to an import begins with
-- glyph.begin_batch(), which locks the import's row and compares its epoch,
-- and whoever takes an import over raises that epoch under the same lock.  A
-- transaction that a dead worker left behind, even one already in COMMIT, has
-- therefore ended, one way or the other, before anybody believes what the row
-- says.  All of it assumes READ COMMITTED.
--
-- SQLSTATEs of our own:
--     GL001  the fence: DETAIL is a JSON array of the import ids it refused
--     GL400  a wrong value of a parameter of an api_* function
--     GL401  a parameter that the function does not have; HINT: a near one
--     GL404  an import that is not the tenant's
-- and DETAIL of the last three is the parameter's name.
--

DO $$
BEGIN
    PERFORM pg_advisory_lock(7236276147263);    -- any constant, ours
END
$$;

BEGIN ISOLATION LEVEL READ COMMITTED;

SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    v int;
BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'glyph needs a database with encoding UTF8, this one'
            ' has %', current_setting('server_encoding');
    END IF;

    IF to_regclass('glyph.schema_versions') IS NOT NULL THEN
        EXECUTE 'SELECT max(version) FROM glyph.schema_versions' INTO v;
        IF v > @VERSION@ THEN
            RAISE EXCEPTION 'schema glyph is at version %, this file is'
                ' version @VERSION@', v;
        END IF;
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS glyph;

CREATE TABLE IF NOT EXISTS glyph.schema_versions (
    version     int PRIMARY KEY,
    applied_at  timestamptz NOT NULL DEFAULT now(),
    note        text NOT NULL
);

COMMIT;

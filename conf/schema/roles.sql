-- Two roles, made if we may make them; neither can log in, others are granted
-- them.  Readers see the views and nothing else.  Writers can do what the
-- module does and no more: they own nothing and change no definition.  All
-- nodes of a database log in as one role: only who is of the same role sees
-- another's backend, and may end it.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA glyph FROM PUBLIC;

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY '{glyph_reader,glyph_writer}'::text[] LOOP
        BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = v_role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            END IF;
        EXCEPTION
            WHEN insufficient_privilege OR duplicate_object
                 OR unique_violation THEN
                RAISE WARNING 'role % not created: %', v_role, SQLERRM;
        END;
    END LOOP;
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'glyph_reader') THEN
        GRANT USAGE ON SCHEMA glyph TO glyph_reader;
        GRANT SELECT ON glyph.import_view, glyph.listing_view,
            glyph.error_view, glyph.warning_view, glyph.model_view,
            glyph.model_summary_view, glyph.region_summary_view,
            glyph.seller_summary_view TO glyph_reader;
    END IF;

    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'glyph_writer') THEN
        GRANT USAGE ON SCHEMA glyph TO glyph_writer;
        GRANT SELECT ON ALL TABLES IN SCHEMA glyph TO glyph_writer;
        GRANT INSERT, UPDATE ON glyph.imports TO glyph_writer;
        GRANT INSERT, DELETE ON glyph.listings, glyph.import_errors,
            glyph.import_warnings, glyph.listing_orders,
            glyph.import_progress, glyph.import_models,
            glyph.import_sellers, glyph.import_reports TO glyph_writer;
        GRANT INSERT, UPDATE, DELETE ON glyph.gpu_models,
            glyph.gpu_models_digest, glyph.workers TO glyph_writer;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA glyph TO glyph_writer;
    END IF;
END
$$;

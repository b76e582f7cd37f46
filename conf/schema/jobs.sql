-- What nobody but the module writes, somebody may have changed: said, rather
-- than shown.

CREATE OR REPLACE FUNCTION glyph.is_sound(i glyph.imports) RETURNS bool
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.state IN ('receiving', 'queued', 'processing', 'completed',
                       'failed', 'cancelled')
           AND coalesce(jsonb_typeof(i.error) IN ('object', 'null'), true)
           AND coalesce(json_typeof(i.result) IN ('object', 'null'), true)
           AND coalesce(jsonb_typeof(i.metadata) IN ('object', 'null'), true);
$$;


CREATE OR REPLACE FUNCTION glyph.damaged(p_id uuid) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'data_corrupted',
        MESSAGE = format('import %s has a row that is damaged', p_id);
END
$$;


-- What a client sees of a job

-- "stalled" is shown, not stored: no progress and no sign of life.

CREATE OR REPLACE FUNCTION glyph.shown_state(i glyph.imports) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN NOT glyph.is_final(i.state)
             AND i.updated_at < now() - interval '60 s'
             AND NOT EXISTS (SELECT 1 FROM glyph.import_progress p
                              WHERE p.import_id = i.id AND p.committed_at
                                    >= now() - interval '60 s')
             AND EXISTS (SELECT 1 FROM glyph.workers w
                          WHERE w.worker = i.worker
                                AND w.heartbeat_at < now() - interval '60 s')
        THEN 'stalled'
        ELSE i.state
    END;
$$;


CREATE OR REPLACE FUNCTION glyph.shown_progress(i glyph.imports) RETURNS json
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT json_build_object(
        'bytes', i.bytes,
        'bytes_total', i.bytes_total,
        'rows', i.rows,
        'rows_committed', i.rows,
        'percent', CASE
            WHEN i.state = 'completed' THEN 100
            WHEN i.bytes_total > 0
            THEN least(100, round(100.0 * i.bytes / i.bytes_total, 1))
        END,
        'rows_per_second', round(i.rows / greatest(0.001, coalesce(
            CASE json_typeof(i.result->'summary_stats'->'processing_time_ms')
                WHEN 'number'
                THEN (i.result->'summary_stats'->>'processing_time_ms')::float8
                     / 1000 END,
            extract(epoch FROM coalesce(i.finished_at, i.updated_at)
                               - coalesce(i.started_at, i.created_at))))),
        'eta_seconds', CASE
            WHEN NOT glyph.is_final(i.state) AND i.bytes > 0
                 AND i.bytes_total > 0
            THEN round(extract(epoch FROM i.updated_at
                       - coalesce(i.started_at, i.created_at))
                       * greatest(0, i.bytes_total - i.bytes) / i.bytes, 1)
        END);
$$;


-- How many warnings can be read is said where that is not all.

CREATE OR REPLACE FUNCTION glyph.shown_counts(i glyph.imports) RETURNS json
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN k.kept < i.warnings_count
        THEN json_build_object('rows', i.rows, 'valid', i.valid_rows,
            'invalid', i.invalid_rows, 'warnings', i.warnings_count,
            'skipped', k.skipped, 'warnings_kept', k.kept)
        ELSE json_build_object('rows', i.rows, 'valid', i.valid_rows,
            'invalid', i.invalid_rows, 'warnings', i.warnings_count,
            'skipped', k.skipped)
        END
      FROM (SELECT coalesce(max(w.number) + 1, 0) AS kept,
                   CASE json_typeof(i.result->'skipped_rows')
                        WHEN 'number' THEN i.result->'skipped_rows'
                   END AS skipped
              FROM glyph.import_warnings w
             WHERE w.import_id = i.id AND i.warnings_count > 0) k;
$$;


CREATE OR REPLACE FUNCTION glyph.job_status(p_id uuid, p_tenant text)
RETURNS json
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC' AS $$
    SELECT json_build_object(
        'job_id', i.id,
        'state', glyph.shown_state(i),
        'created_at', i.created_at,
        'started_at', i.started_at,
        'finished_at', i.finished_at,
        'filename', i.filename,
        'source_label', i.source_label,
        'campaign_id', i.campaign_id,
        'progress', glyph.shown_progress(i),
        'counts', glyph.shown_counts(i),
        'error', i.error,
        'undone_at', i.undone_at)
      FROM glyph.imports x CROSS JOIN LATERAL glyph.so_far(x) i
     WHERE x.id = p_id AND x.tenant = p_tenant;
$$;


CREATE OR REPLACE FUNCTION glyph.job_result(p_id uuid, p_tenant text)
RETURNS TABLE (state text, result json)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.state,
           CASE WHEN i.duplicate_of IS NULL OR i.result IS NULL THEN i.result
                ELSE (left(i.result::text, -1) || ',"duplicate_of":"'
                      || i.duplicate_of || '"}')::json END
      FROM glyph.imports i
     WHERE i.id = p_id AND i.tenant = p_tenant;
$$;


-- What the file of rejected rows needs of its import.

CREATE OR REPLACE FUNCTION glyph.job_header(p_id uuid, p_tenant text)
RETURNS TABLE (state text, header text, delimiter int2)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.state, encode(i.header, 'hex'), i.delimiter
      FROM glyph.imports i
     WHERE i.id = p_id AND i.tenant = p_tenant;
$$;

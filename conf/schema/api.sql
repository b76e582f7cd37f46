-- The queries of glyph_query.  Each takes {"args": {…the query's strings…},
-- "tenant": "…"} and returns a page.  Columns that begin with "_" are not
-- shown.  _cursor, which a list has, is NULL but on the last row of a page
-- that another one follows; given back as "after" it yields that page.  _count
-- is how many rows all pages have.  A last row whose columns but for these
-- two are NULL is none.  Without _cursor the only row is the answer; it may
-- have a _markdown, too.

CREATE OR REPLACE FUNCTION glyph.api_jobs(args jsonb)
RETURNS TABLE (job_id uuid, state text, created_at timestamptz,
    started_at timestamptz, finished_at timestamptz, filename text,
    source_label text, campaign_id text, progress json, counts json,
    error jsonb, undone_at timestamptz, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a       jsonb := glyph.api_args(args, '{state,limit,after}');
    v_limit int := glyph.arg_limit(a);
    v_state text := glyph.arg_choice(a, 'state', '{receiving,queued,'
        'processing,stalled,completed,failed,cancelled}');
    v_after text[] := glyph.arg_cursor(a, 'jobs', 'time', 'uuid');
    v_where text := '';
BEGIN
    IF v_after IS NOT NULL THEN
        v_where := ' AND (i.created_at, i.id) < ($4, $5)';
    END IF;

    -- Whether a job runs is what the partial index knows
    IF v_state = 'stalled' THEN
        v_where := v_where || ' AND i.state IN (''receiving'', ''queued'','
            ' ''processing'') AND glyph.shown_state(i) = $3';
    ELSIF v_state IS NOT NULL THEN
        v_where := v_where || format(' AND i.state = %L', v_state);
    END IF;

    RETURN QUERY EXECUTE
        'SELECT i.id, CASE WHEN glyph.is_sound(i)'
        '       THEN glyph.shown_state(i) ELSE glyph.damaged(i.id) END,'
        '       i.created_at, i.started_at,'
        '       i.finished_at, i.filename, i.source_label, i.campaign_id,'
        '       glyph.shown_progress(i), glyph.shown_counts(i), i.error,'
        '       i.undone_at,'
        '       CASE WHEN glyph.ends_page(p.n, $2, p.bytes, p.more)'
        '            THEN glyph.cursor(''jobs'','
        '                     glyph.time_key(i.created_at), i.id::text) END'
        '  FROM (SELECT k.*, row_number() OVER w AS n,'
        '               count(*) OVER () AS more, sum(k.size) OVER w AS bytes'
        '          FROM (SELECT i.id, i.created_at, octet_length(concat('
        '                           i.filename, i.source_label,'
        '                           i.campaign_id, i.error)) AS size'
        '                  FROM glyph.imports i'
        '                 WHERE i.tenant = $1' || v_where ||
        '                 ORDER BY i.created_at DESC, i.id DESC'
        '                 LIMIT $2 + 1) k'
        '        WINDOW w AS (ORDER BY k.created_at DESC, k.id DESC)) p'
        '       JOIN glyph.imports x ON x.id = p.id'
        '       CROSS JOIN LATERAL glyph.so_far(x) i'
        ' WHERE glyph.on_page(p.n, $2, p.bytes, p.size) ORDER BY p.n'
        USING coalesce(args->>'tenant', ''), v_limit, v_state,
              v_after[1]::timestamptz, v_after[2]::uuid;
END
$$;


CREATE OR REPLACE FUNCTION glyph.api_imports(args jsonb)
RETURNS TABLE (import_id uuid, created_at timestamptz,
    finished_at timestamptz, filename text, source_label text,
    campaign_id text, metadata jsonb, total_rows bigint, valid_rows bigint,
    invalid_rows bigint, warnings_count bigint, score_min float8,
    score_max float8, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a       jsonb := glyph.api_args(args,
        '{source_label,campaign_id,limit,after}');
    v_limit int := glyph.arg_limit(a);
    v_after text[] := glyph.arg_cursor(a, 'imports', 'time', 'uuid');
    v_where text := '';
BEGIN
    IF v_after IS NOT NULL THEN
        v_where := ' AND (i.created_at, i.id) < ($5, $6)';
    END IF;

    IF a ? 'source_label' THEN
        v_where := v_where || ' AND i.source_label = $3';
    END IF;

    IF a ? 'campaign_id' THEN
        v_where := v_where || ' AND i.campaign_id = $4';
    END IF;

    RETURN QUERY EXECUTE
        'SELECT CASE WHEN p.sound THEN p.id'
        '            ELSE glyph.damaged(p.id)::uuid END,'
        '       p.created_at, p.finished_at, p.filename,'
        '       p.source_label, p.campaign_id, p.metadata, p.rows,'
        '       p.valid_rows, p.invalid_rows, p.warnings_count, p.score_min,'
        '       p.score_max,'
        '       CASE WHEN glyph.ends_page(p.n, $2, p.upto, p.more)'
        '            THEN glyph.cursor(''imports'','
        '                     glyph.time_key(p.created_at), p.id::text) END'
        '  FROM (SELECT k.*, row_number() OVER w AS n,'
        '               count(*) OVER () AS more, sum(k.size) OVER w AS upto'
        '          FROM (SELECT i.*, glyph.is_sound(i) AS sound,'
        '                       octet_length(concat(i.filename,'
        '                           i.source_label, i.campaign_id,'
        '                           i.metadata)) AS size'
        '                  FROM glyph.imports i'
        '                 WHERE i.tenant = $1 AND i.state = ''completed'''
        '                       AND i.undone_at IS NULL' || v_where ||
        '                 ORDER BY i.created_at DESC, i.id DESC'
        '                 LIMIT $2 + 1) k'
        '        WINDOW w AS (ORDER BY k.created_at DESC, k.id DESC)) p'
        ' WHERE glyph.on_page(p.n, $2, p.upto, p.size) ORDER BY p.n'
        USING coalesce(args->>'tenant', ''), v_limit, a->>'source_label',
              a->>'campaign_id', v_after[1]::timestamptz, v_after[2]::uuid;
END
$$;


-- A page of an import's errors: "limit" rows, or as many as have 256 kB; of an
-- import in any state, also while it runs, of which those behind a row that is not
-- there yet wait for it.

CREATE OR REPLACE FUNCTION glyph.error_page(args jsonb)
RETURNS TABLE (import_index int, line bigint, byte_offset bigint,
    errors jsonb, raw bytea, cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a       jsonb := glyph.api_args(args #- '{args,id}',
                                    '{severity,limit,after}');
    v_id    uuid := glyph.arg_uuid(args->'args', 'id');
    v_limit int := glyph.arg_limit(a);
    v_after text[] := glyph.arg_cursor(a, 'errors', 'int');
    v_rows  bigint := coalesce(glyph.settled(v_id, false), 2147483648);
BEGIN
    -- The others are of api_warnings
    IF a->>'severity' <> 'error' THEN
        PERFORM glyph.bad_argument('severity', 'parameter "severity" must be'
            ' one of: error, warning, all');
    END IF;

    IF v_id IS NULL THEN
        PERFORM glyph.bad_argument('id', 'parameter "id" is required');
    END IF;

    -- bytes before the row decide, so that one row at least is on a page
    RETURN QUERY
    SELECT p.import_index, p.line, p.byte_offset, p.errors, p.raw,
           CASE WHEN p.more > p.n AND (p.n = v_limit OR p.bytes >= 262144)
                THEN glyph.cursor('errors', p.import_index::text) END
      FROM (SELECT k.*, row_number() OVER w AS n, count(*) OVER () AS more,
                   sum(octet_length(k.raw)) OVER w AS bytes
              FROM (SELECT e.* FROM glyph.import_errors e
                     WHERE e.import_id = v_id
                           AND e.import_index > coalesce(v_after[1]::int, -1)
                           AND e.import_index < v_rows
                           AND EXISTS (SELECT 1 FROM glyph.imports i
                                        WHERE i.id = v_id AND i.tenant =
                                          coalesce(args->>'tenant', ''))
                     ORDER BY e.import_index
                     LIMIT v_limit + 1) k
            WINDOW w AS (ORDER BY k.import_index ROWS UNBOUNDED PRECEDING)) p
     WHERE p.n <= v_limit
           AND (p.n = 1 OR p.bytes - octet_length(p.raw) < 262144)
     ORDER BY p.n;
END
$$;


CREATE OR REPLACE FUNCTION glyph.api_errors(args jsonb)
RETURNS TABLE (row_index int, line bigint, byte_offset bigint, errors jsonb,
    row_data text, _cursor text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.import_index, p.line, p.byte_offset,
           CASE jsonb_typeof(p.errors) WHEN 'array' THEN p.errors
                ELSE glyph.damaged(glyph.arg_uuid(args->'args', 'id'))::jsonb
           END,
           glyph.safe_text(p.raw), p.cursor
      FROM glyph.error_page(args) p ORDER BY p.import_index;
$$;


-- The same page, as the file of rejected rows has it.

CREATE OR REPLACE FUNCTION glyph.error_records(args jsonb)
RETURNS TABLE (line bigint, codes text, messages text, raw text,
    _cursor text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.line, x.codes, x.messages, encode(p.raw, 'hex'), p.cursor
      FROM glyph.error_page(args) p
           CROSS JOIN LATERAL (
               SELECT string_agg(e->>'code', ' ' ORDER BY n),
                      string_agg(coalesce((e->>'column') || ': ', '')
                                 || coalesce(e->>'message', ''), '; '
                                 ORDER BY n)
                 FROM jsonb_array_elements(p.errors)
                      WITH ORDINALITY x(e, n)) x(codes, messages)
     ORDER BY p.import_index;
$$;


-- A page of an import's warnings, or with severity "all" of its errors, too, one
-- a row of the page, in file order.  The cursor has the last warning, and the
-- last error by its row and its place among that row's.  A warning of the whole
-- file stands where it was given.

CREATE OR REPLACE FUNCTION glyph.api_warnings(args jsonb)
RETURNS TABLE (row_index int, line bigint, severity text, code text,
    "column" text, value text, message text, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a         jsonb := glyph.api_args(args #- '{args,id}',
                                      '{severity,limit,after}');
    v_id      uuid := glyph.arg_uuid(args->'args', 'id');
    v_limit   int := glyph.arg_limit(a);
    v_all     bool := glyph.arg_choice(a, 'severity', '{warning,all}') = 'all';
    v_after   text[] := glyph.arg_cursor(a, 'warnings', 'int', 'int', 'int');
    v_warning int := coalesce(v_after[1]::int, -1);
    v_row     int := coalesce(v_after[2]::int, -1);
    v_error   int := coalesce(v_after[3]::int, 0);
    v_rows    bigint := coalesce(glyph.settled(v_id, false), 2147483648);
    v_number  bigint := coalesce(glyph.settled(v_id, true), 2147483648);
BEGIN
    IF v_id IS NULL THEN
        PERFORM glyph.bad_argument('id', 'parameter "id" is required');
    END IF;

    IF NOT EXISTS (SELECT FROM glyph.imports i
                    WHERE i.id = v_id
                          AND i.tenant = coalesce(args->>'tenant', ''))
    THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH w AS (
        SELECT w.*, max(coalesce(w.import_index, -1))
                        OVER (ORDER BY w.number) AS place
          FROM (SELECT w.* FROM glyph.import_warnings w
                 WHERE w.import_id = v_id AND w.number > v_warning
                       AND w.number < v_number
                 ORDER BY w.number
                 LIMIT v_limit + 1) w
    ), e AS (
        SELECT e.import_index, e.line, x.e, x.n::int
          FROM (SELECT e.* FROM glyph.import_errors e
                 WHERE v_all AND e.import_id = v_id
                       AND e.import_index >= v_row
                       AND e.import_index < v_rows
                 ORDER BY e.import_index
                 LIMIT v_limit + 2) e
               CROSS JOIN LATERAL jsonb_array_elements(
                   CASE jsonb_typeof(e.errors) WHEN 'array' THEN e.errors
                        ELSE glyph.damaged(v_id)::jsonb END)
                   WITH ORDINALITY x(e, n)
         WHERE (e.import_index, x.n) > (v_row, v_error)
    ), m AS (
        SELECT e.import_index AS place, e.n, NULL::int AS number,
               e.import_index, e.line, 'error' AS severity,
               e.e->>'code' AS code, e.e->>'column' AS column_name,
               e.e->>'value' AS value, e.e->>'message' AS message
          FROM e
         UNION ALL
        SELECT w.place, NULL, w.number, w.import_index, w.line, 'warning',
               w.code, w.column_name, w.value, w.message
          FROM w
    )
    SELECT p.import_index, p.line, p.severity, p.code, p.column_name, p.value,
           p.message,
           CASE WHEN p.at = v_limit AND p.more > v_limit
                THEN glyph.cursor('warnings', p.number::text,
                                  p.error[1]::text, p.error[2]::text) END
      FROM (SELECT m.import_index, m.line, m.severity, m.code, m.column_name,
                   m.value, m.message, row_number() OVER o AS at,
                   count(*) OVER () AS more,
                   coalesce(max(m.number) OVER o, v_warning) AS number,
                   coalesce(max(ARRAY[m.place, m.n])
                                FILTER (WHERE m.n IS NOT NULL) OVER o,
                            ARRAY[v_row, v_error]) AS error
              FROM m
            WINDOW o AS (ORDER BY m.place, m.n, m.number
                         ROWS UNBOUNDED PRECEDING)) p
     WHERE p.at <= v_limit
     ORDER BY p.at;
END
$$;


CREATE OR REPLACE FUNCTION glyph.api_schema_versions(args jsonb)
RETURNS TABLE (version int, applied_at timestamptz, note text, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a       jsonb := glyph.api_args(args, '{limit,after}');
    v_limit int := glyph.arg_limit(a);
    v_after text[] := glyph.arg_cursor(a, 'versions', 'int');
BEGIN
    RETURN QUERY
    SELECT p.version, p.applied_at, p.note,
           CASE WHEN p.n = v_limit AND p.more > v_limit
                THEN glyph.cursor('versions', p.version::text) END
      FROM (SELECT v.*, row_number() OVER (ORDER BY v.version) AS n,
                   count(*) OVER () AS more
              FROM glyph.schema_versions v
             WHERE v.version > coalesce(v_after[1]::int, 0)) p
     WHERE p.n <= v_limit
     ORDER BY p.n;
END
$$;

-- Parameters of the api_* functions

CREATE OR REPLACE FUNCTION glyph.bad_argument(p_name text, p_message text)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'GL400', MESSAGE = p_message,
        DETAIL = p_name;
END
$$;


-- Which of some names was meant: one that two letters make it (one, if it is
-- short), or else one that it is a part of.  Levenshtein's distance, a row of
-- its table at a time.

CREATE OR REPLACE FUNCTION glyph.nearest(p_name text, p_known text[])
RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_name text := replace(lower(left(p_name, 64)), '-', '_');
    v_len  int := length(v_name);
    v_best int := CASE WHEN v_len > 4 THEN 3 ELSE 2 END;
    v_near text;
    v_known text;
    v_last int[];
    v_row  int[];
BEGIN
    FOREACH v_known IN ARRAY p_known LOOP
        v_last := ARRAY(SELECT generate_series(0, v_len));

        FOR i IN 1 .. length(v_known) LOOP
            v_row := ARRAY[i];

            FOR j IN 1 .. v_len LOOP
                v_row[j + 1] := least(v_last[j + 1] + 1, v_row[j] + 1,
                    v_last[j] + (substr(v_known, i, 1)
                                 <> substr(v_name, j, 1))::int);
            END LOOP;

            v_last := v_row;
        END LOOP;

        IF v_last[v_len + 1] < v_best THEN
            v_best := v_last[v_len + 1];
            v_near := v_known;
        END IF;
    END LOOP;

    RETURN coalesce(v_near, (
        SELECT k FROM unnest(p_known) k
         WHERE v_len > 2 AND strpos(k, v_name) > 0 LIMIT 1));
END
$$;


-- The query's parameters, all of them known and all of them strings.

CREATE OR REPLACE FUNCTION glyph.api_args(p_args jsonb, p_known text[])
RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_args jsonb := coalesce(p_args->'args', '{}');
    v_key  text;
BEGIN
    FOR v_key IN SELECT jsonb_object_keys(v_args) ORDER BY 1 LOOP
        IF v_key <> ALL (p_known) THEN
            RAISE EXCEPTION USING ERRCODE = 'GL401',
                MESSAGE = format('there is no parameter "%s"; known are: %s',
                    left(v_key, 64), array_to_string(p_known, ', ')),
                DETAIL = left(v_key, 64),
                HINT = coalesce(glyph.nearest(v_key, p_known), '');
        END IF;

        IF jsonb_typeof(v_args->v_key) NOT IN ('string', 'number', 'boolean')
        THEN
            PERFORM glyph.bad_argument(v_key, format(
                'parameter "%s" must be given once', v_key));
        END IF;

        IF v_args->>v_key = '' THEN
            PERFORM glyph.bad_argument(v_key, format(
                'parameter "%s" is empty', v_key));
        END IF;
    END LOOP;

    RETURN v_args;
END
$$;


CREATE OR REPLACE FUNCTION glyph.arg_limit(p_args jsonb) RETURNS int
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v text := coalesce(p_args->>'limit', '100');
BEGIN
    IF v !~ '^[0-9]{1,4}$' OR v::int NOT BETWEEN 1 AND 1000 THEN
        PERFORM glyph.bad_argument('limit',
            'parameter "limit" must be a number from 1 to 1000');
    END IF;

    RETURN v::int;
END
$$;


CREATE OR REPLACE FUNCTION glyph.arg_number(p_args jsonb, p_name text)
RETURNS numeric
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v text := p_args->>p_name;
BEGIN
    IF v !~ '^-?[0-9]{1,12}([.][0-9]{1,12})?$' THEN
        PERFORM glyph.bad_argument(p_name, format(
            'parameter "%s" must be a number such as 12.5', p_name));
    END IF;

    RETURN v::numeric;
END
$$;


CREATE OR REPLACE FUNCTION glyph.arg_uuid(p_args jsonb, p_name text)
RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v text := p_args->>p_name;
BEGIN
    IF v !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN
        PERFORM glyph.bad_argument(p_name, format(
            'parameter "%s" must be a UUID', p_name));
    END IF;

    RETURN v::uuid;
END
$$;


-- import_id, which must be one of the tenant's; readers see no difference
-- between another's and none.

CREATE OR REPLACE FUNCTION glyph.arg_import(p_args jsonb) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id uuid := glyph.arg_uuid(p_args->'args', 'import_id');
BEGIN
    PERFORM 1 FROM glyph.imports i
     WHERE i.id = v_id AND i.tenant = coalesce(p_args->>'tenant', '');

    IF v_id IS NOT NULL AND NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'GL404', DETAIL = 'import_id',
            MESSAGE = format('there is no import %s', v_id);
    END IF;

    RETURN v_id;
END
$$;


CREATE OR REPLACE FUNCTION glyph.arg_choice(p_args jsonb, p_name text,
    p_choices text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v text := p_args->>p_name;
BEGIN
    IF v <> ALL (p_choices) THEN
        PERFORM glyph.bad_argument(p_name, format(
            'parameter "%s" must be one of: %s', p_name,
            array_to_string(p_choices, ', ')));
    END IF;

    RETURN v;
END
$$;


-- Cursors: base64url of [kind, key, …].  The kind (function and order) and
-- the type of every key are checked, so that one that was tampered with, or
-- made for another order, is a GL400 and never an error of Postgres.

CREATE OR REPLACE FUNCTION glyph.cursor(VARIADIC p_keys text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT translate(encode(convert_to(array_to_json(p_keys)::text, 'UTF8'),
                            'base64'), E'+/=\n', '-_');
$$;


CREATE OR REPLACE FUNCTION glyph.arg_cursor(p_args jsonb, p_kind text,
    VARIADIC p_types text[]) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_after text := p_args->>'after';
    v_json  jsonb;
    v_keys  text[];
BEGIN
    IF v_after IS NULL THEN
        RETURN NULL;
    END IF;

    BEGIN
        v_json := convert_from(decode(translate(v_after, '-_', '+/')
                      || repeat('=', -length(v_after) & 3), 'base64'),
                      'UTF8')::jsonb;

        v_keys := ARRAY(SELECT e #>> '{}'
                          FROM jsonb_array_elements(v_json)
                               WITH ORDINALITY x(e, n) ORDER BY n);

        IF v_keys[1] IS DISTINCT FROM p_kind
           OR cardinality(v_keys) <> cardinality(p_types) + 1
        THEN
            RAISE EXCEPTION USING ERRCODE = 'GL000';
        END IF;

        FOR i IN 1 .. cardinality(p_types) LOOP
            CASE p_types[i]
                WHEN 'int' THEN PERFORM v_keys[i + 1]::int;
                WHEN 'uuid' THEN PERFORM v_keys[i + 1]::uuid;
                WHEN 'time' THEN PERFORM v_keys[i + 1]::timestamptz;
                WHEN 'float' THEN PERFORM v_keys[i + 1]::float8;
                WHEN 'numeric' THEN PERFORM v_keys[i + 1]::numeric;
                ELSE NULL;
            END CASE;

            -- Only a numeric key (a price that is not known) may be null
            IF v_keys[i + 1] IS NULL AND p_types[i] <> 'numeric' THEN
                RAISE EXCEPTION USING ERRCODE = 'GL000';
            END IF;
        END LOOP;

    EXCEPTION
        WHEN data_exception OR SQLSTATE 'GL000' OR character_not_in_repertoire
             OR untranslatable_character OR datetime_field_overflow
             OR statement_too_complex
        THEN
            PERFORM glyph.bad_argument('after', 'parameter "after" is not a'
                ' cursor of this query; take it from the Link header of the'
                ' page before');
    END;

    RETURN v_keys[2:];
END
$$;


CREATE OR REPLACE FUNCTION glyph.time_key(p_time timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char(p_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
$$;


-- A list's page ends behind "limit" rows, or behind the row with which its
-- texts have 1 MB: a worker holds a page whole, and a client may read slowly.
-- Of a row: its number n, its size, the bytes up to its end, and how many rows
-- there are; whether it is on the page, and whether the next page is behind it.

CREATE OR REPLACE FUNCTION glyph.on_page(n bigint, p_limit int, bytes bigint,
    size int) RETURNS bool
LANGUAGE sql IMMUTABLE AS $$
    SELECT n <= p_limit AND (n = 1 OR bytes - size < 1048576);
$$;


CREATE OR REPLACE FUNCTION glyph.ends_page(n bigint, p_limit int,
    bytes bigint, rows bigint) RETURNS bool
LANGUAGE sql IMMUTABLE AS $$
    SELECT n < rows AND (n = p_limit OR bytes >= 1048576);
$$;


-- Any bytes as text: what is not UTF-8, and NUL, becomes U+FFFD.  The slow way
-- reads the bytes as Latin-1 and takes from them what is well-formed.

CREATE OR REPLACE FUNCTION glyph.safe_text(p_raw bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_raw  bytea := p_raw;
    v_nul  int;
    v_text text;
BEGIN
    BEGIN
        RETURN convert_from(p_raw, 'UTF8');
    EXCEPTION
        WHEN character_not_in_repertoire OR untranslatable_character THEN
            NULL;
    END;

    LOOP
        v_nul := position('\x00'::bytea IN v_raw);
        EXIT WHEN v_nul = 0;
        v_raw := set_byte(v_raw, v_nul - 1, 255);
    END LOOP;

    SELECT string_agg(CASE WHEN m[1] IS NULL THEN U&'\FFFD'
                      ELSE convert_from(convert_to(m[1], 'LATIN1'), 'UTF8')
                      END, '' ORDER BY n)
      INTO v_text
      FROM regexp_matches(convert_from(v_raw, 'LATIN1'),
               '([\u0001-\u007f]+'
               '|[\u00c2-\u00df][\u0080-\u00bf]'
               '|\u00e0[\u00a0-\u00bf][\u0080-\u00bf]'
               '|[\u00e1-\u00ec\u00ee\u00ef][\u0080-\u00bf]{2}'
               '|\u00ed[\u0080-\u009f][\u0080-\u00bf]'
               '|\u00f0[\u0090-\u00bf][\u0080-\u00bf]{2}'
               '|[\u00f1-\u00f3][\u0080-\u00bf]{3}'
               '|\u00f4[\u0080-\u008f][\u0080-\u00bf]{2})|(.)', 'g')
           WITH ORDINALITY x(m, n);

    RETURN v_text;
END
$$;

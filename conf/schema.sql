--
-- The schema "glyph" of ngx_glyph_module, version 1, for Postgres 13 to 17.
--
--     psql -v ON_ERROR_STOP=1 -f conf/schema.sql 'host=… dbname=…'
--
-- Run it as the role that the module connects with (or as a superuser who
-- then makes that role the owner).  It is one transaction and idempotent:
-- running it again changes nothing, two runs at once wait for each other, and
-- a newer schema is refused rather than taken back.
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
--     GL400  a parameter of an api_* function: DETAIL is the parameter's name
--

BEGIN ISOLATION LEVEL READ COMMITTED;

SET LOCAL client_min_messages = warning;

DO $$
DECLARE
    v int;
BEGIN
    PERFORM pg_advisory_xact_lock(7236276147263);   -- any constant, ours

    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'glyph needs a database with encoding UTF8, this one'
            ' has %', current_setting('server_encoding');
    END IF;

    IF to_regclass('glyph.schema_versions') IS NOT NULL THEN
        EXECUTE 'SELECT max(version) FROM glyph.schema_versions' INTO v;
        IF v > 1 THEN
            RAISE EXCEPTION 'schema glyph is at version %, this file is'
                ' version 1', v;
        END IF;
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS glyph;


-- Tables

CREATE TABLE IF NOT EXISTS glyph.schema_versions (
    version     int PRIMARY KEY,
    applied_at  timestamptz NOT NULL DEFAULT now(),
    note        text NOT NULL
);


-- An import is updated once a batch; a third of each page is left free so that
-- the new version fits beside the old one (HOT) and no index is touched.

CREATE TABLE IF NOT EXISTS glyph.imports (
    id               uuid PRIMARY KEY,
    tenant           text NOT NULL DEFAULT '',
    state            text NOT NULL CHECK (state IN ('receiving', 'queued',
                         'processing', 'completed', 'failed', 'cancelled')),
    epoch            int NOT NULL,
    node             uuid,
    worker           uuid,
    durable          bool NOT NULL DEFAULT false,

    created_at       timestamptz NOT NULL DEFAULT now(),
    started_at       timestamptz,
    updated_at       timestamptz NOT NULL DEFAULT now(),
    finished_at      timestamptz,

    filename         text,
    source_label     text,
    campaign_id      text,
    metadata         jsonb,
    options          jsonb,

    bytes            bigint NOT NULL DEFAULT 0,
    bytes_total      bigint,
    rows             bigint NOT NULL DEFAULT 0,     -- the next import_index
    valid_rows       bigint NOT NULL DEFAULT 0,
    invalid_rows     bigint NOT NULL DEFAULT 0,
    warnings_count   bigint NOT NULL DEFAULT 0,
    score_min        float8,
    score_max        float8,

    error            jsonb,                         -- {"code", "detail"}
    result           json,                          -- ImportResult, in order

    idempotency_key  text,
    request_hash     bytea,
    file_sha256      bytea,
    fingerprint      text,
    traceparent      text,

    undone_at        timestamptz,
    purged_to        int NOT NULL DEFAULT 0,        -- listings below are gone
    purged_at        timestamptz                    -- all are
) WITH (fillfactor = 70);

-- api_jobs, api_imports, and the order "time" of listings

CREATE INDEX IF NOT EXISTS imports_time
    ON glyph.imports (tenant, created_at DESC, id DESC);

-- What a dead worker left; a handful of rows, whatever the history.

CREATE INDEX IF NOT EXISTS imports_running
    ON glyph.imports (worker)
    WHERE state IN ('receiving', 'queued', 'processing');

CREATE INDEX IF NOT EXISTS imports_purge
    ON glyph.imports (id)
    WHERE purged_at IS NULL
          AND (state IN ('failed', 'cancelled') OR undone_at IS NOT NULL);

CREATE UNIQUE INDEX IF NOT EXISTS imports_idempotency
    ON glyph.imports (tenant, idempotency_key)
    WHERE idempotency_key IS NOT NULL
          AND state NOT IN ('failed', 'cancelled');


-- Filled by binary COPY in this order of columns.  There is no foreign key to
-- imports: the fence has checked the row already, once a batch and not once a
-- listing.

CREATE TABLE IF NOT EXISTS glyph.listings (
    import_id           uuid NOT NULL,
    import_index        int4 NOT NULL,
    title               text NOT NULL,
    canonical_model     text NOT NULL,
    match_type          text NOT NULL,
    match_score         float4 NOT NULL,
    match_notes         text NOT NULL,
    is_valid_gpu        bool NOT NULL,
    unknown_reason      text,
    price               numeric(12,2) NOT NULL,
    currency            text NOT NULL,
    price_usd           numeric(14,2),
    vram_gb             float4,
    tdp_watts           int4,
    mig_support         int2,
    nvlink              bool,
    generation          text,
    cuda_cores          int4,
    slot_width          float4,
    pcie_generation     int2,
    form_factor         text,
    q7b                 int4 NOT NULL,
    q13b                int4 NOT NULL,
    q70b                int4 NOT NULL,
    raw_score           float8 NOT NULL,
    quantization_score  float8 NOT NULL,
    score               float8 NOT NULL,
    duplicate_of        int4,
    condition           text,
    quantity            int4,
    availability        text,
    seller              text,
    region              text,
    listing_age         text,
    seen_at             timestamptz,
    source_url          text,
    url_digest          uuid,
    source_type         text,
    bulk_notes          text,
    model_given         text,
    extra               jsonb,

    PRIMARY KEY (import_id, import_index)
);

-- Every index begins with import_id, so that a COPY touches only the pages of
-- its own imports, and the purge of an import leaves whole pages empty.

-- dedup_status: is this row the first of several?  Only duplicates are in it.

CREATE INDEX IF NOT EXISTS listings_duplicates
    ON glyph.listings (import_id, duplicate_of)
    WHERE duplicate_of IS NOT NULL;

-- api_models reads price and score of a model from the index alone;
-- api_listings?model=… finds its rows.

CREATE INDEX IF NOT EXISTS listings_model
    ON glyph.listings (import_id, canonical_model, price_usd, score);

-- Keyset pages by score and by price: without them each page of a large
-- import is a sort of all of it.

CREATE INDEX IF NOT EXISTS listings_score
    ON glyph.listings (import_id, score, import_index);

CREATE INDEX IF NOT EXISTS listings_price
    ON glyph.listings (import_id, price_usd, import_index);


CREATE TABLE IF NOT EXISTS glyph.import_errors (
    import_id     uuid NOT NULL,
    import_index  int4 NOT NULL,
    line          int8 NOT NULL,
    byte_offset   int8 NOT NULL,
    errors        jsonb NOT NULL,
    raw           bytea NOT NULL,

    PRIMARY KEY (import_id, import_index)
);


CREATE TABLE IF NOT EXISTS glyph.gpu_models (
    model            text PRIMARY KEY,
    family           text,
    vendor           text,
    class            text,
    vram_gb          float8,
    tdp_watts        int,
    mig_support      int,
    nvlink           bool,
    generation       text,
    cuda_cores       int,
    slot_width       float8,
    pcie_generation  int,
    form_factor      text,
    released         text
);

-- Which registry gpu_models holds: one row, or none before the first.

CREATE TABLE IF NOT EXISTS glyph.gpu_models_digest (
    one        bool PRIMARY KEY DEFAULT true CHECK (one),
    digest     text NOT NULL,
    synced_at  timestamptz NOT NULL
);


CREATE TABLE IF NOT EXISTS glyph.workers (
    worker        uuid PRIMARY KEY,
    node          uuid,
    started_at    timestamptz NOT NULL DEFAULT now(),
    heartbeat_at  timestamptz NOT NULL DEFAULT now(),
    pid           int,
    host          text,
    version       text
) WITH (fillfactor = 50);


-- Views for readers: an import appears at once or not at all.

CREATE OR REPLACE VIEW glyph.import_view AS
SELECT id AS import_id, tenant, created_at, started_at, finished_at, filename,
       source_label, campaign_id, metadata, rows, valid_rows, invalid_rows,
       warnings_count, score_min, score_max
  FROM glyph.imports
 WHERE state = 'completed' AND undone_at IS NULL;

CREATE OR REPLACE VIEW glyph.listing_view AS
SELECT l.import_id, l.import_index, i.tenant, i.created_at AS imported_at,
       l.title, l.canonical_model, l.match_type, l.match_score, l.match_notes,
       l.is_valid_gpu, l.unknown_reason, l.price, l.currency, l.price_usd,
       l.vram_gb, l.tdp_watts, l.mig_support, l.nvlink, l.generation,
       l.cuda_cores, l.slot_width, l.pcie_generation, l.form_factor,
       l.q7b, l.q13b, l.q70b, l.raw_score, l.quantization_score, l.score,
       CASE WHEN i.score_max > i.score_min
            THEN 100 * (l.score - i.score_min) / (i.score_max - i.score_min)
            ELSE 50
       END::float8 AS final_score,
       CASE WHEN l.duplicate_of IS NOT NULL THEN 'DUPLICATE_SECONDARY'
            WHEN EXISTS (SELECT 1 FROM glyph.listings d
                          WHERE d.import_id = l.import_id
                                AND d.duplicate_of = l.import_index)
            THEN 'DUPLICATE_PRIMARY'
            ELSE 'UNIQUE'
       END AS dedup_status,
       l.duplicate_of, l.condition, l.quantity, l.availability, l.seller,
       l.region, l.listing_age, l.seen_at, l.source_url, l.source_type,
       l.bulk_notes, l.model_given, l.extra
  FROM glyph.listings l JOIN glyph.imports i ON i.id = l.import_id
 WHERE i.state = 'completed' AND i.undone_at IS NULL;

CREATE OR REPLACE VIEW glyph.error_view AS
SELECT e.import_id, e.import_index, i.tenant, e.line, e.byte_offset, e.errors,
       e.raw
  FROM glyph.import_errors e JOIN glyph.imports i ON i.id = e.import_id
 WHERE i.state = 'completed' AND i.undone_at IS NULL;

CREATE OR REPLACE VIEW glyph.model_view AS
SELECT * FROM glyph.gpu_models;


-- The fence

CREATE OR REPLACE FUNCTION glyph.schema_version() RETURNS int
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(version) FROM glyph.schema_versions;
$$;


CREATE OR REPLACE FUNCTION glyph.is_final(p_state text) RETURNS bool
LANGUAGE sql IMMUTABLE AS $$
    SELECT p_state IN ('completed', 'failed', 'cancelled');
$$;


CREATE OR REPLACE FUNCTION glyph.fence_error(p_ids jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'GL001',
        MESSAGE = 'import taken over, finished or unknown',
        DETAIL = p_ids::text;
END
$$;


-- begin_batch([[id, epoch], [id, epoch, {meta}], …]) begins a transaction
-- that writes to these imports.  Rows that are missing and have meta are made.
-- All inserts come before all locks, each in the order of ids, so that two
-- batches wait for each other in one direction only: a row that another
-- transaction has inserted and not committed is invisible to the second
-- statement and cannot be waited for there.
--
-- ON CONFLICT waits for an insert under way and then does nothing: a cancel
-- that came before the first batch is met by the second statement, an
-- idempotency key in use leaves the row missing, and an id that a client chose
-- twice has another worker's row; all are GL001.

CREATE OR REPLACE FUNCTION glyph.begin_batch(jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_bad jsonb;
BEGIN
    INSERT INTO glyph.imports AS i (id, tenant, state, epoch, node, worker,
                durable, created_at, started_at, filename, source_label,
                campaign_id, metadata, options, bytes_total, idempotency_key,
                request_hash, fingerprint, traceparent)
    SELECT (e->>0)::uuid, coalesce(m.tenant, ''), 'processing', (e->>1)::int,
           m.node, m.worker, coalesce(m.durable, false),
           coalesce(m.created_at, now()), now(), m.filename, m.source_label,
           m.campaign_id, m.metadata, m.options, m.bytes_total,
           m.idempotency_key, decode(m.request_hash, 'hex'), m.fingerprint,
           m.traceparent
      FROM jsonb_array_elements(jobs) e
           CROSS JOIN LATERAL jsonb_to_record(e->2) AS
               m(tenant text, node uuid, worker uuid, durable bool,
                 created_at timestamptz, filename text, source_label text,
                 campaign_id text, metadata jsonb, options jsonb,
                 bytes_total bigint, idempotency_key text, request_hash text,
                 fingerprint text, traceparent text)
     WHERE jsonb_typeof(e->2) = 'object'
     ORDER BY 1
        ON CONFLICT DO NOTHING;

    WITH j AS (
        SELECT (e->>0)::uuid AS id, (e->>1)::int AS epoch,
               (e->2->>'worker')::uuid AS worker
          FROM jsonb_array_elements(jobs) e
    ), l AS (
        SELECT i.id, i.epoch, i.state, i.worker
          FROM glyph.imports i
         WHERE i.id = ANY (ARRAY(SELECT j.id FROM j))
         ORDER BY i.id
           FOR UPDATE
    )
    SELECT jsonb_agg(DISTINCT j.id) INTO v_bad
      FROM j LEFT JOIN l ON l.id = j.id AND l.epoch = j.epoch
                            AND NOT glyph.is_final(l.state)
                            AND (j.worker IS NULL OR j.worker = l.worker)
     WHERE l.id IS NULL;

    IF v_bad IS NOT NULL THEN
        PERFORM glyph.fence_error(v_bad);
    END IF;
END
$$;


-- commit_progress([{id, epoch, …}, …]) ends it: cumulative totals, and with
-- state "completed" or "failed" the import's end.  What is absent keeps its
-- value.  "result" is best given as a string that holds the JSON text: jsonb
-- would put an object's members into another order.

CREATE OR REPLACE FUNCTION glyph.commit_progress(jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_bad jsonb;
BEGIN
    WITH j AS (
        SELECT *
          FROM jsonb_to_recordset(jobs) AS
               j(id uuid, epoch int, state text, rows bigint, valid bigint,
                 invalid bigint, warnings bigint, bytes bigint,
                 bytes_total bigint, score_min float8, score_max float8,
                 filename text, source_label text, campaign_id text,
                 metadata jsonb, options jsonb, error jsonb, result jsonb,
                 file_sha256 text, request_hash text, fingerprint text)
    ), u AS (
        UPDATE glyph.imports i
           SET state = coalesce(j.state, 'processing'),
               started_at = coalesce(i.started_at, now()),
               updated_at = now(),
               finished_at = CASE WHEN glyph.is_final(j.state)
                                  THEN clock_timestamp() END,
               rows = coalesce(j.rows, i.rows),
               valid_rows = coalesce(j.valid, i.valid_rows),
               invalid_rows = coalesce(j.invalid, i.invalid_rows),
               warnings_count = coalesce(j.warnings, i.warnings_count),
               bytes = coalesce(j.bytes, i.bytes),
               bytes_total = coalesce(j.bytes_total, i.bytes_total),
               score_min = coalesce(j.score_min, i.score_min),
               score_max = coalesce(j.score_max, i.score_max),
               filename = coalesce(j.filename, i.filename),
               source_label = coalesce(j.source_label, i.source_label),
               campaign_id = coalesce(j.campaign_id, i.campaign_id),
               metadata = coalesce(j.metadata, i.metadata),
               options = coalesce(j.options, i.options),
               error = coalesce(j.error, i.error),
               result = coalesce((j.result #>> '{}')::json, i.result),
               file_sha256 = coalesce(decode(j.file_sha256, 'hex'),
                                      i.file_sha256),
               request_hash = coalesce(decode(j.request_hash, 'hex'),
                                       i.request_hash),
               fingerprint = coalesce(j.fingerprint, i.fingerprint)
          FROM j
         WHERE i.id = j.id AND i.epoch = j.epoch
               AND i.state IN ('receiving', 'queued', 'processing')
               AND coalesce(j.state, 'processing')
                   IN ('processing', 'completed', 'failed')
        RETURNING i.id
    )
    SELECT jsonb_agg(DISTINCT j.id) INTO v_bad
      FROM j LEFT JOIN u ON u.id = j.id
     WHERE u.id IS NULL;

    IF v_bad IS NOT NULL THEN
        PERFORM glyph.fence_error(v_bad);
    END IF;
END
$$;


-- Ends the backends in which a worker still has a write open.  The list of
-- activities is kept for a transaction, so it must be dropped each time: a pid
-- in an old one may be somebody else's by now.

CREATE OR REPLACE FUNCTION glyph.end_backends(p_worker uuid) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_n int;
BEGIN
    PERFORM pg_stat_clear_snapshot();

    SELECT count(pg_terminate_backend(a.pid)) INTO v_n
      FROM pg_stat_activity a
     WHERE a.application_name = 'glyph:' || p_worker
           AND a.pid <> pg_backend_pid()
           AND a.datname = current_database()
           AND a.backend_xid IS NOT NULL
           AND pg_has_role(a.usesysid, 'USAGE');

    RETURN v_n;
END
$$;


-- Locks an import's row against its present owner, and returns it; all NULL
-- if there is none.  The owner's open transactions get 2 seconds to end by
-- themselves, then their backends are told to; one that cannot even do that
-- (stopped, or its machine is) is 55P03, and nothing may be concluded.
--
-- With p_probe "none" is certain: a first batch that is under way is not
-- visible yet, but an insert of the same key must wait for it.  Its owner is
-- not known here unless the caller does and gives p_owner.

CREATE OR REPLACE FUNCTION glyph.hold(p_id uuid, p_probe bool, p_owner uuid)
RETURNS glyph.imports
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s'
AS $$
DECLARE
    v_row   glyph.imports;
    v_owner uuid;
    v_n     int;
BEGIN
    FOR v_round IN 1 .. 3 LOOP
        BEGIN
            SELECT * INTO v_row FROM glyph.imports WHERE id = p_id FOR UPDATE;

            IF FOUND OR NOT p_probe THEN
                RETURN v_row;
            END IF;

            INSERT INTO glyph.imports (id, state, epoch)
            VALUES (p_id, 'cancelled', 0)
                ON CONFLICT DO NOTHING;
            GET DIAGNOSTICS v_n = ROW_COUNT;

            IF v_n = 1 THEN
                RAISE EXCEPTION USING ERRCODE = 'GL000';
            END IF;

            SELECT * INTO v_row FROM glyph.imports WHERE id = p_id FOR UPDATE;
            RETURN v_row;

        EXCEPTION
            WHEN SQLSTATE 'GL000' THEN
                RETURN NULL;

            WHEN lock_not_available THEN
                SELECT worker INTO v_owner FROM glyph.imports
                 WHERE id = p_id;
                PERFORM glyph.end_backends(coalesce(v_owner, p_owner));
        END;
    END LOOP;

    RAISE EXCEPTION USING ERRCODE = 'lock_not_available',
        MESSAGE = format('import %s is still being written', p_id),
        DETAIL = 'A transaction of its owner holds it and does not end.',
        HINT = 'Try again later.';
END
$$;


-- take() makes the caller the owner: nothing of an earlier owner can be
-- committed after it.  A final state is returned as it is.  p_owner: see
-- hold(); a spool file's header names the worker that began it.  Without it,
-- a first batch that is under way is taken for the caller's own, on a
-- connection that it lost.

CREATE OR REPLACE FUNCTION glyph.take(p_id uuid, p_worker uuid, p_node uuid,
    p_owner uuid DEFAULT NULL)
RETURNS TABLE (found bool, epoch int, state text, rows bigint, bytes bigint,
    valid_rows bigint, invalid_rows bigint, warnings_count bigint,
    score_min float8, score_max float8, durable bool, fingerprint text,
    tenant text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r glyph.imports;
BEGIN
    r := glyph.hold(p_id, true, coalesce(p_owner, p_worker));

    IF r.id IS NOT NULL AND NOT glyph.is_final(r.state) THEN
        r.epoch := r.epoch + 1;

        UPDATE glyph.imports i
           SET epoch = r.epoch, updated_at = now(),
               worker = coalesce(p_worker, i.worker),
               node = coalesce(p_node, i.node)
         WHERE i.id = p_id;
    END IF;

    RETURN QUERY SELECT r.id IS NOT NULL, r.epoch, r.state, r.rows, r.bytes,
        r.valid_rows, r.invalid_rows, r.warnings_count, r.score_min,
        r.score_max, r.durable, r.fingerprint, r.tenant;
END
$$;


-- cancel() returns the state before and after.  When it has committed, no row
-- of the import can become visible.  p_create: the import is known to exist
-- (to its owner, or in Redis) though perhaps not here yet; its first batch
-- will then find the row that is made here.

CREATE OR REPLACE FUNCTION glyph.cancel(p_id uuid, p_tenant text,
    p_create bool DEFAULT false)
RETURNS TABLE (found bool, was text, state text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s'
AS $$
#variable_conflict use_column
DECLARE
    r   glyph.imports;
    v_n int;
BEGIN
    -- The tenant never changes: do not stop another tenant's writer for it.

    PERFORM 1 FROM glyph.imports i WHERE i.id = p_id AND i.tenant <> p_tenant;
    IF FOUND THEN
        RETURN QUERY SELECT false, NULL::text, NULL::text;
        RETURN;
    END IF;

    LOOP
        r := glyph.hold(p_id, p_create, NULL);
        EXIT WHEN r.id IS NOT NULL OR NOT p_create;

        INSERT INTO glyph.imports (id, tenant, state, epoch, finished_at,
                                   error)
        VALUES (p_id, p_tenant, 'cancelled', 1, now(),
                '{"code": "cancelled"}')
            ON CONFLICT (id) DO NOTHING;
        GET DIAGNOSTICS v_n = ROW_COUNT;

        IF v_n = 1 THEN
            RETURN QUERY SELECT true, NULL::text, 'cancelled';
            RETURN;
        END IF;
    END LOOP;

    IF r.id IS NULL OR r.tenant <> p_tenant THEN
        RETURN QUERY SELECT false, NULL::text, NULL::text;
        RETURN;
    END IF;

    IF glyph.is_final(r.state) THEN
        RETURN QUERY SELECT true, r.state, r.state;
        RETURN;
    END IF;

    UPDATE glyph.imports i
       SET state = 'cancelled', epoch = i.epoch + 1, updated_at = now(),
           finished_at = now(), error = '{"code": "cancelled"}'
     WHERE i.id = p_id AND i.epoch = r.epoch
           AND i.state IN ('receiving', 'queued', 'processing');

    RETURN QUERY SELECT true, r.state, 'cancelled';
END
$$;


-- fail() is for an owner; whoever is not calls take() first.

CREATE OR REPLACE FUNCTION glyph.fail(p_id uuid, p_epoch int, p_code text,
    p_detail text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE glyph.imports i
       SET state = 'failed', updated_at = now(), finished_at = now(),
           error = jsonb_strip_nulls(jsonb_build_object('code', p_code,
                                                        'detail', p_detail))
     WHERE i.id = p_id AND i.epoch = p_epoch
           AND i.state IN ('receiving', 'queued', 'processing');

    IF NOT FOUND THEN
        PERFORM glyph.fence_error(jsonb_build_array(p_id));
    END IF;
END
$$;


-- reap() fails what a dead worker cannot end: take and fail in one step, under
-- the row's lock.  Call it until "remaining" is 0: it counts the imports left
-- and the worker's backends that still have a write open, for a first batch in
-- COMMIT is not visible yet and may turn out to be one import more.

CREATE OR REPLACE FUNCTION glyph.reap(p_worker uuid, p_limit int DEFAULT 1000)
RETURNS TABLE (failed int, remaining int)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s'
AS $$
#variable_conflict use_column
DECLARE
    v_n       int;
    v_id      uuid;
    v_writers int;
BEGIN
    failed := 0;

    FOR v_round IN 1 .. 3 LOOP
        -- First, so that whatever it commits is there for the statement below
        PERFORM glyph.end_backends(p_worker);

        WITH c AS (
            SELECT i.id
              FROM glyph.imports i
             WHERE i.worker = p_worker AND NOT i.durable
                   AND i.state IN ('receiving', 'queued', 'processing')
             ORDER BY i.id
             LIMIT p_limit - failed
               FOR UPDATE SKIP LOCKED
        )
        UPDATE glyph.imports i
           SET state = 'failed', epoch = i.epoch + 1, updated_at = now(),
               finished_at = now(),
               error = '{"code": "worker_lost", "detail":
                         "the worker process that ran the import ended"}'
          FROM c
         WHERE i.id = c.id;
        GET DIAGNOSTICS v_n = ROW_COUNT;
        failed := failed + v_n;

        EXIT WHEN failed >= p_limit;

        SELECT i.id INTO v_id
          FROM glyph.imports i
         WHERE i.worker = p_worker AND NOT i.durable
               AND i.state IN ('receiving', 'queued', 'processing')
         LIMIT 1;
        EXIT WHEN NOT FOUND;

        -- Locked: wait for that one, and then try all again
        BEGIN
            PERFORM 1 FROM glyph.imports i WHERE i.id = v_id FOR UPDATE;
        EXCEPTION
            WHEN lock_not_available THEN
                NULL;
        END;
    END LOOP;

    PERFORM pg_stat_clear_snapshot();

    SELECT count(*) INTO v_writers
      FROM pg_stat_activity a
     WHERE a.application_name = 'glyph:' || p_worker
           AND a.pid <> pg_backend_pid()
           AND a.datname = current_database()
           AND a.backend_xid IS NOT NULL;

    SELECT count(*) INTO v_n
      FROM glyph.imports i
     WHERE i.worker = p_worker AND NOT i.durable
           AND i.state IN ('receiving', 'queued', 'processing');

    remaining := v_n + v_writers;
    RETURN NEXT;
END
$$;


-- undo() hides a completed import; rows is how many listings went, 0 when they
-- were gone already.  What is not completed is left alone.

CREATE OR REPLACE FUNCTION glyph.undo(p_id uuid, p_tenant text)
RETURNS TABLE (found bool, state text, rows bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s'
AS $$
#variable_conflict use_column
DECLARE
    r glyph.imports;
BEGIN
    -- A running import is not locked here: its owner would be disturbed.

    SELECT * INTO r FROM glyph.imports i
     WHERE i.id = p_id AND i.tenant = p_tenant;

    IF r.state = 'completed' AND r.undone_at IS NULL THEN
        UPDATE glyph.imports i
           SET undone_at = now(), updated_at = now(), epoch = i.epoch + 1
         WHERE i.id = p_id AND i.state = 'completed' AND i.undone_at IS NULL;

        IF FOUND THEN
            RETURN QUERY SELECT true, r.state, r.valid_rows;
            RETURN;
        END IF;
    END IF;

    RETURN QUERY SELECT r.id IS NOT NULL, r.state,
        CASE WHEN r.id IS NOT NULL THEN 0::bigint END;
END
$$;


-- purge() deletes listings that nobody will see again, about p_rows a call, in
-- ranges of the key that no later call has to pass again; it returns how much
-- was done, listings and imports, 0 when nothing is left.  Errors and the
-- import's row stay.  No fence is needed: these states
-- are final, so that begin_batch() refuses every write, and the row's lock
-- keeps two purges apart.

CREATE OR REPLACE FUNCTION glyph.purge(p_rows int DEFAULT 50000)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r       record;
    v_first int;
    v_last  int;
    v_to    int;            -- the last one of the range
    v_n     bigint;
    v_work  bigint := 0;    -- an import without listings is work, too
BEGIN
    WHILE v_work < p_rows LOOP
        SELECT i.id, i.purged_to INTO r
          FROM glyph.imports i
         WHERE i.purged_at IS NULL
               AND (i.state IN ('failed', 'cancelled')
                    OR i.undone_at IS NOT NULL)
         ORDER BY i.id
         LIMIT 1
           FOR UPDATE SKIP LOCKED;
        EXIT WHEN NOT FOUND;

        v_work := v_work + 1;

        SELECT min(l.import_index), max(l.import_index) INTO v_first, v_last
          FROM glyph.listings l
         WHERE l.import_id = r.id AND l.import_index >= r.purged_to;

        v_to := least(v_first::bigint + p_rows - 1, 2147483647);

        IF v_last IS NOT NULL THEN
            DELETE FROM glyph.listings l
             WHERE l.import_id = r.id AND l.import_index >= v_first
                   AND l.import_index <= v_to;
            GET DIAGNOSTICS v_n = ROW_COUNT;
            v_work := v_work + v_n;
        END IF;

        UPDATE glyph.imports i
           SET purged_to = coalesce(v_to, i.purged_to),
               purged_at = CASE WHEN v_last IS NULL OR v_last <= v_to
                                THEN now() END
         WHERE i.id = r.id;
    END LOOP;

    RETURN v_work;
END
$$;


-- sync_models() makes gpu_models what the registry is; true if it was not.

CREATE OR REPLACE FUNCTION glyph.sync_models(models jsonb, p_digest text)
RETURNS bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM glyph.gpu_models_digest d WHERE d.digest = p_digest;
    IF FOUND THEN
        RETURN false;
    END IF;

    PERFORM pg_advisory_xact_lock(7236276147264);

    PERFORM 1 FROM glyph.gpu_models_digest d WHERE d.digest = p_digest;
    IF FOUND THEN
        RETURN false;
    END IF;

    INSERT INTO glyph.gpu_models AS g
    SELECT DISTINCT ON (m.model) m.*
      FROM jsonb_populate_recordset(NULL::glyph.gpu_models, models) m
     ORDER BY m.model
        ON CONFLICT (model) DO UPDATE
           SET family = excluded.family, vendor = excluded.vendor,
               class = excluded.class, vram_gb = excluded.vram_gb,
               tdp_watts = excluded.tdp_watts,
               mig_support = excluded.mig_support,
               nvlink = excluded.nvlink, generation = excluded.generation,
               cuda_cores = excluded.cuda_cores,
               slot_width = excluded.slot_width,
               pcie_generation = excluded.pcie_generation,
               form_factor = excluded.form_factor,
               released = excluded.released
         WHERE g.* IS DISTINCT FROM excluded.*;

    DELETE FROM glyph.gpu_models g
     WHERE NOT EXISTS (SELECT 1 FROM jsonb_array_elements(models) m
                        WHERE m->>'model' = g.model);

    INSERT INTO glyph.gpu_models_digest AS d (digest, synced_at)
    VALUES (p_digest, now())
        ON CONFLICT (one) DO UPDATE
           SET digest = excluded.digest, synced_at = excluded.synced_at;

    RETURN true;
END
$$;


-- heartbeat() also forgets, when a new worker comes, those silent for a day
-- that left nothing running.

CREATE OR REPLACE FUNCTION glyph.heartbeat(p_worker uuid, p_node uuid,
    p_pid int, p_version text, p_host text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE glyph.workers w
       SET heartbeat_at = now(), node = p_node, pid = p_pid,
           version = p_version, host = coalesce(p_host, w.host)
     WHERE w.worker = p_worker;

    IF FOUND THEN
        RETURN;
    END IF;

    INSERT INTO glyph.workers AS w (worker, node, pid, version, host)
    VALUES (p_worker, p_node, p_pid, p_version,
            coalesce(p_host, host(inet_client_addr())))
        ON CONFLICT (worker) DO UPDATE SET heartbeat_at = now();

    DELETE FROM glyph.workers w
     WHERE w.worker IN (SELECT o.worker FROM glyph.workers o
                         WHERE o.heartbeat_at < now() - interval '1 day'
                           FOR UPDATE SKIP LOCKED)
           AND NOT EXISTS (SELECT 1 FROM glyph.imports i
                            WHERE i.worker = w.worker
                                  AND i.state IN ('receiving', 'queued',
                                                  'processing'));
END
$$;


-- What a client sees of a job

-- "stalled" is shown, not stored: no progress and no sign of life.

CREATE OR REPLACE FUNCTION glyph.shown_state(i glyph.imports) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN NOT glyph.is_final(i.state)
             AND i.updated_at < now() - interval '60 s'
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
            (i.result->'summary_stats'->>'processing_time_ms')::float8 / 1000,
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


CREATE OR REPLACE FUNCTION glyph.shown_counts(i glyph.imports) RETURNS json
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT json_build_object('rows', i.rows, 'valid', i.valid_rows,
        'invalid', i.invalid_rows, 'warnings', i.warnings_count);
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
      FROM glyph.imports i
     WHERE i.id = p_id AND i.tenant = p_tenant;
$$;


CREATE OR REPLACE FUNCTION glyph.job_result(p_id uuid, p_tenant text)
RETURNS TABLE (state text, result json)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.state, i.result FROM glyph.imports i
     WHERE i.id = p_id AND i.tenant = p_tenant;
$$;


-- Parameters of the api_* functions

CREATE OR REPLACE FUNCTION glyph.bad_argument(p_name text, p_message text)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'GL400', MESSAGE = p_message,
        DETAIL = p_name;
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
            PERFORM glyph.bad_argument(v_key, format(
                'unknown parameter "%s"; known are: %s', left(v_key, 64),
                array_to_string(p_known, ', ')));
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


-- The queries of glyph_query.  Each takes {"args": {…the query's strings…},
-- "tenant": "…"} and returns a page.  _cursor is NULL but on the last row of
-- a page that another one follows; given back as "after" it yields that page.

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
        'SELECT i.id, glyph.shown_state(i), i.created_at, i.started_at,'
        '       i.finished_at, i.filename, i.source_label, i.campaign_id,'
        '       glyph.shown_progress(i), glyph.shown_counts(i), i.error,'
        '       i.undone_at,'
        '       CASE WHEN p.n = $2 AND p.more > $2 THEN glyph.cursor(''jobs'','
        '            glyph.time_key(i.created_at), i.id::text) END'
        '  FROM (SELECT k.id, row_number() OVER (ORDER BY k.created_at DESC,'
        '               k.id DESC) AS n, count(*) OVER () AS more'
        '          FROM (SELECT i.id, i.created_at FROM glyph.imports i'
        '                 WHERE i.tenant = $1' || v_where ||
        '                 ORDER BY i.created_at DESC, i.id DESC'
        '                 LIMIT $2 + 1) k) p'
        '       JOIN glyph.imports i ON i.id = p.id'
        ' WHERE p.n <= $2 ORDER BY p.n'
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
        'SELECT p.id, p.created_at, p.finished_at, p.filename,'
        '       p.source_label, p.campaign_id, p.metadata, p.rows,'
        '       p.valid_rows, p.invalid_rows, p.warnings_count, p.score_min,'
        '       p.score_max,'
        '       CASE WHEN p.n = $2 AND p.more > $2 THEN'
        '            glyph.cursor(''imports'', glyph.time_key(p.created_at),'
        '                         p.id::text) END'
        '  FROM (SELECT k.*, row_number() OVER (ORDER BY k.created_at DESC,'
        '               k.id DESC) AS n, count(*) OVER () AS more'
        '          FROM (SELECT i.* FROM glyph.imports i'
        '                 WHERE i.tenant = $1 AND i.state = ''completed'''
        '                       AND i.undone_at IS NULL' || v_where ||
        '                 ORDER BY i.created_at DESC, i.id DESC'
        '                 LIMIT $2 + 1) k) p'
        ' WHERE p.n <= $2 ORDER BY p.n'
        USING coalesce(args->>'tenant', ''), v_limit, a->>'source_label',
              a->>'campaign_id', v_after[1]::timestamptz, v_after[2]::uuid;
END
$$;


-- Errors are shown for an import in any state, also while it runs.

CREATE OR REPLACE FUNCTION glyph.api_errors(args jsonb)
RETURNS TABLE (row_index int, line bigint, byte_offset bigint, errors jsonb,
    row_data text, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a       jsonb := glyph.api_args(args, '{id,limit,after}');
    v_id    uuid := glyph.arg_uuid(a, 'id');
    v_limit int := glyph.arg_limit(a);
    v_after text[] := glyph.arg_cursor(a, 'errors', 'int');
BEGIN
    IF v_id IS NULL THEN
        PERFORM glyph.bad_argument('id', 'parameter "id" is required');
    END IF;

    RETURN QUERY
    SELECT p.import_index, p.line, p.byte_offset, p.errors,
           glyph.safe_text(p.raw),
           CASE WHEN p.n = v_limit AND p.more > v_limit
                THEN glyph.cursor('errors', p.import_index::text) END
      FROM (SELECT k.*, row_number() OVER (ORDER BY k.import_index) AS n,
                   count(*) OVER () AS more
              FROM (SELECT e.* FROM glyph.import_errors e
                     WHERE e.import_id = v_id
                           AND e.import_index > coalesce(v_after[1]::int, -1)
                           AND EXISTS (SELECT 1 FROM glyph.imports i
                                        WHERE i.id = v_id AND i.tenant =
                                          coalesce(args->>'tenant', ''))
                     ORDER BY e.import_index
                     LIMIT v_limit + 1) k) p
     WHERE p.n <= v_limit
     ORDER BY p.n;
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


-- Specifications of the registry, and prices and scores of what is listed now
-- (all USD), in the order of model ids.  Only the page's models are counted.

CREATE OR REPLACE FUNCTION glyph.api_models(args jsonb)
RETURNS TABLE (model text, family text, vendor text, class text,
    vram_gb float8, tdp_watts int, mig_support int, nvlink bool,
    generation text, cuda_cores int, slot_width float8, pcie_generation int,
    form_factor text, released text, listings bigint, price_min numeric,
    price_median numeric, price_max numeric, price_avg numeric,
    score_min float8, score_median float8, score_max float8, score_avg float8,
    _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args,
        '{model,family,vendor,generation,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_after  text[] := glyph.arg_cursor(a, 'models', 'text');
    v_models text[];
BEGIN
    v_models := ARRAY(
        SELECT g.model FROM glyph.gpu_models g
         WHERE g.model > coalesce(v_after[1], '')
               AND (NOT a ? 'model' OR g.model = upper(a->>'model'))
               AND (NOT a ? 'family' OR g.family = upper(a->>'family'))
               AND (NOT a ? 'vendor'
                    OR lower(g.vendor) = lower(a->>'vendor'))
               AND (NOT a ? 'generation'
                    OR lower(g.generation) = lower(a->>'generation'))
         ORDER BY g.model
         LIMIT v_limit + 1);

    RETURN QUERY EXECUTE
        'WITH s AS ('
        '  SELECT l.canonical_model, count(*) AS n, min(l.price_usd) AS p0,'
        '         percentile_cont(0.5) WITHIN GROUP (ORDER BY l.price_usd)'
        '             AS p1,'
        '         max(l.price_usd) AS p2, avg(l.price_usd) AS p3,'
        '         min(l.score) AS s0,'
        '         percentile_cont(0.5) WITHIN GROUP (ORDER BY l.score) AS s1,'
        '         max(l.score) AS s2, avg(l.score) AS s3'
        '    FROM glyph.imports i JOIN glyph.listings l ON l.import_id = i.id'
        '   WHERE i.tenant = $1 AND i.state = ''completed'''
        '         AND i.undone_at IS NULL'
        '         AND l.canonical_model = ANY ($2[1:$3])'
        '   GROUP BY l.canonical_model)'
        'SELECT g.*, coalesce(s.n, 0), s.p0, round(s.p1::numeric, 2), s.p2,'
        '       round(s.p3, 2), s.s0, s.s1, s.s2, s.s3,'
        '       CASE WHEN g.model = $2[$3] AND cardinality($2) > $3'
        '            THEN glyph.cursor(''models'', g.model) END'
        '  FROM glyph.gpu_models g'
        '       LEFT JOIN s ON s.canonical_model = g.model'
        ' WHERE g.model = ANY ($2[1:$3]) ORDER BY g.model'
        USING coalesce(args->>'tenant', ''), v_models, v_limit;
END
$$;


-- Listings of all completed imports.  Prices are compared in USD; listings
-- whose price has no rate come last in both orders of price.  The order
-- "-time" (the default) is the newest import first, in file order; "time" the
-- oldest first.  Among equals, a descending order is the exact reverse of the
-- ascending one.
--
-- Each order takes at most a page of keys from every import, by one of the
-- indexes, then merges them and reads only the page's rows.

CREATE OR REPLACE FUNCTION glyph.api_listings(args jsonb)
RETURNS TABLE (import_id uuid, import_index int, imported_at timestamptz,
    title text, canonical_model text, match_type text, match_score float4,
    match_notes text, is_valid_gpu bool, unknown_reason text, price numeric,
    currency text, price_usd numeric, vram_gb float4, tdp_watts int,
    mig_support int2, nvlink bool, generation text, cuda_cores int,
    slot_width float4, pcie_generation int2, form_factor text, q7b int,
    q13b int, q70b int, raw_score float8, quantization_score float8,
    score float8, final_score float8, dedup_status text, duplicate_of int,
    condition text, quantity int, availability text, seller text, region text,
    listing_age text, seen_at timestamptz, source_url text, source_type text,
    bulk_notes text, model_given text, extra jsonb, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args, '{model,min_price,max_price,'
        'min_score,region,seller,import_id,match_type,is_valid_gpu,sort,'
        'limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_import uuid := glyph.arg_uuid(a, 'import_id');
    v_min    numeric := glyph.arg_number(a, 'min_price');
    v_max    numeric := glyph.arg_number(a, 'max_price');
    v_score  numeric := glyph.arg_number(a, 'min_score');
    v_match  text := glyph.arg_choice(a, 'match_type',
        '{exact,alias,fuzzy,none}');
    v_valid  text := glyph.arg_choice(a, 'is_valid_gpu', '{true,false}');
    v_sort   text := coalesce(glyph.arg_choice(a, 'sort',
        '{score,-score,price,-price,time,-time}'), '-time');
    v_key    text := ltrim(v_sort, '-');
    v_dir    text := CASE WHEN v_sort LIKE '-%' THEN 'DESC' ELSE 'ASC' END;
    v_op     text := CASE WHEN v_sort LIKE '-%' THEN '<' ELSE '>' END;
    v_after  text[];        -- import, index, and the key
    v_import_where  text := '';
    v_where  text := '';
    v_edge   text;
    v_part   text;
    v_keys   text;
BEGIN
    v_after := glyph.arg_cursor(a, 'listings' || v_sort, 'uuid', 'int',
        CASE v_key WHEN 'time' THEN 'time' WHEN 'score' THEN 'float'
                   ELSE 'numeric' END);

    IF a ? 'import_id' THEN
        v_import_where := ' AND i.id = $2';
    END IF;
    IF a ? 'model' THEN
        v_where := v_where || ' AND l.canonical_model = $3';
    END IF;
    IF a ? 'min_price' THEN
        v_where := v_where || ' AND l.price_usd >= $4';
    END IF;
    IF a ? 'max_price' THEN
        v_where := v_where || ' AND l.price_usd <= $5';
    END IF;
    IF a ? 'min_score' THEN
        v_where := v_where || ' AND l.score >= $6';
        v_import_where := v_import_where || ' AND i.score_max >= $6';
    END IF;
    IF a ? 'region' THEN
        v_where := v_where || ' AND l.region = $7';
    END IF;
    IF a ? 'seller' THEN
        v_where := v_where || ' AND l.seller = $8';
    END IF;
    IF a ? 'match_type' THEN
        v_where := v_where || ' AND l.match_type = $9';
    END IF;
    IF a ? 'is_valid_gpu' THEN
        v_where := v_where || ' AND l.is_valid_gpu = $10';
    END IF;

    -- Where to go on in an import among rows with the cursor's very key: after
    -- its index in its own import, at the first row of a later import, behind
    -- the last of an earlier one.

    v_edge := format('CASE WHEN i.id = $12 THEN $13'
        ' WHEN i.id %s $12 THEN %s ELSE %s END', v_op,
        CASE v_op WHEN '>' THEN -1 ELSE 2147483647 END,
        CASE v_op WHEN '>' THEN 2147483647 ELSE -1 END);

    IF v_key = 'time' THEN
        IF v_after IS NOT NULL THEN
            v_import_where := v_import_where || format(
                ' AND (i.created_at, i.id) %s= ($14, $12)', v_op);
            v_where := v_where || ' AND l.import_index >'
                ' CASE WHEN i.id = $12 THEN $13 ELSE -1 END';
        END IF;

        v_part := '(SELECT l.import_index, NULL::text AS k'
            ' FROM glyph.listings l WHERE l.import_id = i.id' || v_where ||
            ' ORDER BY l.import_index LIMIT $11 + 1)';
        v_keys := format('i.created_at %1$s, i.id %1$s, l.import_index',
            v_dir);

    ELSIF v_key = 'score' THEN
        IF v_after IS NOT NULL THEN
            v_where := v_where || format(
                ' AND (l.score, l.import_index) %s ($15, %s)', v_op, v_edge);
            v_import_where := v_import_where || CASE v_op
                WHEN '<' THEN ' AND i.score_min <= $15'
                ELSE ' AND i.score_max >= $15' END;
        END IF;

        v_part := format('(SELECT l.import_index, l.score AS k'
            ' FROM glyph.listings l WHERE l.import_id = i.id%s'
            ' ORDER BY l.score %2$s, l.import_index %2$s LIMIT $11 + 1)',
            v_where, v_dir);
        v_keys := format('l.k %1$s, i.id %1$s, l.import_index %1$s', v_dir);

    ELSE
        v_part := '(SELECT l.import_index, l.price_usd AS k'
            ' FROM glyph.listings l WHERE l.import_id = i.id'
            ' AND l.price_usd IS %s NULL%s'
            ' ORDER BY l.price_usd %3$s, l.import_index %3$s LIMIT $11 + 1)';

        -- Known prices, then the others; a cursor is in one or the other
        v_part := '('
            || format(v_part, 'NOT', v_where || CASE
                   WHEN v_after IS NULL THEN ''
                   WHEN v_after[3] IS NULL THEN ' AND false'
                   ELSE format(' AND (l.price_usd, l.import_index) %s'
                       ' ($16, %s)', v_op, v_edge)
                   END, v_dir)
            || ' UNION ALL '
            || format(v_part, '', v_where || CASE
                   WHEN v_after IS NULL OR v_after[3] IS NOT NULL THEN ''
                   ELSE format(' AND l.import_index %s %s', v_op, v_edge)
                   END, v_dir)
            || ')';
        v_keys := format('l.k %1$s NULLS LAST, i.id %1$s,'
            ' l.import_index %1$s', v_dir);
    END IF;

    RETURN QUERY EXECUTE format(
        'WITH k AS MATERIALIZED ('
        '  SELECT i.id, l.import_index, l.k, i.created_at,'
        '         row_number() OVER (ORDER BY %1$s) AS n'
        '    FROM glyph.imports i CROSS JOIN LATERAL %2$s l'
        '   WHERE i.tenant = $1 AND i.state = ''completed'''
        '         AND i.undone_at IS NULL%3$s'
        '   ORDER BY %1$s LIMIT $11 + 1)'
        'SELECT l.import_id, l.import_index, l.imported_at, l.title,'
        '       l.canonical_model, l.match_type, l.match_score,'
        '       l.match_notes, l.is_valid_gpu, l.unknown_reason, l.price,'
        '       l.currency, l.price_usd, l.vram_gb, l.tdp_watts,'
        '       l.mig_support, l.nvlink, l.generation, l.cuda_cores,'
        '       l.slot_width, l.pcie_generation, l.form_factor, l.q7b,'
        '       l.q13b, l.q70b, l.raw_score, l.quantization_score, l.score,'
        '       l.final_score, l.dedup_status, l.duplicate_of, l.condition,'
        '       l.quantity, l.availability, l.seller, l.region,'
        '       l.listing_age, l.seen_at, l.source_url, l.source_type,'
        '       l.bulk_notes, l.model_given, l.extra,'
        '       CASE WHEN k.n = $11 AND (SELECT count(*) FROM k) > $11'
        '            THEN glyph.cursor(%4$L, k.id::text,'
        '                     k.import_index::text, %5$s) END'
        '  FROM k JOIN glyph.listing_view l'
        '         ON l.import_id = k.id AND l.import_index = k.import_index'
        ' WHERE k.n <= $11 ORDER BY k.n',
        v_keys, v_part, v_import_where, 'listings' || v_sort,
        CASE v_key WHEN 'time' THEN 'glyph.time_key(k.created_at)'
                   ELSE 'k.k::text' END)
        USING coalesce(args->>'tenant', ''), v_import, upper(a->>'model'),
              v_min, v_max, v_score::float8, a->>'region', a->>'seller',
              v_match, v_valid::bool, v_limit, v_after[1]::uuid,
              v_after[2]::int,
              CASE v_key WHEN 'time' THEN v_after[3] END::timestamptz,
              CASE v_key WHEN 'score' THEN v_after[3] END::float8,
              CASE v_key WHEN 'price' THEN v_after[3] END::numeric;
END
$$;


INSERT INTO glyph.schema_versions (version, note)
VALUES (1, 'imports, listings, errors, the fence, queries')
    ON CONFLICT (version) DO NOTHING;


-- Readers see the views and nothing else; the role is made if we may make it.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA glyph FROM PUBLIC;

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'glyph_reader') THEN
        CREATE ROLE glyph_reader NOLOGIN;
    END IF;
EXCEPTION
    WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
        RAISE WARNING 'role glyph_reader not created: %', SQLERRM;
END
$$;

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'glyph_reader') THEN
        GRANT USAGE ON SCHEMA glyph TO glyph_reader;
        GRANT SELECT ON glyph.import_view, glyph.listing_view,
            glyph.error_view, glyph.model_view TO glyph_reader;
    END IF;
END
$$;

COMMIT;

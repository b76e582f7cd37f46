--
-- The schema "glyph" of ngx_glyph_module, version 1, for Postgres 13 to 17.
--
--     psql -v ON_ERROR_STOP=1 -f conf/schema.sql 'host=… dbname=…'
--
-- Run it as the one who shall own it, best not the role that the module
-- connects with: that one needs no more than
--
--     CREATE ROLE "www-data" LOGIN IN ROLE glyph_writer;
--
-- and analysts are granted glyph_reader.  It is one transaction and idempotent:
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
--     GL400  a wrong value of a parameter of an api_* function
--     GL401  a parameter that the function does not have; HINT: a near one
--     GL404  an import that is not the tenant's
-- and DETAIL of the last three is the parameter's name.
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


-- An import is updated once a batch; some of each page is left free so that the
-- new version fits beside the old one (HOT) and no index is touched.
--
-- A small import is written once, by COPY, when it is complete: the times that
-- are the server's to say are defaults for that, and nothing volatile is, or
-- COPY would write rows one by one.

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
    started_at       timestamptz DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    finished_at      timestamptz DEFAULT now(),

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
    duplicate_of     uuid,                          -- the same file before
    fingerprint      text,
    traceparent      text,

    undone_at        timestamptz,
    purged_to        int NOT NULL DEFAULT 0,        -- listings below are gone
    purged_at        timestamptz,                   -- all are

    header           bytea,                         -- the file's, in UTF-8
    delimiter        int2                           -- its code
) WITH (fillfactor = 90);

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_attribute
                    WHERE attrelid = 'glyph.imports'::regclass
                          AND attname = 'header')
    THEN
        ALTER TABLE glyph.imports ADD header bytea, ADD delimiter int2;
    END IF;
END
$$;

ALTER TABLE glyph.imports
    ALTER started_at SET DEFAULT now(), ALTER finished_at SET DEFAULT now(),
    SET (fillfactor = 90);

-- api_jobs, api_imports, and the order "time" of listings: read backwards, as
-- pages are filled better from the right.

CREATE INDEX IF NOT EXISTS imports_time
    ON glyph.imports (tenant, created_at, id);

-- What a dead worker left; a handful of rows, whatever the history.

CREATE INDEX IF NOT EXISTS imports_running
    ON glyph.imports (worker)
    WHERE state IN ('receiving', 'queued', 'processing');

CREATE INDEX IF NOT EXISTS imports_purge
    ON glyph.imports (id)
    WHERE purged_at IS NULL
          AND (state IN ('failed', 'cancelled') OR undone_at IS NOT NULL);

-- What was imported before with the same bytes, the first first.

DROP INDEX IF EXISTS glyph.imports_file;

CREATE INDEX IF NOT EXISTS imports_sha256
    ON glyph.imports (file_sha256, created_at, id)
    WHERE file_sha256 IS NOT NULL AND state = 'completed'
          AND undone_at IS NULL;

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
    canonical_model     text COLLATE "C" NOT NULL,
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
-- api_listings?model=… finds its rows.  Prices as keys, compared at every
-- insertion, would cost more than their order is worth.

CREATE INDEX IF NOT EXISTS listings_model
    ON glyph.listings (import_id, canonical_model)
    INCLUDE (price_usd, score);

-- api_unknowns; only what matched nothing is in it.

CREATE INDEX IF NOT EXISTS listings_unknown
    ON glyph.listings (import_id, import_index)
    WHERE match_type = 'none';

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
    model            text COLLATE "C" PRIMARY KEY,
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
            THEN 100 * ((l.score - i.score_min)
                        / (i.score_max - i.score_min))
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
--
-- Imports that begin and end in one batch are not among these jobs: they are
-- copied into imports, complete, before; the fence for them is the primary key,
-- of which a duplicate is what GL001 is here.  In such a transaction nothing is
-- made here.
--
-- Here and in commit_progress() a batch's imports are found by their key.  The
-- planner does not know how many there are, and what it made of imports when
-- that was small would stay the session's plan: a scan of all history.  So the
-- state is asked for in a way that no partial index fits.

CREATE OR REPLACE FUNCTION glyph.begin_batch(jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    v_bad jsonb;
BEGIN
    INSERT INTO glyph.imports AS i (id, tenant, state, epoch, node, worker,
                durable, created_at, finished_at, filename, source_label,
                campaign_id, metadata, options, bytes_total, idempotency_key,
                request_hash, fingerprint, traceparent)
    SELECT (e->>0)::uuid, coalesce(m.tenant, ''), 'processing', (e->>1)::int,
           m.node, m.worker, coalesce(m.durable, false),
           coalesce(m.created_at, now()), NULL, m.filename, m.source_label,
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

DO $$
BEGIN
    IF (SELECT proretset FROM pg_proc
         WHERE oid = to_regprocedure('glyph.commit_progress(jsonb)'))
    THEN
        DROP FUNCTION glyph.commit_progress(jsonb);
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION glyph.commit_progress(jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
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
                 metadata jsonb, options jsonb, error jsonb, result text,
                 file_sha256 text, request_hash text, fingerprint text,
                 header text, delimiter int2)
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
               result = coalesce(j.result::json, i.result),
               file_sha256 = coalesce(decode(j.file_sha256, 'hex'),
                                      i.file_sha256),
               request_hash = coalesce(decode(j.request_hash, 'hex'),
                                       i.request_hash),
               fingerprint = coalesce(j.fingerprint, i.fingerprint),
               header = coalesce(decode(j.header, 'hex'), i.header),
               delimiter = coalesce(j.delimiter, i.delimiter)
          FROM j
         WHERE i.id = j.id AND i.epoch = j.epoch
               AND NOT glyph.is_final(i.state)
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


-- repeats() of imports that complete in this transaction: those with a file
-- that was imported before, each with the first that had it.  Of several in
-- the same transaction the first is the original.
--
-- The tenant is compared as an expression: as a column it would make the index
-- by time look as good as the one by digest, to a planner that thinks imports
-- is small, and that is a scan of the tenant's history.

CREATE OR REPLACE FUNCTION glyph.repeats(p_ids uuid[])
RETURNS TABLE (id uuid, duplicate_of uuid)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    -- Nearly always it is none.  OFFSET and LIMIT leave the planner no choice:
    -- a session that begins with a small table would look through all of it.

    IF NOT EXISTS (
        SELECT FROM unnest(p_ids) p
               CROSS JOIN LATERAL (
                   SELECT c.file_sha256, c.tenant FROM glyph.imports c
                    WHERE c.id = p OFFSET 0) c
               CROSS JOIN LATERAL (
                   SELECT FROM glyph.imports o
                    WHERE o.file_sha256 = c.file_sha256 AND o.id <> p
                          AND o.tenant || '' = c.tenant
                          AND o.state = 'completed' AND o.undone_at IS NULL
                    LIMIT 1) o)
    THEN
        RETURN;
    END IF;

    RETURN QUERY
    WITH r AS MATERIALIZED (
        SELECT c.id, coalesce(
               (SELECT o.id
                  FROM glyph.imports o
                 WHERE o.file_sha256 = c.file_sha256
                       AND o.tenant || '' = c.tenant
                       AND o.state = 'completed' AND o.undone_at IS NULL
                       AND o.id <> ALL (p_ids)
                 ORDER BY o.created_at, o.id
                 LIMIT 1),
               (SELECT o.id
                  FROM glyph.imports o
                 WHERE o.file_sha256 = c.file_sha256
                       AND o.tenant || '' = c.tenant
                       AND o.state = 'completed' AND o.undone_at IS NULL
                       AND o.id = ANY (p_ids)
                       AND (o.created_at, o.id) < (c.created_at, c.id)
                 ORDER BY o.created_at, o.id
                 LIMIT 1)) AS original
          FROM glyph.imports c
         WHERE c.id = ANY (p_ids)
    )
    UPDATE glyph.imports i
       SET duplicate_of = r.original
      FROM r
     WHERE i.id = r.id AND r.original IS NOT NULL
    RETURNING i.id, i.duplicate_of;
END
$$;


-- begin_import() claims an idempotency key, by a row that no other import of
-- its tenant can have unless this one fails: "claimed".  Otherwise the import
-- that has the key: "running", or "completed" with whether its options were
-- the same; or "used": it is the id that another import has.
--
-- The fingerprint is one that no file has, but for its last nine characters:
-- by those a file that is found without spooled() having been called is known
-- to be the claim's.

CREATE OR REPLACE FUNCTION glyph.begin_import(p_id uuid, p_meta jsonb)
RETURNS TABLE (outcome text, id uuid, same bool, file_sha256 text)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    r   glyph.imports;
    v_n int;
BEGIN
    -- Again, if what was in the way has failed meanwhile
    FOR v_round IN 1 .. 3 LOOP
        INSERT INTO glyph.imports (id, tenant, state, epoch, node, worker,
                                   started_at, finished_at, idempotency_key,
                                   request_hash, fingerprint, traceparent)
        VALUES (p_id, p_meta->>'tenant', 'receiving', 1,
                (p_meta->>'node')::uuid, (p_meta->>'worker')::uuid, NULL, NULL,
                p_meta->>'key', decode(p_meta->>'request_hash', 'hex'),
                p_meta->>'fingerprint', p_meta->>'traceparent')
            ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS v_n = ROW_COUNT;

        IF v_n = 1 THEN
            RETURN QUERY SELECT 'claimed', p_id, true, NULL::text;
            RETURN;
        END IF;

        SELECT * INTO r FROM glyph.imports i
         WHERE i.tenant = p_meta->>'tenant'
               AND i.idempotency_key = p_meta->>'key'
               AND i.state NOT IN ('failed', 'cancelled');

        IF FOUND THEN
            RETURN QUERY SELECT
                CASE r.state WHEN 'completed' THEN 'completed'
                             ELSE 'running' END,
                r.id, encode(r.request_hash, 'hex') = p_meta->>'request_hash',
                encode(r.file_sha256, 'hex');
            RETURN;
        END IF;

        PERFORM 1 FROM glyph.imports i WHERE i.id = p_id;

        IF FOUND THEN
            RETURN QUERY SELECT 'used', p_id, false, NULL::text;
            RETURN;
        END IF;
    END LOOP;

    RAISE EXCEPTION USING ERRCODE = 'lock_not_available',
        MESSAGE = 'the idempotency key is being fought for';
END
$$;


-- spooled() makes such a claim the file's: no worker's end can fail it.  With
-- p_meta there is no claim, and the row is made here; false if another import
-- has the id.

DROP FUNCTION IF EXISTS glyph.spooled(uuid, int, text);

CREATE OR REPLACE FUNCTION glyph.spooled(p_id uuid, p_epoch int,
    p_fingerprint text, p_meta jsonb DEFAULT NULL) RETURNS bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
AS $$
DECLARE
    r glyph.imports;
BEGIN
    IF p_meta IS NOT NULL THEN
        INSERT INTO glyph.imports (id, tenant, state, epoch, node, worker,
                                   durable, created_at, started_at,
                                   finished_at, bytes_total, fingerprint,
                                   traceparent)
        VALUES (p_id, p_meta->>'tenant', 'queued', p_epoch,
                (p_meta->>'node')::uuid, (p_meta->>'worker')::uuid, true,
                (p_meta->>'created_at')::timestamptz, NULL, NULL,
                (p_meta->>'bytes_total')::bigint, p_fingerprint,
                p_meta->>'traceparent')
            ON CONFLICT (id) DO NOTHING;

        IF FOUND THEN
            RETURN true;
        END IF;

        SELECT * INTO r FROM glyph.imports i WHERE i.id = p_id;

        RETURN glyph.is_own(r, NULL, jsonb_build_object('tenant',
            p_meta->>'tenant', 'fingerprint', p_fingerprint));
    END IF;

    UPDATE glyph.imports i
       SET durable = true, state = 'queued', fingerprint = p_fingerprint,
           updated_at = now()
     WHERE i.id = p_id AND i.epoch = p_epoch AND i.state = 'receiving';

    IF NOT FOUND THEN
        PERFORM glyph.fence_error(jsonb_build_array(p_id));
    END IF;

    RETURN true;
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
SET enable_seqscan = off
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


-- Whether a row is that of an upload; see take().  The last nine characters of
-- a fingerprint tell one upload from another.  What is cancelled may have been
-- made by the cancel, and knows its tenant only.

CREATE OR REPLACE FUNCTION glyph.is_own(i glyph.imports, p_worker uuid,
    p_upload jsonb) RETURNS bool
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p_upload IS NULL
           OR (i.tenant = p_upload->>'tenant'
               AND (i.state = 'cancelled'
                    OR coalesce(right(i.fingerprint, 9)
                                = right(p_upload->>'fingerprint', 9)
                                OR (i.worker = p_worker AND i.created_at
                                    = (p_upload->>'created_at')::timestamptz),
                                false)));
$$;


-- take() makes the caller the owner: nothing of an earlier owner can be
-- committed after it.  A final state is returned as it is.  p_owner: see
-- hold(); a spool file's header names the worker that began it.  Without it,
-- a first batch that is under way is taken for the caller's own, on a
-- connection that it lost.
--
-- p_upload is for a caller that does not know whether the row is its import or
-- another one for which a client chose the same id: {tenant, fingerprint} of a
-- spooled upload, {tenant, created_at} of one whose first batch is in doubt.
-- What is not the caller's is left alone, "own" is false.

DROP FUNCTION IF EXISTS glyph.take(uuid, uuid, uuid, uuid);

CREATE OR REPLACE FUNCTION glyph.take(p_id uuid, p_worker uuid, p_node uuid,
    p_owner uuid DEFAULT NULL, p_upload jsonb DEFAULT NULL)
RETURNS TABLE (found bool, epoch int, state text, rows bigint, bytes bigint,
    valid_rows bigint, invalid_rows bigint, warnings_count bigint,
    score_min float8, score_max float8, durable bool, fingerprint text,
    tenant text, own bool)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r     glyph.imports;
    v_own bool;
BEGIN
    SELECT * INTO r FROM glyph.imports i WHERE i.id = p_id;
    v_own := r.id IS NULL OR glyph.is_own(r, p_worker, p_upload);

    IF v_own THEN
        r := glyph.hold(p_id, true, coalesce(p_owner, p_worker));
        v_own := r.id IS NULL OR glyph.is_own(r, p_worker, p_upload);
    END IF;

    IF r.id IS NOT NULL AND v_own AND NOT glyph.is_final(r.state) THEN
        r.epoch := r.epoch + 1;

        UPDATE glyph.imports i
           SET epoch = r.epoch, updated_at = now(),
               worker = coalesce(p_worker, i.worker),
               node = coalesce(p_node, i.node)
         WHERE i.id = p_id;
    END IF;

    RETURN QUERY SELECT r.id IS NOT NULL, r.epoch, r.state, r.rows, r.bytes,
        r.valid_rows, r.invalid_rows, r.warnings_count, r.score_min,
        r.score_max, r.durable, r.fingerprint, r.tenant, v_own;
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

        INSERT INTO glyph.imports (id, tenant, state, epoch, started_at,
                                   error)
        VALUES (p_id, p_tenant, 'cancelled', 1, NULL,
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


-- reset() takes back what an import has written, because other rules decide
-- its rows now; about p_rows listings a call, until it returns 0.  From the
-- first call on the fingerprint matches nobody's, so that a run which is
-- interrupted here begins with a reset again.  Its last nine characters tell
-- one upload from another with the same id, and stay.  Whoever begins again has
-- the upload's file: the import is durable, also if spooled() was not called.

CREATE OR REPLACE FUNCTION glyph.reset(p_id uuid, p_epoch int,
    p_fingerprint text, p_rows int DEFAULT 50000) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_first int;
    v_n     bigint;
BEGIN
    UPDATE glyph.imports i
       SET fingerprint = repeat('0', 32) || right(p_fingerprint, 9),
           durable = true, updated_at = now(), rows = 0, valid_rows = 0,
           invalid_rows = 0, warnings_count = 0, bytes = 0, score_min = NULL, score_max = NULL
     WHERE i.id = p_id AND i.epoch = p_epoch
           AND i.state IN ('receiving', 'queued', 'processing');

    IF NOT FOUND THEN
        PERFORM glyph.fence_error(jsonb_build_array(p_id));
    END IF;

    SELECT min(l.import_index) INTO v_first
      FROM glyph.listings l WHERE l.import_id = p_id;

    IF v_first IS NOT NULL THEN
        DELETE FROM glyph.listings l
         WHERE l.import_id = p_id
               AND l.import_index <= v_first::bigint + p_rows - 1;
        GET DIAGNOSTICS v_n = ROW_COUNT;
        RETURN v_n;
    END IF;

    SELECT min(e.import_index) INTO v_first
      FROM glyph.import_errors e WHERE e.import_id = p_id;

    IF v_first IS NOT NULL THEN
        DELETE FROM glyph.import_errors e
         WHERE e.import_id = p_id
               AND e.import_index <= v_first::bigint + p_rows - 1;
        GET DIAGNOSTICS v_n = ROW_COUNT;
        RETURN v_n;
    END IF;

    UPDATE glyph.imports i SET fingerprint = p_fingerprint
     WHERE i.id = p_id;

    RETURN 0;
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


-- reap_silent() does that for workers of other nodes that have given no sign
-- of life for a minute: their locks cannot be seen from here.  What is durable
-- is on a disk of theirs, and waits for them.

CREATE OR REPLACE FUNCTION glyph.reap_silent(p_node uuid) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_worker uuid;
    v_failed int := 0;
BEGIN
    FOR v_worker IN
        SELECT DISTINCT i.worker
          FROM glyph.imports i
         WHERE i.state IN ('receiving', 'queued', 'processing')
               AND i.node <> p_node AND NOT i.durable
               AND i.updated_at < now() - interval '60 s'
               AND NOT EXISTS (
                   SELECT 1 FROM glyph.workers w
                    WHERE w.worker = i.worker
                          AND w.heartbeat_at >= now() - interval '60 s')
    LOOP
        v_failed := v_failed + (SELECT r.failed
                                  FROM glyph.reap(v_worker, 100) r);
    END LOOP;

    RETURN v_failed;
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
        'SELECT i.id, glyph.shown_state(i), i.created_at, i.started_at,'
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
        '       JOIN glyph.imports i ON i.id = p.id'
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
        'SELECT p.id, p.created_at, p.finished_at, p.filename,'
        '       p.source_label, p.campaign_id, p.metadata, p.rows,'
        '       p.valid_rows, p.invalid_rows, p.warnings_count, p.score_min,'
        '       p.score_max,'
        '       CASE WHEN glyph.ends_page(p.n, $2, p.upto, p.more)'
        '            THEN glyph.cursor(''imports'','
        '                     glyph.time_key(p.created_at), p.id::text) END'
        '  FROM (SELECT k.*, row_number() OVER w AS n,'
        '               count(*) OVER () AS more, sum(k.size) OVER w AS upto'
        '          FROM (SELECT i.*, octet_length(concat(i.filename,'
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
-- import in any state, also while it runs.

CREATE OR REPLACE FUNCTION glyph.error_page(args jsonb)
RETURNS TABLE (import_index int, line bigint, byte_offset bigint,
    errors jsonb, raw bytea, cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    a       jsonb := glyph.api_args(args #- '{args,id}', '{limit,after}');
    v_id    uuid := glyph.arg_uuid(args->'args', 'id');
    v_limit int := glyph.arg_limit(a);
    v_after text[] := glyph.arg_cursor(a, 'errors', 'int');
BEGIN
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
    SELECT p.import_index, p.line, p.byte_offset, p.errors,
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


-- What the aggregates look at: the newest completed imports, as many as have
-- p_rows listings together, and one at least; newest first.  A loop over an
-- index can stop, a running sum over all imports or a sort of them cannot.
-- p_until leaves out what was not yet there, so that the pages of a list
-- agree; p_before is a cursor of imports.

CREATE OR REPLACE FUNCTION glyph.newest_imports(p_tenant text,
    p_import uuid, p_until timestamptz DEFAULT NULL,
    p_before_time timestamptz DEFAULT 'infinity',
    p_before_id uuid DEFAULT 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    p_rows bigint DEFAULT 1000000)
RETURNS uuid[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET enable_sort = off AS $$
DECLARE
    r     record;
    v_n   bigint := 0;
    v_ids uuid[] := '{}';
BEGIN
    FOR r IN SELECT i.id, i.valid_rows FROM glyph.imports i
              WHERE i.tenant = p_tenant AND i.state = 'completed'
                    AND i.undone_at IS NULL
                    AND (p_import IS NULL OR i.id = p_import)
                    AND (p_until IS NULL OR i.finished_at <= p_until)
                    AND (i.created_at, i.id) < (p_before_time, p_before_id)
              ORDER BY i.created_at DESC, i.id DESC
    LOOP
        v_n := v_n + r.valid_rows;
        EXIT WHEN v_n > p_rows AND v_ids <> '{}';
        v_ids := v_ids || r.id;
    END LOOP;

    RETURN v_ids;
END
$$;


-- A score, or a difference of two, without the noise of binary fractions.

CREATE OR REPLACE FUNCTION glyph.shown_score(p_score float8) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT round(p_score::numeric, 6)::float8;
$$;


-- Specifications of the registry, in the order of model ids, with prices and
-- scores of what is listed in the newest imports or in one (all USD).  Only
-- the page's models are counted.

CREATE OR REPLACE FUNCTION glyph.api_models(args jsonb)
RETURNS TABLE (model text, family text, vendor text, class text,
    vram_gb float8, tdp_watts int, mig_support int, nvlink bool,
    generation text, cuda_cores int, slot_width float8, pcie_generation int,
    form_factor text, released text, listings bigint, price_min numeric,
    price_median numeric, price_max numeric, price_avg numeric,
    score_min float8, score_median float8, score_max float8, score_avg float8,
    _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args,
        '{model,family,vendor,generation,import_id,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_import uuid := glyph.arg_import(args);
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
        '    FROM unnest($1) w JOIN glyph.listings l ON l.import_id = w'
        '   WHERE l.canonical_model = ANY ($2[1:$3])'
        '   GROUP BY l.canonical_model)'
        'SELECT g.*, coalesce(s.n, 0), s.p0, round(s.p1::numeric, 2), s.p2,'
        '       round(s.p3, 2), s.s0, glyph.shown_score(s.s1), s.s2,'
        '       glyph.shown_score(s.s3),'
        '       CASE WHEN g.model = $2[$3] AND cardinality($2) > $3'
        '            THEN glyph.cursor(''models'', g.model) END'
        '  FROM glyph.gpu_models g'
        '       LEFT JOIN s ON s.canonical_model = g.model'
        ' WHERE g.model = ANY ($2[1:$3]) ORDER BY g.model'
        USING glyph.newest_imports(coalesce(args->>'tenant', ''), v_import),
              v_models, v_limit;
END
$$;


-- Titles that matched nothing, the most frequent first: what to add to the
-- registry.  The cursor carries the time of the first page; titles are long,
-- so that among equals their beginning decides, then a digest.

CREATE OR REPLACE FUNCTION glyph.api_unknowns(args jsonb)
RETURNS TABLE (title text, listings bigint, unknown_reason text,
    is_valid_gpu bool, model_given text, import_id uuid, import_index int,
    imported_at timestamptz, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args,
        '{reason,is_valid_gpu,import_id,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_valid  text := glyph.arg_choice(a, 'is_valid_gpu', '{true,false}');
    v_import uuid := glyph.arg_import(args);
    v_after  text[] := glyph.arg_cursor(a, 'unknowns', 'time', 'int', 'text',
                                        'text');
    v_until  timestamptz := coalesce(v_after[1]::timestamptz,
                                     clock_timestamp());
    v_where  text := '';
BEGIN
    IF a ? 'reason' THEN
        v_where := v_where || ' AND l.unknown_reason = $5';
    END IF;
    IF a ? 'is_valid_gpu' THEN
        v_where := v_where || ' AND l.is_valid_gpu = $6';
    END IF;

    -- "first" is the title's row in the newest import: its place in $1, and
    -- its index

    RETURN QUERY EXECUTE
        'WITH t AS ('
        '  SELECT l.title, count(*) AS n,'
        '         min(w.k << 32 | l.import_index) AS first'
        '    FROM unnest($1) WITH ORDINALITY w(id, k)'
        '         JOIN glyph.listings l ON l.import_id = w.id'
        '   WHERE l.match_type = ''none''' || v_where ||
        '   GROUP BY l.title'
        '), p AS MATERIALIZED ('
        '  SELECT t.*, row_number() OVER w AS at,'
        '         sum(octet_length(t.title)) OVER w AS bytes'
        '    FROM (SELECT * FROM (SELECT t.title, t.n, t.first,'
        '                         md5(t.title) AS md5, left(t.title, 60)'
        '                         COLLATE "C" AS head FROM t) t'
        '           WHERE $3 IS NULL OR (-t.n, t.head, t.md5) > (-$3, $4, $7)'
        '           ORDER BY t.n DESC, t.head, t.md5 LIMIT $2 + 1) t'
        '  WINDOW w AS (ORDER BY t.n DESC, t.head, t.md5)'
        ')'
        'SELECT p.title, p.n, l.unknown_reason, l.is_valid_gpu,'
        '       l.model_given, l.import_id, l.import_index, i.created_at,'
        '       CASE WHEN glyph.ends_page(p.at, $2, p.bytes,'
        '                                 (SELECT count(*) FROM p))'
        '            THEN glyph.cursor(''unknowns'', glyph.time_key($8),'
        '                     p.n::text, p.head, p.md5) END'
        '  FROM p JOIN glyph.listings l'
        '         ON l.import_id = ($1)[p.first >> 32]'
        '            AND l.import_index = (p.first & 2147483647)::int'
        '       JOIN glyph.imports i ON i.id = l.import_id'
        ' WHERE glyph.on_page(p.at, $2, p.bytes, octet_length(p.title))'
        ' ORDER BY p.at'
        USING glyph.newest_imports(coalesce(args->>'tenant', ''), v_import,
                                   v_until),
              v_limit, v_after[2]::bigint, v_after[3], a->>'reason',
              v_valid::bool, v_after[4], v_until;
END
$$;


-- How listings changed: each that was there before, under the same URL, beside
-- the last time that it was; newest imports first, in file order.  A page
-- looks at 10,000 listings at most and may have few rows or none; where it
-- stopped is in the cursor, in a row of NULLs if need be.  Earlier ones are
-- looked for in (at least) the 1,000,000 listings before an import: to read
-- them needs no index of URLs, which every COPY would pay for.

CREATE OR REPLACE FUNCTION glyph.api_deltas(args jsonb)
RETURNS TABLE (source_url text, title text, canonical_model text,
    region text, seller text, import_id uuid, import_index int,
    imported_at timestamptz, previous_import_id uuid,
    previous_import_index int, previous_imported_at timestamptz,
    currency text, price numeric, previous_price numeric,
    price_change numeric, price_change_pct numeric, score float8,
    previous_score float8, score_change float8, _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args,
        '{model,region,import_id,min_price_change_pct,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_import uuid := glyph.arg_import(args);
    v_pct    numeric := glyph.arg_number(a, 'min_price_change_pct');
    v_after  text[] := glyph.arg_cursor(a, 'deltas', 'time', 'uuid', 'int');
    v_tenant text := coalesce(args->>'tenant', '');
    v_keys   text := '';
    v_where  text := '';
    v_ids    uuid[];        -- the listings that the page looks at
    v_rows   int[];
    v_imports uuid[];
    v_last   int;
    v_more   bool;          -- there are more than it looks at
    v_end    text;          -- the cursor then
BEGIN
    IF a ? 'min_price_change_pct' AND v_pct < 0 THEN
        PERFORM glyph.bad_argument('min_price_change_pct',
            'parameter "min_price_change_pct" must not be negative');
    END IF;

    IF a ? 'import_id' THEN
        v_keys := ' AND i.id = $2';
    END IF;
    IF v_after IS NOT NULL THEN
        v_keys := v_keys || ' AND (i.created_at, i.id) <= ($3, $4)';
    END IF;
    IF a ? 'model' THEN
        v_where := v_where || ' AND l.canonical_model = $6';
    END IF;

    EXECUTE
        'SELECT array_agg(k.id ORDER BY k.n), array_agg(k.import_index'
        '           ORDER BY k.n)'
        '  FROM (SELECT i.id, l.import_index, row_number()'
        '               OVER (ORDER BY i.created_at DESC, i.id DESC,'
        '                     l.import_index) AS n'
        '          FROM glyph.imports i CROSS JOIN LATERAL ('
        '                   SELECT l.import_index FROM glyph.listings l'
        '                    WHERE l.import_id = i.id'
        '                          AND l.url_digest IS NOT NULL'
        '                          AND l.import_index > CASE'
        '                              WHEN i.id = $4 THEN $5 ELSE -1 END'
        || v_where ||
        '                    ORDER BY l.import_index LIMIT 10001) l'
        '         WHERE i.tenant = $1 AND i.state = ''completed'''
        '               AND i.undone_at IS NULL' || v_keys ||
        '         ORDER BY i.created_at DESC, i.id DESC, l.import_index'
        '         LIMIT 10001) k'
        INTO v_ids, v_rows
        USING v_tenant, v_import, v_after[1]::timestamptz, v_after[2]::uuid,
              v_after[3]::int, upper(a->>'model');

    v_more := cardinality(v_ids) > 10000;
    v_last := least(cardinality(v_ids), 10000);

    IF v_last IS NULL THEN
        RETURN;
    END IF;

    IF v_more THEN
        SELECT glyph.cursor('deltas', glyph.time_key(i.created_at),
                            i.id::text, v_rows[v_last]::text)
          INTO v_end
          FROM glyph.imports i WHERE i.id = v_ids[v_last];
    END IF;

    v_where := '';
    IF a ? 'region' THEN
        v_where := ' WHERE l.region = $6';
    END IF;

    -- Imports by age: the chunk's but for the first, which is older than none,
    -- and those before them.  "o" looks from each listing to the next older
    -- import that has its URL, and to the first listing of it there.

    SELECT array_agg(c.id ORDER BY c.n) INTO v_imports
      FROM (SELECT x.id, min(x.n) AS n
              FROM unnest(v_ids[:v_last]) WITH ORDINALITY x(id, n)
             WHERE x.id <> v_ids[1] GROUP BY x.id) c;

    SELECT v_imports || glyph.newest_imports(v_tenant, NULL, NULL,
                                             i.created_at, i.id)
      INTO v_imports
      FROM glyph.imports i WHERE i.id = v_ids[v_last];

    RETURN QUERY EXECUTE
        'WITH w AS MATERIALIZED ('
        '  SELECT * FROM unnest($1) WITH ORDINALITY w(id, k)'
        '), l AS MATERIALIZED ('
        '  SELECT l.*, c.n, coalesce(w.k, 0) AS k'
        '    FROM unnest($2, $3) WITH ORDINALITY c(id, import_index, n)'
        '         JOIN glyph.listings l ON l.import_id = c.id'
        '              AND l.import_index = c.import_index'
        '         LEFT JOIN w ON w.id = c.id' || v_where ||
        '), u AS ('
        '  SELECT l.n, l.url_digest, l.k, l.import_index FROM l'
        '   UNION ALL'
        '  SELECT NULL, o.url_digest, w.k, o.import_index'
        '    FROM w JOIN glyph.listings o ON o.import_id = w.id'
        '   WHERE o.url_digest IN (SELECT l.url_digest FROM l)'
        '), h AS ('
        '  SELECT u.n, min(u.k) OVER h AS k,'
        '         min(u.import_index) OVER h AS import_index'
        '    FROM u WINDOW h AS (PARTITION BY u.url_digest ORDER BY u.k DESC'
        '         GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING)'
        '), o AS ('
        '  SELECT h.n, o.* FROM h JOIN glyph.listings o'
        '         ON o.import_id = ($1)[h.k]'
        '            AND o.import_index = h.import_index'
        '   WHERE h.n IS NOT NULL AND h.k IS NOT NULL'
        '), d AS ('
        '  SELECT l.*, o.import_id AS old_id, o.import_index AS old_index,'
        '         o.score AS old_score, p.cur, p.new_price, p.old_price,'
        '         round(100 * (p.new_price - p.old_price)'
        '               / nullif(p.old_price, 0), 2) AS pct'
        '    FROM l JOIN o ON o.n = l.n CROSS JOIN LATERAL (SELECT'
        '         CASE WHEN l.currency = o.currency THEN l.currency'
        '              ELSE ''USD'' END AS cur,'
        '         CASE WHEN l.currency = o.currency THEN l.price'
        '              ELSE l.price_usd END AS new_price,'
        '         CASE WHEN l.currency = o.currency THEN o.price'
        '              ELSE o.price_usd END AS old_price) p'
        '), p AS MATERIALIZED ('
        '  SELECT d.*, row_number() OVER w AS at, count(*) OVER () AS rows,'
        '         sum(d.size) OVER w AS bytes'
        '    FROM (SELECT d.*, octet_length(concat(d.source_url, d.title,'
        '                          d.region, d.seller)) AS size'
        '            FROM d WHERE $4 IS NULL OR abs(d.pct) >= $4'
        '           ORDER BY d.n LIMIT $5 + 1) d'
        '  WINDOW w AS (ORDER BY d.n)'
        ')'
        'SELECT p.source_url, p.title, p.canonical_model, p.region,'
        '       p.seller, p.import_id, p.import_index, i.created_at,'
        '       p.old_id, p.old_index, j.created_at, p.cur, p.new_price,'
        '       p.old_price, p.new_price - p.old_price, p.pct,'
        '       glyph.shown_score(p.score), glyph.shown_score(p.old_score),'
        '       glyph.shown_score(p.score - p.old_score),'
        '       CASE WHEN glyph.ends_page(p.at, $5, p.bytes, p.rows)'
        '            THEN glyph.cursor(''deltas'','
        '                     glyph.time_key(i.created_at), i.id::text,'
        '                     p.import_index::text)'
        '            WHEN p.rows <= $5 AND p.at = p.rows THEN $7 END'
        '  FROM p JOIN glyph.imports i ON i.id = p.import_id'
        '       JOIN glyph.imports j ON j.id = p.old_id'
        ' WHERE glyph.on_page(p.at, $5, p.bytes, p.size) ORDER BY p.at'
        USING v_imports, v_ids[:v_last], v_rows[:v_last], v_pct, v_limit,
              a->>'region', v_end;

    IF NOT FOUND AND v_more THEN
        _cursor := v_end;
        RETURN NEXT;
    END IF;
END
$$;


-- Text that Markdown shows as it is, in a cell of a table.

CREATE OR REPLACE FUNCTION glyph.markdown(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(regexp_replace(p_text, '[[:cntrl:]]+', ' ', 'g'),
                          '([][\\`*_{}<>()#|!&~])', '\\\1', 'g');
$$;


-- A table: a line of names, then of what the second argument makes of rows.

CREATE OR REPLACE FUNCTION glyph.markdown_table(p_names text[],
    p_rows json) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '| ' || array_to_string(p_names, ' | ') || E' |\n|'
           || repeat('---|', cardinality(p_names)) || E'\n'
           || coalesce(string_agg('|' || r.line || E' |\n', '' ORDER BY r.n),
                       '')
      FROM (SELECT x.n, string_agg(' ' || coalesce(glyph.markdown(
                       x.row->>y.name), '–'), ' |' ORDER BY y.n) AS line
              FROM json_array_elements(p_rows) WITH ORDINALITY x(row, n)
                   CROSS JOIN unnest(p_names) WITH ORDINALITY y(name, n)
             GROUP BY x.n) r;
$$;


-- One import, or the newest ones, at a glance: a function without _cursor
-- gives one object and no list.  Prices are USD.  "Odd" is a price below a
-- third or above three times its model's median, where at least five are
-- listed; such a price makes no listing the best value.

CREATE OR REPLACE FUNCTION glyph.api_report(args jsonb)
RETURNS TABLE (as_of timestamptz, import_id uuid, totals json,
    unknown json, best_value json, price_spread json, anomalies json,
    _markdown text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    a         jsonb := glyph.api_args(args, '{import_id}');
    v_tenant  text := coalesce(args->>'tenant', '');
    v_import  uuid;
    v_imports uuid[];
BEGIN
    v_import := glyph.arg_import(args);
    import_id := v_import;
    v_imports := glyph.newest_imports(v_tenant, v_import,
                                      p_rows => 300000);

    WITH l AS MATERIALIZED (
        SELECT w.k, l.import_index, l.canonical_model, l.price_usd, l.score,
               l.vram_gb, l.match_type = 'none' AS unknown, l.is_valid_gpu,
               l.duplicate_of IS NOT NULL AS duplicate, l.unknown_reason
          FROM unnest(v_imports) WITH ORDINALITY w(id, k)
               JOIN glyph.listings l ON l.import_id = w.id
    ), c AS NOT MATERIALIZED (      -- cards with a price
        SELECT * FROM l
         WHERE is_valid_gpu AND NOT unknown AND NOT duplicate
               AND price_usd > 0
    ), m AS MATERIALIZED (
        SELECT canonical_model AS model, count(*) AS n,
               min(price_usd) AS p_min, max(price_usd) AS p_max,
               percentile_cont('{0.25,0.5,0.75}'::float8[])
                   WITHIN GROUP (ORDER BY price_usd) AS p
          FROM c GROUP BY canonical_model
    ), r AS MATERIALIZED (
        SELECT c.k, c.import_index, c.price_usd, c.vram_gb,
               100 * c.score / c.price_usd::float8 AS value,
               round((m.p)[2]::numeric, 2) AS median,
               c.price_usd::float8 / (m.p)[2] AS ratio,
               m.n >= 5 AND (c.price_usd::float8 * 3 < (m.p)[2]
                             OR c.price_usd::float8 > 3 * (m.p)[2]) AS odd
          FROM c JOIN m ON m.model = c.canonical_model
    ), v AS (                       -- memory sizes
        SELECT vram_gb, count(*) AS n,
               max(value) FILTER (WHERE NOT odd) AS best
          FROM r WHERE vram_gb IS NOT NULL GROUP BY vram_gb
    ), b AS (
        SELECT DISTINCT ON (r.vram_gb) v.vram_gb, v.n, v.best, r.k,
               r.import_index
          FROM v JOIN r ON r.vram_gb = v.vram_gb AND r.value = v.best
         WHERE NOT r.odd
         ORDER BY r.vram_gb, r.k, r.import_index
    ), o AS (
        SELECT r.*, row_number() OVER (ORDER BY abs(ln(ratio)) DESC, k,
                                                import_index) AS n
          FROM r WHERE odd
         ORDER BY n LIMIT 20
    )
    SELECT i.at,
           json_build_object(
               'imports', cardinality(v_imports),
               'imports_left_out', i.n - cardinality(v_imports),
               'rows', i.rows, 'invalid_rows', i.invalid,
               'listings', t.n,
               'priced', t.priced,
               'duplicates', t.duplicates,
               'models', t.models,
               'price_min', t.p_min, 'price_max', t.p_max,
               'score_min', glyph.shown_score(t.s_min),
               'score_max', glyph.shown_score(t.s_max)),
           json_build_object(
               'listings', t.unknown,
               'share', round(t.unknown::numeric / nullif(t.n, 0), 4),
               'not_gpu', t.not_gpu,
               'reasons', coalesce((
                   SELECT json_object_agg(u.reason, u.n ORDER BY u.n DESC,
                                          u.reason)
                     FROM (SELECT coalesce(unknown_reason, 'none') AS reason,
                                  count(*) AS n
                             FROM l WHERE unknown GROUP BY 1) u), '{}')),
           coalesce((SELECT json_agg(json_build_object(
                       'vram_gb', b.vram_gb, 'listings', b.n,
                       'model', x.canonical_model, 'title', x.title,
                       'price_usd', x.price_usd,
                       'score', glyph.shown_score(x.score),
                       'score_per_100_usd', glyph.shown_score(b.best),
                       'seller', x.seller, 'source_url', x.source_url,
                       'import_id', x.import_id,
                       'import_index', x.import_index) ORDER BY b.vram_gb)
              FROM b JOIN glyph.listings x
                     ON x.import_id = v_imports[b.k]
                        AND x.import_index = b.import_index), '[]'),
           coalesce((SELECT json_agg(json_build_object(
                       'model', s.model, 'listings', s.n,
                       'price_min', s.p_min,
                       'price_p25', round((s.p)[1]::numeric, 2),
                       'price_median', round((s.p)[2]::numeric, 2),
                       'price_p75', round((s.p)[3]::numeric, 2),
                       'price_max', s.p_max,
                       'spread_pct', round((100 * (s.p_max - s.p_min)
                           / (s.p)[2]::numeric), 1)) ORDER BY s.n DESC,
                                                              s.model)
              FROM (SELECT * FROM m ORDER BY n DESC, model LIMIT 50) s),
                    '[]'),
           json_build_object(
               'listings', (SELECT count(*) FROM r WHERE odd),
               'most', coalesce((SELECT json_agg(json_build_object(
                       'model', x.canonical_model, 'title', x.title,
                       'price_usd', o.price_usd, 'median', o.median,
                       'times_median', round(o.ratio::numeric, 3),
                       'seller', x.seller, 'source_url', x.source_url,
                       'import_id', x.import_id,
                       'import_index', x.import_index) ORDER BY o.n)
              FROM o JOIN glyph.listings x ON x.import_id = v_imports[o.k]
                     AND x.import_index = o.import_index), '[]'))
      INTO as_of, totals, unknown, best_value, price_spread, anomalies
      FROM (SELECT count(*) AS n, count(price_usd) AS priced,
                   count(*) FILTER (WHERE duplicate) AS duplicates,
                   count(DISTINCT canonical_model) FILTER (WHERE NOT unknown)
                       AS models,
                   count(*) FILTER (WHERE unknown) AS unknown,
                   count(*) FILTER (WHERE NOT is_valid_gpu) AS not_gpu,
                   min(price_usd) AS p_min, max(price_usd) AS p_max,
                   min(score) AS s_min, max(score) AS s_max
              FROM l) t,
           (SELECT count(*) AS n,
                   max(i.created_at) FILTER (WHERE x) AS at,
                   coalesce(sum(i.rows) FILTER (WHERE x), 0) AS rows,
                   coalesce(sum(i.invalid_rows) FILTER (WHERE x), 0)
                       AS invalid
              FROM glyph.imports i LEFT JOIN (SELECT unnest(v_imports) AS id,
                       true AS x) w ON w.id = i.id
             WHERE i.tenant = v_tenant AND i.state = 'completed'
                   AND i.undone_at IS NULL
                   AND (v_import IS NULL OR i.id = v_import)) i;

    _markdown := format(E'# Listings\n\n%s\n\n%s listings of %s imports'
        ' (%s older ones are left out), %s with a price in USD, %s of %s'
        ' rows were rejected.\n\n',
        coalesce('As of ' || glyph.time_key(as_of) || '.',
                 'Nothing is listed.'),
        totals->>'listings',
        totals->>'imports', totals->>'imports_left_out', totals->>'priced',
        totals->>'invalid_rows', totals->>'rows')
        || format(E'%s are duplicates. %s (%s %%) matched no model, %s are no'
        ' cards.\n\n## Best value\n\nBy memory: the most score for 100'
        ' USD.\n\n',
        totals->>'duplicates', unknown->>'listings',
        coalesce(round(100 * (unknown->>'share')::numeric, 1), 0),
        unknown->>'not_gpu')
        || glyph.markdown_table('{vram_gb,model,price_usd,score,'
               'score_per_100_usd,seller,title}', best_value)
        || E'\n## Prices\n\nUSD; the models listed most.\n\n'
        || glyph.markdown_table('{model,listings,price_min,price_p25,'
               'price_median,price_p75,price_max,spread_pct}', price_spread)
        || format(E'\n## Anomalies\n\n%s prices are below a third or above'
        ' three times their model\'s median.\n\n', anomalies->>'listings')
        || glyph.markdown_table('{model,price_usd,median,times_median,'
               'seller,title}', anomalies->'most');

    RETURN NEXT;
END
$$;


-- Listings of all completed imports.  Prices are compared in USD; listings
-- whose price has no rate come last in both orders of price.  The order
-- "-time" (the default) is the newest import first, in file order; "time" the
-- oldest first.  Among equals, a descending order is the exact reverse of the
-- ascending one.
--
-- Within one import "final_score" is the order of the score, and only there.
--
-- Each order takes at most a page of keys from every import, by one of the
-- indexes, then merges them and reads only the page's rows.  "count" is that
-- of all pages; an empty page has it in a row of NULLs.

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
    bulk_notes text, model_given text, extra jsonb, _count bigint,
    _cursor text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1 SET jit = off AS $$
#variable_conflict use_column
DECLARE
    a        jsonb := glyph.api_args(args, '{model,min_price,max_price,'
        'min_score,region,seller,import_id,match_type,is_valid_gpu,sort,'
        'count,limit,after}');
    v_limit  int := glyph.arg_limit(a);
    v_import uuid := glyph.arg_import(args);
    v_min    numeric := glyph.arg_number(a, 'min_price');
    v_max    numeric := glyph.arg_number(a, 'max_price');
    v_score  numeric := glyph.arg_number(a, 'min_score');
    v_match  text := glyph.arg_choice(a, 'match_type',
        '{exact,alias,fuzzy,none}');
    v_valid  text := glyph.arg_choice(a, 'is_valid_gpu', '{true,false}');
    v_sort   text := coalesce(glyph.arg_choice(a, 'sort',
        '{score,-score,price,-price,time,-time,final_score,-final_score}'),
        '-time');
    v_key    text := replace(ltrim(v_sort, '-'), 'final_', '');
    v_want   text := glyph.arg_choice(a, 'count', '{true,false}');
    v_count  bigint;
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

    IF v_sort LIKE '%final_score' AND v_import IS NULL THEN
        PERFORM glyph.bad_argument('sort', format('parameter "sort" may be'
            ' "%s" only with "import_id"', v_sort));
    END IF;

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

    -- Imports know how many listings they have

    IF v_want = 'true' THEN
        EXECUTE CASE WHEN v_where = ''
            THEN 'SELECT coalesce(sum(i.valid_rows), 0)'
                 '  FROM glyph.imports i'
            ELSE 'SELECT count(*) FROM glyph.imports i'
                 '  JOIN glyph.listings l ON l.import_id = i.id'
            END ||
            ' WHERE i.tenant = $1 AND i.state = ''completed'''
            '       AND i.undone_at IS NULL' || v_import_where || v_where
            INTO v_count
            USING coalesce(args->>'tenant', ''), v_import,
                  upper(a->>'model'), v_min, v_max, v_score::float8,
                  a->>'region', a->>'seller', v_match, v_valid::bool;
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
        v_keys := format('created_at %1$s, id %1$s, import_index', v_dir);

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
        v_keys := format('k %1$s, id %1$s, import_index %1$s', v_dir);

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
        v_keys := format('k %1$s NULLS LAST, id %1$s, import_index %1$s',
            v_dir);
    END IF;

    RETURN QUERY EXECUTE format(
        'WITH k AS MATERIALIZED ('
        '  SELECT p.*, row_number() OVER (ORDER BY %1$s) AS n'
        '    FROM (SELECT i.id, l.import_index, l.k, i.created_at'
        '            FROM glyph.imports i CROSS JOIN LATERAL %2$s l'
        '           WHERE i.tenant = $1 AND i.state = ''completed'''
        '                 AND i.undone_at IS NULL%3$s'
        '           ORDER BY %1$s LIMIT $11 + 1) p'
        '), p AS MATERIALIZED ('
        '  SELECT k.*, z.size, sum(z.size) OVER (ORDER BY k.n) AS bytes,'
        '         count(*) OVER () AS rows'
        '    FROM k JOIN glyph.listings l'
        '           ON l.import_id = k.id AND l.import_index = k.import_index'
        '         CROSS JOIN LATERAL (SELECT octet_length(concat(l.title,'
        '             l.match_notes, l.condition, l.availability, l.seller,'
        '             l.region, l.listing_age, l.source_url, l.source_type,'
        '             l.bulk_notes, l.model_given, l.extra)) AS size) z'
        ')'
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
        '       l.bulk_notes, l.model_given, l.extra, $17,'
        '       CASE WHEN glyph.ends_page(p.n, $11, p.bytes, p.rows)'
        '            THEN glyph.cursor(%4$L, p.id::text,'
        '                     p.import_index::text, %5$s) END'
        '  FROM p JOIN glyph.listing_view l'
        '         ON l.import_id = p.id AND l.import_index = p.import_index'
        ' WHERE glyph.on_page(p.n, $11, p.bytes, p.size) ORDER BY p.n',
        v_keys, v_part, v_import_where, 'listings' || v_sort,
        CASE v_key WHEN 'time' THEN 'glyph.time_key(p.created_at)'
                   ELSE 'p.k::text' END)
        USING coalesce(args->>'tenant', ''), v_import, upper(a->>'model'),
              v_min, v_max, v_score::float8, a->>'region', a->>'seller',
              v_match, v_valid::bool, v_limit, v_after[1]::uuid,
              v_after[2]::int,
              CASE v_key WHEN 'time' THEN v_after[3] END::timestamptz,
              CASE v_key WHEN 'score' THEN v_after[3] END::float8,
              CASE v_key WHEN 'price' THEN v_after[3] END::numeric,
              v_count;

    IF NOT FOUND AND v_count IS NOT NULL THEN
        _count := v_count;
        RETURN NEXT;
    END IF;
END
$$;


INSERT INTO glyph.schema_versions (version, note)
VALUES (1, 'imports, listings, errors, the fence, queries')
    ON CONFLICT (version) DO NOTHING;


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
            glyph.error_view, glyph.model_view TO glyph_reader;
    END IF;

    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'glyph_writer') THEN
        GRANT USAGE ON SCHEMA glyph TO glyph_writer;
        GRANT SELECT ON ALL TABLES IN SCHEMA glyph TO glyph_writer;
        GRANT INSERT, UPDATE ON glyph.imports TO glyph_writer;
        GRANT INSERT, DELETE ON glyph.listings, glyph.import_errors
            TO glyph_writer;
        GRANT INSERT, UPDATE, DELETE ON glyph.gpu_models,
            glyph.gpu_models_digest, glyph.workers TO glyph_writer;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA glyph TO glyph_writer;
    END IF;
END
$$;

COMMIT;

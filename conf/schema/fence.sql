-- The fence

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


-- begin_batch([[id, epoch], [id, epoch, {meta}], [id, epoch, null, true], …])
-- begins a transaction that writes to these imports.  Rows that are missing and
-- have meta are made.  All inserts come before all locks, each in the order of
-- ids, so that two batches wait for each other in one direction only: a row that
-- another transaction has inserted and not committed is invisible to the second
-- statement and cannot be waited for there.
--
-- true: the import is in other transactions of its owner at the same time, each
-- of which adds ranges, and only that.  They lock the row FOR KEY SHARE and do not
-- wait for each other; who takes, ends or changes it waits for all of them, and
-- for others of its kind.
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
    j     record;
    l     record;
    v_bad jsonb := '[]';
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

    -- One pass, in the order of ids, whatever the lock

    FOR j IN
        SELECT (e->>0)::uuid AS id, (e->>1)::int AS epoch,
               (e->2->>'worker')::uuid AS worker,
               coalesce((e->>3)::bool, false) AS lane
          FROM jsonb_array_elements(jobs) e
         ORDER BY 1
    LOOP
        IF j.lane THEN
            SELECT i.epoch, i.state, i.worker INTO l
              FROM glyph.imports i WHERE i.id = j.id FOR KEY SHARE;
        ELSE
            SELECT i.epoch, i.state, i.worker INTO l
              FROM glyph.imports i WHERE i.id = j.id FOR UPDATE;
        END IF;

        IF NOT FOUND OR l.epoch <> j.epoch OR glyph.is_final(l.state)
           OR (j.worker IS NOT NULL AND j.worker IS DISTINCT FROM l.worker)
        THEN
            v_bad := v_bad || to_jsonb(j.id);
        END IF;
    END LOOP;

    IF v_bad <> '[]' THEN
        PERFORM glyph.fence_error(v_bad);
    END IF;
END
$$;


-- add_progress([[id, lo, hi, warnings_lo, warnings_hi, valid, invalid, bytes,
-- score_min, score_max], …]): the ranges that a batch has written.

CREATE OR REPLACE FUNCTION glyph.add_progress(ranges jsonb) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO glyph.import_progress (import_id, lo, hi, warnings_lo,
                warnings_hi, valid_rows, invalid_rows, bytes, score_min,
                score_max)
    SELECT (r->>0)::uuid, (r->>1)::int8, (r->>2)::int8, (r->>3)::int8,
           (r->>4)::int8, (r->>5)::int8, (r->>6)::int8, (r->>7)::int8,
           (r->>8)::float8, (r->>9)::float8
      FROM jsonb_array_elements(ranges) r;
$$;


-- What is there of an import's rows, or of its warnings: [lo, hi) of each run
-- without a hole, in order.  p_base is as far as its row of imports goes.

CREATE OR REPLACE FUNCTION glyph.covered(p_id uuid, p_base bigint,
    p_warnings bool) RETURNS bigint[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(ARRAY[g.lo, g.hi] ORDER BY g.lo)
      FROM (SELECT min(n.lo) AS lo, max(n.hi) AS hi
              FROM (SELECT b.lo, b.hi, count(*) FILTER (WHERE b.begins)
                                           OVER (ORDER BY b.lo) AS n
                      FROM (SELECT r.lo, r.hi, r.lo IS DISTINCT FROM
                                       lag(r.hi) OVER (ORDER BY r.lo) AS begins
                              FROM (SELECT 0::int8 AS lo, p_base AS hi
                                     UNION ALL
                                    SELECT CASE WHEN p_warnings
                                                THEN p.warnings_lo
                                                ELSE p.lo END,
                                           CASE WHEN p_warnings
                                                THEN p.warnings_hi
                                                ELSE p.hi END
                                      FROM glyph.import_progress p
                                     WHERE p.import_id = p_id) r
                             WHERE r.lo < r.hi) b) n
             GROUP BY n.n) g;
$$;


-- How many rows, or warnings, of an import that runs are there before the first
-- that is not: a page that ends further could miss what comes later.  NULL: all.

CREATE OR REPLACE FUNCTION glyph.settled(p_id uuid, p_warnings bool)
RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN c[1][1] = 0 THEN c[1][2] ELSE 0 END
      FROM glyph.imports i
           CROSS JOIN LATERAL glyph.covered(i.id,
               CASE WHEN p_warnings THEN i.warnings_count ELSE i.rows END,
               p_warnings) c
     WHERE i.id = p_id AND NOT glyph.is_final(i.state);
$$;


-- An import's row with what its ranges have.

CREATE OR REPLACE FUNCTION glyph.so_far(i glyph.imports)
RETURNS glyph.imports
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s record;
BEGIN
    IF glyph.is_final(i.state) THEN
        RETURN i;
    END IF;

    SELECT coalesce(sum(p.hi - p.lo), 0) AS rows,
           coalesce(sum(p.valid_rows), 0) AS valid,
           coalesce(sum(p.invalid_rows), 0) AS invalid,
           coalesce(sum(p.warnings_hi - p.warnings_lo), 0) AS warnings,
           coalesce(max(p.bytes), 0) AS bytes,
           min(p.score_min) AS score_min, max(p.score_max) AS score_max
      INTO s
      FROM glyph.import_progress p WHERE p.import_id = i.id;

    i.rows := i.rows + s.rows;
    i.valid_rows := i.valid_rows + s.valid;
    i.invalid_rows := i.invalid_rows + s.invalid;
    i.warnings_count := i.warnings_count + s.warnings;
    i.bytes := greatest(i.bytes, s.bytes);
    i.score_min := least(i.score_min, s.score_min);
    i.score_max := greatest(i.score_max, s.score_max);

    RETURN i;
END
$$;


-- fold() puts an import's ranges into its row, which the caller has locked.  What
-- goes on keeps them while they have a hole; what is to be completed has exactly
-- as many rows and warnings, none of them missing, or cannot be.

CREATE OR REPLACE FUNCTION glyph.fold(p_id uuid, p_state text,
    p_rows bigint DEFAULT NULL, p_warnings bigint DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    r          glyph.imports;
    s          glyph.imports;
    v_rows     bigint[];
    v_warnings bigint[];
BEGIN
    SELECT * INTO r FROM glyph.imports i WHERE i.id = p_id;
    s := glyph.so_far(r);

    IF p_state NOT IN ('failed', 'cancelled') THEN
        v_rows := glyph.covered(p_id, r.rows, false);
        v_warnings := glyph.covered(p_id, r.warnings_count, true);

        IF coalesce(v_rows <> ARRAY[ARRAY[0, coalesce(p_rows, s.rows)]],
                    p_rows > 0)
           OR coalesce(v_warnings <> ARRAY[ARRAY[0, coalesce(p_warnings,
                                                      s.warnings_count)]],
                       p_warnings > 0)
        THEN
            IF p_state = 'completed' THEN
                RAISE EXCEPTION USING
                    ERRCODE = 'integrity_constraint_violation',
                    MESSAGE = format('import %s has not all of its rows',
                                     p_id),
                    DETAIL = format('Rows %s of %s, warnings %s of %s.',
                                    v_rows, p_rows, v_warnings, p_warnings);
            END IF;

            RETURN;
        END IF;
    END IF;

    DELETE FROM glyph.import_progress p WHERE p.import_id = p_id;

    IF FOUND THEN
        UPDATE glyph.imports i
           SET rows = s.rows, valid_rows = s.valid_rows,
               invalid_rows = s.invalid_rows,
               warnings_count = s.warnings_count, bytes = s.bytes,
               score_min = s.score_min, score_max = s.score_max
         WHERE i.id = p_id;
    END IF;
END
$$;


-- commit_progress([{id, epoch, …}, …]) ends it: cumulative totals, and with
-- state "completed" or "failed" the import's end.  What is absent keeps its
-- value.  "result" is best given as a string that holds the JSON text: jsonb
-- would put an object's members into another order.
--
-- With "fold" there are no totals: they are those of the ranges, of which a
-- completed import has "total" rows and "total_warnings" without a hole.

CREATE OR REPLACE FUNCTION glyph.commit_progress(jobs jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    v_job record;
    v_bad jsonb;
BEGIN
    FOR v_job IN
        SELECT * FROM jsonb_to_recordset(jobs) AS
                      j(id uuid, state text, fold bool, total bigint,
                        total_warnings bigint)
         WHERE j.fold
    LOOP
        PERFORM glyph.fold(v_job.id, v_job.state, v_job.total,
                           v_job.total_warnings);
    END LOOP;

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
               delimiter = coalesce(j.delimiter, i.delimiter),
               identity_rule = coalesce(nullif(current_setting(
                   'glyph.identity_rule', true), '')::int2, 1)
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


-- Ends the writers that hold a lock on an import's row, and no others: what else
-- their worker writes goes on.  The row's xmax is the one of them, or a multixact
-- of several; one that updates it is the one.

CREATE OR REPLACE FUNCTION glyph.end_holders(p_id uuid) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    v_xmax xid := (SELECT i.xmax FROM glyph.imports i WHERE i.id = p_id);
    v_xids xid[];
    v_n    int;
BEGIN
    PERFORM pg_stat_clear_snapshot();

    IF NOT EXISTS (SELECT FROM pg_stat_activity a
                    WHERE a.backend_xid = v_xmax)
    THEN
        BEGIN
            v_xids := ARRAY(SELECT m.xid
                              FROM pg_get_multixact_members(v_xmax) m);
        EXCEPTION
            WHEN OTHERS THEN            -- it is no multixact, or an old one
                NULL;
        END;
    END IF;

    SELECT count(pg_terminate_backend(a.pid)) INTO v_n
      FROM pg_stat_activity a
     WHERE a.backend_xid = ANY (v_xids || v_xmax)
           AND a.application_name LIKE 'glyph:%'
           AND a.pid <> pg_backend_pid()
           AND a.datname = current_database()
           AND pg_has_role(a.usesysid, 'USAGE');

    RETURN v_n;
END
$$;


-- fence() is the first step of whoever takes, cancels or ends an import that is
-- not his: a statement and a transaction of its own, before the one that locks the
-- row.  The owner's open transactions share a lock with which this one goes, and
-- those that would come meet GL001; so the second step waits for what is open, and
-- nobody passes it.  (A lock that waits is passed by every sharer that comes, for
-- as long as they come.)  If the second step never comes, the owner sees that its
-- import is nobody else's, and takes it again.
--
-- The tenant, or for a take p_worker and p_upload, say that it is the caller's
-- business; see is_own().  False: it is not, or there is no such import that
-- runs, or it is in a transaction of another kind, behind which none is open.

CREATE OR REPLACE FUNCTION glyph.fence(p_id uuid, p_tenant text,
    p_worker uuid DEFAULT NULL, p_upload jsonb DEFAULT NULL) RETURNS bool
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s'
SET enable_seqscan = off
AS $$
BEGIN
    UPDATE glyph.imports i
       SET epoch = i.epoch + 1, worker = coalesce(p_worker, i.worker)
     WHERE i.id = p_id AND NOT glyph.is_final(i.state)
           AND (p_tenant IS NULL OR i.tenant = p_tenant)
           AND glyph.is_own(i, p_worker, p_upload);

    RETURN FOUND;

EXCEPTION
    WHEN lock_not_available THEN
        RETURN false;
END
$$;


-- Locks an import's row against its present owner, and returns it; all NULL
-- if there is none.  The owner's open transactions get 2 seconds, all together,
-- to end by themselves, then their backends are told to; one that cannot even do
-- that (stopped, or its machine is) is 55P03, and nothing may be concluded.
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
    v_row  glyph.imports;
    v_end  timestamptz;
    v_n    int;
BEGIN
    FOR v_round IN 1 .. 3 LOOP
        v_end := clock_timestamp() + interval '2 s';

        -- Asked again and again: a wait has no end while others come

        LOOP
            BEGIN
                SELECT * INTO v_row FROM glyph.imports WHERE id = p_id
                   FOR UPDATE NOWAIT;

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

            EXCEPTION
                WHEN SQLSTATE 'GL000' THEN
                    RETURN NULL;

                WHEN lock_not_available THEN
                    NULL;
            END;

            EXIT WHEN clock_timestamp() >= v_end;

            PERFORM pg_sleep(0.005);
        END LOOP;

        PERFORM 1 FROM glyph.imports WHERE id = p_id;

        IF FOUND THEN
            PERFORM glyph.end_holders(p_id);
        ELSE
            PERFORM glyph.end_backends(p_owner);
        END IF;
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


-- seize() makes the caller the owner: nothing of an earlier owner can be
-- committed after it.  A final state is returned as it is.  p_owner: see
-- hold(); a spool file's header names the worker that began it.  Without it,
-- a first batch that is under way is taken for the caller's own, on a
-- connection that it lost.
--
-- p_upload is for a caller that does not know whether the row is its import or
-- another one for which a client chose the same id: {tenant, fingerprint} of a
-- spooled upload, {tenant, created_at} of one whose first batch is in doubt.
-- What is not the caller's is left alone, "own" is false.

CREATE OR REPLACE FUNCTION glyph.seize(p_id uuid, p_worker uuid, p_node uuid,
    p_owner uuid, p_upload jsonb, OUT i glyph.imports, OUT own bool)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off AS $$
BEGIN
    SELECT * INTO i FROM glyph.imports x WHERE x.id = p_id;
    own := i.id IS NULL OR glyph.is_own(i, p_worker, p_upload);

    IF own THEN
        i := glyph.hold(p_id, true, coalesce(p_owner, p_worker));
        own := i.id IS NULL OR glyph.is_own(i, p_worker, p_upload);
    END IF;

    IF i.id IS NOT NULL AND own AND NOT glyph.is_final(i.state) THEN
        i.epoch := i.epoch + 1;

        UPDATE glyph.imports x
           SET epoch = i.epoch, updated_at = now(),
               worker = coalesce(p_worker, x.worker),
               node = coalesce(p_node, x.node)
         WHERE x.id = p_id;
    END IF;
END
$$;


-- take_over() is that, behind fence(), with all that there is of the import:
-- its sums, and which rows and warnings they are of.

CREATE OR REPLACE FUNCTION glyph.take_over(p_id uuid, p_worker uuid,
    p_node uuid, p_owner uuid DEFAULT NULL, p_upload jsonb DEFAULT NULL)
RETURNS TABLE (found bool, epoch int, state text, rows bigint, bytes bigint,
    valid_rows bigint, invalid_rows bigint, warnings_count bigint,
    score_min float8, score_max float8, fingerprint text, code text, own bool,
    have_rows bigint[], have_warnings bigint[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r glyph.imports;
    s glyph.imports;
    v record;
BEGIN
    v := glyph.seize(p_id, p_worker, p_node, p_owner, p_upload);
    r := v.i;
    s := glyph.so_far(r);

    RETURN QUERY SELECT s.id IS NOT NULL, s.epoch, s.state, s.rows, s.bytes,
        s.valid_rows, s.invalid_rows, s.warnings_count, s.score_min,
        s.score_max, s.fingerprint, s.error->>'code', v.own,
        glyph.covered(p_id, r.rows, false),
        glyph.covered(p_id, r.warnings_count, true);
END
$$;


-- take() is for workers that know of no ranges: modules of schema 3.  An import
-- that has some starts again with such a worker, as if other rules decided its
-- rows now.

CREATE OR REPLACE FUNCTION glyph.take(p_id uuid, p_worker uuid, p_node uuid,
    p_owner uuid DEFAULT NULL, p_upload jsonb DEFAULT NULL)
RETURNS TABLE (found bool, epoch int, state text, rows bigint, bytes bigint,
    valid_rows bigint, invalid_rows bigint, warnings_count bigint,
    score_min float8, score_max float8, durable bool, fingerprint text,
    tenant text, own bool)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    r glyph.imports;
    v record;
BEGIN
    v := glyph.seize(p_id, p_worker, p_node, p_owner, p_upload);
    r := v.i;

    IF v.own AND NOT glyph.is_final(r.state) AND EXISTS (
           SELECT FROM glyph.import_progress p WHERE p.import_id = p_id)
    THEN
        r.fingerprint := repeat('0', 32) || right(r.fingerprint, 9);

        UPDATE glyph.imports i SET fingerprint = r.fingerprint
         WHERE i.id = p_id;
    END IF;

    RETURN QUERY SELECT r.id IS NOT NULL, r.epoch, r.state, r.rows, r.bytes,
        r.valid_rows, r.invalid_rows, r.warnings_count, r.score_min,
        r.score_max, r.durable, r.fingerprint, r.tenant, v.own;
END
$$;

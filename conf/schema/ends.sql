-- cancel() returns the state before and after.  When it has committed, no row
-- of the import can become visible.  p_create: the import is known to exist
-- (to its owner, or in Redis) though perhaps not here yet; its first batch
-- will then find the row that is made here.  Call fence() first.

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

    PERFORM glyph.fold(p_id, 'cancelled');

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
    -- Behind whatever is open

    PERFORM 1 FROM glyph.imports i WHERE i.id = p_id FOR UPDATE;

    UPDATE glyph.imports i
       SET fingerprint = repeat('0', 32) || right(p_fingerprint, 9),
           durable = true, updated_at = now(), rows = 0, valid_rows = 0,
           invalid_rows = 0, warnings_count = 0, bytes = 0, score_min = NULL,
           score_max = NULL
     WHERE i.id = p_id AND i.epoch = p_epoch
           AND i.state IN ('receiving', 'queued', 'processing');

    IF NOT FOUND THEN
        PERFORM glyph.fence_error(jsonb_build_array(p_id));
    END IF;

    DELETE FROM glyph.import_progress p WHERE p.import_id = p_id;

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

    SELECT min(w.number) INTO v_first
      FROM glyph.import_warnings w WHERE w.import_id = p_id;

    IF v_first IS NOT NULL THEN
        DELETE FROM glyph.import_warnings w
         WHERE w.import_id = p_id
               AND w.number <= v_first::bigint + p_rows - 1;
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
    -- Behind whatever is open

    PERFORM 1 FROM glyph.imports i WHERE i.id = p_id FOR UPDATE;
    PERFORM glyph.fold(p_id, 'failed');

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
    v_ids     uuid[];
    v_writers int;
BEGIN
    failed := 0;

    FOR v_round IN 1 .. 3 LOOP
        -- First, so that whatever it commits is there for the statement below
        PERFORM glyph.end_backends(p_worker);

        v_ids := ARRAY(
            SELECT i.id
              FROM glyph.imports i
             WHERE i.worker = p_worker AND NOT i.durable
                   AND i.state IN ('receiving', 'queued', 'processing')
             ORDER BY i.id
             LIMIT p_limit - failed
               FOR UPDATE SKIP LOCKED);

        FOREACH v_id IN ARRAY v_ids LOOP
            PERFORM glyph.fold(v_id, 'failed');
        END LOOP;

        UPDATE glyph.imports i
           SET state = 'failed', epoch = i.epoch + 1, updated_at = now(),
               finished_at = now(),
               error = '{"code": "worker_lost", "detail":
                         "the worker process that ran the import ended"}'
         WHERE i.id = ANY (v_ids);
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
                   SELECT 1 FROM glyph.import_progress p
                    WHERE p.import_id = i.id
                          AND p.committed_at >= now() - interval '60 s')
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


-- purge() deletes listings that nobody will see again, about p_rows and of a
-- thousand imports at most a call, in ranges of the key that no later call has
-- to pass again; it returns how much was done, listings and imports, 0 when
-- nothing is left.  Errors, warnings and the import's row stay.  No fence is
-- needed: these states are final, so that begin_batch() refuses every write,
-- and the row's lock keeps two purges apart.
--
-- It goes on behind the import that it has done: what the index held of that
-- one is dead and still in the way until this transaction is over.

CREATE OR REPLACE FUNCTION glyph.purge(p_rows int DEFAULT 50000)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r       record;
    v_after uuid := '00000000-0000-0000-0000-000000000000';
    v_first int;
    v_last  int;
    v_to    int;            -- the last one of the range
    v_n     bigint;
    v_work  bigint := 0;    -- an import without listings is work, too
BEGIN
    FOR v_import IN 1 .. 1000 LOOP
        SELECT i.id, i.purged_to INTO r
          FROM glyph.imports i
         WHERE i.purged_at IS NULL
               AND (i.state IN ('failed', 'cancelled')
                    OR i.undone_at IS NOT NULL)
               AND i.id > v_after
         ORDER BY i.id
         LIMIT 1
           FOR UPDATE SKIP LOCKED;
        EXIT WHEN NOT FOUND;

        v_after := r.id;

        DELETE FROM glyph.listing_orders o WHERE o.import_id = r.id;
        PERFORM glyph.forget_sums(r.id);
        DELETE FROM glyph.import_progress p WHERE p.import_id = r.id;

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

        EXIT WHEN v_work >= p_rows;
    END LOOP;

    RETURN v_work;
END
$$;

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

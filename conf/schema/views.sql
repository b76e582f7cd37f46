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

CREATE OR REPLACE VIEW glyph.warning_view AS
SELECT w.import_id, w.number, w.import_index, i.tenant, w.line, w.code,
       w.column_name, w.value, w.message
  FROM glyph.import_warnings w JOIN glyph.imports i ON i.id = w.import_id
 WHERE i.state = 'completed' AND i.undone_at IS NULL;

CREATE OR REPLACE VIEW glyph.model_view AS
SELECT * FROM glyph.gpu_models;

-- What an import says of each model; of each model, region and memory; and of
-- each seller: its summaries, or of one without them its listings.  An offer is
-- a card that matched, with a price in USD and no duplicate; prices here are
-- offers', quartiles in proportion.

CREATE OR REPLACE VIEW glyph.model_summary_view AS
SELECT i.id AS import_id, i.tenant, i.created_at AS imported_at, s.model,
       s.listings, s.priced, s.duplicates, s.not_gpu, s.cards AS offers,
       s.price_min, s.price_p25, s.price_median, s.price_p75, s.price_max,
       s.score_sum / s.listings AS score_avg, s.score_min, s.score_max
  FROM glyph.imports i
       JOIN glyph.import_models s ON s.import_id = i.id AND s.n = 0
 WHERE i.state = 'completed' AND i.undone_at IS NULL
 UNION ALL
SELECT i.id, i.tenant, i.created_at, l.canonical_model,
       count(*)::int, count(l.price_usd)::int, count(l.duplicate_of)::int,
       (count(*) FILTER (WHERE NOT l.is_valid_gpu))::int,
       (count(*) FILTER (WHERE l.is_offer))::int,
       min(l.price_usd) FILTER (WHERE l.is_offer),
       (percentile_cont(0.25) WITHIN GROUP (ORDER BY l.price_usd)
           FILTER (WHERE l.is_offer))::numeric(16,4),
       (percentile_cont(0.5) WITHIN GROUP (ORDER BY l.price_usd)
           FILTER (WHERE l.is_offer))::numeric(16,4),
       (percentile_cont(0.75) WITHIN GROUP (ORDER BY l.price_usd)
           FILTER (WHERE l.is_offer))::numeric(16,4),
       max(l.price_usd) FILTER (WHERE l.is_offer),
       avg(l.score), min(l.score), max(l.score)
  FROM glyph.imports i
       JOIN (SELECT l.*, l.is_valid_gpu AND l.match_type <> 'none'
                    AND l.duplicate_of IS NULL AND l.price_usd > 0
                    AND l.price_usd < 687194767.36 AS is_offer
               FROM glyph.listings l) l ON l.import_id = i.id
 WHERE i.state = 'completed' AND i.undone_at IS NULL
       AND i.summed_at IS NULL
 GROUP BY i.id, l.canonical_model;

CREATE OR REPLACE VIEW glyph.region_summary_view AS
SELECT i.id AS import_id, i.tenant, i.created_at AS imported_at, s.model,
       s.region, s.vram_gb,
       s.listings, s.priced, s.duplicates, s.not_gpu, s.cards AS offers,
       s.price_min, s.price_p25, s.price_median, s.price_p75, s.price_max,
       s.score_sum / s.listings AS score_avg, s.score_min, s.score_max
  FROM glyph.imports i
       JOIN glyph.import_models s ON s.import_id = i.id AND s.n > 0
 WHERE i.state = 'completed' AND i.undone_at IS NULL
 UNION ALL
SELECT i.id, i.tenant, i.created_at, l.canonical_model,
       l.region, l.vram_gb,
       count(*)::int, count(l.price_usd)::int, count(l.duplicate_of)::int,
       (count(*) FILTER (WHERE NOT l.is_valid_gpu))::int,
       (count(*) FILTER (WHERE l.is_offer))::int,
       min(l.price_usd) FILTER (WHERE l.is_offer),
       (percentile_cont(0.25) WITHIN GROUP (ORDER BY l.price_usd)
           FILTER (WHERE l.is_offer))::numeric(16,4),
       (percentile_cont(0.5) WITHIN GROUP (ORDER BY l.price_usd)
           FILTER (WHERE l.is_offer))::numeric(16,4),
       (percentile_cont(0.75) WITHIN GROUP (ORDER BY l.price_usd)
           FILTER (WHERE l.is_offer))::numeric(16,4),
       max(l.price_usd) FILTER (WHERE l.is_offer),
       avg(l.score), min(l.score), max(l.score)
  FROM glyph.imports i
       JOIN (SELECT l.*, l.is_valid_gpu AND l.match_type <> 'none'
                    AND l.duplicate_of IS NULL AND l.price_usd > 0
                    AND l.price_usd < 687194767.36 AS is_offer
               FROM glyph.listings l) l ON l.import_id = i.id
 WHERE i.state = 'completed' AND i.undone_at IS NULL
       AND i.summed_at IS NULL
 GROUP BY i.id, l.canonical_model, l.region, l.vram_gb;

CREATE OR REPLACE VIEW glyph.seller_summary_view AS
SELECT i.id AS import_id, i.tenant, i.created_at AS imported_at, x.seller,
       x.listings, x.unknown, x.not_gpu
  FROM glyph.imports i
       JOIN glyph.import_sellers s ON s.import_id = i.id
       CROSS JOIN LATERAL unnest(s.sellers, s.listings, s.unknown, s.not_gpu)
           x(seller, listings, unknown, not_gpu)
 WHERE i.state = 'completed' AND i.undone_at IS NULL
 UNION ALL
SELECT i.id, i.tenant, i.created_at, l.seller, count(*)::int,
       (count(*) FILTER (WHERE l.match_type = 'none'))::int,
       (count(*) FILTER (WHERE NOT l.is_valid_gpu))::int
  FROM glyph.imports i JOIN glyph.listings l ON l.import_id = i.id
 WHERE i.state = 'completed' AND i.undone_at IS NULL
       AND i.summed_at IS NULL
 GROUP BY i.id, l.seller;

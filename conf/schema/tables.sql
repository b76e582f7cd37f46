-- Tables and indexes, as they are at this version: what is there already is not
-- touched here, that is what the steps are for.

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
    delimiter        int2,                          -- its code

    -- of url_digest: what the transaction says of its module
    identity_rule    int2 NOT NULL DEFAULT coalesce(
        nullif(current_setting('glyph.identity_rule', true), '')::int2, 1),

    ordered_at       timestamptz,                   -- listing_orders are there
    summed_at        timestamptz                    -- summaries are there
) WITH (fillfactor = 90);

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

-- What make_orders() has to do.

CREATE INDEX IF NOT EXISTS imports_unordered
    ON glyph.imports (id)
    WHERE state = 'completed' AND undone_at IS NULL AND ordered_at IS NULL
          AND valid_rows > 1000;

-- And make_summaries().

CREATE INDEX IF NOT EXISTS imports_unsummed
    ON glyph.imports (id)
    WHERE state = 'completed' AND undone_at IS NULL AND summed_at IS NULL
          AND valid_rows > 1000;

-- What was imported before with the same bytes, the first first.

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

-- A sample of the table has few of its imports: what ANALYZE made of it, hardly
-- more imports than the sample has, made plans by import read all.

DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_attribute
                    WHERE attrelid = 'glyph.listings'::regclass
                          AND attname = 'import_id'
                          AND attoptions IS NOT NULL)
    THEN
        ALTER TABLE glyph.listings
            ALTER import_id SET (n_distinct = -0.0001);
    END IF;
END
$$;

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

-- Keyset pages by score and by price: see orders.sql.  Arrays of 4 kB are kept
-- beside the rows as they are: what is looked for are the rows' keys, and an
-- order has nothing that compresses.

CREATE TABLE IF NOT EXISTS glyph.listing_orders (
    import_id    uuid NOT NULL,
    kind         text COLLATE "C" NOT NULL CHECK (kind IN ('s', 'p', 'n')),
    n            int4 NOT NULL,
    key          float8 NOT NULL,
    first_index  int4 NOT NULL,
    idx          int4[] NOT NULL,

    PRIMARY KEY (import_id, kind, n)
);

-- Only once: it locks the table, which a purge may hold that waits for us.

DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_attribute
                WHERE attrelid = 'glyph.listing_orders'::regclass
                      AND attname = 'idx' AND attstorage <> 'e')
    THEN
        ALTER TABLE glyph.listing_orders ALTER idx SET STORAGE EXTERNAL;
    END IF;
END
$$;


-- What a large import says: see summaries.sql.  Of a model, n = 0, and in each
-- region and with each memory, from 1 on, with the offers.  A text that a file
-- may have of any length is in no index.

CREATE TABLE IF NOT EXISTS glyph.import_models (
    import_id     uuid NOT NULL,
    model         text COLLATE "C" NOT NULL,
    n             int4 NOT NULL,
    region        text,
    vram_gb       float4,

    listings      int4 NOT NULL,
    priced        int4 NOT NULL,            -- have a price in USD
    duplicates    int4 NOT NULL,
    unknown       int4 NOT NULL,            -- matched nothing
    not_gpu       int4 NOT NULL,
    cards         int4 NOT NULL,            -- offers

    score_sum     float8 NOT NULL,          -- of listings
    score_min     float8 NOT NULL,
    score_max     float8 NOT NULL,
    cents_min     int8,                     -- of what is priced
    cents_max     int8,

    price_min     numeric(16,4),            -- of offers
    price_p25     numeric(16,4),
    price_median  numeric(16,4),
    price_p75     numeric(16,4),
    price_max     numeric(16,4),

    offers        int8[],

    PRIMARY KEY (import_id, model, n)
);

-- A thousand sellers a row, those with the most listings first.

CREATE TABLE IF NOT EXISTS glyph.import_sellers (
    import_id     uuid NOT NULL,
    n             int4 NOT NULL,
    sellers       text[] NOT NULL,          -- NULL: listings without one
    listings      int4[] NOT NULL,
    unknown       int4[] NOT NULL,
    not_gpu       int4[] NOT NULL,

    PRIMARY KEY (import_id, n)
);

CREATE TABLE IF NOT EXISTS glyph.import_reports (
    import_id     uuid PRIMARY KEY,
    totals        json NOT NULL,
    unknown       json NOT NULL,
    best_value    json NOT NULL,
    price_spread  json NOT NULL,
    anomalies     json NOT NULL
);


CREATE TABLE IF NOT EXISTS glyph.import_errors (
    import_id     uuid NOT NULL,
    import_index  int4 NOT NULL,
    line          int8 NOT NULL,
    byte_offset   int8 NOT NULL,
    errors        jsonb NOT NULL,
    raw           bytea NOT NULL,

    PRIMARY KEY (import_id, import_index)
);

-- What a running import has beyond its row of imports, which is as far as rows
-- and warnings_count: ranges of import_index, and of warnings by number, that were
-- committed with what is in them, in any order.  Its sums are those of what is in
-- it; bytes is how far the body was read then.  An import that has ended has none.

CREATE TABLE IF NOT EXISTS glyph.import_progress (
    import_id     uuid NOT NULL,
    lo            int8 NOT NULL,
    hi            int8 NOT NULL,                    -- behind the last one
    warnings_lo   int8 NOT NULL,
    warnings_hi   int8 NOT NULL,
    valid_rows    int8 NOT NULL,
    invalid_rows  int8 NOT NULL,
    bytes         int8 NOT NULL,
    score_min     float8,
    score_max     float8,
    committed_at  timestamptz NOT NULL DEFAULT now(),

    PRIMARY KEY (import_id, lo, warnings_lo),
    CHECK (lo <= hi AND warnings_lo <= warnings_hi)
);


-- The first glyph_max_warnings of an import, by their number among all that it
-- has: imports.warnings_count counts them, so that a run that goes on knows
-- which are here.  One of the whole file has no row and no line.

CREATE TABLE IF NOT EXISTS glyph.import_warnings (
    import_id     uuid NOT NULL,
    number        int4 NOT NULL,
    import_index  int4,
    line          int8,
    code          text NOT NULL,
    column_name   text,
    value         text,
    message       text NOT NULL,

    PRIMARY KEY (import_id, number)
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

#!/usr/bin/env bash
#
# Uploads the sample to the running stack and shows what became of it.

set -eu

cd "$(dirname "$0")/.."

# shellcheck disable=SC1090,SC1091
. "${GLYPH_RUN:-run}/env"

psql=$(find /usr/lib/postgresql/*/bin -name psql | sort | tail -1)

echo
echo "== a messy file"
head -4 t/data/sample.csv

echo
echo "== POST /api/import/csv"
answer=$(curl -sS -H 'Content-Type: text/csv' \
    --data-binary @t/data/sample.csv "$GLYPH_URL/api/import/csv")
echo "$answer" | jq '{import_id, total_rows, valid_rows, invalid_rows,
    score_range, top_models: .top_models[:3],
    first_error: .rows_with_errors[0].errors[0]}'
id=$(echo "$answer" | jq -r .import_id)

echo
echo "== GET /api/jobs/$id/status"
curl -sS "$GLYPH_URL/api/jobs/$id/status" | jq '{state, counts, links}'

echo
echo "== GET /api/listings?sort=-score, the best of them"
curl -sS "$GLYPH_URL/api/listings?import_id=$id&sort=-score&limit=5" \
    | jq -r '.[] | [.canonical_model, .price, .currency, .vram_gb,
             (.score * 10 | round / 10)] | @tsv' | column -t

echo
echo "== the same in SQL"
"$psql" -X "$GLYPH_PG" -c "
    SELECT title, canonical_model AS model, price_usd AS usd,
           round(score::numeric, 1) AS score, dedup_status
      FROM glyph.listing_view WHERE import_id = '$id'
     ORDER BY score DESC LIMIT 5"

echo "== what Redis has of the job"
redis-cli -s "$GLYPH_REDIS" HMGET "glyph:job:$id" state seq

echo
echo "the page: $GLYPH_URL/  (make down stops it)"

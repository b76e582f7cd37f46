#!/usr/bin/env bash
#
# make bench: what an upload costs, as ratios against named peers in the same
# run on the same machine, several times, interleaved; medians are shown.
#
#   psql \copy    the rows already scored, from a text file, into the same
#                 table with the same indexes: the limit of an upload
#   libcsv        a bare parse of the same file by libcsv in one thread: the
#                 limit of the pipeline
#
# What is on one core is bench/core.c: it counts seconds of processor time, and
# without the registry's compilation.  All others are of the clock.
#
#   BENCH_MB=100 BENCH_RUNS=3

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"

mb=${BENCH_MB:-100}
runs=${BENCH_RUNS:-3}

GLYPH_RUN=$GLYPH_RUN/bench
GLYPH_PORT=$((GLYPH_PORT + 905))
export GLYPH_RUN GLYPH_PORT

trap 'util/stack.sh down' EXIT
util/stack.sh up > /dev/null

# shellcheck disable=SC1090,SC1091
. "$GLYPH_RUN/env"

run=$(cd "$GLYPH_RUN" && pwd)
psql=$(find /usr/lib/postgresql/*/bin -name psql | tail -1)
sql() { "$psql" -X -q -At -v ON_ERROR_STOP=1 "$GLYPH_PG" "$@"; }
now() { date +%s.%N; }
since() { echo "$(now) $1" | awk '{ printf "%.3f", $1 - $2 }'; }
median() { sort -n | awk '{ v[NR] = $0 } END { print v[int((NR + 1) / 2)] }'; }

perl bench/generate.pl "$mb" 42 > "$run/bench.csv"
cc -O2 -o "$run/libcsv" bench/libcsv.c -lcsv
make -s "$PWD/build/libglyphcore.a"
cc -O2 -Isrc/core -o "$run/core" bench/core.c build/libglyphcore.a -lcsv -lm

upload() {
    start=$(now)
    curl -sS -f -o "$run/result.json" -H 'Content-Type: text/csv' \
        -X POST -T "$run/bench.csv" "$GLYPH_URL/api/import/csv"
    since "$start" >> "$run/upload"
    echo >> "$run/upload"
    id=$(jq -r .import_id "$run/result.json")
}

# so that every run finds the table as the first did
forget() {
    sql -c "TRUNCATE glyph.listings, glyph.import_errors, glyph.imports"
    sql -c CHECKPOINT
}

rm -f "$run"/upload "$run"/copy "$run"/parse "$run"/sieve "$run"/core_*
worker=$(pgrep -P "$(head -1 "$run/nginx/nginx.pid")" | head -1)

upload
sql -c "\\copy (SELECT * FROM glyph.listings WHERE import_id = '$id') TO '$run/rows.txt'"
rows=$(jq .total_rows "$run/result.json")
forget
: > "$run/upload"

for _ in $(seq "$runs"); do
    upload
    forget

    start=$(now)
    sql -c "\\copy glyph.listings FROM '$run/rows.txt'"
    since "$start" >> "$run/copy"
    echo >> "$run/copy"
    forget

    start=$(now)
    "$run/libcsv" < "$run/bench.csv" > /dev/null
    since "$start" >> "$run/parse"
    echo >> "$run/parse"

    start=$(now)
    build/glyphsieve < "$run/bench.csv" > /dev/null 2>&1
    since "$start" >> "$run/sieve"
    echo >> "$run/sieve"

    "$run/core" copy "$run/bench.csv" >> "$run/core_copy"
    "$run/core" match "$run/bench.csv" >> "$run/core_match"
    "$run/core" match t/data/sample.csv >> "$run/core_sample"
done

memory=$(for pid in $(pgrep -P "$(head -1 "$run/nginx/nginx.pid")"); do
    awk '/VmHWM/ { print $2 }' "/proc/$pid/status"; done | sort -n | tail -1)

u=$(median < "$run/upload") c=$(median < "$run/copy")
p=$(median < "$run/parse") s=$(median < "$run/sieve")
b=$(median < "$run/core_copy")
m=$(median < "$run/core_match") t=$(median < "$run/core_sample")

printf '%s\n' "" \
    "$mb MB, $rows rows, $runs runs each, medians; $(nproc) cores" \
    "$(nginx -v 2>&1), $(sql -c 'SHOW server_version'), worker $worker" ""
printf '%-44s %8s  %s\n' "what" "seconds" "ratio"
awk -v u="$u" -v c="$c" -v p="$p" -v s="$s" -v r="$rows" -v b="$b" \
    -v m="$m" -v t="$t" 'BEGIN {
    split(b, block); split(m, match_); split(t, sample)
    f = "%-44s %8.3f  %s\n"
    printf f, "upload to committed, one client", u,
        sprintf("%.2f of psql \\copy, %d rows/s", c / u, r / u)
    printf f, "psql \\copy of the scored rows (text)", c, ""
    printf f, "glyphsieve: pipeline and CSV out, one thread", s,
        sprintf("%.2f of libcsv, %d rows/s", p / s, r / s)
    printf f, "pipeline into COPY blocks, one core", block[1],
        sprintf("%d rows/s", block[2] / block[1])
    printf f, "libcsv: a bare parse", p, ""
    printf f, "matcher, titles of the file, one core", match_[1],
        sprintf("%d titles, %.0f ns each", match_[2],
                match_[1] / match_[2] * 1e9)
    printf f, "matcher, titles of t/data/sample.csv", sample[1],
        sprintf("%d titles, %.0f ns each", sample[2],
                sample[1] / sample[2] * 1e9) }'
echo "largest worker: $((memory / 1024)) MB resident at the most"

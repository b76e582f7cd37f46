# Many small uploads, each answered when it is durable, against pgbench doing
# the same inserts.
#
# shellcheck shell=bash
# shellcheck disable=SC2154

seconds=${BENCH_SECONDS:-10}

sql -c "SELECT string_agg(column_name, ',' ORDER BY ordinal_position)
    FROM information_schema.columns WHERE table_schema = 'glyph'
    AND table_name = 'listings' AND column_name NOT IN ('import_id',
    'import_index', 'title', 'source_url')" > "$run/columns"

# ten inserts as pgbench sends them, with what glyph makes of such a row
pgbench_script() {
    printf 'title,price,source_url,condition\n%s\n' \
        'NVIDIA GeForce RTX 3080 10GB,300.50,https://example.com/itm/1,used' \
        > "$run/row.csv"
    upload "$run/row.csv"
    local columns values i
    columns=$(cat "$run/columns")
    values=$(sql -c "SELECT concat_ws(', ', $(sed \
        's/[a-z0-9_]*/quote_nullable(&)/g; s/,/, /g' "$run/columns"))
        FROM glyph.listings LIMIT 1")
    echo '\set n random(1, 1000000000)'
    echo 'BEGIN;'
    echo 'INSERT INTO glyph.imports (id, tenant, state, epoch)' \
        "VALUES (gen_random_uuid(), '', 'completed', 1)" \
        'RETURNING id AS import \gset'
    for i in 0 1 2 3 4 5 6 7 8 9; do
        echo "INSERT INTO glyph.listings (import_id, import_index, title," \
            "source_url, $columns) VALUES (:import, $i," \
            "'NVIDIA GeForce RTX 3080 10GB no ' || (:n)::text," \
            "'https://example.com/itm/' || (:n)::text, $values);"
    done
    echo 'COMMIT;'
    forget
}

pgbench_run() {
    "$pgbin/pgbench" -n -M prepared -c 64 -j 2 -T "$seconds" \
        -f "$run/pgbench.sql" "$GLYPH_PG" > "$run/pgbench" 2>&1
    note pgbench "$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$run/pgbench")"
}

wrk_run() {
    wrk -t2 -c64 -d"${seconds}s" --latency -s bench/small.lua "$GLYPH_URL" \
        > "$run/wrk"
    if grep -q 'Non-2xx\|Socket errors' "$run/wrk"; then
        echo "bench: small uploads failed" >&2
        cat "$run/wrk" >&2
        exit 1
    fi
    note small "$(sed -n 's/^Requests.sec: *//p' "$run/wrk")"
    note p50 "$(latency 50)"
    note p99 "$(latency 99)"
}

latency() {
    awk -v p="$1%" '$1 == p { n = $2 + 0
        print ($2 ~ /us$/ ? n / 1000 : $2 ~ /ms$/ ? n : n * 1000) }' "$run/wrk"
}

nginx_with 2
pgbench_script > "$run/pgbench.sql"
"$pgbin/pg_test_fsync" -s 1 -f "$run/fsync" > "$run/fsync.out" 2>&1 || true
rm -f "$run/fsync"

# behind a crowd whose uploads wait for each other
turns_run() {
    perl bench/turns.pl "$GLYPH_PORT" 500 3000 "$seconds" > "$run/turns"
    if grep '^status' "$run/turns" | grep -qv '^status 200 '; then
        echo "bench: an upload of one row failed" >&2
        cat "$run/turns" >&2
        exit 1
    fi
    note turns-p50 "$(awk '$1 == "p50" { print $2 }' "$run/turns")"
    note turns-p99 "$(awk '$1 == "p99" { print $2 }' "$run/turns")"
}

for _ in $(seq "$runs"); do
    wrk_run
    forget
    pgbench_run
    forget
    turns_run
    forget
done

result small "pgbench -M prepared, 64 clients, the same rows" \
    "$(median pgbench)" transactions/s
result small "uploads of 10 rows, 64 connections, durable" \
    "$(median small)" uploads/s \
    "$(calc "$(median small) / $(median pgbench)" %.2f)" pgbench 3.0
result small "... half of them within" "$(median p50)" ms
result small "... 99 of 100 within" "$(median p99)" ms \
    "$(calc "$(median p99) / $(median p50)" %.1f)" \
    "times the median (at most 4)"
result small "one row behind 500 uploads of 3,000: half of them within" \
    "$(median turns-p50)" ms
result small "... 99 of 100 within" "$(median turns-p99)" "ms (at most 1000)"
result small "fdatasync of 8 kB, pg_test_fsync" \
    "$(awk '$1 == "fdatasync" { print int($2 + 0.5); exit }' \
        "$run/fsync.out")" "a second"

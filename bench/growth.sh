# How the cost grows: with the file, the number of uploads at a time, the share
# of errors, the registry, and what is in the table.
#
# shellcheck shell=bash
# shellcheck disable=SC2154

per_row() { calc "$1 * 1000000 / $2" %.2f; }

sized() {
    if [ "$1" -ge "$mb" ]; then repeat "$1"; else listings "$1" 44; fi
}

size() {
    nginx_with 1 "$many_errors"
    sized "$1" > "$run/size.csv"
    measure "size-$1" curl -sS -f -o /dev/null -H Expect: -X POST \
        -H 'Content-Type: text/csv' -H 'Accept: application/x-ndjson' \
        -T "$run/size.csv" "$GLYPH_URL/api/score?stream=on"
    local kb
    kb=$(highest)
    result growth-size "POST /api/score?stream=on, $1 MB" "$(median "size-$1")" s \
        "$(calc "$(median "size-$1") / $1 * 1000" %.2f)" "ms a MB" \
        "$((kb / 1024)) MB"
    [ "$1" -le "$uploaded" ] || return 0
    nginx_with 1 "$many_errors"
    measure "upload-size-$1" upload "$run/size.csv"
    result growth-size "upload to committed, $1 MB" \
        "$(median "upload-size-$1")" s \
        "$(calc "$(median "upload-size-$1") / $1 * 1000" %.2f)" "ms a MB" \
        "$(($(highest) / 1024)) MB"
    forget
}

parallel() {
    local n=$1 i
    for i in $(seq "$n"); do
        [ -f "$run/par$i.csv" ] || listings 1 "7$i" > "$run/par$i.csv"
    done
    nginx_with 2
    measure "parallel-$n" each upload $(seq -f "$run/par%g.csv" "$n")
    result growth-parallel "$n uploads at a time, 1 MB each" \
        "$(median "parallel-$n")" s \
        "$(calc "$(median "parallel-$n") / $n * 1000" %.0f)" "ms each" \
        "$(($(highest) / 1024)) MB"
    forget
}

errors() {
    listings 20 45 "$1" > "$run/errors.csv"
    nginx_with 1 "$many_errors"
    measure "errors-$1" curl -sS -o "$run/result.json" -H Expect: -X POST \
        -H 'Content-Type: text/csv' -T "$run/errors.csv" \
        "$GLYPH_URL/api/import/csv"
    local rows
    rows=$(jq .total_rows "$run/result.json")
    result growth-errors "upload of 20 MB, $1 % of the rows wrong" \
        "$(median "errors-$1")" s "$(per_row "$(median "errors-$1")" "$rows")" \
        "µs a row" "$(($(highest) / 1024)) MB"
    forget
}

registry() {
    perl bench/registry.pl "$1" > "$run/registry.csv"
    perl bench/generate.pl --bytes=20M --seed=46 \
        --registry="$run/registry.csv" > "$run/models.csv"
    local seconds rows
    read -r seconds rows < <("$run/core" copy "$run/models.csv" \
        "$run/registry.csv")
    result growth-registry "pipeline, 20 MB, registry of $1 models" \
        "$seconds" s "$(per_row "$seconds" "$rows")" "µs a row" \
        "$("$run/core" match "$run/models.csv" "$run/registry.csv" \
            | awk '{ printf "%.0f ns a title", $1 / $2 * 1e9 }')"
}

# fill N: so many listings of other imports are in the table
fill() {
    local have
    have=$(sql -c "SELECT count(*) FROM glyph.listings")
    while [ "$have" -lt "$1" ]; do
        curl -sS -f -o /dev/null -H 'Content-Type: text/csv' -H Expect: \
            -X POST -T "$run/bench.csv" "$GLYPH_URL/api/import/csv"
        have=$(sql -c "SELECT count(*) FROM glyph.listings")
    done
    sql -c CHECKPOINT
}

table() {
    fill "$1"
    local u c id
    measure "table-$1" upload "$run/ten.csv"
    id=$(jq -r .import_id "$run/result.json")
    sql -c "\\copy (SELECT * FROM glyph.listings WHERE import_id = '$id') \
        TO '$run/ten.text'"
    sql -c "DELETE FROM glyph.listings WHERE import_id = '$id'" -c CHECKPOINT
    measure "table-copy-$1" sql -c "\\copy glyph.listings FROM '$run/ten.text'"
    u=$(median "table-$1") c=$(median "table-copy-$1")
    result growth-table "upload of 10 MB, $1 listings or more in the table" \
        "$u" s "$(calc "$c / $u" %.2f)" "psql \\copy there" "$c s"
}

uploaded=$((full ? 1000 : 100))
for n in 1 10 100 ${full:+1000 4000}; do size "$n"; done
for n in 1 4 16 64 256; do parallel "$n"; done
for n in 0 10 50 100; do errors "$n"; done
for n in 100 1000 10000; do registry "$n"; done

nginx_with 1
listings 10 48 > "$run/ten.csv"
for n in 0 1000000 ${full:+3000000 10000000}; do table "$n"; done
forget
rm -f "$run"/par*.csv "$run"/size.csv

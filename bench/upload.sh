# Upload to committed, against the same rows, already scored, by COPY into a
# table with the six indexes of 0.1.0: what reads need, orders and summaries, is
# made for an upload behind it, and is in its time.
#
# shellcheck shell=bash
# shellcheck disable=SC2154

six_indexes() {
    sql -c "DROP SCHEMA IF EXISTS bench CASCADE" \
        -c "CREATE SCHEMA bench" \
        -c "CREATE TABLE bench.listings (LIKE glyph.listings INCLUDING ALL)" \
        -c "CREATE INDEX ON bench.listings (import_id, score, import_index)" \
        -c "CREATE INDEX ON bench.listings (import_id, price_usd, import_index)"
}

copy() { sql -c "\\copy bench.listings FROM '$1'"; }
copy_four() { sql -c "\\copy glyph.listings FROM '$1'"; }
copy_binary() { sql -c "\\copy bench.listings FROM '$1' (FORMAT binary)"; }

again() {
    forget
    sql -c "TRUNCATE bench.listings" -c CHECKPOINT
}

# until what is made behind the commit of all that is there has been made: as an
# import's column says
made() {
    until [ "$(sql -c "SELECT count(*) FROM glyph.imports
        WHERE valid_rows > 1000 AND $1 IS NULL")" = 0 ]; do
        sleep 0.02
    done
}

ordered() {
    each upload "$@"
    made ordered_at
}

whole() {
    each upload "$@"
    made summed_at
    made ordered_at
}

# what glyph made of a file, as COPY takes it: text, binary, CSV; and the halves
# and the eighths of the text (a row is a line of it)
scored() {
    local id format
    upload "$1"
    id=$(jq -r .import_id "$run/result.json")
    rows=$(jq .valid_rows "$run/result.json")
    for format in text binary csv; do
        sql -c "\\copy (SELECT * FROM glyph.listings WHERE import_id = '$id') \
            TO '$run/scored.$format' (FORMAT $format)"
    done
    split -d -n l/2 "$run/scored.text" "$run/scored-half"
    split -d -n l/8 "$run/scored.text" "$run/scored-eighth"
    forget
}

# join FILE...: one file of their rows
join() {
    local part
    head -1 "$1"
    for part; do tail -n +2 "$part"; done
}

node_start() {
    (cd bench/node && npm ci --silent --no-audit --no-fund)
    PORT=$((GLYPH_PORT + 1)) DATABASE_URL=$GLYPH_PG NODE_ENV=production \
        MODELS="$top/conf/gpu_models.csv" \
        node bench/node/server.js > "$run/node.log" 2>&1 &
    node=$!
    until (: < "/dev/tcp/127.0.0.1/$((GLYPH_PORT + 1))") 2> /dev/null; do
        kill -0 $node
        sleep 0.1
    done
}

node_upload() {
    curl -sS -f -o "$run/node.json" -H 'Content-Type: text/csv' -H Expect: \
        -X POST -T "$1" "http://127.0.0.1:$((GLYPH_PORT + 1))/api/import/csv"
}

pgloader_conf() {
    cat > "$run/pgloader.load" <<END
LOAD CSV FROM '$run/scored.csv'
    INTO postgresql://glyph@unix:$run/pg:5432/glyph
    TARGET TABLE glyph.listings
    WITH fields optionally enclosed by '"', fields escaped by double-quote,
         fields terminated by ',', batch rows = 25000;
END
}

pgloader_load() {
    pgloader --root-dir "$run/pgloader" "$run/pgloader.load" \
        && [ "$(sql -c 'SELECT count(*) FROM glyph.listings')" = "$rows" ]
}

# one MEGABYTES RUNS: one client, two and eight, and their peers
one() {
    local mb=$1 runs=$2 file=$run/whole.csv tag="$1 MB" n

    for n in 1 2 3 4 5 6 7 8; do
        listings "$(calc "$mb / 8")" "6$n" > "$run/eighth$n.csv"
    done
    join "$run"/eighth[1-4].csv > "$run/half1.csv"
    join "$run"/eighth[5-8].csv > "$run/half2.csv"
    join "$run"/half?.csv > "$file"
    scored "$file"

    for n in $(seq "$runs"); do
        measure "upload-$mb" upload "$file"
        again
        measure "ordered-$mb" ordered "$file"
        made summed_at
        again
        measure "whole-$mb" whole "$file"
        again
        measure "copy-$mb" copy "$run/scored.text"
        again
        measure "four-$mb" copy_four "$run/scored.text"
        again
        measure "binary-$mb" copy_binary "$run/scored.binary"
        again
        measure "upload2-$mb" whole "$run"/half?.csv
        again
        measure "copy2-$mb" each copy "$run"/scored-half??
        again
        measure "upload8-$mb" whole "$run"/eighth?.csv
        again
        measure "copy8-$mb" each copy "$run"/scored-eighth??
        again
        [ "$mb" = "${BENCH_MB:-100}" ] || continue
        measure "node-$mb" node_upload "$file"
        forget
    done

    # it takes so much longer that once is enough
    if [ "$mb" = "${BENCH_MB:-100}" ]; then
        measure "pgloader-$mb" pgloader_load
        forget
    fi

    local u w c
    u=$(median "upload-$mb") w=$(median "whole-$mb") c=$(median "copy-$mb")
    result upload "psql \\copy of the scored rows, text, $tag" "$c" s
    result upload "psql \\copy of the scored rows, binary, $tag" \
        "$(median "binary-$mb")" s
    result upload "the same, text, into the table as it is now" \
        "$(median "four-$mb")" s \
        "$(calc "$c / $(median "four-$mb")" %.2f)" "psql \\copy, text"
    result upload "upload to committed, one client, $tag, $rows rows" "$u" s \
        "$(calc "$c / $u" %.2f)" "psql \\copy, text"
    result upload "to committed and its orders" "$(median "ordered-$mb")" s \
        "$(calc "$c / $(median "ordered-$mb")" %.2f)" "psql \\copy, text"
    result upload "to committed with every index, order and summary" "$w" s \
        "$(calc "$c / $w" %.2f)" "psql \\copy, text" 1.0
    result upload "two uploads at a time, half of it each" \
        "$(median "upload2-$mb")" s \
        "$(calc "$c / $(median "upload2-$mb")" %.2f)" \
        "one psql \\copy, text" 1.3
    result upload "two psql \\copy at a time, half of it each" \
        "$(median "copy2-$mb")" s \
        "$(calc "$c / $(median "copy2-$mb")" %.2f)" "one psql \\copy, text"
    result upload "eight uploads at a time, an eighth of it each" \
        "$(median "upload8-$mb")" s \
        "$(calc "$(median "copy8-$mb") / $(median "upload8-$mb")" %.2f)" \
        "eight psql \\copy at a time" 1.0
    result upload "eight psql \\copy at a time, an eighth of it each" \
        "$(median "copy8-$mb")" s \
        "$(calc "$c / $(median "copy8-$mb")" %.2f)" "one psql \\copy, text"
    [ "$mb" = "${BENCH_MB:-100}" ] || return 0
    result upload "Node.js service (bench/node), one client" \
        "$(median "node-$mb")" s \
        "$(calc "$(median "node-$mb") / $u" %.1f)" "times the upload's time"
    result upload "pgloader, the scored rows as CSV" \
        "$(median "pgloader-$mb")" s \
        "$(calc "$(median "pgloader-$mb") / $u" %.1f)" "times the upload's time"
}

six_indexes
nginx_with 2
node_start
pgloader_conf
one "$mb" "$runs"
kill $node

if [ "$full" ]; then
    one 1000 1
fi

rm -f "$run"/whole.csv "$run"/half* "$run"/eighth* "$run"/scored*

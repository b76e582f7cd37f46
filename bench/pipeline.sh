# The pipeline without Postgres, against a bare parse by libcsv, and what it is
# to receive the file at all.
#
# shellcheck shell=bash
# shellcheck disable=SC2154

# score [QUERY]
score() {
    curl -sS -f -o /dev/null -H 'Content-Type: text/csv' -H Expect: -X POST \
        -H 'Accept: text/csv' -T "$run/bench.csv" "$GLYPH_URL/api/score${1:-}"
}

bare() { "$run/libcsv" < "$run/bench.csv"; }
sieve() { build/glyphsieve < "$run/bench.csv" > "$run/sieved.csv"; }

# a plain nginx that keeps the body in a file, as DAV does
plain_start() {
    mkdir -p "$run/plain/logs" "$run/plain/put"
    chmod 777 "$run/plain/put"
    cat > "$run/plain/nginx.conf" <<CONF
$(sed -n 's/^user .*/&/p' "$run/nginx/conf/nginx.conf")
worker_processes 1;
pid $run/plain/nginx.pid;
error_log $run/plain/logs/error.log;
events { }
http {
    access_log off;
    client_max_body_size 0;
    client_body_temp_path $run/plain/put/temp;
    server {
        listen 127.0.0.1:$((GLYPH_PORT + 2));
        location / { root $run/plain/put; dav_methods PUT; }
    }
}
CONF
    "$nginx" -p "$run/plain" -c nginx.conf -e "$run/plain/logs/error.log"
}

plain_put() {
    curl -sS -f -H Expect: -T "$run/bench.csv" \
        "http://127.0.0.1:$((GLYPH_PORT + 2))/bench.csv"
}

disk() { dd if="$run/bench.csv" of="$run/dd" bs=64k conv=fdatasync; }

nginx_with 1
plain_start
# the worst case: no title is like another
perl bench/generate.pl --bytes="${mb}M" --seed=42 --distinct=100 \
    > "$run/distinct.csv"

for _ in $(seq "$runs"); do
    measure libcsv bare
    measure score score "?stream=on"
    measure few score \
        "?stream=on&columns=import_index,canonical_model,price,score"
    measure whole score
    measure libcsv bare
    measure dry upload "$run/bench.csv" "?dry_run=true"
    measure sieve sieve
    note core "$("$run/core" copy "$run/bench.csv" | cut -d' ' -f1)"
    note match "$("$run/core" match "$run/bench.csv" \
        | awk '{ printf "%.0f", $1 / $2 * 1e9 }')"
    note core-new "$("$run/core" copy "$run/distinct.csv" | cut -d' ' -f1)"
    note match-new "$("$run/core" match "$run/distinct.csv" \
        | awk '{ printf "%.0f", $1 / $2 * 1e9 }')"
    measure put plain_put
    measure accept upload "$run/bench.csv" "?background=true"
    measure disk disk
    id=$(jq -r .job_id "$run/result.json")
    curl -sf -o "$run/out" -X DELETE "$GLYPH_URL/api/jobs/$id"
    forget
done

l=$(median libcsv)
result pipeline "libcsv, a bare parse, one thread, $mb MB" "$l" s
result pipeline "POST /api/score?stream=on, CSV to scored CSV" \
    "$(median score)" s \
    "$(calc "$l / $(median score)" %.2f)" "libcsv" 0.6
result pipeline "... four of its columns" "$(median few)" s \
    "$(calc "$l / $(median few)" %.2f)" "libcsv"
result pipeline "POST /api/score, all columns, when the file is here" \
    "$(median whole)" s "$(calc "$l / $(median whole)" %.2f)" "libcsv"
result pipeline "dry run" "$(median dry)" s \
    "$(calc "$l / $(median dry)" %.2f)" "libcsv" 0.6
result pipeline "the pipeline into COPY blocks, processor time" \
    "$(median core)" s "$(calc "$l / $(median core)" %.2f)" "libcsv" 0.6
result pipeline "... every title new" "$(median core-new)" s \
    "$(calc "$l / $(median core-new)" %.2f)" "libcsv"
result pipeline "glyphsieve, CSV to scored CSV, with the registry's compilation" \
    "$(median sieve)" s "$(calc "$l / $(median sieve)" %.2f)" "libcsv"
result pipeline "matcher, each title" "$(median match)" ns \
    "$(calc "1000 / $(median match)" %.1f)" "1 µs a title" 1.0
result pipeline "... every title new" "$(median match-new)" ns \
    "$(calc "1000 / $(median match-new)" %.1f)" "1 µs a title" 1.0
result pipeline "allocations for each 1,000 rows, pipeline" \
    "$("$run/core" allocations "$run/bench.csv")" ""
result pipeline "plain nginx, DAV PUT of the file" "$(median put)" s
result pipeline "dd conv=fdatasync of the file" "$(median disk)" s
result pipeline "background upload to 202 (durable)" "$(median accept)" s \
    "$(calc "$(median disk) / $(median accept)" %.2f)" "dd conv=fdatasync"
kill "$(cat "$run/plain/nginx.pid")"
rm -rf "$run/plain" "$run/dd" "$run/sieved.csv" \
    "$run/distinct.csv"

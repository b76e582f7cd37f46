# What the parts of the bench share; run.sh sources it, then a part.
#
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154

pgbin=$(find /usr/lib/postgresql/*/bin -name psql -printf '%h\n' | tail -1)

sql() { "$pgbin/psql" -X -q -At -v ON_ERROR_STOP=1 "$GLYPH_PG" "$@"; }
nginx=${GLYPH_NGINX:-nginx}

now() { date +%s.%N; }
calc() { awk "BEGIN { printf \"${2:-%.3f}\", $1 }"; }
say() { echo "[$(date +%T)] $*" >&2; }

# time NAME COMMAND...: its seconds are one more of NAME's
measure() {
    local name=$1 start
    shift
    start=$(now)
    "$@" > "$run/out" 2> "$run/err" || {
        echo "bench: failed: $*" >&2
        tail -n 5 "$run/err" "$run/out" >&2
        exit 1
    }
    calc "$(now) - $start" >> "$run/times/$name"
    echo >> "$run/times/$name"
}

note() { echo "$2" >> "$run/times/$1"; }

median() {
    sort -n "$run/times/$1" \
        | awk '{ v[NR] = $0 } END { print v[int((NR + 1) / 2)] }'
}

# result PART WHAT VALUE UNIT [RATIO OF [GOAL]]: a line of the tables
result() {
    local IFS=$'\t'
    echo "$*" >> "$run/results.tsv"
    say "$2: $3 $4 ${5:+($5 of $6)}"
}

# so that every run finds the tables as the first did; in the order in which a
# transaction that is not over yet locks them
forget() {
    sql -c "TRUNCATE glyph.imports, glyph.listings, glyph.import_errors,
        glyph.import_warnings, glyph.listing_orders, glyph.import_models,
        glyph.import_sellers, glyph.import_reports"
    sql -c CHECKPOINT
}

# listings MEGABYTES SEED [PERCENT OF ERRORS]
listings() {
    perl bench/generate.pl --bytes="$1M" --seed="$2" --errors="${3:-1}"
}

# repeat MEGABYTES: the rows of bench.csv, again and again
repeat() {
    head -1 "$run/bench.csv"
    for _ in $(seq $(($1 / mb))); do tail -n +2 "$run/bench.csv"; done
}

# upload FILE [QUERY]: until it is committed
upload() {
    curl -sS -f -o "$run/result.json" -H 'Content-Type: text/csv' -H Expect: \
        -X POST -T "$1" "$GLYPH_URL/api/import/csv${2:-}"
}

# each FUNCTION FILE...: all at once
each() {
    local f=$1 pids=() pid file
    shift
    for file; do
        "$f" "$file" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid"; done
}

workers() { pgrep -P "$(head -1 "$run/nginx/nginx.pid")"; }

# private memory of all workers, in kB
private() {
    for pid in $(workers); do
        awk '/^Private_/ { n += $2 } END { print n }' "/proc/$pid/smaps_rollup"
    done | awk '{ n += $1 } END { print n }'
}

# the largest that a worker was, in kB, since it began
highest() {
    for pid in $(workers); do
        awk '/VmHWM/ { print $2 }' "/proc/$pid/status"
    done | sort -n | tail -1
}

# for nginx_with: files of any size may have wrong rows in them
many_errors='s,glyph_import;\|glyph_transform;,& glyph_max_errors 1000000000;,'

# nginx_with WORKERS [SED EXPRESSION]...: nginx anew, so configured; all clients
# of the bench have one address
nginx_with() {
    local n=$1 e args=(-p "$run/nginx" -c conf/nginx.conf
                       -e "$run/nginx/logs/error.log") edit=()
    shift
    for e; do edit+=(-e "$e"); done

    "$nginx" "${args[@]}" -s quit 2> /dev/null || true
    while pgrep -f "nginx: .*$run/nginx" > /dev/null; do sleep 0.1; done

    [ -f "$run/nginx.conf" ] \
        || cp "$run/nginx/conf/nginx.conf" "$run/nginx.conf"
    sed -e "s|^worker_processes .*|worker_processes $n;|" \
        -e "/^ *limit_conn /d" \
        -e "s|^ *location = /metrics|location = /static.txt { root $run; }\n&|" \
        "${edit[@]}" "$run/nginx.conf" > "$run/nginx/conf/nginx.conf"
    echo static > "$run/static.txt"
    chmod 644 "$run/static.txt"

    env ${preload:+LD_PRELOAD="$preload" CALLBACKS="$run/nginx/callbacks"} \
        "$nginx" "${args[@]}"
    until curl -sf -m 2 "$GLYPH_URL/api/health" > /dev/null; do sleep 0.1; done
}

# What uploads do to others on the same worker: the time of a GET of a small
# file beside them, and how long a callback of ours keeps the event loop.
#
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154

flood() {
    while :; do
        for n in 1 2; do
            curl -sS -o /dev/null -H 'Content-Type: text/csv' -H Expect: \
                -X POST -T "$run/bench.csv" "$GLYPH_URL/api/import/csv" &
        done
        wait
        sql -c "TRUNCATE glyph.imports, glyph.listings, glyph.import_errors,
            glyph.import_warnings" \
            > /dev/null
    done
}

# The client has the processor whenever it has something to do, as one on
# another machine has: what is measured is what nginx makes it wait for.
first=
chrt -f 1 true 2> /dev/null && first="chrt -f 1"

static_get() {
    # shellcheck disable=SC2086
    $first perl bench/latency.pl "$GLYPH_PORT" /static.txt 10 > "$run/latency"
    note "$1-p50" "$(awk '$1 == "p50" { print $2 }' "$run/latency")"
    note "$1-p99" "$(awk '$1 == "p99" { print $2 }' "$run/latency")"
}

flooding() {
    set -m
    flood > /dev/null 2>&1 &
    sleep 1
    static_get "$1"
    for pid in $(jobs -p); do kill -- "-$pid"; done 2> /dev/null
    wait 2> /dev/null || true
    set +m
    sleep 1
    forget
}

# postgres_on CPUS: whatever of it runs there, and what it starts
postgres_on() {
    local pid main
    main=$(head -1 "$run/pg/data/postmaster.pid")
    for pid in "$main" $(pgrep -P "$main"); do
        taskset -cp "$1" "$pid" > /dev/null 2>&1 || true
    done
}

# as systemd's CPUWeight=10000 does: in the kernel's groups of each session's
# processes (sched(7), "The autogroup feature"), where a worker's counts 100 times
nginx_first() {
    local pid
    for pid in $(workers); do echo -20 > "/proc/$pid/autogroup"; done
}

groups=$(cat /proc/sys/kernel/sched_autogroup_enabled 2> /dev/null || echo 0)
last=$(($(nproc) - 1))

for _ in $(seq "$runs"); do
    nginx_with 1
    static_get alone
    flooding beside
    [ "$groups" = 0 ] || { nginx_first; flooding first; }
    nginx_with 1
    postgres_on "$last"
    flooding apart
    postgres_on "0-$last"
    nginx_with 1 's|^ *glyph_postgres  *"[^"]*"|& writers=1|'
    flooding one
done

# beside NAME WHAT
beside() {
    result latency "$2" "$(median "$1-p99")" ms \
        "$(calc "$(median "$1-p99") / $(median alone-p99)" %.1f)" \
        "times that alone (at most 3)"
}

result latency "GET of a small file, nothing else: 99 of 100 within" \
    "$(median alone-p99)" ms
[ "$groups" = 0 ] || beside first \
    "beside two uploads of $mb MB, one worker, nginx before Postgres (CPUWeight)"
beside apart "... Postgres on one processor"
beside one "... writers=1, so that Postgres has one process busy"
beside beside "... as it is"
result latency "... half of them: alone, as it is" \
    "$(median alone-p50), $(median beside-p50)" ms

# a module that tells of every call of it from outside, and what listens

make -s BUILD=build/callbacks \
    SAN="-finstrument-functions -finstrument-functions-exclude-file-list=core/" \
    build > /dev/null
cc -O2 -g -fPIC -shared -Wall -Wextra -o "$run/callbacks.so" \
    bench/callbacks.c -ldl

: > "$run/callbacks"

# what runs before the loop and after it does not delay anybody
callbacks() {
    rm -f "$run"/nginx/callbacks.*
    preload=$run/callbacks.so
    nginx_with 1 "s|$top/build/ngx_glyph|$top/build/callbacks/ngx_glyph|"
    preload=

    each upload "$run/bench.csv" "$run/bench.csv"
    upload "$run/bench.csv" "?background=true"
    forget
    wrk -t1 -c64 -d5s -s bench/small.lua "$GLYPH_URL" > "$run/wrk"
    nginx_with 1

    while read -r file address rest; do
        echo "$(addr2line -f -e "$file" "$address" | head -1) $rest"
    done < <(cat "$run"/nginx/callbacks.*) \
        | grep -v '_\(init\|exit\)_process \|registry_cleanup ' \
        | sort -k3,3nr > "$run/called"

    cat "$run/called" >> "$run/callbacks"
    note longest "$(awk '{ printf "%.3f", $3 / 1e6; exit }' "$run/called")"
    note slow "$(awk '{ for (i = 15; i <= NF; i++) n += $i }
        END { print n + 0 }' "$run/called")"
    note slowest "$(awk '{ print $1; exit }' "$run/called")"
    forget
}

for _ in $(seq "$runs"); do callbacks; done

result latency "calls of the module by nginx: uploads of $mb MB, of 10 rows" \
    "$(awk '{ n += $2 } END { print n }' "$run/callbacks")" calls
result latency "... longest of a run, processor time" "$(median longest)" ms \
    "$(calc "1 / $(median longest)" %.2f)" "1 ms" 1.0
result latency "... it was in" "$(sort "$run/times/slowest" | uniq -c \
    | sort -rn | awk '{ print $2; exit }')" ""
result latency "... longer than 1 ms, in each run" \
    "$(paste -sd ' ' "$run/times/slow")" calls

awk '{ for (i = 4; i <= NF; i++) n[i] += $i }
    END { for (i = 4; i < 19; i++) if (n[i])
              print 2 ^ (i - 4) "\t" n[i] }' "$run/callbacks" \
    | while read -r below n; do
        result callbacks "below $below µs" "$n" calls
    done

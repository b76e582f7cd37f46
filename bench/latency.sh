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
        sql -c "TRUNCATE glyph.imports, glyph.listings, glyph.import_errors" \
            > /dev/null
    done
}

static_get() {
    perl bench/latency.pl "$GLYPH_PORT" /static.txt 10 > "$run/latency"
    note "$1-p50" "$(awk '$1 == "p50" { print $2 }' "$run/latency")"
    note "$1-p99" "$(awk '$1 == "p99" { print $2 }' "$run/latency")"
}

# two programs of nothing but arithmetic, as busy as Postgres and the pipeline:
# what of the delay is the processor's, not nginx's
spin() { while :; do :; done; }

flooding() {
    set -m
    "$1" > /dev/null 2>&1 &
    [ "$1" != spin ] || { spin & }
    sleep 1
    static_get "$2"
    for pid in $(jobs -p); do kill -- "-$pid"; done 2> /dev/null
    wait 2> /dev/null || true
    set +m
    sleep 1
}

nginx_with 1

for _ in $(seq "$runs"); do
    static_get alone
    flooding flood beside
    flooding spin spin
    forget
done

result latency "GET of a small file, nothing else: 99 of 100 within" \
    "$(median alone-p99)" ms
result latency "the same beside two uploads of $mb MB, one worker" \
    "$(median beside-p99)" ms \
    "$(calc "$(median beside-p99) / $(median alone-p99)" %.1f)" \
    "times that alone (at most 3)"
result latency "the same beside two programs that only compute" \
    "$(median spin-p99)" ms \
    "$(calc "$(median spin-p99) / $(median alone-p99)" %.1f)" \
    "times that alone"
result latency "... half of them: alone, beside uploads" \
    "$(median alone-p50), $(median beside-p50)" ms

# a module that tells of every call of it from outside, and what listens

make -s BUILD=build/callbacks \
    SAN="-finstrument-functions -finstrument-functions-exclude-file-list=core/" \
    build > /dev/null
cc -O2 -g -fPIC -shared -Wall -Wextra -o "$run/callbacks.so" \
    bench/callbacks.c -ldl
rm -f "$run"/nginx/callbacks.*

preload=$run/callbacks.so
nginx_with 1 "s|$top/build/ngx_glyph|$top/build/callbacks/ngx_glyph|"
preload=

for _ in 1 2; do
    each upload "$run/bench.csv" "$run/bench.csv"
    upload "$run/bench.csv" "?background=true"
    forget
done
wrk -t1 -c64 -d5s -s bench/small.lua "$GLYPH_URL" > "$run/wrk"
nginx_with 1

# what runs before the loop and after it does not delay anybody
while read -r file address rest; do
    echo "$(addr2line -f -e "$file" "$address" | head -1) $rest"
done < <(cat "$run"/nginx/callbacks.*) | grep -v '_\(init\|exit\)_process ' \
    | sort -k3,3nr > "$run/callbacks"

result latency "calls of the module by nginx: uploads of $mb MB, of 10 rows" \
    "$(awk '{ n += $2 } END { print n }' "$run/callbacks")" calls
result latency "... longest, processor time" \
    "$(awk '{ printf "%.3f", $3 / 1e6; exit }' "$run/callbacks")" ms \
    "$(awk '{ printf "%.2f", 1e6 / $3; exit }' "$run/callbacks")" "1 ms" 1.0
result latency "... it was in" "$(awk '{ print $1; exit }' "$run/callbacks")" ""
result latency "... longer than 1 ms" \
    "$(awk '{ for (i = 15; i <= NF; i++) n += $i } END { print n + 0 }' \
        "$run/callbacks")" calls

awk '{ for (i = 4; i <= NF; i++) n[i] += $i }
    END { for (i = 4; i < 19; i++) if (n[i])
              print 2 ^ (i - 4) "\t" n[i] }' "$run/callbacks" \
    | while read -r below n; do
        result callbacks "below $below µs" "$n" calls
    done
forget

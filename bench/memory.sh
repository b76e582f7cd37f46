# What uploads cost in memory: large ones, many half-sent ones, many ended ones.
#
# shellcheck shell=bash
# shellcheck disable=SC2154

large() {
    repeat "$1" > "$run/large.csv"
    before=$(highest)
    upload "$run/large.csv"
    result memory "growth of a new worker, upload of $1 MB" \
        "$((($(highest) - before) / 1024))" MB \
        "$(calc "32 * 1024 / ($(highest) - $before)" %.2f)" "32 MB" 1.0
    rm -f "$run/large.csv"
    forget
}

# 1,000 in five steps, and what each costs in the median step: the first ones
# also put the budgets of buffers to use
halfsent() {
    local n=200 now="" before="" senders=() i
    rm -f "$run/times/half-sent"
    nginx_with 1
    for i in 1 2 3 4 5; do
        before=$now
        perl bench/halfsent.pl "$GLYPH_PORT" "$n" "$1" > "$run/halfsent$i" &
        senders+=($!)
        until grep -q sent "$run/halfsent$i"; do sleep 0.2; done
        sleep 2
        now=$(private)
        [ -z "$before" ] || note half-sent "$(calc "($now - $before) / $n")"
    done
    kill "${senders[@]}"
    wait "${senders[@]}" || true
    result memory "1,000 uploads, half-sent, $1 bytes each: memory for one" \
        "$(calc "$(median half-sent)" %.1f)" KB \
        "$(calc "64 / $(median half-sent)" %.2f)" "64 KB" 1.0
    sleep 1
}

# ended N: memory of the workers after so many jobs
ended() {
    local count=0
    while [ "$count" -lt "$1" ]; do
        wrk -t1 -c64 -d2s -s bench/small.lua "$GLYPH_URL" > "$run/wrk"
        count=$((count + $(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' \
            "$run/wrk")))
    done
    sleep 1
    private
}

nginx_with 1 "$many_errors"
large $((full ? 2000 : 5 * mb))

for bytes in 2000 30000 60000 100000; do halfsent $bytes; done

nginx_with 1
first=$(ended 10000)
second=$(ended 10000)
result memory "10,000 jobs that have ended, after 10,000 others" \
    "$(((second - first) * 1024 / 10000))" "bytes each"
forget

# What chosen input costs in the core, over ordinary input of the same size, and
# what a flood of large zstd windows costs in memory, while it is there and
# after.
#
# shellcheck shell=bash
# shellcheck disable=SC2154

cc -O2 -Isrc/core -o "$run/hostile" bench/hostile.c build/libglyphcore.a \
    -lcsv -lyajl -lcrypto -lz -lzstd -lm

while IFS=$'\t' read -r ratio kind; do
    result hostile "$kind" "$ratio" "times" "$(calc "1 / $ratio" %.2f)" \
        "ordinary input" 0.33
done < <("$run/hostile" "$run/bench.csv")

# flood N: so many zstd bodies whose windows are full, then their ends
flood() {
    mkfifo "$run/flood.in"
    perl bench/flood.pl "$GLYPH_PORT" "/api/import/csv?dry_run=true" "$1" \
        < "$run/flood.in" > "$run/flood" &
    exec 9> "$run/flood.in"
    until grep -q sent "$run/flood"; do sleep 0.2; done
    sleep 3
    peak=$(private)
    exec 9>&-
    wait $!
    rm "$run/flood.in"
}

nginx_with 1
upload "$run/bench.csv" "?dry_run=true"
sleep 1
before=$(private)
flood 200
sleep 12
after=$(private)

result hostile "memory of a worker that has had an upload" \
    "$((before / 1024))" MB
result hostile "... at a flood of 200 zstd bodies with windows of 8 MB" \
    "$((peak / 1024))" MB
result hostile "... and afterwards" "$((after / 1024))" MB \
    "$(calc "($before + 49152) / $after" %.2f)" "48 MB more than before" 1.0

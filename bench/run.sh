#!/usr/bin/env bash
#
# make bench: what glyph costs, as ratios against named peers in the same run
# on the same machine, interleaved; medians are shown.
#
#   BENCH="upload pipeline hostile small memory latency growth"   the parts
#   BENCH_MB=100       of the file most parts use
#   BENCH_RUNS=3       of each comparison
#   BENCH_FULL=1       also 1 GB and more: an hour, and 30 GB of disk
#
# Only a run of all parts writes docs/benchmarks.md.

set -eu

cd "$(dirname "$0")/.."
top=$PWD

mb=${BENCH_MB:-100}
runs=${BENCH_RUNS:-3}
full=${BENCH_FULL:-}
all="upload pipeline hostile small memory latency growth"
parts=${BENCH:-$all}

GLYPH_RUN=$GLYPH_RUN/bench
GLYPH_PORT=$((GLYPH_PORT + 905))
export GLYPH_RUN GLYPH_PORT

# what is in the background, and what the parts started, ends with us
end() {
    # shellcheck disable=SC2046
    kill $(jobs -p) $(cat "$GLYPH_RUN"/plain/nginx.pid 2> /dev/null) \
        2> /dev/null || true
    util/stack.sh down
}
trap end EXIT
mkdir -p "$GLYPH_RUN"
rm -f "$GLYPH_RUN/nginx.conf"
util/stack.sh up > /dev/null

# shellcheck disable=SC1090,SC1091
. "$GLYPH_RUN/env"
run=$(cd "$GLYPH_RUN" && pwd)
rm -rf "$run/times"
mkdir -p "$run/times"
: > "$run/results.tsv"

# shellcheck source=bench/lib.sh
. bench/lib.sh

cc -O2 -o "$run/libcsv" bench/libcsv.c -lcsv
make -s "$top/build/libglyphcore.a"
cc -O2 -Isrc/core -o "$run/core" bench/core.c build/libglyphcore.a \
    -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc -lcsv -lyajl -lcrypto -lz \
    -lzstd -lm

say "listings of $mb MB"
listings "$mb" 42 > "$run/bench.csv"

for part in $parts; do
    say "== $part"
    # shellcheck disable=SC1090
    . "bench/$part.sh"
done

{
    echo '```'
    echo "$(awk -F: '/model name/ { print $2; exit }' /proc/cpuinfo \
        | sed 's/^ *//'), $(nproc) cores," \
        "$(free -g | awk '/Mem/ { print $2 }') GB of memory"
    echo "Linux $(uname -r), $("$nginx" -v 2>&1 | sed 's/.*: //')," \
        "PostgreSQL $(sql -c 'SHOW server_version')," \
        "$(redis-server --version | grep -o 'v=[^ ]*' | sed 's/v=/Redis /')"
    echo "glyph $(git describe --always --dirty 2> /dev/null)," \
        "node $(node --version), pgloader $(dpkg-query -Wf '${Version}' pgloader)," \
        "wrk $(dpkg-query -Wf '${Version}' wrk)"
    echo '```'
    echo
    echo "Repeat it by \`${full:+BENCH_FULL=1 }BENCH_RUNS=$runs" \
        "BENCH_MB=$mb make bench\`; the commands are in \`bench/*.sh\`."
} > "$run/machine.md"

perl bench/report.pl "$run/results.tsv" "$run/machine.md" > "$run/report.md"
cat "$run/report.md"

[ "$parts" != "$all" ] || cp "$run/report.md" docs/benchmarks.md

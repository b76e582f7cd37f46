#!/usr/bin/env bash
#
# Runs the fuzz targets named, one after the other: fuzz.sh TARGET…, below
# $BUILD/fuzz.
#
#   FUZZ_SECONDS=60   each so long; what it found stays in $BUILD/fuzz/corpus,
#                     from where the next run goes on
#   FUZZ_RUNS=        instead, so many inputs from the seeds in t/fuzz/corpus
#                     on, the same ones each time; fewer where FUZZ_SECONDS
#                     are over before
#
# An input that fails is kept in $BUILD/fuzz/crashes.
#
# "fuzz_http" is t/fuzz/http.t, on the module below $BUILD/asan, with FUZZ_SEED.

set -eu

cd "$(dirname "$0")/.."

out=$BUILD/fuzz
crashes=$out/crashes
seconds=${FUZZ_SECONDS:-60}
mkdir -p "$crashes"

export UBSAN_OPTIONS=print_stacktrace=1

failed=0

for target; do

    if [ "$target" = fuzz_http ]; then
        FUZZ_SECONDS=$seconds BUILD=$BUILD/asan GLYPH_ASAN=1 \
            util/test.sh t/fuzz/http.t || failed=1
        continue
    fi

    corpus=$out/corpus/$target
    limits=(-max_total_time="$seconds")

    if [ -n "${FUZZ_RUNS:-}" ]; then
        corpus=$out/once/$target
        rm -rf "$corpus"
        limits+=(-runs="$FUZZ_RUNS" -seed=1)
    fi

    mkdir -p "$corpus"

    [ ! -f "t/fuzz/$target.dict" ] || limits+=(-dict="t/fuzz/$target.dict")

    status=0
    "$out/$target" "${limits[@]}" -timeout=20 -rss_limit_mb=1024 \
        -print_final_stats=1 -artifact_prefix="$crashes/$target-" \
        "$corpus" "t/fuzz/corpus/$target" > "$out/$target.log" 2>&1 \
        || status=$?

    if [ $status != 0 ]; then
        failed=1
        echo "$target: FAILED; again with: $out/$target FILE"
        grep -v -e '^#' -e '^stat::' -e '^INFO:' "$out/$target.log" | tail -40
        continue
    fi

    awk -v name="$target" '
        /^#.* cov: / { for (i = 2; i < NF; i++) {
                           if ($i == "cov:") cov = $(i + 1)
                           if ($i == "corp:") corp = $(i + 1) } }
        /number_of_executed_units/ { runs = $2 }
        /average_exec_per_sec/ { speed = $2 }
        END { printf "%-16s %9d inputs, %6d a second, %5d edges, corpus %s\n",
              name ":", runs, speed, cov, corp }' "$out/$target.log"
done

exit $failed

#!/usr/bin/env bash
#
# Runs tests on private stores of their own: test.sh WHAT…, each a directory of
# .t files, or such a file, or a program.  GLYPH_JOBS of them (3) run at a time,
# each on stores that no other has meanwhile; most wait more than they compute, so
# two processors are enough for three.  The long ones should come first.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"

PATH=$PATH:/usr/sbin:/sbin

base=$GLYPH_RUN/test
port=$((GLYPH_PORT + 904))
# the whole path: a binary upgrade runs what nginx was started as
nginx=$(command -v "${GLYPH_NGINX:-nginx}")

tests=()
suites=0

for what; do
    for file in "$what" "$what"/*.t; do
        [ -f "$file" ] || continue
        tests+=("$file")
        case $file in *.t) suites=$((suites + 1)) ;; esac
    done
done

jobs=${GLYPH_JOBS:-3}
[ "$jobs" -le "$suites" ] || jobs=$((suites > 0 ? suites : 1))

# a few ports in a row that nobody has: suites with an nginx of their own
# take the next ones

taken() {
    for i in $(seq 0 7); do
        (: < "/dev/tcp/127.0.0.1/$(($1 + i))") 2> /dev/null && return
    done
    return 1
}

each() {
    for slot in $(seq "$jobs"); do
        [ ! -d "$base/$slot" ] || GLYPH_RUN=$base/$slot "$@"
    done
}

down() {
    each util/stack.sh down
}

left() {
    util/stack.sh down
    umount -l "$GLYPH_RUN/disk" 2> /dev/null || true
}

trap down EXIT
trap 'exit 1' INT TERM

# what an interrupted run has left would look like work to do
for dir in "$base"/*/; do
    [ ! -d "$dir" ] || GLYPH_RUN=$dir left
done
rm -rf "$base"

# The stores of one slot, and what its tests need to know, for util/slot.sh.

start() {
    local run

    util/stack.sh stores

    # shellcheck disable=SC1091
    . "$GLYPH_RUN/env"

    run=$(cd "$GLYPH_RUN" && pwd)

    # nginx's workers own what they make in it, whoever they run as
    mkdir -p "$run/spool" "$run/servroot"
    chmod 1777 "$run/spool"

    if [ -n "${GLYPH_ASAN:-}" ]; then

        # nginx itself, which was not built for it, needs the runtime first; it
        # frees little when it ends
        printf '%s\n' '#!/bin/sh' \
            "export LD_PRELOAD=$(gcc -print-file-name=libasan.so)" \
            "export ASAN_OPTIONS=detect_leaks=0" \
            "exec $nginx \"\$@\"" > "$run/nginx.sh"
        chmod +x "$run/nginx.sh"

        nginx=$run/nginx.sh
        export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    fi

    export GLYPH_PG GLYPH_REDIS GLYPH_BUILD="$BUILD"
    export TEST_NGINX_BINARY=$nginx
    export TEST_NGINX_LOAD_MODULES=$BUILD/ngx_glyph_module.so
    export TEST_NGINX_SERVROOT=$run/servroot
    export TEST_NGINX_PORT=$GLYPH_PORT
    export TEST_NGINX_GLYPH_PG=$GLYPH_PG
    export TEST_NGINX_GLYPH_REDIS=unix:$GLYPH_REDIS
    export TEST_NGINX_GLYPH_CONF=$top/conf
    export TEST_NGINX_GLYPH_SPOOL=$run/spool

    export -p > "$run/slot"
}

starting=()

for slot in $(seq "$jobs"); do
    while taken "$port"; do
        port=$((port + 8))
    done

    mkdir -p "$base/$slot"

    (trap - EXIT; export GLYPH_RUN=$base/$slot GLYPH_PORT=$port; start) &
    starting+=($!)
    port=$((port + 8))
done

for pid in "${starting[@]}"; do
    wait "$pid"
done

GLYPH_SLOTS=$(cd "$base" && pwd)
export GLYPH_SLOTS

prove --timer -j "$jobs" --exec util/slot.sh "${tests[@]}"

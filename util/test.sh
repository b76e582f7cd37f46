#!/usr/bin/env bash
#
# Runs suites on private stores of their own: test.sh DIR…, each a directory
# of .t files.  The unit tests' programs come first.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"

PATH=$PATH:/usr/sbin:/sbin

GLYPH_RUN=$GLYPH_RUN/test
GLYPH_PORT=$((GLYPH_PORT + 904))
export GLYPH_RUN GLYPH_PORT

trap 'util/stack.sh down' EXIT
trap 'exit 1' INT TERM

util/stack.sh stores

# shellcheck disable=SC1091
. "$GLYPH_RUN/env"

run=$(cd "$GLYPH_RUN" && pwd)

export GLYPH_PG GLYPH_REDIS GLYPH_BUILD="$BUILD"
export TEST_NGINX_BINARY=${GLYPH_NGINX:-nginx}
export TEST_NGINX_LOAD_MODULES=$BUILD/ngx_glyph_module.so
export TEST_NGINX_SERVROOT=$run/servroot
export TEST_NGINX_PORT=$GLYPH_PORT
export TEST_NGINX_GLYPH_PG=$GLYPH_PG
export TEST_NGINX_GLYPH_REDIS=unix:$GLYPH_REDIS
export TEST_NGINX_GLYPH_CONF=$top/conf
export TEST_NGINX_GLYPH_SPOOL=$run/spool

# nginx's workers own what they make in it, whoever they run as
mkdir -p "$run/spool"
chmod 1777 "$run/spool"

if [ -n "${GLYPH_ASAN:-}" ]; then

    # nginx itself frees little when it ends; libraries it loads, less
    export ASAN_OPTIONS=detect_leaks=0:abort_on_error=0
    export UBSAN_OPTIONS=print_stacktrace=1
    GLYPH_PRELOAD=$(gcc -print-file-name=libasan.so)
    export GLYPH_PRELOAD
fi

suites=()
for dir; do
    for file in "$dir"/*.t; do
        [ ! -e "$file" ] || suites+=("$file")
    done
done

lib=${TEST_NGINX_LIB:-t/lib}

prove --timer -I"$lib" "$BUILD"/unit/test_*[!.d] "${suites[@]}"

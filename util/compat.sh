#!/usr/bin/env bash
#
# Another nginx, whose source tree is only read: it is built with and without
# --with-compat below BUILD/compat, the module for each of the two, and the
# tests run there.
#
#   compat.sh NGINX_SRC WHAT…
#
# WHAT is as for test.sh; COMPAT="with without" says which of the two.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)

[ -f "${1:-}/src/core/nginx.h" ] \
    || { echo "make compat NGINX_SRC=/path/to/nginx-source" >&2; exit 1; }

src=$(cd "$1" && pwd)
shift

out=$BUILD/compat/$(basename "$src")

# what the tests' configurations ask for, and what changes the structures
flags=(--with-threads --with-debug --with-http_ssl_module
       --with-http_v2_module --with-http_realip_module
       --with-http_auth_request_module --with-http_stub_status_module
       --with-http_gunzip_module --with-http_gzip_static_module
       --with-http_sub_module)

if grep -q -e --with-http_v3_module "$src/auto/options"; then
    flags+=(--with-http_v3_module)
fi

# configure leaves a Makefile where it is called: in a tree of links

build_nginx() {
    local dir=$1 file
    shift

    mkdir -p "$dir/tree"

    for file in "$src"/*; do
        case $(basename "$file") in
            Makefile|objs) ;;
            *) ln -sfn "$file" "$dir/tree/" ;;
        esac
    done

    cd "$dir/tree"

    if [ "$*" != "$(cat "$dir/flags" 2> /dev/null)" ]; then
        configure=auto/configure
        [ -e "$configure" ] || configure=./configure

        "$configure" --prefix="$dir" --builddir="$dir/objs" "$@" \
            > "$dir/configure.log" 2>&1 \
            || { tail -20 "$dir/configure.log" >&2; return 1; }

        echo "$*" > "$dir/flags"
    fi

    make -s -f "$dir/objs/Makefile" -j "$(nproc)" binary
    cd "$top"
}

# the one program there, whatever the fork calls it
nginx_of() {
    find "$1/objs" -maxdepth 1 -type f -perm -u+x
}

failed=0
table=()

for kind in ${COMPAT:-with without}; do
    dir=$out/$kind
    with=()
    [ "$kind" = without ] || with=(--with-compat)

    build_nginx "$dir" "${with[@]}" "${flags[@]}"
    nginx=$(nginx_of "$dir")

    make --no-print-directory -C "$top" module BUILD="$dir" \
        NGINX_SRC="$src" NGINX_FLAGS="${with[*]} ${flags[*]}"
    make --no-print-directory -C "$top" BUILD="$dir" "$dir/schema.sql"
    cp "$BUILD/glyphsieve" "$dir/"
    ln -sfn "$BUILD/openapi" "$dir/openapi"

    name="$("$nginx" -v 2>&1 | sed -n '1s/.*: //p'), $kind --with-compat"
    echo "compat: $name"

    result=passed
    BUILD=$dir GLYPH_NGINX=$nginx "$top/util/test.sh" "$@" \
        || { result=failed; failed=1; }
    table+=("$name: $result")
done

printf 'compat: %s\n' "${table[@]}"
exit $failed

#!/usr/bin/env bash
#
# Builds ngx_glyph_module.so with nginx's own build system.
#
#   module.sh TOP OUT NGINX_SRC CFLAGS LDFLAGS FLAGS
#
# NGINX_SRC is an nginx source tree, configured with FLAGS, or empty for
# Debian's nginx-dev, which brings its own.  The configure step is done again
# only when the list of sources, the flags, config or nginx's version have
# changed; what it makes tracks the headers.

set -eu

top=$1 out=$2 src=$3 cflags=$4 ldflags=$5 options=$6

if [ -n "$src" ]; then
    src=$(cd "$src" && pwd)
    read -r -a flags <<< "$options"
else
    src=/usr/share/nginx/src
    # shellcheck disable=SC1091
    . "$src/conf_flags"
    flags=("${NGX_CONF_FLAGS[@]}")
fi

stamp=$(cd "$top"
        echo "$src ${flags[*]} $cflags $ldflags"
        grep 'define NGINX_VERSION' "$src/src/core/nginx.h"
        ls ngx_glyph_module.c src/*.h src/*/*.[ch] src/core/*/*.[ch]
        cksum config)

# configure leaves a Makefile where it is called: not in the tree of another

tree=$out/tree
mkdir -p "$tree"
ln -sfn "$src/auto" "$tree/auto"
ln -sfn "$src/src" "$tree/src"

configure=auto/configure
if [ ! -e "$src/$configure" ]; then
    configure=./configure
    ln -sfn "$src/configure" "$tree/configure"
fi

cd "$tree"

if [ "$stamp" != "$(cat "$out/stamp" 2>/dev/null)" ]; then
    "$configure" "${flags[@]}" --with-cc-opt="$cflags -fPIC" \
        --with-ld-opt="$ldflags" --add-dynamic-module="$top" \
        --builddir="$out" > "$out/configure.log" 2>&1 \
        || { tail -20 "$out/configure.log" >&2; exit 1; }

    printf '%s\n' "$stamp" > "$out/stamp"
fi

make -s -f "$out/Makefile" modules

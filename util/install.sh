#!/usr/bin/env bash
#
# The module and its files in the places of Debian's nginx, below $DESTDIR:
#
#   install.sh install     from $BUILD
#   install.sh uninstall   takes them away again
#
# Files in /etc are the operator's.  /usr/share/glyph/conf has them as they
# were installed; what differs from that was edited, and is neither replaced
# nor removed.  The link that loads the module is made by the first
# installation only: who takes it away does not get it back.

set -eu

cd "$(dirname "$0")/.."

dest=${DESTDIR:-}
build=${BUILD:-build}

modules=/usr/lib/nginx/modules
available=/usr/share/nginx/modules-available/mod-http-glyph.conf
enabled=/etc/nginx/modules-enabled/50-mod-http-glyph.conf
share=/usr/share/glyph
conf=/etc/nginx/glyph
doc=/usr/share/doc/libnginx-mod-http-glyph
man=/usr/share/man/man1

# What dpkg has installed, dpkg replaces and removes

if [ -z "$dest" ] && dpkg -S "$modules/ngx_glyph_module.so" > /dev/null 2>&1
then
    echo "the package libnginx-mod-http-glyph is installed: use apt, or" \
         "remove it first" >&2
    exit 1
fi

# conf/nginx.conf in three parts, for the nginx.conf that is there: what
# belongs at the top, into http, and into a server.

snippet() {
    awk -v want="$1" '
        /^http \{/         { http = 1; next }
        /^}/               { http = 0; next }
        http && /^    server \{/ { server = 1; next }
        server && /^    }/ { server = 0; next }
        server             { part = "server"; sub(/^        /, "") }
        http && !server    { part = "http"; sub(/^    /, "") }
        !http              { part = /^thread_pool / ? "main" : "" }
        part == "http" && /^access_log / { next }
        part == "server" && /^listen / { next }
        part == want       { print }
    ' conf/nginx.conf | sed '/./,$!d' | cat -s
}

snippets() {
    {
        echo "# At the top of nginx.conf:  include glyph/main.conf;"
        echo "#"
        echo "# glyph_compute scores rows and wants a thread a core; glyph_io"
        echo "# waits for disks and servers."
        echo
        snippet main | sed -E 's/^thread_pool (\w+)/thread_pool glyph_\1/'
    } > "$1/main.conf"

    {
        echo "# Inside http:  include glyph/http.conf;"
        echo "#"
        echo "# See docs/operations.md, docs/directives.md."
        echo
        snippet http | sed -E \
            -e 's/^(glyph_thread_pool +).*/\1glyph_compute io=glyph_io;/' \
            -e 's/^(glyph_redis +).*/\1127.0.0.1;/' \
            -e 's|/etc/nginx/glyph/|glyph/|'
    } > "$1/http.conf"

    {
        echo "# Inside a server:  include glyph/server.conf;"
        echo "#"
        echo "# Whoever reaches it may do all of it: see docs/operations.md."
        echo
        snippet server
    } > "$1/server.conf"

    cp conf/gpu_models.csv conf/part_numbers.csv "$1/"
}

# what install -D does, but at once: nginx may read the file right now
put() {
    install -D -m "$1" "$2" "$dest$3.glyph-new"
    mv "$dest$3.glyph-new" "$dest$3"
}

put_conf() {
    local new=$1 name=${1##*/}
    local old=$dest$conf/$name was=$dest$share/conf/$name

    if [ ! -e "$old" ] || { [ -e "$was" ] && cmp -s "$old" "$was"; }; then
        put 644 "$new" "$conf/$name"
    elif ! cmp -s "$old" "$new"; then
        echo "kept, for it was edited: $conf/$name" \
             "(this version's: $share/conf/$name)"
    fi

    put 644 "$new" "$share/conf/$name"
}

do_install() {
    local first=yes file

    [ ! -e "$dest$available" ] || first=

    put 644 "$build/ngx_glyph_module.so" $modules/ngx_glyph_module.so
    put 755 "$build/glyphsieve" /usr/bin/glyphsieve
    put 644 "$build/schema.sql" $share/schema.sql
    put 644 conf/gpu_models.csv $share/gpu_models.csv
    put 644 conf/part_numbers.csv $share/part_numbers.csv
    put 644 conf/openapi.yaml $share/openapi.yaml
    put 644 docs/glyphsieve.1 $man/glyphsieve.1

    temp=$(mktemp -d)
    trap 'rm -rf "$temp"' EXIT

    echo "load_module modules/ngx_glyph_module.so;" > "$temp/load"
    put 644 "$temp/load" $available
    rm "$temp/load"

    snippets "$temp"
    for file in "$temp"/*; do
        put_conf "$file"
    done

    for file in conf/nginx.conf conf/prometheus-rules.yml conf/grafana.json \
        conf/systemd-hardening.conf README.md docs/*.md docs/img/*; do
        put 644 "$file" "$doc/${file#*/}"
    done

    install -d "$dest${enabled%/*}"

    if [ -n "$first" ]; then
        ln -sf $available "$dest$enabled"
    elif [ ! -L "$dest$enabled" ]; then
        echo "not enabled, as before: $enabled"
    fi

    cat <<END
installed below ${dest:-/}; $doc/operations.md goes on from here:
  nginx.conf      include glyph/main.conf; at the top, glyph/http.conf inside
                  http, glyph/server.conf inside a server
  Postgres        psql -d glyph -f $share/schema.sql
END
}

do_uninstall() {
    local file name

    for file in "$dest$share"/conf/*; do
        name=${file##*/}

        if cmp -s "$file" "$dest$conf/$name"; then
            rm "$dest$conf/$name"
        elif [ -e "$dest$conf/$name" ]; then
            echo "kept, for it was edited: $conf/$name"
        fi
    done

    if [ "$(readlink "$dest$enabled")" = $available ]; then
        rm "$dest$enabled"
    fi

    rm -f "$dest$modules/ngx_glyph_module.so" "$dest$available" \
        "$dest/usr/bin/glyphsieve" "$dest$man/glyphsieve.1"
    rm -rf "$dest$share" "$dest$doc"
    rmdir "$dest$conf" 2> /dev/null || true

    echo "uninstalled; what includes glyph/*.conf is still in nginx.conf"
}

case ${1:-} in
install)
    do_install
    ;;
uninstall)
    do_uninstall
    ;;
*)
    echo "usage: install.sh install|uninstall" >&2
    exit 2
    ;;
esac

#!/usr/bin/env bash
#
# Puts the module and its files where Debian's nginx looks for them, below
# $DESTDIR; enables nothing.

set -eu

cd "$(dirname "$0")/.."

dest=${DESTDIR:-}

install -d "$dest/usr/lib/nginx/modules" "$dest/etc/nginx/glyph" \
    "$dest/usr/share/nginx/modules-available" "$dest/usr/bin" \
    "$dest/usr/share/doc/libnginx-mod-http-glyph"

install -m 644 build/ngx_glyph_module.so "$dest/usr/lib/nginx/modules/"
install -m 755 build/glyphsieve "$dest/usr/bin/"
install -m 644 conf/gpu_models.csv conf/schema.sql \
    conf/openapi.yaml "$dest/etc/nginx/glyph/"
install -m 644 conf/nginx.conf docs/directives.md docs/api.md README.md \
    "$dest/usr/share/doc/libnginx-mod-http-glyph/"

echo "load_module modules/ngx_glyph_module.so;" \
    > "$dest/usr/share/nginx/modules-available/mod-http-glyph.conf"

cat <<END
installed; to enable it:
  ln -s /usr/share/nginx/modules-available/mod-http-glyph.conf \\
        /etc/nginx/modules-enabled/60-mod-http-glyph.conf
  psql -d glyph -f /etc/nginx/glyph/schema.sql
END

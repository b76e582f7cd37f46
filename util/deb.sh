#!/usr/bin/env bash
#
# Debian packages of this checkout, in $BUILD: built by dpkg-buildpackage in a
# copy, below $BUILD/deb, so that the checkout stays as it is; then lintian,
# where it is installed (NO_LINTIAN=1: not even then); its errors are ours.

set -eu

cd "$(dirname "$0")/.."

out=$BUILD/deb
src=$out/src

rm -rf "$src" "$out"/*_*
mkdir -p "$src"

# what git knows of, as it is now
git ls-files -z | xargs -0 cp --parents -t "$src"

for tool in dpkg-buildpackage dh dh_nginx; do
    command -v "$tool" > /dev/null \
        || { echo "make deb needs $tool: see make help" >&2; exit 1; }
done

export DEB_BUILD_OPTIONS=${DEB_BUILD_OPTIONS:-parallel=$(nproc)}

(cd "$src" && dpkg-buildpackage -b -us -uc) > "$out/log" 2>&1 \
    || { tail -40 "$out/log" >&2; exit 1; }

if [ -z "${NO_LINTIAN:-}" ] && command -v lintian > /dev/null; then
    lintian --allow-root --fail-on error "$out"/*.changes
fi

cp "$out"/*_*.deb "$BUILD/"

for file in "$out"/*_*.deb; do
    echo "$BUILD/${file##*/}"
done

#!/bin/sh
#
# Installs the Debian packages named, if any is missing; silent and without
# the network if none is.

set -eu

missing=
for package; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null \
        | grep -q 'ok installed' || missing="$missing $package"
done

[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    command -v sudo >/dev/null || {
        echo "missing packages:$missing; become root, or install sudo" >&2
        exit 1
    }
fi

echo "installing:$missing"

# shellcheck disable=SC2086
if ! $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing >/dev/null 2>&1
then
    $sudo apt-get update -q
    $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing
fi

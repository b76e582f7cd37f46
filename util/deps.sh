#!/bin/sh
#
# Installs the Debian packages named, if any is missing; silent and without
# the network if none is.  The services that come with them are not started:
# their scripts ask for systemd's directory, which is hidden from them.

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

install='apt-get install -y --no-install-recommends "$@"'
quiet="$sudo env DEBIAN_FRONTEND=noninteractive"

if [ -d /run/systemd/system ] && $sudo unshare --mount true 2>/dev/null; then
    quiet="$quiet unshare --mount"
    install="mount -t tmpfs none /run/systemd && $install"
fi

# shellcheck disable=SC2086
if ! $quiet sh -c "$install" sh $missing >/dev/null 2>&1; then
    $sudo apt-get update -q
    $quiet sh -c "$install" sh $missing
fi

#!/usr/bin/env bash
#
# Uses the page in a browser, on a stack of its own below $GLYPH_RUN/ui.
# GLYPH_SHOTS=docs/ui is where its pictures go, in place of build/ui/shots.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"

export GLYPH_TOP=$top
export GLYPH_RUN=$GLYPH_RUN/ui
export GLYPH_PORT=$((GLYPH_PORT + 30))

GLYPH_NGINX=$(PATH=$PATH:/usr/sbin:/sbin command -v "${GLYPH_NGINX:-nginx}")
export GLYPH_NGINX

if [ -n "${GLYPH_SHOTS:-}" ]; then
    GLYPH_SHOTS=$(realpath "$GLYPH_SHOTS")
    export GLYPH_SHOTS
fi

trap 'util/stack.sh down' EXIT
trap 'exit 1' INT TERM

util/stack.sh down
rm -rf "$GLYPH_RUN"
util/stack.sh up > /dev/null

set -a
# shellcheck disable=SC1090,SC1091
. "$GLYPH_RUN/env"
set +a

cp t/ui/*.mjs "$BUILD/ui/"
(cd "$BUILD/ui" && prove --exec node page.mjs "$@")

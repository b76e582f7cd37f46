#!/usr/bin/env bash
#
# Runs one test on stores of util/test.sh that no other test has just now.

set -eu

while :; do
    for slot in "$GLYPH_SLOTS"/*/; do
        exec 9> "$slot/lock"
        flock -n 9 && break 2
    done
    sleep 0.1
done

# shellcheck disable=SC1091
. "$slot/slot"

# what the test starts must not keep the lock
case $1 in
    *.t) perl ${TEST_NGINX_LIB:+-I"$TEST_NGINX_LIB"} -It/lib "$@" 9>&- ;;
    *) "$@" 9>&- ;;
esac

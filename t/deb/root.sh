#!/usr/bin/env bash
#
# The packages in a fresh Debian of their own: installed with what they need,
# started as the init script does it, used, rotated, removed, purged.  TAP, for
# prove --exec bash; make deb-test runs it.
#
# The root is below build/deb; what debootstrap and apt fetch is kept there
# (base, archives) for the next time.  Mounts, processes and, after the
# installation, the network are the test's own and end with it.

set -u

cd "$(dirname "$0")/../.." || exit 1

skip() { echo "1..0 # SKIP $*"; exit 0; }

[ "$(id -u)" = 0 ] || skip "a root of its own needs root"
command -v debootstrap > /dev/null || skip "debootstrap is missing"
unshare --mount --pid --net --fork true 2> /dev/null \
    || skip "no namespaces of its own here"

out=$(cd "${BUILD:-build}" && pwd)/deb
root=$out/root
package=libnginx-mod-http-glyph
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
unset NGINX

if [ "${1:-}" = "" ]; then
    exec unshare --mount --pid --fork --kill-child \
        bash "$0" install
fi

n=${n:-0}
failed=${failed:-0}

ok() {                              # ok NAME COMMAND...
    local name=$1
    shift
    n=$((n + 1))

    if "$@" > "$out/said" 2>&1; then
        echo "ok $n - $name"
        return
    fi

    failed=1
    echo "not ok $n - $name"
    { cat "$out/said"; echo; } | sed 's/^/# /' | tail -30
}

bail() { echo "Bail out!  $*"; tail -30 "$out/root.log" | sed 's/^/# /'; exit 1; }

inside() { chroot "$root" "$@"; }

says() {                            # says PATTERN COMMAND...
    local pattern=$1
    shift
    "$@" 2>&1 | tee "$out/text"
    grep -qE -- "$pattern" "$out/text"
}

# at most ten seconds
soon() {
    for _ in $(seq 100); do
        "$@" > /dev/null 2>&1 && return
        sleep 0.1
    done
    "$@"
}

mounts() {
    mount --make-rprivate /
    mount -t proc proc "$root/proc"
    mount -t proc proc /proc
    mount -t tmpfs tmpfs "$root/dev/shm"
}

# The machine's own Debian mirrors, and no others

suites() {
    # shellcheck disable=SC2016
    apt-get indextargets 'Created-By: Packages' 'Origin: Debian' \
        --format '$(REPO_URI) $(RELEASE)' | sort -u
}

fetch() {
    : > "$out/root.log"

    local codename mirror
    # shellcheck disable=SC1091
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=$(suites | awk -v c="$codename" '$2 == c { print $1; exit }')
    [ -n "$mirror" ] || skip "apt knows no mirror of $codename"

    if [ ! -f "$out/base.done" ]; then
        rm -rf "$out/base"
        debootstrap --variant=minbase "$codename" "$out/base" "$mirror" \
            >> "$out/root.log" 2>&1 || bail "debootstrap failed"
        touch "$out/base.done"
    fi

    rm -rf "$root"
    cp -a "$out/base" "$root" || bail "no copy of the root"
    mounts

    mkdir -p "$out/archives/partial"
    mount --bind "$out/archives" "$root/var/cache/apt/archives"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cp /etc/hosts "$root/etc/hosts"
    suites | sed 's/^/deb /; s/$/ main/' > "$root/etc/apt/sources.list"
    cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
    rm -f "$root/etc/apt/apt.conf.d/docker-clean"

    # nothing is started before there is a network of our own
    printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"

    cp "$out"/${package}_*.deb "$root/tmp/$package.deb"
    cp "$out"/glyphsieve_*.deb "$root/tmp/glyphsieve.deb"
}

apt_get() {
    inside apt-get -y --no-install-recommends "$@" >> "$out/root.log" 2>&1
}

install() {
    fetch
    apt_get update || bail "apt-get update failed"

    # Recommends: nginx
    ok "the packages are installed, with what they need" apt_get install \
        nginx /tmp/$package.deb /tmp/glyphsieve.deb
    apt_get install postgresql redis-server logrotate \
        || bail "apt-get install failed"

    printf '#!/bin/sh\n' > "$root/usr/sbin/policy-rc.d"
    export n failed
    exec unshare --mount --net --pid --fork --kill-child bash "$0" run
}

cluster() {
    inside pg_ctlcluster "$(ls "$root/etc/postgresql")" main "$1" < /dev/null
}

psql() { inside su postgres -c "psql -qXAt -d glyph -c \"$1\""; }

post() {                            # post PATH CURL-OPTIONS...
    local path=$1
    shift
    curl -sS -m 60 "http://127.0.0.1$path" -H 'Content-Type: text/csv' "$@"
}

worker_users() {
    for pid in $(pgrep -P "$(cat "$root/run/nginx.pid")"); do
        stat -c %U "/proc/$pid" 2>/dev/null
    done | sort -u
}

configure() {
    inside sh -e -c '
        sed -i "1i include glyph/main.conf;" /etc/nginx/nginx.conf
        ln -s /etc/nginx/glyph/http.conf /etc/nginx/conf.d/glyph.conf
        rm -f /etc/nginx/sites-enabled/default
        printf "server {\n listen 80;\n include glyph/server.conf;\n}\n" \
            > /etc/nginx/sites-available/glyph
        ln -s ../sites-available/glyph /etc/nginx/sites-enabled/'
}

unconfigure() {
    inside sh -e -c '
        sed -i "/glyph.main.conf/d" /etc/nginx/nginx.conf
        rm /etc/nginx/conf.d/glyph.conf /etc/nginx/sites-*/glyph'
}

stores() {
    sed -i "s/^#\?listen_addresses.*/listen_addresses = ''/" \
        "$root"/etc/postgresql/*/main/postgresql.conf
    cluster start || return 1
    inside start-stop-daemon --start --chuid redis --background --exec \
        /usr/bin/redis-server -- /etc/redis/redis.conf --daemonize no

    # as docs/operations.md has it
    inside su postgres -c 'createdb glyph &&
        psql -qX -v ON_ERROR_STOP=1 -d glyph -f /usr/share/glyph/schema.sql &&
        psql -qX -d glyph \
            -c "CREATE ROLE \"www-data\" LOGIN IN ROLE glyph_writer"'
}

# everything of ours in the root, but what is in the archive of the packages

left() {
    find "$root"/{etc,usr,var,run} -xdev -iname '*glyph*' \
        ! -path '*/sites-*' ! -path '*/var/cache/apt/*' ! -path '*/var/log/*' \
        ! -path '*/var/lib/postgresql/*' ! -path '*/var/lib/dpkg/*' | sed "s|^$root||" | sort
}

health() { post /api/health | grep -q '"status":"ok"'; }

done_with() { post "/api/jobs/$1/status" | grep -q '"state" *: *"completed"'; }

gone() {
    ! curl -s http://127.0.0.1/api/health | grep status
}

id_of() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$2" | head -1; }

run() {
    ip link set lo up
    mounts

    ok "nginx -t, with nothing but the module enabled" \
        says 'test is successful' inside nginx -t
    configure
    ok "nginx -t, with the package's configuration" \
        says 'test is successful' inside nginx -t

    ok "Postgres and Redis of the root are started" stores
    ok "nginx is started as its package does it" \
        inside invoke-rc.d nginx start < /dev/null
    ok "it is healthy" soon health
    ok "the workers run as www-data" [ "$(worker_users)" = www-data ]
    ok "the spool belongs to them" \
        [ "$(inside stat -c %U:%a /var/lib/nginx/glyph)" = www-data:700 ]

    post /api/import/csv --data-binary @t/data/sample.csv > "$out/answer"
    id=$(id_of import_id "$out/answer")
    ok "an import is answered" [ -n "$id" ]
    ok "it is in Postgres" [ "$(psql "SELECT count(*) > 0 AND count(*) = (
        SELECT valid_rows FROM glyph.import_view WHERE import_id = '$id')
        FROM glyph.listing_view WHERE import_id = '$id'")" = t ]
    ok "its job is in Redis" \
        says completed inside redis-cli HGET "glyph:job:$id" state

    post /api/import/csv?background=true --data-binary @t/data/sample.csv \
        > "$out/answer"
    id=$(id_of job_id "$out/answer")
    ok "a background import is done" soon done_with "$id"

    # an upload of some seconds, and the logs are rotated in it
    {
        cat t/data/sample.csv
        for _ in $(seq 15); do
            tail -n +2 t/data/sample.csv
        done
    } > "$out/slow.csv"
    post '/api/import/csv?source_label=slow' --limit-rate 16k -o "$out/slow" \
        -w '%{http_code}' --data-binary "@$out/slow.csv" > "$out/code" &
    slow=$!
    sleep 1
    ok "logrotate runs with nginx's rules" \
        inside logrotate -f /etc/logrotate.d/nginx
    wait $slow
    ok "an upload that was on its way is imported" \
        [ "$(cat "$out/code")" = 200 ]
    ok "its line is in the new log, the old one is kept" logs_rotated
    ok "the new log belongs to www-data" \
        [ "$(inside stat -c %U /var/log/nginx/access.log)" = www-data ]

    printf 'title,price\nRTX 4090,1599\n' > "$root/tmp/in.csv"
    ok "glyphsieve finds its registry" says 'RTX_4090' \
        inside sh -c 'cd / && glyphsieve < /tmp/in.csv'

    # another upgrade
    echo '# mine' >> "$root/etc/nginx/glyph/http.conf"
    ok "the package is installed once more" \
        inside sh -c "dpkg -i /tmp/$package.deb" < /dev/null
    ok "an edited file stays" grep -q '# mine' \
        "$root/etc/nginx/glyph/http.conf"
    ok "nginx serves as before" soon health

    removal

    echo "1..$n"
    return "$failed"
}

logs_rotated() {
    [ -s "$root/var/log/nginx/access.log.1" ] \
        && grep -q 'source_label=slow.*state=completed' \
            "$root/var/log/nginx/access.log"
}

# Postgres is gone, an upload waits in the spool, and the package is purged

removal() {
    cluster stop
    ok "with Postgres away an upload is taken" says '"state": *"queued"' \
        post '/api/import/csv?background=true' \
            --data-binary @t/data/sample.csv
    id=$(id_of job_id "$out/text")

    unconfigure
    ok "the package is removed" inside dpkg -r $package < /dev/null
    ok "nginx goes on without it" soon gone
    ok "it is purged, and says what it keeps" \
        says 'kept: /var/lib/nginx/glyph' \
            inside dpkg --purge $package glyphsieve < /dev/null
    ok "nothing else is left" only /var/lib/nginx/glyph

    # installed again, it does what it has promised
    inside dpkg -i "/tmp/$package.deb" < /dev/null > /dev/null 2>&1
    configure
    cluster start
    inside invoke-rc.d nginx restart < /dev/null
    ok "installed again, the upload that waited is imported" \
        soon done_with "$id"

    inside invoke-rc.d nginx stop < /dev/null
    unconfigure
    ok "purged again" inside dpkg --purge $package < /dev/null
    ok "nothing is left" only ""
    ok "nginx -t without it" says 'test is successful' inside nginx -t
}

only() {
    printf '%s\n' "$@" | grep . | sort > "$out/want"
    left > "$out/have"
    diff "$out/want" "$out/have"
}

case $1 in
install) install ;;
run)     run ;;
esac

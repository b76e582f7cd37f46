#!/usr/bin/env bash
#
# A private Postgres, Redis and nginx below $GLYPH_RUN:
#
#   stack.sh up       all three; harmless if they run
#   stack.sh stores   Postgres and Redis only, for the tests
#   stack.sh down     stops what runs, nginx of the tests, too
#   stack.sh crash    ends Postgres at once, for the tests
#   stack.sh postgres       Postgres only, for the tests
#   stack.sh standby DIR    a synchronous standby of the one below DIR
#   stack.sh promote        makes it the primary
#
# Everything listens on sockets in $GLYPH_RUN but nginx, which has
# 127.0.0.1:$GLYPH_PORT.

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"

mkdir -p "$GLYPH_RUN"
run=$(cd "$GLYPH_RUN" && pwd)
port=$GLYPH_PORT
unset NGINX

PATH=$PATH:/usr/sbin:/sbin

# the whole path: a binary upgrade (USR2) runs what nginx was started as
nginx=${GLYPH_NGINX:-nginx}
nginx=$(command -v "$nginx" || echo "$nginx")

# a socket's path may have 107 bytes

if [ ${#run} -gt 80 ]; then
    echo "the path $run is too long for a socket: set GLYPH_RUN" >&2
    exit 1
fi

pgbin=
for dir in /usr/lib/postgresql/*/bin; do
    [ -x "$dir/initdb" ] && pgbin=$dir
done

# Postgres refuses to run as root.  Where its user cannot reach this checkout
# (below /root, say), it is let through by a capability, and the others, which
# do not refuse, stay root.

user=$(id -un)
as=()

if [ "$(id -u)" = 0 ]; then
    user=postgres
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)

    if ! "${as[@]}" test -x "$run"; then
        user=root
        as+=(--inh-caps=+dac_override --ambient-caps=+dac_override)
    fi
fi

psql() {
    "$pgbin/psql" -X -q -v ON_ERROR_STOP=1 -h "$run/pg" -U glyph "$@"
}

start_postgres() {
    if [ ! -f "$run/pg/data/PG_VERSION" ]; then
        rm -rf "$run/pg"
        mkdir -p "$run/pg"
        [ "$(id -u)" != 0 ] || chown postgres: "$run/pg"

        "${as[@]}" "$pgbin/initdb" -D "$run/pg/data" -U glyph -A trust \
            -E UTF8 --locale=C.UTF-8 --no-sync > "$run/initdb.log" 2>&1 \
            || { cat "$run/initdb.log" >&2; exit 1; }

        "${as[@]}" tee -a "$run/pg/data/postgresql.conf" > /dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$run/pg'
unix_socket_permissions = 0777
max_connections = 100
max_wal_size = 4GB
wal_keep_size = 1GB
log_line_prefix = '%m [%p] %a '
CONF
    fi

    "${as[@]}" "$pgbin/pg_ctl" -D "$run/pg/data" status > /dev/null 2>&1 \
        || "${as[@]}" "$pgbin/pg_ctl" -D "$run/pg/data" -s -w \
               -l "$run/pg/log" start < /dev/null

    psql -d postgres -Atc "SELECT 1 FROM pg_database WHERE datname = 'glyph'" \
        | grep -q 1 || psql -d postgres -c "CREATE DATABASE glyph"

    util/schema.pl > "$run/schema.sql"
    psql -d glyph -f "$run/schema.sql" > /dev/null 2> "$run/schema.log" \
        || { cat "$run/schema.log" >&2; exit 1; }

    # what nginx connects as, here and in the tests: no owner, no superuser
    psql -d glyph -Atc "SELECT 1 FROM pg_roles WHERE rolname = 'glyph_edge'" \
        | grep -q 1 \
        || psql -d glyph -c "CREATE ROLE glyph_edge LOGIN IN ROLE glyph_writer"
}

# Nothing waits for the standby before it has all: without one that follows,
# a commit would never end.

start_standby() {
    from=$(cd "$1" && pwd)/pg

    rm -rf "$run/pg"
    mkdir -p "$run/pg"
    [ "$(id -u)" != 0 ] || chown postgres: "$run/pg"

    "${as[@]}" "$pgbin/pg_basebackup" --no-sync -c fast -R \
        -D "$run/pg/data" \
        -d "host=$from user=glyph application_name=standby" < /dev/null

    "${as[@]}" tee -a "$run/pg/data/postgresql.conf" > /dev/null <<CONF
unix_socket_directories = '$run/pg'
CONF

    "${as[@]}" "$pgbin/pg_ctl" -D "$run/pg/data" -s -w -l "$run/pg/log" \
        start < /dev/null

    primary() { "$pgbin/psql" -XqAt -h "$from" -U glyph -d glyph -c "$1"; }

    for _ in $(seq 100); do
        primary "SELECT state FROM pg_stat_replication" \
            | grep -qx streaming && break
        sleep 0.1
    done

    primary "ALTER SYSTEM SET synchronous_standby_names = standby"
    primary "SELECT pg_reload_conf()" > /dev/null

    for _ in $(seq 100); do
        primary "SELECT sync_state FROM pg_stat_replication" \
            | grep -qx sync && return
        sleep 0.1
    done

    echo "the standby does not follow; see $run/pg/log" >&2
    exit 1
}

start_redis() {
    redis-cli -s "$run/redis.sock" ping > /dev/null 2>&1 && return

    redis-server --port 0 --unixsocket "$run/redis.sock" \
        --unixsocketperm 777 --save "" --appendonly no \
        --maxmemory-policy noeviction --daemonize yes \
        --dir "$run" --pidfile "$run/redis.pid" \
        --logfile "$run/redis.log" > /dev/null

    for _ in $(seq 50); do
        redis-cli -s "$run/redis.sock" ping > /dev/null 2>&1 && return
        sleep 0.1
    done

    echo "Redis does not answer; see $run/redis.log" >&2
    exit 1
}

# The process a file of ours names: after a crash the number may be another's,
# whose command line has nothing of ours.

alive() {
    [ -f "$1" ] && grep -qaF -- "$run" "/proc/$(head -1 "$1")/cmdline" \
        2> /dev/null
}

# nginx would give its built-in directories, the system's, to our user

temp_paths() {
    for name in client_body proxy fastcgi uwsgi scgi; do
        printf '\\n    %s_temp_path %s_temp;' "$name" "$name"
    done
}

start_nginx() {
    mkdir -p "$run/nginx/logs" "$run/nginx/conf"
    [ "$(id -u)" != 0 ] || chown "$user": "$run/nginx"

    sed -e "s|^user .*|user $user;|" \
        -e "s|^http {|&$(temp_paths)|" \
        -e "s|modules/ngx_glyph_module.so|${GLYPH_BUILD:-$top/build}/ngx_glyph_module.so|" \
        -e "s|listen 80;|listen 127.0.0.1:$port;|" \
        -e "s|/etc/nginx/glyph/|$top/conf/|" \
        -e "s|/usr/share/glyph/ui/|$top/ui/|" \
        -e "s|/usr/share/glyph/|$top/conf/|" \
        -e "s|unix:/run/redis/redis-server.sock|unix:$run/redis.sock|" \
        -e "s|host=/run/postgresql dbname=glyph user=www-data|host=$run/pg dbname=glyph user=glyph_edge|" \
        -e "s|/var/lib/nginx/glyph|$run/nginx/spool|" \
        -e "s|/var/log/nginx/|$run/nginx/logs/|" \
        -e "s|/run/nginx.pid|$run/nginx/nginx.pid|" \
        conf/nginx.conf > "$run/nginx/conf/nginx.conf"

    [ "$(id -u)" = 0 ] || sed -i '/^user /d' "$run/nginx/conf/nginx.conf"

    # a running nginx cannot take a new module: it must end first
    if [ "${GLYPH_BUILD:-$top/build}/ngx_glyph_module.so" -nt "$run/nginx/nginx.pid" ]; then
        stop_pid "$run/nginx/nginx.pid"
    fi

    if alive "$run/nginx/nginx.pid"; then
        "$nginx" -p "$run/nginx" -c conf/nginx.conf \
            -e "$run/nginx/logs/error.log" -s reload
    elif (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
        echo "port $port is taken: set GLYPH_PORT to another" >&2
        exit 1
    else
        LD_PRELOAD="${GLYPH_PRELOAD:-}" \
            "$nginx" -p "$run/nginx" -c conf/nginx.conf \
            -e "$run/nginx/logs/error.log"
    fi

    for _ in $(seq 50); do
        curl -sf -m 2 "http://127.0.0.1:$port/api/health" > /dev/null && return
        sleep 0.1
    done

    echo "nginx does not answer; see $run/nginx/logs/error.log" >&2
    exit 1
}

write_env() {
    cat > "$run/env" <<ENV
GLYPH_URL=http://127.0.0.1:$port
GLYPH_PG="host=$run/pg dbname=glyph user=glyph"
GLYPH_REDIS=$run/redis.sock
GLYPH_PREFIX=$run/nginx
ENV
}

stop_pid() {
    alive "$1" || return 0

    pid=$(head -1 "$1")
    kill "-${2:-TERM}" "$pid" 2> /dev/null || return 0

    # one that has ended but is not yet waited for has no command line
    for _ in $(seq 100); do
        grep -qa . "/proc/$pid/cmdline" 2> /dev/null || return 0
        sleep 0.1
    done

    kill -KILL "$pid"
}

case ${1:-} in
up)
    start_postgres
    start_redis
    write_env
    start_nginx
    echo "running at http://127.0.0.1:$port (make down stops it)"
    ;;
stores)
    start_postgres
    start_redis
    write_env
    ;;
down)
    stop_pid "$run/nginx/nginx.pid"

    # what the tests started, if they were interrupted
    for file in "$run"/*/logs/nginx.pid; do
        stop_pid "$file"
    done

    stop_pid "$run/redis.pid"
    for file in "$run"/pg/data/postmaster.pid \
        "$run"/*/pg/data/postmaster.pid; do
        stop_pid "$file" INT
    done
    ;;
postgres)
    start_postgres
    ;;
standby)
    start_standby "$2"
    ;;
promote)
    "${as[@]}" "$pgbin/pg_ctl" -D "$run/pg/data" -s -w promote < /dev/null
    ;;
crash)
    stop_pid "$run/pg/data/postmaster.pid" QUIT
    ;;
*)
    echo "usage: stack.sh up|stores|down|crash|postgres|standby|promote" >&2
    exit 2
    ;;
esac

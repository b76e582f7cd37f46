#!/usr/bin/env bash
#
# The mechanical part of the style.  What needs a compiler's word looks at what
# make build has left, and says so where there is nothing.

set -eu

cd "$(dirname "$0")/.."

top=$PWD
bad=0
say() { echo "$*"; bad=1; }

sources=$(git ls-files '*.c' '*.h')

# columns are characters, not bytes
# shellcheck disable=SC2086
perl -CSD -ne '
    chomp;
    print("$ARGV:$.: over 80 columns\n"), $bad = 1 if length > 80;
    print("$ARGV:$.: a tab\n"), $bad = 1 if /\t/;
    print("$ARGV:$.: space at the end\n"), $bad = 1 if / $/;
    close ARGV if eof;
    END { $? = $bad ? 1 : 0 }' $sources || bad=1

# shellcheck disable=SC2086
if grep -nE '#include [<"](ngx_|hiredis|libpq)' src/core/*/*.[ch] src/cli/*.c
then
    say "src/core knows no nginx, Redis or Postgres"
fi

# a macro with an enumerator's name takes its place, and no compiler says so
# shellcheck disable=SC2046
perl -0777 -ne '
    push @names, [ $ARGV, /^#define\s+(NGX_GLYPH_\w+)/mg ];
    $enum{$_} = 1 for map { /^ +(NGX_GLYPH_\w+) *[=,\n]/mg } /^typedef enum \{(.*?)^\}/msg;
    END { for my $in (@names) { my ($file, @macros) = @$in;
              for (grep { $enum{$_} } @macros) {
                  print "$file: $_ is an enumerator, too\n"; $bad = 1 } }
          $? = $bad ? 1 : 0 }' $(git ls-files 'src/*ngx_*.[ch]') || bad=1

# what may include what
perl util/layers.pl || bad=1

perl util/fields.pl || bad=1

# numbers that only shrink: util/layers.pl -v and util/exports.pl -v say which
perl util/long.pl
if ls build/nginx/addon/http/ngx_glyph_*.o > /dev/null 2>&1; then
    perl util/layers.pl -v | tail -n 1
    perl util/exports.pl
fi

# faults that are sown are of the present text
perl util/sow.pl -c || bad=1

# tables that are made of data
perl util/words.pl -c || bad=1

grep -nE 'nginx_version' src/*/*.[ch] ngx_glyph_module.c \
    | grep -v '^src/base/ngx_glyph_compat.h:' \
    && say "nginx_version belongs into src/base/ngx_glyph_compat.h"

# nginx' headers come first: ngx_config.h defines _GNU_SOURCE, which does not
# count after a header of the system, and nginx' own structures depend on it
# (1.23 and later).  Each file is asked alone, headers too; -H names what is
# opened, in the order of opening.

opened() {
    # shellcheck disable=SC2086
    (cd build/nginx/tree \
        && gcc $flags -E -H -o /dev/null -x c "$top/$1" 2>&1)
}

nginx_first() {
    awk -v file="$1" '
        BEGIN { want = file == "src/ngx_glyph.h" ? "ngx_config.h" \
                                                 : "ngx_glyph.h" }
        /^\.+ / { name = $2; sub(/.*\//, "", name)
                  if (name != want) { exit }
                  if (want == "ngx_config.h") { found = 1; exit }
                  want = "ngx_config.h" }
        END { if (!found) { print file ": " want " is not first but " name;
                            exit 1 } }'
}

no_nginx() {
    awk -v file="$1" '
        /^\.+ / && /\/(ngx_[^\/]*|hiredis\/.*|libpq-fe.h)$/ {
                  print file ": opens " $2; e = 1; exit }
        END { exit e }'
}

if [ -f build/nginx/Makefile ]; then
    flags=$(perl -0777 -pe '$_ = join " ", /^(?:CFLAGS|ALL_INCS) =(.*?[^\\])$/msg;
                            s/\\\n/ /g' build/nginx/Makefile)

    for file in $(git ls-files 'src/*.[ch]' ngx_glyph_module.c); do
        case $file in
            src/core/*|src/cli/*) opened "$file" | no_nginx "$file" ;;
            *) opened "$file" | nginx_first "$file" ;;
        esac || bad=1
    done

else
    echo "lint: nothing is built: the order of includes was not looked at"
fi

# a job, and all that it calls, only decides: src/base/ngx_glyph_turn.h
# shellcheck disable=SC2046
for part in job client observer sink collect budget body_filter upload \
    background runner spool writer batch record clock replay dry_run state \
    watch ask; do
    grep -nE 'ngx_http_(finalize|terminate)_request' \
        $(git ls-files "src/*/ngx_glyph_$part.c" "src/*/ngx_glyph_${part}_*.c") \
        /dev/null \
        && say "an upload's request is finalized by src/http/ngx_glyph_answer.c"
done

# what the module knows of the schema
perl util/schema.pl -c || bad=1

# functions over 120 lines: the name at column 0, the brace alone
for file in $(git ls-files 'src/*.c' 'ngx_glyph_module.c'); do
    awk -v f="$file" '
        /^[a-z_][a-zA-Z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name) }
        /^\{/ { start = FNR }
        /^\}/ { if (start && FNR - start > 120)
                    { print f ": " name ": " FNR - start " lines"; e = 1 }
                start = 0 }
        END { exit e }' "$file" || bad=1
done

# what other files can see has our prefix
if [ -f build/libglyphcore.a ]; then
    nm -g --defined-only build/libglyphcore.a \
        | awk 'NF == 3 && $3 !~ /^glyph_/ { print $3 ": no glyph_ prefix";
               e = 1 } END { exit e }' || bad=1
fi

if [ -f build/ngx_glyph_module.so ]; then
    nm -gD --defined-only build/ngx_glyph_module.so \
        | awk 'NF == 3 && $3 !~ /^(ngx_)?glyph_/ && $3 !~ /^ngx_modules?$|^ngx_module_(names|order)$/ \
               { print $3 ": no ngx_glyph_ prefix"; e = 1 }
               END { exit e }' || bad=1
fi

if command -v shellcheck > /dev/null; then
    shellcheck util/*.sh bench/*.sh .ci/run || bad=1
fi

[ $bad = 0 ] && echo "lint: fine"
exit $bad

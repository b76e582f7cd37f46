#!/usr/bin/env bash
#
# The mechanical part of the style: it needs no compiler but nm.

set -eu

cd "$(dirname "$0")/.."

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
if grep -nE '#include [<"](ngx_|hiredis|libpq)' src/core/*.[ch] src/cli/*.c
then
    say "src/core knows no nginx, Redis or Postgres"
fi

# tables that are made of data
perl util/words.pl -c || bad=1

grep -nE 'nginx_version' src/*.[ch] ngx_glyph_module.c \
    | grep -v '^src/ngx_glyph_compat.h:' \
    && say "nginx_version belongs into src/ngx_glyph_compat.h"

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

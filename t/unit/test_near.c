/* Which name was meant. */

#include "text/glyph_near.h"
#include "tap.h"


static const char *
near(const char *name)
{
    size_t        i;
    glyph_str_t   s;
    glyph_near_t  n;

    static const char *const  known[] = {
        "map", "limit", "dry_run", "max_errors", "max_error_ratio", "columns"
    };

    s.data = (unsigned char *) name;
    s.len = strlen(name);

    glyph_near_init(&n, &s);

    for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        glyph_near_try(&n, known[i]);
    }

    return glyph_near_found(&n);
}


static void
is_near(const char *name, const char *want)
{
    const char  *got;

    got = near(name);

    ok((got == NULL) == (want == NULL)
       && (got == NULL || strcmp(got, want) == 0),
       "\"%.40s\": %s", name, got ? got : "nothing");
}


int
main(void)
{
    char  text[100];

    is_near("limt", "limit");
    is_near("limits", "limit");
    is_near("Limit", "limit");
    is_near("LIMIT", "limit");
    is_near("dryrun", "dry_run");
    is_near("dry-run", "dry_run");
    is_near("mapp", "map");
    is_near("col", "columns");
    is_near("max_err", "max_errors");
    is_near("max_error", "max_errors");
    is_near("mpa", "map");
    is_near("limti", "limit");

    /* two letters of a short name are another word */
    is_near("cat", NULL);
    is_near("lima", NULL);
    is_near("xx", NULL);
    is_near("", NULL);
    is_near("columnsss_and_more", NULL);

    /* one that is known is not nearly so */
    is_near("limit", NULL);
    is_near("map", NULL);

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    is_near(text, NULL);

    return tap_done();
}

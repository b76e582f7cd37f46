/* What a memo knows, it knows rightly. */

#include <stdint.h>
#include <stdio.h>

#include "text/glyph_memo.h"
#include "tap.h"


#define KEYS  5000


static int find(glyph_memo_t *memo, const char *key, const char *more,
    int **value);
static void test_keys(void);
static void test_many(void);
static void test_few(void);


int
main(void)
{
    test_keys();
    test_many();
    test_few();

    return tap_done();
}


/* 1 known, 0 not, -1 no room for such a key. */

static int
find(glyph_memo_t *memo, const char *key, const char *more, int **value)
{
    int          known;
    glyph_str_t  k, m;

    k.data = (unsigned char *) key;
    k.len = strlen(key);
    m.data = (unsigned char *) more;
    m.len = more ? strlen(more) : 0;

    *value = glyph_memo_find(memo, &k, more ? &m : NULL, &known);

    return *value ? known : -1;
}


static void
test_keys(void)
{
    int           *v;
    glyph_memo_t  *memo;

    memo = glyph_memo_create(64, 8, sizeof(int));

    ok(find(memo, "a", NULL, &v) == 0, "a new key is not known");
    *v = 1;
    ok(find(memo, "a", "", &v) == 0, "an empty second part is another key");
    *v = 2;
    ok(find(memo, "", "a", &v) == 0, "nor is the first part the second");
    *v = 3;
    ok(find(memo, "a", "b", &v) == 0, "nor both");
    *v = 4;
    ok(find(memo, "ab", NULL, &v) == 0, "nor the two as one");
    *v = 5;

    ok(find(memo, "a", NULL, &v) == 1 && *v == 1, "the first is known");
    ok(find(memo, "a", "", &v) == 1 && *v == 2, "the second");
    ok(find(memo, "", "a", &v) == 1 && *v == 3, "the third");
    ok(find(memo, "a", "b", &v) == 1 && *v == 4, "the fourth");
    ok(find(memo, "ab", NULL, &v) == 1 && *v == 5, "the fifth");

    ok(find(memo, "12345678", NULL, &v) == 0, "the longest key");
    ok(find(memo, "123456789", NULL, &v) == -1, "one that is too long");
    ok(find(memo, "12345678", "9", &v) == -1, "both parts together");
    ok(find(memo, "1", "2345678", &v) == 0, "both, as long as may be");

    glyph_memo_destroy(memo);
}


/* Far more keys than there is room: some are forgotten, none is mistaken. */

static void
test_many(void)
{
    int            i, n, *v, wrong, known;
    char           key[16];
    uint32_t       state;
    glyph_memo_t  *memo;

    memo = glyph_memo_create(256, 12, sizeof(int));
    state = 1;
    wrong = 0;
    known = 0;

    for (n = 0; n < 100000; n++) {
        state = state * 1664525 + 1013904223;
        i = (int) (state >> 8) % KEYS;
        snprintf(key, sizeof(key), "key %d", i);

        if (find(memo, key, NULL, &v) == 1) {
            known++;
            wrong += (*v != i);
        }

        *v = i;
    }

    ok(wrong == 0, "what is known is right");
    ok(known > 1000 && known < 50000, "some are known, not all (%d)", known);

    glyph_memo_destroy(memo);
}


/* As few as a column has values: each is looked for once. */

static void
test_few(void)
{
    int            i, n, *v, missed;
    char           key[16];
    glyph_memo_t  *memo;

    memo = glyph_memo_create(32, 12, sizeof(int));
    missed = 0;

    for (n = 0; n < 1000; n++) {
        for (i = 0; i < 8; i++) {
            snprintf(key, sizeof(key), "key %d", i);
            missed += (find(memo, key, NULL, &v) == 0);
            *v = i;
        }
    }

    ok(missed == 8, "eight values are looked for eight times (%d)", missed);

    glyph_memo_destroy(memo);
}

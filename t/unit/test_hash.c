/* Positions that nobody can choose, and answers that do not depend on them. */

#include <stdio.h>

#include "value/glyph_dedup.h"
#include "text/glyph_keys.h"
#include "tap.h"


#define KEYS  400000
#define BAD   20000


static void secret(unsigned char byte);
static void test_hash(void);
static void test_place(void);
static void test_chosen(void);
static void test_known(void);
static uint64_t *known(size_t n);
static void answers(const uint64_t *numbers, int64_t *first, uint64_t *passed,
    unsigned *turns);
static void test_texts(void);
static size_t collide(glyph_str_t *texts, size_t n, unsigned mask);
static void test_drop(void);


int
main(void)
{
    test_hash();
    test_place();
    test_chosen();
    test_known();
    test_texts();
    test_drop();

    return tap_done();
}


static void
secret(unsigned char byte)
{
    size_t         i;
    unsigned char  bytes[GLYPH_HASH_SECRET];

    for (i = 0; i < sizeof(bytes); i++) {
        byte = (unsigned char) (byte * 73 + 41 + i);
        bytes[i] = byte;
    }

    glyph_hash_secret_set(bytes);
}


static void
test_hash(void)
{
    size_t         len, same;
    uint64_t       before[300];
    unsigned char  text[300];

    memset(text, 'a', sizeof(text));
    secret(1);

    for (len = 1; len < sizeof(text); len++) {
        before[len] = glyph_hash(text, len);
    }

    secret(2);
    same = 0;

    for (len = 1; len < sizeof(text); len++) {
        same += (before[len] == glyph_hash(text, len));
    }

    is_int(same, 0, "another secret, another hash, of texts of any length");

    secret(1);

    for (len = 1; len < sizeof(text); len++) {
        same += (before[len] == glyph_hash(text, len));
    }

    is_int(same, 299, "the same secret, the same hash");
}


/* Numbers that differ in a few bits, anywhere, are spread over a table. */

static void
test_place(void)
{
    int               shift, turn;
    unsigned          i, most, count[1024];
    glyph_hash_key_t  key;

    secret(3);
    glyph_hash_key_first(&key);
    most = 0;

    for (turn = 0; turn < 20; turn++) {
        for (shift = 0; shift <= 52; shift++) {
            memset(count, 0, sizeof(count));

            for (i = 0; i < 4096; i++) {
                count[glyph_hash_place(&key, (uint64_t) i << shift) >> 54]++;
            }

            for (i = 0; i < 1024; i++) {
                most = count[i] > most ? count[i] : most;
            }
        }

        glyph_hash_key_next(&key);
    }

    ok(most < 32, "of 4 to be expected in a place there are at most %u", most);
}


/*
 * What a file's author can do who does not know the secret: all keys agree in
 * the bits by which a table without one places them.
 */

static void
test_chosen(void)
{
    int              full;
    unsigned         turns;
    int64_t          i;
    uint64_t         n, passed;
    glyph_dedup_t   *d;
    glyph_digest_t   key;

    secret(4);
    memset(&key, 0, sizeof(key));
    d = glyph_dedup_create(1024 * 1024);
    full = 0;

    for (i = 0; i < KEYS; i++) {
        n = (uint64_t) 0x5eed << 48 | (uint64_t) i << 8;
        memcpy(key.bytes, &n, sizeof(n));
        (void) glyph_dedup_row(d, i, &key, &full);
    }

    passed = glyph_dedup_passed(d, &turns);

    ok(passed < 4 * KEYS, "%d keys that agree in 16 bits pass by %llu buckets",
       KEYS, (unsigned long long) passed);
    is_int(turns, 1, "and nobody had to build the table anew");

    glyph_dedup_destroy(d);
}


/* Should the secret be known all the same, another is taken. */

static void
test_known(void)
{
    int64_t   i, differ, *one, *other;
    unsigned  turns;
    uint64_t  passed, *numbers;

    secret(5);
    numbers = known(BAD);
    one = calloc(2 * BAD, sizeof(int64_t));
    other = calloc(2 * BAD, sizeof(int64_t));

    answers(numbers, one, &passed, &turns);

    is_int(turns, 2, "keys chosen by the secret: the table has a second one");
    ok(passed < 200 * BAD, "after few searches (%llu buckets)",
       (unsigned long long) passed);

    secret(6);
    answers(numbers, other, &passed, &turns);

    is_int(turns, 1, "with another secret they are keys like others");
    ok(passed < 10 * BAD, "soon found (%llu buckets)",
       (unsigned long long) passed);

    differ = 0;

    for (i = 0; i < 2 * BAD; i++) {
        differ += (one[i] != other[i])
                  || one[i] != (i < BAD ? -1 : (BAD - 1 - (i - BAD)));
    }

    is_int(differ, 0, "and the answers are the same");

    free(one);
    free(other);
    free(numbers);
}


/* Numbers that all belong to the beginning of a table. */

static uint64_t *
known(size_t n)
{
    size_t             i;
    uint64_t           x, *numbers;
    glyph_hash_key_t   key;

    glyph_hash_key_first(&key);
    numbers = calloc(n, sizeof(uint64_t));

    for (i = 0, x = 1; i < n; x++) {
        if (glyph_hash_place(&key, x) >> 52 == 0) {
            numbers[i++] = x;
        }
    }

    return numbers;
}


/* All of them, and again in the opposite order. */

static void
answers(const uint64_t *numbers, int64_t *first, uint64_t *passed,
    unsigned *turns)
{
    int              full;
    int64_t          i;
    glyph_dedup_t   *d;
    glyph_digest_t   key;

    memset(&key, 0, sizeof(key));
    d = glyph_dedup_create(1024 * 1024);
    full = 0;

    for (i = 0; i < 2 * BAD; i++) {
        memcpy(key.bytes, &numbers[i < BAD ? i : 2 * BAD - 1 - i],
               sizeof(uint64_t));
        first[i] = glyph_dedup_row(d, i, &key, &full);
    }

    *passed = glyph_dedup_passed(d, turns);

    glyph_dedup_destroy(d);
}


static void
test_texts(void)
{
    size_t          i, n, slot, wrong;
    glyph_keys_t    keys;
    glyph_texts_t   texts;
    glyph_str_t    *array;

    secret(7);
    n = 1000;
    array = calloc(n, sizeof(glyph_str_t));
    texts.first = array;
    texts.stride = sizeof(glyph_str_t);

    (void) collide(array, n, 0xfff);

    glyph_keys_init(&keys);
    wrong = 0;

    for (i = 0; i < n; i++) {
        wrong += glyph_keys_room(&keys, &texts, i + 1) != GLYPH_OK;
        wrong += glyph_keys_find(&keys, &texts, &array[i], &slot) != -1;
        glyph_keys_put(&keys, slot, i);
    }

    is_int(wrong, 0, "a thousand texts chosen by the secret are new");
    is_int(keys.hash.turn, 2, "the table has a second one");

    for (i = 0; i < n; i++) {
        wrong += glyph_keys_find(&keys, &texts, &array[i], &slot)
                 != (int64_t) i;
    }

    is_int(wrong, 0, "and all are known");

    for (i = 0; i < n; i++) {
        free(array[i].data);
    }

    glyph_keys_free(&keys);
    free(array);
}


/* Texts whose places agree in those bits, for the first key. */

static size_t
collide(glyph_str_t *texts, size_t n, unsigned mask)
{
    char              text[32];
    size_t            i, k;
    glyph_hash_key_t  key;

    glyph_hash_key_first(&key);

    for (i = 0, k = 0; i < n; k++) {
        texts[i].len = (size_t) snprintf(text, sizeof(text), "key %zu", k);

        if ((glyph_hash_place(&key, glyph_hash(text, texts[i].len)) & mask)
            == 0)
        {
            texts[i].data = malloc(texts[i].len);
            memcpy(texts[i].data, text, texts[i].len);
            i++;
        }
    }

    return k;
}


/* Any of them may go, and the others are found. */

static void
test_drop(void)
{
    size_t         i, k, slot, wrong;
    unsigned char  bytes[64];
    glyph_keys_t   keys;
    glyph_str_t    array[64];
    glyph_texts_t  texts;

    texts.first = array;
    texts.stride = sizeof(glyph_str_t);
    wrong = 0;

    for (i = 0; i < 64; i++) {
        bytes[i] = (unsigned char) i;
        array[i].data = &bytes[i];
        array[i].len = 1;
    }

    /* at last a table that is half full, so that they lie side by side */

    glyph_keys_init(&keys);
    wrong += glyph_keys_room(&keys, &texts, 1) != GLYPH_OK;

    for (i = 0; i < 64; i++) {
        wrong += glyph_keys_find(&keys, &texts, &array[i], &slot) != -1;
        glyph_keys_put(&keys, slot, i);
    }

    for (i = 0; i < 64; i++) {
        glyph_keys_drop(&keys, &texts, i * 37 % 64);

        for (k = 0; k < 64; k++) {
            wrong += glyph_keys_find(&keys, &texts, &array[k * 37 % 64], &slot)
                     != (k <= i ? -1 : (int64_t) (k * 37 % 64));
        }
    }

    is_int(wrong, 0, "what was dropped is not found, and all others are");

    glyph_keys_free(&keys);

    tap_malloc_fail_after(0);
    glyph_keys_init(&keys);
    is_int(glyph_keys_room(&keys, &texts, 1), GLYPH_ERROR,
           "no table without memory");
    tap_malloc_fail_after(-1);
}

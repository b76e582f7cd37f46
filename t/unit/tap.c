#include <stdarg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"


static int   tap_n;
static int   tap_failed;
static long  tap_allocs;
static long  tap_fail_after = -1;


void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);


static int
tap_vok(int ok, const char *file, int line, const char *fmt, va_list args)
{
    tap_n++;

    printf("%sok %d - ", ok ? "" : "not ", tap_n);
    vprintf(fmt, args);
    printf("\n");

    if (!ok) {
        tap_failed++;
        printf("#   at %s line %d\n", file, line);
    }

    return ok;
}


int
tap_ok(int ok, const char *file, int line, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    tap_vok(ok, file, line, fmt, args);
    va_end(args);

    return ok;
}


int
tap_is_int(long long got, long long want, const char *file, int line,
    const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    tap_vok(got == want, file, line, fmt, args);
    va_end(args);

    if (got != want) {
        printf("#   got %lld, want %lld\n", got, want);
    }

    return got == want;
}


int
tap_is_double(double got, double want, double eps, const char *file,
    int line, const char *fmt, ...)
{
    int      same;
    va_list  args;

    same = fabs(got - want) <= eps;

    va_start(args, fmt);
    tap_vok(same, file, line, fmt, args);
    va_end(args);

    if (!same) {
        printf("#   got %.17g, want %.17g\n", got, want);
    }

    return same;
}


int
tap_is_mem(const void *got, size_t got_len, const void *want,
    size_t want_len, const char *file, int line, const char *fmt, ...)
{
    int      same;
    va_list  args;

    same = got_len == want_len
           && (got_len == 0 || memcmp(got, want, got_len) == 0);

    va_start(args, fmt);
    tap_vok(same, file, line, fmt, args);
    va_end(args);

    if (!same) {
        printf("#   got \"%.*s\" (%zu)\n#  want \"%.*s\" (%zu)\n",
               (int) got_len, got_len ? (const char *) got : "", got_len,
               (int) want_len, want_len ? (const char *) want : "", want_len);
    }

    return same;
}


int
tap_done(void)
{
    printf("1..%d\n", tap_n);

    return tap_failed ? 1 : 0;
}


void
tap_diag(const char *fmt, ...)
{
    va_list  args;

    printf("# ");
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
    printf("\n");
}


void
tap_malloc_fail_after(long n)
{
    tap_fail_after = n;
}


long
tap_malloc_count(void)
{
    return tap_allocs;
}


static int
tap_malloc_fails(void)
{
    tap_allocs++;

    if (tap_fail_after == -1) {
        return 0;
    }

    if (tap_fail_after == 0) {
        return 1;
    }

    tap_fail_after--;

    return 0;
}


void *
__wrap_malloc(size_t size)
{
    return tap_malloc_fails() ? NULL : __real_malloc(size);
}


void *
__wrap_calloc(size_t n, size_t size)
{
    return tap_malloc_fails() ? NULL : __real_calloc(n, size);
}


void *
__wrap_realloc(void *p, size_t size)
{
    return tap_malloc_fails() ? NULL : __real_realloc(p, size);
}

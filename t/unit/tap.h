/*
 * The Test Anything Protocol for the unit tests, and an allocator that fails
 * on demand.  Every program of t/unit is linked with tap.c and with
 * --wrap=malloc,calloc,realloc.
 */

#ifndef TAP_H_INCLUDED
#define TAP_H_INCLUDED

#include <stddef.h>


/* Each prints one "ok" or "not ok" line, and returns whether it was ok. */
int tap_ok(int ok, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
int tap_is_int(long long got, long long want, const char *file, int line,
    const char *fmt, ...) __attribute__((format(printf, 5, 6)));
int tap_is_double(double got, double want, double eps, const char *file,
    int line, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
int tap_is_mem(const void *got, size_t got_len, const void *want,
    size_t want_len, const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 7, 8)));

/* Prints the plan; the value for main() to return. */
int tap_done(void);

/* Comment lines. */
void tap_diag(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define ok(cond, ...)  tap_ok(!!(cond), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...)                                               \
    tap_is_int((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_double(got, want, eps, ...)                                       \
    tap_is_double((got), (want), (eps), __FILE__, __LINE__, __VA_ARGS__)
#define is_mem(got, got_len, want, want_len, ...)                            \
    tap_is_mem((got), (got_len), (want), (want_len), __FILE__, __LINE__,     \
               __VA_ARGS__)

/*
 * The allocation after n more successful ones fails, and so do all that
 * follow; -1 (at first): none fails.
 */
void tap_malloc_fail_after(long n);

/* Allocations since the program's start, also the failed ones. */
long tap_malloc_count(void);

#endif /* TAP_H_INCLUDED */

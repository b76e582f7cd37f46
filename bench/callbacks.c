/*
 * How long nginx's event loop is in the module's hands at a time: to be loaded
 * into nginx (LD_PRELOAD) together with a module built by
 * -finstrument-functions, which calls the two functions below at the entry and
 * the exit of each of its functions.  A call at depth 0 in a process' first
 * thread is one by nginx, a callback; what threads of a pool do is none.
 *
 * The clock is the thread's processor time, so that a busy machine is not
 * taken for a slow callback.  At its end a worker (a child of the daemon, which
 * is a child of the process that was started) writes a file, its name is the
 * variable CALLBACKS and the worker's number: for every function that nginx
 * called, the object it is in, its address there, the number of calls, the
 * longest, in nanoseconds, and the histogram: calls below 1, 2, 4 … 16384 µs,
 * and the rest.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>


#define CALLBACKS_FUNCTIONS  1024       /* a power of two */
#define CALLBACKS_BUCKETS    16


typedef struct {
    void      *func;
    char      *object;                  /* which is unloaded before we end */
    uint64_t   offset;
    uint64_t   calls;
    uint64_t   longest;
    uint64_t   histogram[CALLBACKS_BUCKETS];
} callbacks_function_t;


void __cyg_profile_func_enter(void *func, void *caller);
void __cyg_profile_func_exit(void *func, void *caller);

static uint64_t callbacks_now(void);
static callbacks_function_t *callbacks_find(void *func);
static void callbacks_forget(void);
static void callbacks_begin(void) __attribute__((constructor));
static void callbacks_end(void) __attribute__((destructor));


static __thread int          callbacks_first;   /* 1 yes, -1 no, 0 unknown */
static __thread unsigned     callbacks_depth;

static uint64_t              callbacks_start;
static callbacks_function_t  callbacks_functions[CALLBACKS_FUNCTIONS];
static int                   callbacks_forks;   /* 2: a worker */
static char                  callbacks_file[4096];


void
__cyg_profile_func_enter(void *func, void *caller)
{
    (void) func;
    (void) caller;

    if (callbacks_first == 0) {
        callbacks_first = (syscall(SYS_gettid) == getpid()) ? 1 : -1;
    }

    if (callbacks_first == 1 && callbacks_depth++ == 0) {
        callbacks_start = callbacks_now();
    }
}


void
__cyg_profile_func_exit(void *func, void *caller)
{
    int                    i;
    uint64_t               ns;
    callbacks_function_t  *f;

    (void) caller;

    if (callbacks_first != 1 || --callbacks_depth != 0) {
        return;
    }

    ns = callbacks_now() - callbacks_start;

    f = callbacks_find(func);
    f->calls++;

    if (ns > f->longest) {
        f->longest = ns;
    }

    i = 0;

    while (i < CALLBACKS_BUCKETS - 1 && ns >= (1000ull << i)) {
        i++;
    }

    f->histogram[i]++;
}


static uint64_t
callbacks_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}


static callbacks_function_t *
callbacks_find(void *func)
{
    size_t   i;
    Dl_info  info;

    i = ((uintptr_t) func >> 4) % CALLBACKS_FUNCTIONS;

    while (callbacks_functions[i].func != NULL
           && callbacks_functions[i].func != func)
    {
        i = (i + 1) % CALLBACKS_FUNCTIONS;
    }

    if (callbacks_functions[i].func == NULL
        && dladdr(func, &info) && info.dli_fname)
    {
        callbacks_functions[i].object = strdup(info.dli_fname);
        callbacks_functions[i].offset = (char *) func
                                        - (char *) info.dli_fbase;
    }

    callbacks_functions[i].func = func;

    return &callbacks_functions[i];
}


/* A worker counts its own; the master's were of the configuration. */

static void
callbacks_forget(void)
{
    callbacks_forks++;
    callbacks_first = 1;
    callbacks_depth = 0;
    memset(callbacks_functions, 0, sizeof(callbacks_functions));
}


static void
callbacks_begin(void)
{
    const char  *name;

    /* nginx clears its environment */

    name = getenv("CALLBACKS");

    if (name != NULL) {
        snprintf(callbacks_file, sizeof(callbacks_file), "%s", name);
    }

    pthread_atfork(NULL, NULL, callbacks_forget);
}


static void
callbacks_end(void)
{
    int                    i, n;
    char                   name[sizeof(callbacks_file) + 16];
    FILE                  *out;
    callbacks_function_t  *f;

    if (callbacks_forks != 2 || callbacks_file[0] == '\0') {
        return;
    }

    snprintf(name, sizeof(name), "%s.%d", callbacks_file, (int) getpid());

    out = fopen(name, "w");
    if (out == NULL) {
        return;
    }

    for (i = 0; i < CALLBACKS_FUNCTIONS; i++) {
        f = &callbacks_functions[i];

        if (f->object == NULL) {
            continue;
        }

        fprintf(out, "%s %#llx %llu %llu", f->object,
                (unsigned long long) f->offset, (unsigned long long) f->calls,
                (unsigned long long) f->longest);

        for (n = 0; n < CALLBACKS_BUCKETS; n++) {
            fprintf(out, " %llu", (unsigned long long) f->histogram[n]);
        }

        fprintf(out, "\n");
    }

    fclose(out);
}

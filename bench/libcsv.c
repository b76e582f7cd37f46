
/* A bare parse of stdin by libcsv: what the pipeline is measured against. */

#include <csv.h>
#include <stdio.h>


static void
bench_field(void *s, size_t len, void *data)
{
    *(size_t *) data += len;
}


static void
bench_row(int c, void *data)
{
    ++*(size_t *) data;
}


int
main(void)
{
    char               buf[65536];
    size_t             n, sum;
    struct csv_parser  p;

    sum = 0;

    if (csv_init(&p, 0) != 0) {
        return 1;
    }

    while ((n = fread(buf, 1, sizeof(buf), stdin)) > 0) {
        if (csv_parse(&p, buf, n, bench_field, bench_row, &sum) != n) {
            return 1;
        }
    }

    csv_fini(&p, bench_field, bench_row, &sum);
    csv_free(&p);

    printf("%zu\n", sum);

    return 0;
}

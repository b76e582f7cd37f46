
#include "csv/glyph_sample_rows.h"
#include "pipeline/glyph_habit.h"
#include "value/glyph_placeholder.h"


#define GLYPH_HABIT_URLS    256     /* rows whose URLs are compared */
#define GLYPH_HABIT_TITLES  3       /* beside a page that is shared */


/* What stands beside which title. */

typedef struct {
    glyph_digest_t   url;
    uint64_t         title;
} glyph_habit_url_t;

typedef struct {
    glyph_habit_url_t  url[GLYPH_HABIT_URLS];
    size_t             n;
} glyph_habit_urls_t;


/* Dates, and the pages of URLs with their titles, as they are written. */

typedef struct {
    glyph_habit_t       *habit;
    glyph_habit_urls_t  *urls;
    glyph_date_sample_t  dates;
    int                  date;          /* columns, or -1 */
    int                  url;
    int                  title;
} glyph_habit_texts_t;


/* The same with all that a listing with a URL is known by. */

typedef struct {
    glyph_row_t         *row;
    glyph_habit_urls_t  *urls;
    glyph_row_result_t   result;
    int                  rc;
} glyph_habit_rows_t;


static int glyph_habit_texts(glyph_habit_t *habit,
    const glyph_sample_t *sample, glyph_habit_urls_t *urls);
static int glyph_habit_text(void *data, const glyph_record_t *rec);
static int glyph_habit_rows(const glyph_sample_t *sample, glyph_row_t *row,
    glyph_habit_urls_t *urls);
static int glyph_habit_row(void *data, const glyph_record_t *rec);
static int glyph_habit_field(const glyph_record_t *rec, int at,
    glyph_str_t *text);
static int glyph_habit_are_shared(glyph_habit_urls_t *urls);
static int glyph_habit_compare(const void *a, const void *b);


int
glyph_habit_find(glyph_habit_t *habit, const glyph_pipeline_opts_t *opts,
    const glyph_sample_t *sample, glyph_row_t *row)
{
    int                 rc;
    glyph_habit_urls_t  urls;

    memset(habit, 0, sizeof(glyph_habit_t));

    habit->dates.order = opts->date_order;
    habit->dates.now = glyph_date_of_unix(opts->now);

    if (glyph_header_find(sample->header, GLYPH_COL_SEEN_AT) < 0
        && glyph_header_find(sample->header, GLYPH_COL_SOURCE_URL) < 0)
    {
        return GLYPH_OK;
    }

    rc = glyph_habit_texts(habit, sample, &urls);

    /* variants may share a page: only where it is shared they are asked for */

    if (rc == GLYPH_OK && glyph_habit_are_shared(&urls)) {
        rc = glyph_habit_rows(sample, row, &urls);
        habit->shared_urls = glyph_habit_are_shared(&urls);
    }

    return rc;
}


static int
glyph_habit_texts(glyph_habit_t *habit, const glyph_sample_t *sample,
    glyph_habit_urls_t *urls)
{
    int                  rc;
    glyph_habit_texts_t  t;

    memset(&t, 0, sizeof(glyph_habit_texts_t));

    t.habit = habit;
    t.urls = urls;
    t.date = glyph_header_find(sample->header, GLYPH_COL_SEEN_AT);
    t.url = glyph_header_find(sample->header, GLYPH_COL_SOURCE_URL);
    t.title = glyph_header_find(sample->header, GLYPH_COL_TITLE);

    if (t.title < 0) {
        t.title = glyph_header_find(sample->header, GLYPH_COL_MODEL);
    }

    urls->n = 0;

    rc = glyph_sample_each(sample, glyph_habit_text, &t);

    glyph_date_decide(&t.dates, &habit->dates);

    return rc;
}


static int
glyph_habit_text(void *data, const glyph_record_t *rec)
{
    glyph_habit_texts_t *t = data;

    glyph_str_t         text;
    glyph_habit_url_t  *u;

    if (glyph_habit_field(rec, t->date, &text)
        && !glyph_placeholder(&text, GLYPH_PLACEHOLDER_ANY
                                     |GLYPH_PLACEHOLDER_BUT_REGION
                                     |GLYPH_PLACEHOLDER_BUT_SELLER))
    {
        glyph_date_look(&t->dates, &t->habit->dates, &text);
    }

    if (t->urls->n == GLYPH_HABIT_URLS) {
        return 0;
    }

    u = &t->urls->url[t->urls->n];

    if (glyph_habit_field(rec, t->url, &text)
        && glyph_identity_page(&text, &u->url)
        && glyph_habit_field(rec, t->title, &text))
    {
        u->title = glyph_identity_title(&text);
        t->urls->n++;
    }

    return 0;
}


static int
glyph_habit_rows(const glyph_sample_t *sample, glyph_row_t *row,
    glyph_habit_urls_t *urls)
{
    int                 rc;
    glyph_habit_rows_t  r;

    memset(&r, 0, sizeof(glyph_habit_rows_t));

    r.row = row;
    r.urls = urls;
    r.rc = GLYPH_OK;

    urls->n = 0;

    glyph_row_input(row, sample->data + sample->len);

    rc = glyph_sample_each(sample, glyph_habit_row, &r);

    glyph_row_result_free(&r.result);

    return rc == GLYPH_OK ? r.rc : rc;
}


static int
glyph_habit_row(void *data, const glyph_record_t *rec)
{
    glyph_habit_rows_t *r = data;

    glyph_habit_url_t  *u;

    r->rc = glyph_row_read(r->row, rec, 0, &r->result);

    if (r->rc != GLYPH_OK) {
        return 1;
    }

    if (r->result.rejected.n == 0 && r->result.listing.has_url) {
        u = &r->urls->url[r->urls->n++];
        u->url = r->result.listing.url_digest;
        u->title = r->result.listing.match.title;
    }

    return r->urls->n == GLYPH_HABIT_URLS;
}


/* 0: there is none. */

static int
glyph_habit_field(const glyph_record_t *rec, int at, glyph_str_t *text)
{
    if (at < 0 || (size_t) at >= rec->nfields) {
        return 0;
    }

    *text = rec->fields[at];

    return text->len != 0;
}


static int
glyph_habit_are_shared(glyph_habit_urls_t *urls)
{
    size_t              i, first, titles, shared;
    glyph_habit_url_t  *u;

    u = urls->url;

    qsort(u, urls->n, sizeof(glyph_habit_url_t), glyph_habit_compare);

    shared = 0;
    first = 0;
    titles = 0;

    for (i = 0; i < urls->n; i++) {

        if (i == first || u[i].title != u[i - 1].title) {
            titles++;
        }

        if (i + 1 == urls->n
            || memcmp(&u[i].url, &u[i + 1].url, sizeof(glyph_digest_t)) != 0)
        {
            if (titles >= GLYPH_HABIT_TITLES) {
                shared += i + 1 - first;
            }

            first = i + 1;
            titles = 0;
        }
    }

    return shared * 2 > urls->n;
}


static int
glyph_habit_compare(const void *a, const void *b)
{
    int                       rc;
    const glyph_habit_url_t  *x, *y;

    x = a;
    y = b;

    rc = memcmp(&x->url, &y->url, sizeof(glyph_digest_t));

    return rc ? rc : (x->title > y->title) - (x->title < y->title);
}


#include "json/glyph_json_reader.h"
#include "pipeline/glyph_habit.h"
#include "text/glyph_utf8.h"
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


/* One reading of the sample. */

typedef struct {
    const glyph_sample_t  *sample;
    glyph_reader_t        *reader;
    const unsigned char   *pos;
} glyph_habit_pass_t;


static int glyph_habit_begin(glyph_habit_pass_t *pass,
    const glyph_sample_t *sample);
static int glyph_habit_next(glyph_habit_pass_t *pass, glyph_record_t *rec);
static void glyph_habit_end(glyph_habit_pass_t *pass);
static int glyph_habit_texts(glyph_habit_t *habit,
    const glyph_sample_t *sample, glyph_habit_urls_t *urls);
static int glyph_habit_rows(const glyph_sample_t *sample, glyph_row_t *row,
    glyph_habit_urls_t *urls);
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
glyph_habit_begin(glyph_habit_pass_t *pass, const glyph_sample_t *sample)
{
    pass->sample = sample;
    pass->pos = sample->pos;

    if (sample->format != GLYPH_FORMAT_CSV) {
        pass->reader = sample->reader;
        return GLYPH_OK;
    }

    pass->reader = glyph_reader_create(sample->delimiter,
                                       sample->max_row_size,
                                       sample->max_columns);

    return pass->reader ? GLYPH_OK : GLYPH_ERROR;
}


static int
glyph_habit_next(glyph_habit_pass_t *pass, glyph_record_t *rec)
{
    int                    rc;
    const glyph_sample_t  *s;

    s = pass->sample;

    do {
        rc = glyph_reader_next(pass->reader, &pass->pos, s->data + s->len,
                               s->whole, rec);
    } while (rc == GLYPH_OK && rec->code != GLYPH_CODE_OK);

    return rc;
}


static void
glyph_habit_end(glyph_habit_pass_t *pass)
{
    if (pass->sample->format == GLYPH_FORMAT_CSV) {
        glyph_reader_destroy(pass->reader);

    } else {
        glyph_json_reader_rewind(glyph_reader_json(pass->reader));
    }
}


/* Dates, and the pages of URLs with their titles, as they are written. */

static int
glyph_habit_texts(glyph_habit_t *habit, const glyph_sample_t *sample,
    glyph_habit_urls_t *urls)
{
    int                  rc, date, url, title;
    glyph_str_t          text;
    glyph_record_t       rec;
    glyph_habit_url_t   *u;
    glyph_date_sample_t  dates;
    glyph_habit_pass_t   pass;

    date = glyph_header_find(sample->header, GLYPH_COL_SEEN_AT);
    url = glyph_header_find(sample->header, GLYPH_COL_SOURCE_URL);
    title = glyph_header_find(sample->header, GLYPH_COL_TITLE);

    if (title < 0) {
        title = glyph_header_find(sample->header, GLYPH_COL_MODEL);
    }

    memset(&dates, 0, sizeof(glyph_date_sample_t));
    urls->n = 0;

    if (glyph_habit_begin(&pass, sample) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    while ((rc = glyph_habit_next(&pass, &rec)) == GLYPH_OK) {

        if (glyph_habit_field(&rec, date, &text)
            && !glyph_placeholder(&text, GLYPH_PLACEHOLDER_ANY
                                         |GLYPH_PLACEHOLDER_BUT_REGION
                                         |GLYPH_PLACEHOLDER_BUT_SELLER))
        {
            glyph_date_look(&dates, &habit->dates, &text);
        }

        u = &urls->url[urls->n];

        if (urls->n < GLYPH_HABIT_URLS
            && glyph_habit_field(&rec, url, &text)
            && glyph_identity_page(&text, &u->url)
            && glyph_habit_field(&rec, title, &text))
        {
            u->title = glyph_identity_title(&text);
            urls->n++;
        }
    }

    glyph_habit_end(&pass);
    glyph_date_decide(&dates, &habit->dates);

    return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
}


/* The same with all that a listing with a URL is known by. */

static int
glyph_habit_rows(const glyph_sample_t *sample, glyph_row_t *row,
    glyph_habit_urls_t *urls)
{
    int                 rc;
    glyph_record_t      rec;
    glyph_habit_url_t  *u;
    glyph_row_result_t  result;
    glyph_habit_pass_t  pass;

    memset(&result, 0, sizeof(glyph_row_result_t));
    urls->n = 0;

    if (glyph_habit_begin(&pass, sample) != GLYPH_OK) {
        return GLYPH_ERROR;
    }

    rc = GLYPH_OK;
    glyph_row_input(row, sample->data + sample->len);

    while (urls->n < GLYPH_HABIT_URLS) {
        rc = glyph_habit_next(&pass, &rec);

        if (rc != GLYPH_OK) {
            break;
        }

        rc = glyph_row_read(row, &rec, 0, &result);

        if (rc != GLYPH_OK) {
            break;
        }

        if (result.rejected.n == 0 && result.listing.has_url) {
            u = &urls->url[urls->n++];
            u->url = result.listing.url_digest;
            u->title = result.listing.match.title;
        }
    }

    glyph_habit_end(&pass);
    glyph_row_result_free(&result);

    return rc == GLYPH_ERROR ? GLYPH_ERROR : GLYPH_OK;
}


/* 0: there is none. */

static int
glyph_habit_field(const glyph_record_t *rec, int at, glyph_str_t *text)
{
    if (at < 0 || (size_t) at >= rec->nfields) {
        return 0;
    }

    *text = rec->fields[at];
    glyph_utf8_trim(text);

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

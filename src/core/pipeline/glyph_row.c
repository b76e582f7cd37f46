
#include "pipeline/glyph_row_parts.h"
#include "text/glyph_utf8.h"


#define GLYPH_ROW_CONDITIONS     32     /* remembered, of so many bytes */
#define GLYPH_ROW_CONDITION_MAX  32


static int glyph_row_record(const glyph_record_t *rec,
    glyph_row_result_t *result);
static void glyph_row_title(glyph_row_result_t *result);
static void glyph_row_price(glyph_row_t *row, glyph_row_result_t *result);
static void glyph_row_values(glyph_row_t *row, glyph_row_result_t *result);
static const char *glyph_row_condition(glyph_row_t *row,
    const glyph_str_t *text);
static void glyph_row_match(glyph_row_t *row, glyph_row_result_t *result);
static void glyph_row_scored(glyph_row_t *row, const glyph_record_t *rec,
    glyph_row_result_t *result);
static void glyph_row_rejects(glyph_row_t *row, glyph_row_result_t *result);


glyph_row_t *
glyph_row_create(const glyph_pipeline_conf_t *conf,
    const glyph_pipeline_opts_t *opts, glyph_header_t *header,
    const glyph_tender_t *tender, glyph_decimal_e habit)
{
    glyph_row_t  *row;

    row = calloc(1, sizeof(glyph_row_t));
    if (row == NULL) {
        return NULL;
    }

    row->conf = conf;
    row->header = header;
    row->columns = glyph_header_columns(header, &row->ncolumns);
    row->titles = glyph_header_titles(header, &row->ntitles);
    row->tender = tender;

    if (row->ntitles == 1) {
        row->ntitles = 0;
    }

    if (glyph_shop_create(&row->shop, header, habit, opts->now) != GLYPH_OK) {
        free(row);
        return NULL;
    }

    row->habit = habit;
    row->reject_unknown = opts->reject_unknown;
    row->reject_not_gpu = opts->reject_not_gpu;

    row->is_scored = opts->scored;
    row->sku = glyph_row_find_sku(row);

    glyph_scored_find(&row->scored, header);

    if (conf->dedup_size) {
        row->dedup = glyph_dedup_create(conf->dedup_size);

        if (row->dedup == NULL) {
            glyph_shop_destroy(row->shop);
            free(row);
            return NULL;
        }
    }

    return row;
}


void
glyph_row_use_habit(glyph_row_t *row, const glyph_habit_t *habit)
{
    row->dates = habit->dates;
    row->shared_urls = habit->shared_urls;
}


void
glyph_row_destroy(glyph_row_t *row)
{
    if (row == NULL) {
        return;
    }

    glyph_row_rest(row);
    glyph_dedup_destroy(row->dedup);
    glyph_memo_destroy(row->conditions);
    glyph_shop_destroy(row->shop);
    free(row);
}


void
glyph_row_result_free(glyph_row_result_t *result)
{
    glyph_buf_free(&result->extra);
    glyph_buf_free(&result->decoded);
    glyph_buf_free(&result->title);
}


void
glyph_row_rest(glyph_row_t *row)
{
    if (row->matcher) {
        glyph_matcher_give(row->conf->registry, row->matcher);
        row->matcher = NULL;
    }
}


void
glyph_row_end(glyph_row_t *row)
{
    glyph_dedup_destroy(row->dedup);
    row->dedup = NULL;
}


void
glyph_row_input(glyph_row_t *row, const unsigned char *last)
{
    row->last = last;
    row->semicolon = NULL;
    row->bracket = NULL;
}


int
glyph_row_skips(const glyph_row_t *row, const glyph_record_t *rec)
{
    return row->shop && glyph_shop_skips(row->shop, rec);
}


int
glyph_row_read(glyph_row_t *row, const glyph_record_t *rec, int64_t index,
    glyph_row_result_t *result)
{
    result->nwarnings = 0;
    result->once = 0;

    result->rejected.import_index = index;
    result->rejected.line = rec->line;
    result->rejected.offset = rec->offset;
    result->rejected.raw = rec->raw;
    result->rejected.nfields = rec->nfields;
    result->rejected.n = 0;

    result->listing.import_index = index;

    if (glyph_row_record(rec, result) != GLYPH_OK) {
        return GLYPH_OK;
    }

    glyph_row_fields(row, rec, result);

    if (result->extra.failed || result->decoded.failed
        || result->title.failed)
    {
        return GLYPH_ERROR;
    }

    glyph_row_lengths(row, result);
    glyph_row_title(result);
    glyph_row_price(row, result);
    glyph_row_values(row, result);

    if (result->rejected.n == 0 && row->is_scored) {
        glyph_row_scored(row, rec, result);

    } else if (result->rejected.n == 0) {

        if (row->matcher == NULL) {
            row->matcher = glyph_matcher_take(row->conf->registry);

            if (row->matcher == NULL) {
                return GLYPH_ERROR;
            }
        }

        glyph_row_match(row, result);
    }

    if (result->rejected.n == 0) {
        glyph_row_identify(row, result);
    }

    return GLYPH_OK;
}


/* Is it a record at all?  GLYPH_BAD: there are no fields to look at. */

static int
glyph_row_record(const glyph_record_t *rec, glyph_row_result_t *result)
{
    if (rec->code != GLYPH_CODE_OK) {
        glyph_row_error(result, rec->code, GLYPH_COL_N);
        return GLYPH_BAD;
    }

    if (!rec->ascii) {

        if (glyph_utf8_valid(rec->raw.data, rec->raw.len) != rec->raw.len) {
            glyph_row_error(result, GLYPH_ROW_ENCODING, GLYPH_COL_N);
            return GLYPH_BAD;
        }

        if (rec->raw.len && memchr(rec->raw.data, '\0', rec->raw.len)) {
            glyph_row_error(result, GLYPH_ROW_NUL, GLYPH_COL_N);
            return GLYPH_BAD;
        }
    }

    if (rec->stray_quote) {
        glyph_row_warning(result, GLYPH_WARN_STRAY_QUOTE, GLYPH_COL_N);
    }

    return GLYPH_OK;
}


static void
glyph_row_title(glyph_row_result_t *result)
{
    glyph_listing_t  *l;

    l = &result->listing;

    l->title = l->text[GLYPH_COL_TITLE].len ? l->text[GLYPH_COL_TITLE]
                                            : l->text[GLYPH_COL_MODEL];

    if (l->title.len == 0) {
        glyph_row_error(result, GLYPH_ROW_TITLE_MISSING, GLYPH_COL_TITLE);
    }
}


static void
glyph_row_price(glyph_row_t *row, glyph_row_result_t *result)
{
    char              currency[4];
    double            rate;
    glyph_code_e      code;
    glyph_money_t    *price;
    glyph_listing_t  *l;

    l = &result->listing;
    price = &l->price;

    code = glyph_currency_parse(&l->text[GLYPH_COL_CURRENCY], currency);

    if (code != GLYPH_CODE_OK) {
        glyph_row_warning(result, code, GLYPH_COL_CURRENCY);
        memcpy(currency, "XXX", sizeof("XXX"));
    }

    if (l->text[GLYPH_COL_PRICE].len == 0) {
        glyph_row_error(result, GLYPH_ROW_PRICE_MISSING, GLYPH_COL_PRICE);
        return;
    }

    code = row->price_number
           ? glyph_money_number(&l->text[GLYPH_COL_PRICE], price)
           : glyph_money_parse(&l->text[GLYPH_COL_PRICE], row->habit, price);

    if (code != GLYPH_CODE_OK) {
        glyph_row_error(result, code, GLYPH_COL_PRICE);
        return;
    }

    if (row->shop && currency[0] == '\0') {
        glyph_shop_currency(row->shop, price);
    }

    code = glyph_tender_settle(row->tender, currency, price);

    if (code != GLYPH_CODE_OK) {
        glyph_row_error(result, code, GLYPH_COL_CURRENCY);
        return;
    }

    if (price->ambiguous) {
        glyph_row_warning(result, GLYPH_WARN_PRICE_AMBIGUOUS,
                          GLYPH_COL_PRICE);
    }

    if (price->exponent) {
        glyph_row_warning(result, GLYPH_WARN_PRICE_EXPONENT,
                          GLYPH_COL_PRICE);
    }

    result->once |= price->assumed << GLYPH_ONCE_ASSUMED;

    if (glyph_tender_unknown(price->currency)) {
        result->once |= 1u << GLYPH_ONCE_UNKNOWN;
        l->price_usd = 0;
        return;
    }

    rate = glyph_rates_find(row->conf->rates, price->currency);

    if (rate == 0) {
        glyph_row_warning(result, GLYPH_WARN_NO_RATE,
                          currency[0] ? GLYPH_COL_CURRENCY
                                      : GLYPH_COL_PRICE);
    }

    l->price_usd = (double) price->cents / 100 * rate;
}


static void
glyph_row_values(glyph_row_t *row, glyph_row_result_t *result)
{
    const char       *condition;
    glyph_code_e      code;
    glyph_column_e    column;
    glyph_listing_t  *l;

    l = &result->listing;

    column = GLYPH_COL_QUANTITY;
    code = glyph_quantity_parse(&l->text[GLYPH_COL_QUANTITY], &l->quantity,
                                &l->availability);

    if (code == GLYPH_CODE_OK && l->text[GLYPH_COL_AVAILABILITY].len) {
        column = GLYPH_COL_AVAILABILITY;
        code = glyph_quantity_flag(&l->text[GLYPH_COL_AVAILABILITY],
                                   &l->quantity, &l->availability);
    }

    if (code != GLYPH_CODE_OK) {
        glyph_row_warning(result, code, column);
    }

    l->has_seen_at = 0;

    if (l->text[GLYPH_COL_SEEN_AT].len) {
        code = glyph_date_parse(&l->text[GLYPH_COL_SEEN_AT], &row->dates,
                                &l->seen_at);

        l->has_seen_at = code == GLYPH_CODE_OK;

        if (code != GLYPH_CODE_OK) {
            result->once |= 1u << (code == GLYPH_WARN_DATE_AMBIGUOUS
                                   ? GLYPH_ONCE_DATE_AMBIGUOUS
                                   : GLYPH_ONCE_DATE_INVALID);
        }
    }

    condition = glyph_row_condition(row, &l->text[GLYPH_COL_CONDITION]);

    if (condition) {
        l->text[GLYPH_COL_CONDITION].data = (unsigned char *) condition;
        l->text[GLYPH_COL_CONDITION].len = strlen(condition);
    }
}


static void
glyph_row_match(glyph_row_t *row, glyph_row_result_t *result)
{
    glyph_listing_t  *l;

    l = &result->listing;

    glyph_match(row->matcher, &l->title,
                l->text[GLYPH_COL_MODEL].len ? &l->text[GLYPH_COL_MODEL]
                                             : NULL,
                &l->match);

    if (l->text[GLYPH_COL_CONDITION].len == 0 && l->match.condition) {
        l->text[GLYPH_COL_CONDITION].data
            = (unsigned char *) l->match.condition;
        l->text[GLYPH_COL_CONDITION].len = strlen(l->match.condition);
    }

    glyph_row_rejects(row, result);

    glyph_score(&row->conf->score, l->match.model, l->price_usd, &l->score);
}


static void
glyph_row_scored(glyph_row_t *row, const glyph_record_t *rec,
    glyph_row_result_t *result)
{
    glyph_code_e      code;
    glyph_listing_t  *l;

    l = &result->listing;

    code = glyph_scored_match(&row->scored, rec, row->conf->registry,
                              &l->match);

    if (code != GLYPH_CODE_OK) {
        glyph_row_error(result, code, GLYPH_COL_N);
        return;
    }

    l->match.title = glyph_identity_title(&l->title);

    glyph_row_rejects(row, result);

    glyph_score(&row->conf->score, l->match.model, l->price_usd, &l->score);

    code = glyph_scored_check(&row->scored, rec, &l->score);

    if (code != GLYPH_CODE_OK) {
        glyph_row_error(result, code, GLYPH_COL_N);
    }
}


/* What the request does not want to have. */

static void
glyph_row_rejects(glyph_row_t *row, glyph_row_result_t *result)
{
    glyph_listing_t  *l;

    l = &result->listing;

    if (!l->match.is_gpu) {

        if (row->reject_not_gpu) {
            glyph_row_error(result, GLYPH_ROW_NOT_GPU, GLYPH_COL_TITLE);
        }

    } else if (l->match.model == NULL && row->reject_unknown) {
        glyph_row_error(result, GLYPH_ROW_MODEL_UNKNOWN, GLYPH_COL_TITLE);
    }
}


static const char *
glyph_row_condition(glyph_row_t *row, const glyph_str_t *text)
{
    int           known;
    const char  **memo;

    if (text->len == 0) {
        return NULL;
    }

    if (row->conditions == NULL) {
        row->conditions = glyph_memo_create(GLYPH_ROW_CONDITIONS,
                                            GLYPH_ROW_CONDITION_MAX,
                                            sizeof(const char *));
        if (row->conditions == NULL) {
            return glyph_condition_parse(text);
        }
    }

    memo = glyph_memo_find(row->conditions, text, NULL, &known);

    if (memo == NULL) {
        return glyph_condition_parse(text);
    }

    if (!known) {
        *memo = glyph_condition_parse(text);
    }

    return *memo;
}


void
glyph_row_dedup(glyph_row_t *row, glyph_row_result_t *result)
{
    int               full;
    glyph_listing_t  *l;

    l = &result->listing;
    full = 0;

    l->duplicate_of = -1;

    /* a rejected row is nobody's first */

    if (row->dedup == NULL || result->rejected.n) {
        return;
    }

    l->duplicate_of = glyph_dedup_row(row->dedup, l->import_index,
                                      &result->key, &full);

    if (full) {
        result->once |= 1u << GLYPH_ONCE_DEDUP_FULL;
    }
}

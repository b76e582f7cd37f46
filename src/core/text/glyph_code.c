#include "text/glyph_code.h"


typedef struct {
    const char  *name;
    const char  *text;
} glyph_code_entry_t;


static const glyph_code_entry_t  glyph_codes[GLYPH_CODE_N] = {

    [GLYPH_CODE_OK] = { "ok", "no error" },

    [GLYPH_ROW_MALFORMED] = { "row_malformed",
        "the record's quoting cannot be read" },
    [GLYPH_ROW_TOO_LARGE] = { "row_too_large",
        "the record is longer than the limit" },
    [GLYPH_ROW_TOO_MANY_COLUMNS] = { "row_too_many_columns",
        "the record has more fields than the limit" },
    [GLYPH_ROW_COLUMN_COUNT] = { "row_column_count",
        "the record has more fields than the header" },
    [GLYPH_ROW_ENCODING] = { "row_encoding",
        "the record is not valid in the file's character set" },
    [GLYPH_ROW_NUL] = { "row_nul", "the record contains a NUL byte" },
    [GLYPH_ROW_FIELD_TOO_LONG] = { "field_too_long",
        "the value is longer than its column takes" },
    [GLYPH_ROW_TITLE_MISSING] = { "title_missing",
        "neither the title nor the model is given" },
    [GLYPH_ROW_PRICE_MISSING] = { "price_missing", "the price is empty" },
    [GLYPH_ROW_PRICE_INVALID] = { "price_invalid",
        "the price cannot be read as one amount of money" },
    [GLYPH_ROW_PRICE_NEGATIVE] = { "price_negative",
        "the price is negative" },
    [GLYPH_ROW_PRICE_ZERO] = { "price_zero", "the price is zero" },
    [GLYPH_ROW_PRICE_RANGE] = { "price_range",
        "the price is a range" },
    [GLYPH_ROW_PRICE_SEVERAL] = { "price_several",
        "the price holds more than one amount" },
    [GLYPH_ROW_PRICE_LIMIT] = { "price_limit",
        "the words around the price make it a limit, a bid, or an old or "
        "list price" },
    [GLYPH_ROW_PRICE_TOO_LARGE] = { "price_too_large",
        "the price is 10,000,000,000 or more" },
    [GLYPH_ROW_PRICE_PRECISION] = { "price_precision",
        "the price has a fraction of a cent, which is not rounded" },
    [GLYPH_ROW_CURRENCY_CONFLICT] = { "currency_conflict",
        "the price is in another currency than the row says" },
    [GLYPH_ROW_MODEL_UNKNOWN] = { "model_unknown",
        "the title names no model that is known" },
    [GLYPH_ROW_NOT_GPU] = { "not_gpu", "the listing is not a GPU" },
    [GLYPH_ROW_STORE_REFUSED] = { "store_refused",
        "the database refused the row" },
    [GLYPH_ROW_NOT_JSON] = { "row_not_json",
        "the line cannot be read as JSON" },
    [GLYPH_ROW_NOT_OBJECT] = { "row_not_object",
        "the record is not a JSON object" },
    [GLYPH_ROW_TOO_DEEP] = { "row_too_deep",
        "the record has more than 32 objects and arrays within one another" },
    [GLYPH_ROW_KEY_REPEATED] = { "key_repeated",
        "the record has a key twice" },
    [GLYPH_ROW_SURROGATE] = { "row_surrogate",
        "an escape in the record is half of a surrogate pair" },
    [GLYPH_ROW_NUMBER_TOO_LONG] = { "number_too_long",
        "a number has more than 64 characters, or an exponent of more than "
        "two digits" },
    [GLYPH_ROW_VALUE_NESTED] = { "value_nested",
        "the value is an object or an array" },
    [GLYPH_ROW_MODEL_ID_UNKNOWN] = { "model_id_unknown",
        "the registry has no model of this id" },
    [GLYPH_ROW_MATCH_INVALID] = { "match_invalid",
        "what the row says of its match cannot be" },
    [GLYPH_ROW_SCORE_MISMATCH] = { "score_mismatch",
        "the score is not the one that model and price give" },

    [GLYPH_FILE_EMPTY] = { "file_empty", "the file is empty" },
    [GLYPH_FILE_NOT_TEXT] = { "file_not_text", "the file is not text" },
    [GLYPH_FILE_CHARSET_UNKNOWN] = { "charset_unknown",
        "the file's character set is not one that is known" },
    [GLYPH_FILE_NO_ROWS] = { "no_rows",
        "the file has a header and no rows" },
    [GLYPH_FILE_HEADER_MISSING] = { "header_missing",
        "the first line is not a header" },
    [GLYPH_FILE_COLUMNS_MISSING] = { "columns_missing",
        "a required column is missing" },
    [GLYPH_FILE_COLUMN_DUPLICATE] = { "column_duplicate",
        "two columns mean the same" },
    [GLYPH_FILE_TOO_MANY_COLUMNS] = { "too_many_columns",
        "the header has more columns than the limit" },
    [GLYPH_FILE_HEADER_TOO_LARGE] = { "header_too_large",
        "the header is longer than the limit" },
    [GLYPH_FILE_TOO_MANY_ROWS] = { "too_many_rows",
        "the file has more rows than the limit" },
    [GLYPH_FILE_TOO_MANY_ERRORS] = { "too_many_errors",
        "more rows are wrong than the limit allows" },
    [GLYPH_FILE_STRICT] = { "strict",
        "a row is wrong and strict handling was asked for" },
    [GLYPH_FILE_NO_VALID_ROWS] = { "no_valid_rows",
        "not one row is valid" },
    [GLYPH_ENCODING_MALFORMED] = { "encoding_malformed",
        "the body is not in the encoding that Content-Encoding tells of" },
    [GLYPH_ENCODING_TRUNCATED] = { "encoding_truncated",
        "the encoded body ends before its data do" },
    [GLYPH_ENCODING_BUSY] = { "encoding_busy",
        "other zstd bodies take all the memory there is for decoding them" },
    [GLYPH_ENCODING_RATIO] = { "encoding_ratio",
        "the body becomes too large when it is decoded" },
    [GLYPH_MULTIPART_MALFORMED] = { "multipart_malformed",
        "the multipart body cannot be read" },
    [GLYPH_MULTIPART_TRUNCATED] = { "multipart_truncated",
        "the multipart body ends before its last boundary" },
    [GLYPH_MULTIPART_NO_FILE] = { "multipart_no_file",
        "the multipart body has no file" },
    [GLYPH_MULTIPART_TWO_FILES] = { "multipart_two_files",
        "the multipart body has more than one file" },
    [GLYPH_MULTIPART_FIELD_TOO_LARGE] = { "field_too_large",
        "a field of the multipart body is too large" },
    [GLYPH_MULTIPART_FIELD_UNKNOWN] = { "field_unknown",
        "a field of the multipart body is not one that is known" },
    [GLYPH_MULTIPART_FIELD_REPEATED] = { "field_repeated",
        "a field of the multipart body is given twice" },
    [GLYPH_MULTIPART_FIELD_LATE] = { "field_late",
        "an option of the multipart body stands behind the file" },
    [GLYPH_MULTIPART_FIELD_INVALID] = { "field_invalid",
        "a field of the multipart body has a value that is not allowed" },
    [GLYPH_OPTION_INVALID] = { "option_invalid",
        "an option of the request has a value that is not allowed" },
    [GLYPH_FILE_JSON_MALFORMED] = { "json_malformed",
        "the file cannot be read as JSON" },

    [GLYPH_WARN_PRICE_AMBIGUOUS] = { "price_ambiguous",
        "one separator and three digits were read as thousands" },
    [GLYPH_WARN_PRICE_EXPONENT] = { "price_exponent",
        "the price is written with an exponent and may have lost digits" },
    [GLYPH_WARN_NO_RATE] = { "no_rate",
        "the currency has no rate to USD, so the price has no score" },
    [GLYPH_WARN_DEDUP_FULL] = { "dedup_full",
        "no more keys are kept to find duplicates by" },
    [GLYPH_WARN_ROW_SHORT] = { "row_short",
        "the record has fewer fields than the header" },
    [GLYPH_WARN_STRAY_QUOTE] = { "stray_quote",
        "a quote sign inside a field was taken literally" },
    [GLYPH_WARN_DATE_INVALID] = { "date_invalid",
        "a date cannot be read; this one and others like it are left out" },
    [GLYPH_WARN_DATE_AMBIGUOUS] = { "date_ambiguous",
        "a date can be read two ways, or not as the others of the file are; "
        "this one and others like it are left out: give ?date_order=" },
    [GLYPH_WARN_URL_SHARED] = { "url_shared",
        "most URLs stand beside several titles, so they do not tell listings "
        "apart; title, price and seller do" },
    [GLYPH_WARN_EXTRA_TOO_LONG] = { "extra_too_long",
        "a value of a column that is not known was left out: extra would be "
        "longer than 32768 bytes" },
    [GLYPH_WARN_HEADER_FOUND] = { "header_found",
        "the header was found below other lines" },
    [GLYPH_WARN_LINES_QUOTED] = { "lines_quoted",
        "each line was in quotes as a whole; they were taken off" },
    [GLYPH_WARN_RECORDS_NESTED] = { "records_nested",
        "the records were found within an object" },
    [GLYPH_WARN_CHARSET_GUESSED] = { "charset_guessed",
        "the file is not UTF-8 and was read as windows-1252" },
    [GLYPH_WARN_CURRENCY_INVALID] = { "currency_invalid",
        "the currency is not one that is known" },
    [GLYPH_WARN_CURRENCY_ASSUMED] = { "currency_assumed",
        "nothing says what currency the price is in" },
    [GLYPH_WARN_CURRENCY_UNKNOWN] = { "currency_unknown",
        "it cannot be known what currency the price is in" },
    [GLYPH_WARN_TITLE_COLUMN] = { "title_column",
        "another column than the one so named is taken for the title" },
    [GLYPH_WARN_MOSTLY_UNKNOWN] = { "mostly_unknown",
        "most rows name no model that is known" },
    [GLYPH_WARN_COLUMN_REPEATED] = { "column_repeated",
        "two columns mean the same, and the first is taken" },
    [GLYPH_WARN_VALUE_NESTED] = { "nested_ignored",
        "the value is an object or an array; it is kept in extra only" },
    [GLYPH_WARN_QUANTITY_INVALID] = { "quantity_invalid",
        "the quantity is not a whole number from 0 to 1,000,000,000" },
};


const char *
glyph_code_name(glyph_code_e code)
{
    if ((unsigned) code >= GLYPH_CODE_N) {
        return "unknown";
    }

    return glyph_codes[code].name;
}


const char *
glyph_code_text(glyph_code_e code)
{
    if ((unsigned) code >= GLYPH_CODE_N) {
        return "unknown error";
    }

    return glyph_codes[code].text;
}

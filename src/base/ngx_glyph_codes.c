
#include "ngx_glyph.h"
#include "ngx_glyph_codes.h"


/* The tests read this table (t/lib/Glyph/Codes.pm). */

const ngx_glyph_code_t  ngx_glyph_codes[NGX_GLYPH_CODE_N] = {

    [NGX_GLYPH_CODE_REQUEST_MALFORMED] = { "request_malformed", 400, NULL },
    [NGX_GLYPH_CODE_UNAUTHORIZED] = { "unauthorized", 401, NULL },
    [NGX_GLYPH_CODE_FORBIDDEN] = { "forbidden", 403, NULL },
    [NGX_GLYPH_CODE_NOT_FOUND] = { "not_found", 404, NULL },
    [NGX_GLYPH_CODE_METHOD_NOT_ALLOWED] = { "method_not_allowed", 405, NULL },
    [NGX_GLYPH_CODE_NOT_ACCEPTABLE] = { "not_acceptable", 406, NULL },
    [NGX_GLYPH_CODE_REQUEST_TIMEOUT] = { "request_timeout", 408, NULL },
    [NGX_GLYPH_CODE_CONFLICT] = { "conflict", 409, NULL },
    [NGX_GLYPH_CODE_LENGTH_REQUIRED] = { "length_required", 411, NULL },
    [NGX_GLYPH_CODE_PRECONDITION_FAILED] = { "precondition_failed", 412,
        NULL },
    [NGX_GLYPH_CODE_BODY_TOO_LARGE] = { "body_too_large", 413,
        "the body is larger than client_max_body_size" },
    [NGX_GLYPH_CODE_URI_TOO_LONG] = { "uri_too_long", 414, NULL },
    [NGX_GLYPH_CODE_UNSUPPORTED_MEDIA_TYPE] = { "unsupported_media_type", 415,
        NULL },
    [NGX_GLYPH_CODE_RANGE_NOT_SATISFIABLE] = { "range_not_satisfiable", 416,
        NULL },
    [NGX_GLYPH_CODE_MISDIRECTED_REQUEST] = { "misdirected_request", 421,
        NULL },
    [NGX_GLYPH_CODE_UNPROCESSABLE] = { "unprocessable", 422, NULL },
    [NGX_GLYPH_CODE_TOO_MANY_REQUESTS] = { "too_many_requests", 429, NULL },
    [NGX_GLYPH_CODE_INTERNAL_ERROR] = { "internal_error", 500, NULL },
    [NGX_GLYPH_CODE_NOT_IMPLEMENTED] = { "not_implemented", 501, NULL },
    [NGX_GLYPH_CODE_BAD_GATEWAY] = { "bad_gateway", 502, NULL },
    [NGX_GLYPH_CODE_UNAVAILABLE] = { "unavailable", 503, NULL },
    [NGX_GLYPH_CODE_GATEWAY_TIMEOUT] = { "gateway_timeout", 504, NULL },
    [NGX_GLYPH_CODE_VERSION_NOT_SUPPORTED] = { "version_not_supported", 505,
        NULL },
    [NGX_GLYPH_CODE_INSUFFICIENT_STORAGE] = { "insufficient_storage", 507,
        NULL },
    [NGX_GLYPH_CODE_ERROR] = { "error", 0, NULL },

    [NGX_GLYPH_CODE_OPTION_UNKNOWN] = { "option_unknown", 400, NULL },
    [NGX_GLYPH_CODE_OPTION_REPEATED] = { "option_repeated", 400, NULL },
    [NGX_GLYPH_CODE_OPTION_INVALID] = { "option_invalid", 400, NULL },
    [NGX_GLYPH_CODE_MULTIPART_MALFORMED] = { "multipart_malformed", 400,
        "multipart/form-data needs a boundary of 1 to 70 characters" },
    [NGX_GLYPH_CODE_CHARSET_UNKNOWN] = { "charset_unknown", 415, NULL },
    [NGX_GLYPH_CODE_UNSUPPORTED_ENCODING] = { "unsupported_encoding", 415,
        "the Content-Encoding is none of gzip, zstd; one of them or none can "
        "be used" },
    [NGX_GLYPH_CODE_CROSS_SITE] = { "cross_site", 403,
        "a page of another site has sent this; nothing was done" },
    [NGX_GLYPH_CODE_TENANT_REQUIRED] = { "tenant_required", 403,
        "the request does not say whose it is" },
    [NGX_GLYPH_CODE_TENANT_INVALID] = { "tenant_invalid", 400, NULL },

    [NGX_GLYPH_CODE_JOB_NOT_FOUND] = { "job_not_found", 404, NULL },
    [NGX_GLYPH_CODE_IMPORT_NOT_FOUND] = { "import_not_found", 404, NULL },
    [NGX_GLYPH_CODE_JOB_RUNNING] = { "job_running", 409, NULL },
    [NGX_GLYPH_CODE_JOB_FINISHED] = { "job_finished", 409, NULL },
    [NGX_GLYPH_CODE_NO_RESULT] = { "no_result", 404, NULL },
    [NGX_GLYPH_CODE_NO_HEADER] = { "no_header", 404, NULL },
    [NGX_GLYPH_CODE_NOT_COMPLETED] = { "not_completed", 409, NULL },

    [NGX_GLYPH_CODE_TOO_MANY_JOBS] = { "too_many_jobs", 429, NULL },
    [NGX_GLYPH_CODE_JOB_ID_USED] = { "job_id_used", 409,
        "there is such a job already" },
    [NGX_GLYPH_CODE_IDEMPOTENCY_RUNNING] = { "idempotency_running", 409,
        NULL },
    [NGX_GLYPH_CODE_IDEMPOTENCY_MISMATCH] = { "idempotency_mismatch", 422,
        "an import had this Idempotency-Key, and another file" },
    [NGX_GLYPH_CODE_BODY_MALFORMED] = { "body_malformed", 400,
        "the body did not arrive as announced" },
    [NGX_GLYPH_CODE_BODY_TIMEOUT] = { "body_timeout", 408,
        "the body did not arrive within client_body_timeout" },
    [NGX_GLYPH_CODE_UPLOAD_TIMEOUT] = { "upload_timeout", 408,
        "the body took longer than glyph_upload_timeout" },
    [NGX_GLYPH_CODE_DIGEST_MISMATCH] = { "digest_mismatch", 400,
        "the body is not the one that Content-Digest tells of" },
    [NGX_GLYPH_CODE_SPOOL_FULL] = { "spool_full", 507,
        "there is no room for background imports; nothing was kept" },
    [NGX_GLYPH_CODE_SPOOL_FAILED] = { "spool_failed", 500,
        "the body could not be written to the disk; nothing was kept" },

    [NGX_GLYPH_CODE_FILE_NOT_FOUND] = { "file_not_found", 404,
        "there is no such file" },
    [NGX_GLYPH_CODE_FILE_OUTSIDE] = { "file_outside", 403,
        "a part of the path is a symbolic link, which could lead anywhere" },
    [NGX_GLYPH_CODE_FILE_FORBIDDEN] = { "file_forbidden", 403,
        "nginx may not read the file" },
    [NGX_GLYPH_CODE_FILE_NOT_REGULAR] = { "file_not_regular", 422,
        "this is not a regular file" },
    [NGX_GLYPH_CODE_FILE_UNREADABLE] = { "file_unreadable", 500,
        "the file could not be read; see the error log" },

    [NGX_GLYPH_CODE_CANCELLED] = { "cancelled", 409,
        "the import was cancelled" },
    [NGX_GLYPH_CODE_CLIENT_GONE] = { "client_gone", 0,
        "the client closed the connection before the end" },
    [NGX_GLYPH_CODE_CLIENT_STALLED] = { "client_stalled", 0,
        "nothing of it was read for send_timeout" },
    [NGX_GLYPH_CODE_JOB_TIMEOUT] = { "job_timeout", 408,
        "it took longer than glyph_job_timeout" },
    [NGX_GLYPH_CODE_OWNERSHIP_LOST] = { "ownership_lost", 503, NULL },
    [NGX_GLYPH_CODE_IMPORT_PURGED] = { "import_purged", 503, NULL },
    [NGX_GLYPH_CODE_QUARANTINED] = { "quarantined", 0,
        "the import was begun five times and made no progress; its file is "
        "in quarantine" },
    [NGX_GLYPH_CODE_SPOOL_UNREADABLE] = { "spool_unreadable", 500,
        "the spooled body could not be read; its file is in quarantine" },
    [NGX_GLYPH_CODE_OUT_OF_MEMORY] = { "out_of_memory", 500, NULL },
    [NGX_GLYPH_CODE_OUTCOME_UNKNOWN] = { "outcome_unknown", 503, NULL },
    [NGX_GLYPH_CODE_FAILED] = { "failed", 503, NULL },

    [NGX_GLYPH_CODE_STORE_UNAVAILABLE] = { "store_unavailable", 503,
        "Postgres is out of reach" },
    [NGX_GLYPH_CODE_STORE_UNWELL] = { "store_unwell", 503,
        "Postgres is there and refuses; try again later" },
    [NGX_GLYPH_CODE_STORE_BROKEN] = { "store_broken", 500,
        "Postgres lacks what this needs: a right, a function or a library; "
        "see the error log" },
    [NGX_GLYPH_CODE_STORE_DAMAGED] = { "store_damaged", 500,
        "what Postgres holds of this is damaged; see the error log" },
    [NGX_GLYPH_CODE_STORE_REFUSED] = { "store_refused", 500,
        "Postgres refused the import; see the error log" },
    [NGX_GLYPH_CODE_STATE_UNAVAILABLE] = { "state_unavailable", 503,
        "Postgres does not know the job (yet), and Redis is out of reach" },
    [NGX_GLYPH_CODE_QUERY_MISSING] = { "query_missing", 500,
        "the database has no such query; load schema.sql" },
    [NGX_GLYPH_CODE_QUERY_TIMEOUT] = { "query_timeout", 503,
        "the query took too long and was cancelled" },
    [NGX_GLYPH_CODE_IMPORT_LOCKED] = { "import_locked", 503,
        "a transaction that does not end holds the import; try again" },
};


/* RFC 9110, section 15; RFC 6585 */

static const ngx_glyph_status_t  ngx_glyph_statuses[] = {
    { 400, "Bad Request", NGX_GLYPH_CODE_REQUEST_MALFORMED },
    { 401, "Unauthorized", NGX_GLYPH_CODE_UNAUTHORIZED },
    { 403, "Forbidden", NGX_GLYPH_CODE_FORBIDDEN },
    { 404, "Not Found", NGX_GLYPH_CODE_NOT_FOUND },
    { 405, "Method Not Allowed", NGX_GLYPH_CODE_METHOD_NOT_ALLOWED },
    { 406, "Not Acceptable", NGX_GLYPH_CODE_NOT_ACCEPTABLE },
    { 408, "Request Timeout", NGX_GLYPH_CODE_REQUEST_TIMEOUT },
    { 409, "Conflict", NGX_GLYPH_CODE_CONFLICT },
    { 411, "Length Required", NGX_GLYPH_CODE_LENGTH_REQUIRED },
    { 412, "Precondition Failed", NGX_GLYPH_CODE_PRECONDITION_FAILED },
    { 413, "Content Too Large", NGX_GLYPH_CODE_BODY_TOO_LARGE },
    { 414, "URI Too Long", NGX_GLYPH_CODE_URI_TOO_LONG },
    { 415, "Unsupported Media Type", NGX_GLYPH_CODE_UNSUPPORTED_MEDIA_TYPE },
    { 416, "Range Not Satisfiable", NGX_GLYPH_CODE_RANGE_NOT_SATISFIABLE },
    { 421, "Misdirected Request", NGX_GLYPH_CODE_MISDIRECTED_REQUEST },
    { 422, "Unprocessable Content", NGX_GLYPH_CODE_UNPROCESSABLE },
    { 429, "Too Many Requests", NGX_GLYPH_CODE_TOO_MANY_REQUESTS },
    { 500, "Internal Server Error", NGX_GLYPH_CODE_INTERNAL_ERROR },
    { 501, "Not Implemented", NGX_GLYPH_CODE_NOT_IMPLEMENTED },
    { 502, "Bad Gateway", NGX_GLYPH_CODE_BAD_GATEWAY },
    { 503, "Service Unavailable", NGX_GLYPH_CODE_UNAVAILABLE },
    { 504, "Gateway Timeout", NGX_GLYPH_CODE_GATEWAY_TIMEOUT },
    { 505, "HTTP Version Not Supported",
      NGX_GLYPH_CODE_VERSION_NOT_SUPPORTED },
    { 507, "Insufficient Storage", NGX_GLYPH_CODE_INSUFFICIENT_STORAGE },
    { 0, "Error", NGX_GLYPH_CODE_ERROR }
};


ngx_uint_t
ngx_glyph_code_is(const char *name, ngx_glyph_code_e code)
{
    return name && ngx_strcmp(name, ngx_glyph_codes[code].name) == 0;
}


const ngx_glyph_status_t *
ngx_glyph_status(ngx_uint_t status)
{
    const ngx_glyph_status_t  *s;

    for (s = ngx_glyph_statuses; s->status && s->status != status; s++) {
        /* void */
    }

    return s;
}

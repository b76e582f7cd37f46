
/*
 * What can be wrong with a request, a job or a store, as it appears in
 * problem documents and in a job's "error"; docs/errors.md has all of them.
 * What is wrong with a row or a file is told in core (text/glyph_code.h): what
 * both sides say has the same name.  A code, once published, is never renamed.
 */


#ifndef _NGX_GLYPH_CODES_H_INCLUDED_
#define _NGX_GLYPH_CODES_H_INCLUDED_


#include "ngx_glyph.h"


typedef enum {
    NGX_GLYPH_CODE_NONE = 0,

    /* a status that nothing better is known of */
    NGX_GLYPH_CODE_REQUEST_MALFORMED,
    NGX_GLYPH_CODE_UNAUTHORIZED,
    NGX_GLYPH_CODE_FORBIDDEN,
    NGX_GLYPH_CODE_NOT_FOUND,
    NGX_GLYPH_CODE_METHOD_NOT_ALLOWED,
    NGX_GLYPH_CODE_NOT_ACCEPTABLE,
    NGX_GLYPH_CODE_REQUEST_TIMEOUT,
    NGX_GLYPH_CODE_CONFLICT,
    NGX_GLYPH_CODE_LENGTH_REQUIRED,
    NGX_GLYPH_CODE_PRECONDITION_FAILED,
    NGX_GLYPH_CODE_BODY_TOO_LARGE,
    NGX_GLYPH_CODE_URI_TOO_LONG,
    NGX_GLYPH_CODE_UNSUPPORTED_MEDIA_TYPE,
    NGX_GLYPH_CODE_RANGE_NOT_SATISFIABLE,
    NGX_GLYPH_CODE_MISDIRECTED_REQUEST,
    NGX_GLYPH_CODE_UNPROCESSABLE,
    NGX_GLYPH_CODE_TOO_MANY_REQUESTS,
    NGX_GLYPH_CODE_INTERNAL_ERROR,
    NGX_GLYPH_CODE_NOT_IMPLEMENTED,
    NGX_GLYPH_CODE_BAD_GATEWAY,
    NGX_GLYPH_CODE_UNAVAILABLE,
    NGX_GLYPH_CODE_GATEWAY_TIMEOUT,
    NGX_GLYPH_CODE_VERSION_NOT_SUPPORTED,
    NGX_GLYPH_CODE_INSUFFICIENT_STORAGE,
    NGX_GLYPH_CODE_ERROR,               /* all others */

    /* what is asked, and by whom */
    NGX_GLYPH_CODE_OPTION_UNKNOWN,
    NGX_GLYPH_CODE_OPTION_REPEATED,
    NGX_GLYPH_CODE_OPTION_INVALID,
    NGX_GLYPH_CODE_MULTIPART_MALFORMED,
    NGX_GLYPH_CODE_CHARSET_UNKNOWN,
    NGX_GLYPH_CODE_UNSUPPORTED_ENCODING,
    NGX_GLYPH_CODE_CROSS_SITE,
    NGX_GLYPH_CODE_TENANT_REQUIRED,
    NGX_GLYPH_CODE_TENANT_INVALID,

    /* the job or import that is asked for */
    NGX_GLYPH_CODE_JOB_NOT_FOUND,
    NGX_GLYPH_CODE_IMPORT_NOT_FOUND,
    NGX_GLYPH_CODE_JOB_RUNNING,
    NGX_GLYPH_CODE_JOB_FINISHED,
    NGX_GLYPH_CODE_NO_RESULT,
    NGX_GLYPH_CODE_NO_HEADER,
    NGX_GLYPH_CODE_NOT_COMPLETED,

    /* an upload */
    NGX_GLYPH_CODE_TOO_MANY_JOBS,
    NGX_GLYPH_CODE_JOB_ID_USED,
    NGX_GLYPH_CODE_IDEMPOTENCY_RUNNING,
    NGX_GLYPH_CODE_IDEMPOTENCY_MISMATCH,
    NGX_GLYPH_CODE_BODY_MALFORMED,
    NGX_GLYPH_CODE_BODY_TIMEOUT,
    NGX_GLYPH_CODE_UPLOAD_TIMEOUT,
    NGX_GLYPH_CODE_DIGEST_MISMATCH,
    NGX_GLYPH_CODE_SPOOL_FULL,
    NGX_GLYPH_CODE_SPOOL_FAILED,

    /* a file of the node */
    NGX_GLYPH_CODE_FILE_NOT_FOUND,
    NGX_GLYPH_CODE_FILE_OUTSIDE,
    NGX_GLYPH_CODE_FILE_FORBIDDEN,
    NGX_GLYPH_CODE_FILE_NOT_REGULAR,
    NGX_GLYPH_CODE_FILE_UNREADABLE,

    /* how a job ends */
    NGX_GLYPH_CODE_CANCELLED,
    NGX_GLYPH_CODE_CLIENT_GONE,
    NGX_GLYPH_CODE_CLIENT_STALLED,
    NGX_GLYPH_CODE_JOB_TIMEOUT,
    NGX_GLYPH_CODE_OWNERSHIP_LOST,
    NGX_GLYPH_CODE_IMPORT_PURGED,
    NGX_GLYPH_CODE_QUARANTINED,
    NGX_GLYPH_CODE_SPOOL_UNREADABLE,
    NGX_GLYPH_CODE_OUT_OF_MEMORY,
    NGX_GLYPH_CODE_OUTCOME_UNKNOWN,
    NGX_GLYPH_CODE_FAILED,              /* nobody says why */

    /* the stores */
    NGX_GLYPH_CODE_STORE_UNAVAILABLE,
    NGX_GLYPH_CODE_STORE_UNWELL,
    NGX_GLYPH_CODE_STORE_BROKEN,
    NGX_GLYPH_CODE_STORE_DAMAGED,
    NGX_GLYPH_CODE_STORE_REFUSED,
    NGX_GLYPH_CODE_STATE_UNAVAILABLE,
    NGX_GLYPH_CODE_QUERY_MISSING,
    NGX_GLYPH_CODE_QUERY_TIMEOUT,
    NGX_GLYPH_CODE_IMPORT_LOCKED,

    NGX_GLYPH_CODE_N
} ngx_glyph_code_e;


typedef struct {
    const char                *name;
    ngx_uint_t                 status;      /* 0: nobody waits for an answer */
    const char                *detail;      /* where its user says no more;
                                               or NULL */
} ngx_glyph_code_t;


typedef struct {
    ngx_uint_t                 status;
    const char                *title;       /* the reason phrase */
    ngx_glyph_code_e           code;        /* if there is no better */
} ngx_glyph_status_t;


/* By the code; that of NONE is empty. */
extern const ngx_glyph_code_t  ngx_glyph_codes[NGX_GLYPH_CODE_N];

/* Whether a name, which may come from a store, is the code's; NULL is none. */
ngx_uint_t ngx_glyph_code_is(const char *name, ngx_glyph_code_e code);

/* Never NULL: an HTTP status that is not known has a title and a code, too. */
const ngx_glyph_status_t *ngx_glyph_status(ngx_uint_t status);


#endif /* _NGX_GLYPH_CODES_H_INCLUDED_ */


/*
 * What this worker knows of Postgres, for writes and for reads.
 *
 *   state     is                           ends by
 *   UNKNOWN   not tried yet, or in doubt   any of what follows
 *   UP        it did what it was asked     a loss, a refusal, a doubt
 *   UNWELL    it answers, and refuses      a transaction that is committed
 *   LOST      it does not answer           the same; a connect is none
 *
 * For reads a statement that was answered is what a commit is for writes.
 *
 * All changes are made here, by what was seen of Postgres, and each is logged
 * once.  Whoever tries again waits ngx_glyph_store_delay() before; that grows
 * with every failure, and falls back only when it has been UP for a while, so
 * that one which fails now and then is not tried, and not told of, all the
 * time.
 */


#ifndef _NGX_GLYPH_STORE_H_INCLUDED_
#define _NGX_GLYPH_STORE_H_INCLUDED_


#include "ngx_glyph.h"
#include "ngx_glyph_codes.h"
#include "ngx_glyph_latch.h"
#include "ngx_glyph_zone.h"

#include <libpq-fe.h>


typedef enum {
    NGX_GLYPH_STORE_WRITES = 0,
    NGX_GLYPH_STORE_READS,

    NGX_GLYPH_STORE_SIDES
} ngx_glyph_store_side_e;


/* What an SQLSTATE says, by its class. */

typedef enum {
    NGX_GLYPH_FAULT_OURS = 0,   /* GL…: an answer */
    NGX_GLYPH_FAULT_DATA,       /* 22, 23, 54: of what it was given or holds */
    NGX_GLYPH_FAULT_AGAIN,      /* 40, 55: of this moment */
    NGX_GLYPH_FAULT_LOST,       /* 08, 57P: of the connection */
    NGX_GLYPH_FAULT_UNWELL,     /* 25, 53, 57: it cannot now */
    NGX_GLYPH_FAULT_BROKEN      /* 42, 3F, 58, all else: not before somebody
                                   has mended it */
} ngx_glyph_fault_e;


/* What a client is told. */

typedef struct {
    ngx_glyph_code_e           code;
    char                       sqlstate_class[3];   /* "": none */
} ngx_glyph_store_answer_t;


void ngx_glyph_store_init(ngx_glyph_pg_conf_t *conf, ngx_log_t *log);

/*
 * "changed" is called after each change of the side's state, of each observer
 * in the order in which they came; from within who has reported it, so it may
 * only post events, or queue queries.
 */

typedef struct {
    ngx_queue_t                queue;
    void                     (*changed)(void);
} ngx_glyph_store_observer_t;

void ngx_glyph_store_observe(ngx_glyph_store_side_e side,
    ngx_glyph_store_observer_t *observer);

ngx_glyph_fault_e ngx_glyph_store_fault(const char *sqlstate);

/* What was seen: a commit, or for reads an answer … */
void ngx_glyph_store_served(ngx_glyph_store_side_e side);

/* … a refusal; "schema": it is not the one of this module … */
void ngx_glyph_store_refused(ngx_glyph_store_side_e side,
    const char *sqlstate, ngx_uint_t schema, const char *error);

/*
 * … a refusal of the moment, such as a deadlock; true when there were no other
 * answers for as long as glyph_postgres' timeout: then it is a refusal.
 */
ngx_uint_t ngx_glyph_store_again(ngx_glyph_store_side_e side);

/* … no answer … */
void ngx_glyph_store_lost(ngx_glyph_store_side_e side, const char *error);

/* … or that somebody else has met one of these, who cannot know. */
void ngx_glyph_store_doubt(ngx_glyph_store_side_e side);

/*
 * What the answer to a query says of all this.  NGX_DECLINED: the next one is
 * to have another connection, as this one's session may be what is refused
 * (read only, by a default of the database, or after a failover).
 */
ngx_int_t ngx_glyph_store_judge(ngx_glyph_store_side_e side, PGresult *res);

/* Counts a refusal, of whatever kind. */
void ngx_glyph_store_count(ngx_glyph_store_side_e side, const char *sqlstate);

/* Nothing speaks against trying: it is UP or UNKNOWN. */
ngx_uint_t ngx_glyph_store_usable(ngx_glyph_store_side_e side);
ngx_uint_t ngx_glyph_store_is_up(ngx_glyph_store_side_e side);

/* UNWELL or LOST for longer than glyph_postgres' timeout; or taken to be. */
ngx_uint_t ngx_glyph_store_overdue(ngx_glyph_store_side_e side);
void ngx_glyph_store_expire(ngx_glyph_store_side_e side);

/* How long to wait before the next attempt, ms; the one after is later. */
ngx_msec_t ngx_glyph_store_delay(ngx_glyph_store_side_e side);

/*
 * Of both sides, the worse: "unknown", "connected", "unwell",
 * "schema_mismatch", "down"; unless NULL, why, and what a failover to another
 * host of the conninfo would keep: all that was acknowledged ("synchronous":
 * the server it is connected to waits for its standbys), or not
 * ("asynchronous"); NULL: there is no other host.
 */
const char *ngx_glyph_store_state(const char **error, const char **failover);

/* Closed until the first attempt to write has ended. */
ngx_glyph_latch_t *ngx_glyph_store_latch(void);

/* Why the side is not usable … */
void ngx_glyph_store_why(ngx_glyph_store_side_e side,
    ngx_glyph_store_answer_t *answer);

/* … and what an error result means; NULL: there was none. */
void ngx_glyph_store_answer(PGresult *res, ngx_glyph_store_answer_t *answer);

/* What is stored cannot be. */
void ngx_glyph_store_damaged(ngx_glyph_store_answer_t *answer);

/* The class of the last refusal of a write. */
const char *ngx_glyph_store_class(void);

/* Classes that are counted one by one: their names, the last is "other". */
extern const char *const  ngx_glyph_store_classes[NGX_GLYPH_REFUSAL_CLASSES];

/* By every connect that worked; only a change is logged. */
void ngx_glyph_store_set_failover(const char *failover);


#endif /* _NGX_GLYPH_STORE_H_INCLUDED_ */

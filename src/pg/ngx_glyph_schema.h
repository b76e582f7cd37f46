
/*
 * Made by util/schema.pl of conf/schema.
 */


#ifndef _NGX_GLYPH_SCHEMA_H_INCLUDED_
#define _NGX_GLYPH_SCHEMA_H_INCLUDED_


#include "ngx_glyph.h"


#define NGX_GLYPH_SCHEMA_VERSION  5

/* of all functions of these names: name and body, each with a newline */
#define NGX_GLYPH_SCHEMA_DIGEST   "cd1e4547ce3364d0c26eff0943c56d45"
#define NGX_GLYPH_SCHEMA_FUNCTIONS                                            \
    "add_progress,api_args,api_deltas,api_errors,api_imports,api_jobs," \
    "api_listings,api_models,api_prices,api_report,api_schema_versions," \
    "api_unknowns,api_warnings,arg_choice,arg_cursor,arg_import," \
    "arg_limit,arg_number,arg_uuid,bad_argument,begin_batch,begin_import," \
    "cancel,commit_progress,covered,cursor,damaged,end_backends," \
    "end_holders,ends_page,error_page,error_records,fail,fence," \
    "fence_error,fold,forget_sums,heartbeat,hold,is_final,is_own," \
    "is_sound,job_header,job_result,job_status,listings_at,make_orders," \
    "make_summaries,markdown,markdown_table,nearest,newest_imports," \
    "next_orders,next_summaries,offer_cents,on_page,order_import," \
    "order_key,order_part,order_position,order_where,ordered_listings," \
    "purge,quartile,reap,reap_silent,repeats,report_of,reset,safe_text," \
    "schema_version,seize,settled,shown_counts,shown_progress," \
    "shown_score,shown_state,so_far,spooled,sum_import,sum_models," \
    "summed_models,sync_models,take,take_over,time_key,undo"


#endif /* _NGX_GLYPH_SCHEMA_H_INCLUDED_ */

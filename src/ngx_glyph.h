
/*
 * The shared types of the module; the only header that all its files
 * include.
 */


#ifndef _NGX_GLYPH_H_INCLUDED_
#define _NGX_GLYPH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <ngx_thread_pool.h>

#include "core/text/glyph.h"
#include "core/text/glyph_buf.h"
#include "core/text/glyph_json.h"
#include "core/pipeline/glyph_pipeline.h"
#include "core/text/glyph_utf8.h"


#define NGX_GLYPH_VERSION         "0.1.0"

/* the oldest version of conf/schema that this module works with */
#define NGX_GLYPH_SCHEMA_MIN      1


typedef struct ngx_glyph_job_s    ngx_glyph_job_t;
typedef struct ngx_glyph_spool_s  ngx_glyph_spool_t;
typedef struct ngx_glyph_client_s  ngx_glyph_client_t;
typedef struct ngx_glyph_output_s  ngx_glyph_output_t;


/* For what is told by the event loop; see ngx_glyph_turn.h. */

typedef struct {
    ngx_queue_t                queue;
    void                     (*take)(void *data);
    void                      *data;
    ngx_uint_t                 waiting;
} ngx_glyph_turn_t;


/* 16 bytes and their text form: 36 characters, not terminated */

#define NGX_GLYPH_UUID_TEXT_LEN   36

typedef struct {
    u_char                     bytes[16];
} ngx_glyph_uuid_t;


/* glyph_redis: where, and as whom */

typedef struct {
    ngx_str_t                  host;        /* or the path of a socket, with a
                                               NUL behind it */
    in_port_t                  port;        /* 0: a unix socket */
} ngx_glyph_redis_addr_t;

typedef struct {
    ngx_array_t                addrs;       /* one, or those of Sentinels */
    ngx_str_t                  master;      /* its name; empty: no Sentinels */
    ngx_str_t                  user;
    ngx_str_t                  password;
    ngx_str_t                  sentinel_user;
    ngx_str_t                  sentinel_password;
    ngx_int_t                  db;
    ngx_msec_t                 timeout;     /* of one command */
} ngx_glyph_redis_conf_t;


/* glyph_postgres */

#define NGX_GLYPH_WRITERS_MAX  8

typedef struct {
    ngx_str_t                  conninfo;    /* with a NUL behind it */
    ngx_msec_t                 timeout;     /* of a connect, and of a batch
                                               that makes no progress */
    ngx_msec_t                 read_timeout;    /* statement_timeout of
                                                   reads */
    ngx_uint_t                 writers;     /* connections of a worker, at
                                               most */
} ngx_glyph_pg_conf_t;


typedef struct ngx_glyph_cors_s  ngx_glyph_cors_t;  /* ngx_glyph_cors.c */


/* where in the configuration a location has got its handler */

typedef struct {
    ngx_str_t                  directive;   /* empty: it has none of ours */
    ngx_str_t                  file;
    ngx_uint_t                 line;
} ngx_glyph_place_t;


/* http{} only: what a worker has one of */

typedef struct {
    ngx_array_t               *models;      /* of ngx_str_t: files */
    ngx_array_t               *part_numbers;
    glyph_registry_t          *registry;    /* NULL: no glyph_models */
    glyph_buf_t                registry_json;
    u_char                     registry_digest[33];     /* hex, and a NUL */

    ngx_glyph_redis_conf_t    *redis;       /* NULL: not configured */
    ngx_glyph_pg_conf_t       *pg;          /* NULL: not configured */

    ngx_thread_pool_t         *compute;
    ngx_thread_pool_t         *io;

    ngx_path_t                *spool_path;
    off_t                      spool_max_size;  /* 0: no limit */
    ngx_uint_t                 runners;
    ngx_uint_t                 max_jobs;
    ngx_array_t                imports;     /* of ngx_glyph_loc_conf_t *:
                                               locations of glyph_import */
    ngx_bufs_t                 buffers;     /* chunks: number, size */
    ngx_uint_t                 blocks;      /* number */
    size_t                     windows;     /* of zstd, bytes */

    ngx_shm_zone_t            *zone;        /* what workers count together */

    ngx_str_t                  jobs_uri;    /* of the first glyph_jobs */

    unsigned                   enabled:1;   /* some location uses us */
    unsigned                   stores:1;    /* … and Postgres */
} ngx_glyph_main_conf_t;


typedef struct {
    ngx_array_t               *score;       /* of ngx_str_t: key=value */
    ngx_array_t               *currency;    /* of ngx_str_t: EUR=1.08 */
    glyph_rates_t              rates;
    glyph_pipeline_conf_t      pipeline;    /* made of all at merge */

    size_t                     max_row_size;
    ngx_uint_t                 max_columns;
    ngx_uint_t                 max_rows;
    ngx_uint_t                 max_errors;
    ngx_uint_t                 max_warnings;    /* that are kept */
    ngx_uint_t                 dedup_size;
    ngx_flag_t                 dedup;
    ngx_flag_t                 extra;

    ngx_msec_t                 job_timeout;
    ngx_msec_t                 upload_timeout;  /* 0: none */
    time_t                     job_ttl;

    ngx_flag_t                 cross_site;  /* pages of others may ask */
    ngx_flag_t                 background;  /* bodies may be spooled */
    off_t                      background_size;     /* larger ones are */
    ngx_msec_t                 events_wait;
    ngx_msec_t                 events_heartbeat;

    ngx_http_complex_value_t  *tenant;      /* NULL: the empty one */
    ngx_glyph_cors_t          *cors;        /* NULL: pages of this site only */

    ngx_str_t                  query;       /* glyph_query NAME */

    ngx_http_handler_pt        handler;     /* NULL: not a place of ours */
    ngx_glyph_place_t          place;
    ngx_flag_t                 problems;    /* glyph_problems; unset: where
                                               there is a handler */

    ngx_str_t                  key;         /* of glyph_import: its location,
                                               and which of them; tells it
                                               from others after a reload */
    ngx_str_t                  import_root; /* terminated; of files that are
                                               imported by name */
    unsigned                   always:1;    /* glyph_import background */
} ngx_glyph_loc_conf_t;


/* ngx_glyph_module.c */

extern ngx_module_t  ngx_glyph_module;

/* the worker's configuration, valid in worker processes */
extern ngx_glyph_main_conf_t  *ngx_glyph_main_conf;


/*
 * What has a life of its own in a worker.  The module lists the parts: they
 * begin in that order and end in the other one.  NULL: there is nothing to do.
 */

typedef struct {
    ngx_int_t                (*init)(ngx_cycle_t *cycle);
    void                     (*exit)(void);
    void                     (*gauges)(void);   /* to set; ngx_glyph_zone.h */
    ngx_uint_t                 stores;      /* only where rows are stored */
} ngx_glyph_part_t;

extern const ngx_glyph_part_t  *const ngx_glyph_parts[];


/* content handlers, set by the directives of the same names */

ngx_int_t ngx_glyph_import_handler(ngx_http_request_t *r);
ngx_int_t ngx_glyph_transform_handler(ngx_http_request_t *r);
ngx_int_t ngx_glyph_jobs_handler(ngx_http_request_t *r);
ngx_int_t ngx_glyph_imports_handler(ngx_http_request_t *r);
ngx_int_t ngx_glyph_query_handler(ngx_http_request_t *r);
ngx_int_t ngx_glyph_health_handler(ngx_http_request_t *r);
ngx_int_t ngx_glyph_health_full_handler(ngx_http_request_t *r);
ngx_int_t ngx_glyph_metrics_handler(ngx_http_request_t *r);

/* directives of …_registry_conf.c, _pg_conf.c and _redis_conf.c */
char *ngx_glyph_models(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_glyph_postgres(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_glyph_redis(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* reads and compiles the files of glyph_models, if there are any */
char *ngx_glyph_registry_init(ngx_conf_t *cf, ngx_glyph_main_conf_t *gmcf);

/* put in front of the request body filters by postconfiguration */
ngx_int_t ngx_glyph_body_filter_init(ngx_conf_t *cf);

/* puts problem documents in the place of nginx's own error pages */
ngx_int_t ngx_glyph_problem_filter_init(ngx_conf_t *cf);


#endif /* _NGX_GLYPH_H_INCLUDED_ */


/*
 * Files of this node that are imported by name, below glyph_import_root
 * (ngx_glyph_source.c).  Everything here blocks: for threads of the io pool.
 */


#ifndef _NGX_GLYPH_SOURCE_H_INCLUDED_
#define _NGX_GLYPH_SOURCE_H_INCLUDED_


#include "ngx_glyph.h"


/*
 * Whether a name may be that of a file below a root: not absolute, without
 * "..", "." and empty parts, and without a NUL.
 */
ngx_uint_t ngx_glyph_source_valid(ngx_str_t *name);

/*
 * Opens a file for reading.  Both names are terminated, and "name" is valid.
 * Returns 0, or an error: ELOOP if a part of the name is a symbolic link,
 * EISDIR if the file is not a regular one, ENOENT, EACCES … as of open().
 */
ngx_err_t ngx_glyph_source_open(ngx_str_t *root, ngx_str_t *name,
    ngx_fd_t *fd, ngx_log_t *log);


#endif /* _NGX_GLYPH_SOURCE_H_INCLUDED_ */

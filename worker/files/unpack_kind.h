#ifndef FILES_UNPACK_KIND_H
#define FILES_UNPACK_KIND_H

/* Kinds of archives by how they begin, for the reader of archives; others ask
 * unpack.h. */

#include "base/str.h"

/* Bytes that tell a tar. */
#define UNPACK_TAR_HEAD 262

bool unpack_is_gzip(struct str s);
bool unpack_is_zip(struct str s);
bool unpack_is_tar(struct str s);

#endif

#ifndef HTTP_PACK_H
#define HTTP_PACK_H

/* Compressing what is sent again and again. */

#include "base/buf.h"

/* All of the bytes as one stream, as small as it gets; window_bits as
 * deflateInit2() takes them. */
void pack_deflate(struct buf *out, struct str bytes, int window_bits);
/* Enough is saved. */
bool pack_pays(size_t packed, size_t plain);

#endif

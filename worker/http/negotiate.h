#ifndef HTTP_NEGOTIATE_H
#define HTTP_NEGOTIATE_H

/* What a request says about the answer it would like: conditions, ranges and
 * codings (RFC 9110 chapters 12 to 14).  Pure. */

#include "base/str.h"

enum etag_comparison { ETAG_WEAK, ETAG_STRONG };

#define ETAG_MAX 40
/* A strong entity tag of these bytes, in its quotes; the suffix tells forms of
 * them apart, as "-gzip", or is "". */
void etag_make(struct str bytes, const char *suffix, char out[ETAG_MAX]);
/* Whether a strong entity tag, in its quotes, is in the list of If-None-Match
 * (weak) or If-Match (strong); "*" holds every tag.  What is no list holds
 * none. */
bool etag_is_listed(struct str list, struct str etag, enum etag_comparison how);

/* Range for a body of n bytes.  1 and where its part begins and how long it is;
 * 0 when the whole is to be sent, since it asks for several parts or says
 * nothing that is understood; -1 when no byte of the body is in it. */
NODISCARD int range_read(
    struct str header, size_t n, size_t *from_r, size_t *count_r);

/* Accept-Encoding takes gzip. */
bool accepts_gzip(struct str header);

#endif

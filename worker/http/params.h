#ifndef HTTP_PARAMS_H
#define HTTP_PARAMS_H

/* Header values with parameters: "form-data; name=\"a\"; filename=\"b.fit\"".
 * Pure. */

#include "base/str.h"

/* The word before the first parameter. */
struct str params_word(struct str value);
/* The parameter of that name, without its quotes and backslashes, into out with
 * a NUL; *n_r its length.  1 there, 0, or -1: it stands twice, does not fit, or
 * the value is malformed. */
NODISCARD int params_get(
    struct str value, const char *name, char *out, size_t size, size_t *n_r);
/* The name of a file from Content-Disposition: filename* (RFC 8187) before
 * filename; of a path the last part.  1 there, 0, -1 as params_get(), or when
 * it is no UTF-8 or has control characters. */
NODISCARD int params_file_name(
    struct str value, char *out, size_t size, size_t *n_r);

#endif

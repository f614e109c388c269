#ifndef HTTP_FORM_H
#define HTTP_FORM_H

/* Forms as application/x-www-form-urlencoded (WHATWG URL 5): a body, or a
 * query. */

#include "base/arena.h"
#include "base/err.h"

#define FORM_FIELDS_MAX 64

struct http_req;

struct form {
	size_t n;
	struct form_field {
		struct str name;
		struct str value; /* decoded, UTF-8, without NUL; points to a
				     NUL- terminated copy */
	} field[FORM_FIELDS_MAX];
};

/* Pure.  ERR_INVALID: badly encoded, or too many fields. */
NODISCARD int form_parse(
    struct arena *a, struct str text, struct form *out, struct err *e);
/* The body of a request; ERR_UNSUPPORTED when it is no such form. */
NODISCARD int form_read(struct http_req *req, struct form *out, struct err *e);
/* 1 there, 0 not, -1 it stands more than once (ERR_INVALID).  *out is "" unless
 * it is there. */
NODISCARD int form_get(
    const struct form *f, const char *name, struct str *out, struct err *e);
/* The same where absent is as good as empty and twice is as good as absent. */
struct str form_str(const struct form *f, const char *name);

#endif

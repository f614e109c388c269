#ifndef BASE_UUID_H
#define BASE_UUID_H

/* UUIDs (RFC 9562).  All our ids are version 7: they sort by time. */

#include "base/str.h"

#define UUID_TEXT_LEN 36

struct uuid {
	uint8_t b[16];
};

/* Version 7 of now; ids of one process increase strictly. */
struct uuid uuid_new(void);
/* Lower-case text with its NUL. */
void uuid_format(const struct uuid *u, char out[UUID_TEXT_LEN + 1]);
/* The 36-character form, either case.  false when s is anything else. */
NODISCARD bool uuid_parse(struct str s, struct uuid *out);
bool uuid_eq(const struct uuid *a, const struct uuid *b);
bool uuid_is_zero(const struct uuid *u);

#endif

#ifndef AUTH_SCOPE_H
#define AUTH_SCOPE_H

/* What a token may do: a set of bits, one per line of scopes.def. */

#include "base/buf.h"
#include "base/err.h"

enum scope_index {
#define SCOPE(id, name, words) SCOPE_INDEX_##id,
#include "auth/scopes.def"
#undef SCOPE
	SCOPE_COUNT
};

enum scope {
#define SCOPE(id, name, words) SCOPE_##id = 1u << SCOPE_INDEX_##id,
#include "auth/scopes.def"
#undef SCOPE
};

/* All that a person may grant on their own data except places. */
#define SCOPES_DEFAULT                                                         \
	((uint32_t)(SCOPE_PROFILE_READ | SCOPE_ACTIVITIES_READ |               \
		    SCOPE_ACTIVITIES_WRITE | SCOPE_SLEEP_READ |                \
		    SCOPE_MEASUREMENTS_READ))

const char *scope_name(enum scope_index i);
const char *scope_words(enum scope_index i);
/* Names with single spaces between. */
void scope_format(struct buf *out, uint32_t scopes);
/* Space- or comma-separated names; an unknown one is ERR_INVALID and named. */
NODISCARD int scope_parse(struct str text, uint32_t *out, struct err *e);

#endif

#ifndef MODEL_BEATS_H
#define MODEL_BEATS_H

/* The times between heart beats (RR intervals) of an activity, as the strap
 * gave them: artefacts are in them. */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define BEATS_MAX 1000000 /* four days at 170 a minute */

struct beats {
	int32_t start_s; /* of the first interval, since the activity's start */
	size_t n;
	uint16_t *ms;
};

/* Compact form for storage, appended to out: about a byte a beat. */
void beats_encode(struct buf *out, const struct beats *b);
/* NULL and e (ERR_CORRUPT) when the bytes were not made by beats_encode(). */
struct beats *beats_decode(struct arena *a, struct str bytes, struct err *e);

#endif

#ifndef SPORT_EXPLAIN_H
#define SPORT_EXPLAIN_H

/* What each number we give means: formula, source, inputs, caveat.  One table,
 * explain.def. */

#include "base/str.h"

struct explain {
	const char *id;	   /* "np" */
	const char *title; /* "Normalized Power" */
	const char *unit;  /* "W" */
	const char *formula;
	const char *source; /* author, year */
	const char *inputs;
	const char *caveat;
};

extern const struct explain explain_metrics[];
extern const size_t explain_metrics_n;

/* By id or title, letters of either case, '-' and ' ' as '_'; NULL when there
 * is none. */
const struct explain *explain_find(struct str name);
/* The nearest id to a name that was not found, or NULL when none is near. */
const struct explain *explain_nearest(struct str name);

#endif

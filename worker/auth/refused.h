#ifndef AUTH_REFUSED_H
#define AUTH_REFUSED_H

/* Why requests were refused, counted. */

enum refused {
#define REFUSED(id, reason) REFUSED_##id,
#include "auth/refused.def"
#undef REFUSED
	REFUSED_COUNT
};

/* Tell the metrics how the reasons are called; once a process. */
void refused_init(void);
void refused_count(enum refused why);

#endif

#ifndef PROVIDER_ACTIVITY_JSON_H
#define PROVIDER_ACTIVITY_JSON_H

/* How activities look in JSON, to tools and to apps alike.  A number that is
 * not there is left out; one that its provider withholds is named in
 * "restricted". */

#include "base/jsonw.h"
#include "store/recordings.h"

enum activity_detail {
	ACTIVITY_BASIC = 0,
	ACTIVITY_ALL = 1,    /* every number, and the device */
	ACTIVITY_PLACES = 2, /* where it began */
};

/* Members of an object; how: bits of enum activity_detail. */
void activity_json(
    struct jsonw *w, const struct stored_activity *sa, unsigned how);
/* An array of at most max laps. */
void activity_json_laps(
    struct jsonw *w, const char *key, const struct activity *a, size_t max);
/* An array: each recording, and what the activity has from it. */
void activity_json_recordings(struct jsonw *w, const char *key,
    const struct recording *list, size_t n, unsigned how);

#endif

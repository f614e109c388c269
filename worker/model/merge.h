#ifndef MODEL_MERGE_H
#define MODEL_MERGE_H

/* One activity from several recordings of it.  Pure.
 *
 * The recordings are put in order: the one with the most measured samples
 * leads, then by how many numbers each has, by start, provider and id; so the
 * outcome does not depend on which came first.  Every part (parts.def) comes
 * whole from one recording:
 *
 *	time, device	the leader
 *	sport		the first that is more specific than its family
 *	name		the first that is not merely the sport's title
 *	laps		the first that has more than one, else the first
 *	energy, effort, gear	the first that has it
 *	beats		with the heart rate, else the first that has any
 *	all others	the one with the most samples of it (power that is zero
 *			throughout counts as none); without samples the first
 *			that has a number of it, else the first that says it is
 *			withheld
 *
 * Samples are brought to the leader's seconds; gaps of up to 10 s are filled as
 * streams_resample() does. */

#include "model/summary.h"

#define MERGE_START_S  120  /* how far apart two recordings may begin */
#define MERGE_DURATION 0.05 /* and differ in length, of the longer one */

/* Whether two recordings are of the same activity: the same family of sports
 * (the same sport, where a family is a mixed bag), beginning and duration. */
bool merge_same(const struct activity *a, const struct activity *b);

struct merge_source {
	const struct activity *activity; /* complete, see activity_complete() */
	uint32_t gives;			 /* out: parts, bit per activity_part */
};

/* out gets everything but id, provider and external_id; what it points to
 * belongs to the arena or to the sources.  n is at least 1. */
void activity_merge(
    struct arena *a, struct merge_source *list, size_t n, struct activity *out);

#endif

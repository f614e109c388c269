#ifndef SPORT_LOAD_METHODS_H
#define SPORT_LOAD_METHODS_H

/* How each method of load.h rates an activity, for load_choice.c. */

#include "sport/load.h"

/* One activity on the bench.  Series are at 1 Hz and NULL when their channel
 * is absent; power, hr and speed also when too much is missing of them. */
struct load_job {
	const struct activity *activity;
	const struct thresholds *thresholds;
	enum sex sex;
	enum sport_family family;
	struct arena *arena;
	double moving_s; /* NaN when not known */
	size_t n;
	const double *power;
	const double *hr;
	const double *speed;
	const double *distance;
	const double *altitude;
};

struct load_method_record {
	/* To this kind of sport. */
	bool (*applies)(const struct load_job *j);
	/* The threshold that is missing, NULL when none is. */
	const char *(*lacks)(const struct load_job *j);
	bool (*has_data)(const struct load_job *j);
	const char *data;
	/* Both need that nothing is lacking, and are false when the data do
	 * not suffice. */
	bool (*rate)(const struct load_job *j, struct activity_load *out);
	bool (*rate_average)(
	    const struct load_job *j, struct activity_load *out);
};

/* By LOAD_TSS to LOAD_HRTSS, the best first. */
extern const struct load_method_record load_methods[LOAD_HRTSS + 1];

/* Bring the activity's samples on the bench: a grid of a second each. */
void load_lay_out(struct load_job *j);
/* By perceived exertion, when that is there. */
bool load_rate_rpe(const struct load_job *j, struct activity_load *out);

#endif

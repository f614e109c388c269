/* Which load an activity is given: by the best method that its data and the
 * thresholds of its day allow, and why. */

#include <stdio.h>

#include "sport/load_methods.h"

static bool
try_method(const struct load_job *j, const struct load_method_record *m,
    bool averages, struct activity_load *out)
{
	if (!m->applies(j) || m->lacks(j) != NULL)
		return false;
	if (!averages)
		return m->rate(j, out);
	return m->rate_average != NULL && m->rate_average(j, out);
}

static void
choose_method(const struct load_job *j, struct activity_load *out)
{
	for (int averages = 0; averages < 2; averages++)
		for (int m = LOAD_TSS; m <= LOAD_HRTSS; m++)
			if (try_method(j, &load_methods[m], averages != 0, out))
				return;
	if (load_rate_rpe(j, out))
		return;
	snprintf(out->why, sizeof(out->why), "%s",
	    j->moving_s > 0
		? "Neither power, pace nor heart rate is there together with "
		  "the threshold that it is rated against, and no perceived "
		  "exertion."
		: "There is no duration.");
}

/* Better than what was chosen: all before it, and itself by samples. */
static int
last_better(const struct activity_load *out)
{
	if (out->method == LOAD_NONE || out->method == LOAD_RPE)
		return LOAD_HRTSS;
	if (out->from_samples || out->method == LOAD_STSS)
		return (int)out->method - 1;
	return (int)out->method;
}

/* What a method misses. */
enum gap { GAP_NONE, GAP_THRESHOLD, GAP_DATA, GAP_BOTH, GAP_COUNT };

static enum gap
gap_of(const struct load_job *j, const struct load_method_record *m)
{
	if (m->has_data(j))
		return m->lacks(j) != NULL ? GAP_THRESHOLD : GAP_NONE;
	return m->lacks(j) != NULL ? GAP_BOTH : GAP_DATA;
}

static void
tell_gap(const struct load_job *j, const struct load_method_record *m,
    enum gap gap, struct activity_load *out)
{
	snprintf(out->better, sizeof(out->better), "%s would need %s%s%s.",
	    out->method == LOAD_NONE ? "A load" : "A better one",
	    gap != GAP_THRESHOLD ? m->data : "", gap == GAP_BOTH ? " and " : "",
	    gap != GAP_DATA ? m->lacks(j) : "");
}

/* Power is not asked of runners who have never used it. */
static bool
is_far_fetched(const struct load_job *j, int method, enum gap gap)
{
	return gap == GAP_BOTH && method == LOAD_TSS && j->family == FAMILY_RUN;
}

/* A method that lacks only its threshold comes first, since that can still be
 * entered; then one that lacks only its data. */
static void
tell_better(const struct load_job *j, struct activity_load *out)
{
	for (int gap = GAP_THRESHOLD; gap < GAP_COUNT; gap++)
		for (int i = LOAD_TSS; i <= last_better(out); i++) {
			const struct load_method_record *m = &load_methods[i];

			if (!m->applies(j) || (int)gap_of(j, m) != gap ||
			    is_far_fetched(j, i, (enum gap)gap))
				continue;
			tell_gap(j, m, (enum gap)gap, out);
			return;
		}
}

static double
moving_time(const struct summary *sum)
{
	if (sum->moving_s > 0)
		return sum->moving_s;
	return sum->elapsed_s > 0 ? sum->elapsed_s : VALUE_MISSING;
}

void
activity_load(const struct activity *a, const struct thresholds *t,
    enum sex sex, struct activity_load *out)
{
	struct load_job j = {
		.activity = a,
		.thresholds = t,
		.sex = sex,
		.family = sport_type_family(a->sport),
		.arena = arena_new(),
		.moving_s = moving_time(&a->sum),
	};

	*out = (struct activity_load){
		.method = LOAD_NONE,
		.value = VALUE_MISSING,
		.intensity_factor = VALUE_MISSING,
		.duration_s = VALUE_MISSING,
		.intensity = VALUE_MISSING,
		.threshold = VALUE_MISSING,
	};
	load_lay_out(&j);
	choose_method(&j, out);
	tell_better(&j, out);
	arena_free(&j.arena);
}

#ifndef MODEL_DAILY_H
#define MODEL_DAILY_H

/* Measurements of one local day.  One row a kind and day; the kind says the
 * unit. */

#include "base/str.h"

/* DAILY(id, name, low, high): plausible range. */
#define DAILY_KINDS(X)                                                         \
	X(REST_HR, "resting_hr_bpm", 20, 150)                                  \
	X(HRV_RMSSD, "hrv_rmssd_ms", 1, 400)                                   \
	X(HRV_SDNN, "hrv_sdnn_ms", 1, 400)                                     \
	X(WEIGHT, "weight_kg", 20, 400)                                        \
	X(SLEEP_TOTAL, "sleep_total_s", 0, 86400)                              \
	X(SLEEP_DEEP, "sleep_deep_s", 0, 86400)                                \
	X(SLEEP_REM, "sleep_rem_s", 0, 86400)                                  \
	X(SLEEP_LIGHT, "sleep_light_s", 0, 86400)                              \
	X(SLEEP_AWAKE, "sleep_awake_s", 0, 86400)                              \
	X(STEPS, "steps", 0, 200000)                                           \
	X(STRESS, "stress_average", 1, 100) /* as the device has it */

enum daily_kind {
#define X(id, name, low, high) DAILY_##id,
	DAILY_KINDS(X)
#undef X
	    DAILY_KIND_COUNT
};

struct daily {
	int32_t day;
	enum daily_kind kind;
	double value;	    /* or value_restricted() */
	const char *source; /* who measured it; NULL: not said */
};

const char *daily_name(enum daily_kind k);
NODISCARD bool daily_parse(struct str name, enum daily_kind *out);
void daily_bounds(enum daily_kind k, double *low_r, double *high_r);

#endif

#ifndef MODEL_ATHLETE_H
#define MODEL_ATHLETE_H

/* The person: what the formulas need to know of them. */

#include "base/uuid.h"
#include "model/sport_type.h"
#include "model/value.h"

enum sex { SEX_UNKNOWN, SEX_FEMALE, SEX_MALE };

/* What pages show; everything else is metric. */
enum units { UNITS_METRIC, UNITS_IMPERIAL };

struct athlete {
	struct uuid tenant_id;
	struct uuid user_id;
	const char *username;
	const char *display_name;
	const char *email;
	const char *timezone; /* IANA name */
	enum sex sex;
	int32_t birth_day; /* days since 1970-01-01; INT32_MIN unknown */
	double height_m;
	double weight_kg; /* latest known */
	enum units units;
};

/* Thresholds that held on one day; NaN when not known.  Each came with a date
 * and a source ("test", "user", "estimate: ..."), which thresholds_source
 * tells. */
enum threshold_kind {
	THRESHOLD_FTP_W,     /* functional threshold power, cycling */
	THRESHOLD_RUN_FTP_W, /* the same for running power */
	THRESHOLD_LTHR_BPM,  /* heart rate at lactate threshold */
	THRESHOLD_MAX_HR_BPM,
	THRESHOLD_REST_HR_BPM,
	THRESHOLD_RUN_PACE_MPS, /* threshold speed, running */
	THRESHOLD_CSS_MPS,	/* critical swim speed */
	THRESHOLD_KIND_COUNT
};

struct threshold {
	enum threshold_kind kind;
	int32_t day; /* valid from this local day */
	double value;
	const char *source; /* of what a file says: the device, or "" */
};

/* The set valid on a day: for each kind the last value at or before it. */
struct thresholds {
	struct threshold of[THRESHOLD_KIND_COUNT]; /* value NaN: none */
};

const char *threshold_name(enum threshold_kind k); /* "ftp_w", ... */
NODISCARD bool threshold_parse(struct str name, enum threshold_kind *out);
/* Plausible range of a kind, in its unit. */
void threshold_bounds(enum threshold_kind k, double *low_r, double *high_r);
/* How long ago a threshold may have been found; never on a day to come. */
#define THRESHOLD_DAYS_BACK (40 * 366)
/* list must be sorted by day.  Rest HR and max HR fall back to nothing. */
void thresholds_on(struct thresholds *out, const struct threshold *list,
    size_t n, int32_t day);

const char *sex_name(enum sex s);
NODISCARD bool sex_parse(struct str name, enum sex *out);
const char *units_name(enum units u);	 /* "metric", "imperial" */
enum units units_parse(struct str name); /* metric, unless it is imperial */

/* Age in whole years on a day, or -1 when the birth day is not known. */
int athlete_age(const struct athlete *a, int32_t day);

#endif

#ifndef MCP_ANALYSIS_H
#define MCP_ANALYSIS_H

/* Everything that the samples of one activity tell, computed in one go.  Pure;
 * runs on a thread. */

#include "model/activity.h"
#include "sport/bests.h"
#include "sport/load.h"
#include "sport/zones.h"

#define ANALYSIS_MAX_DISTANCES 8

/* Decoupling says little when less than this remains after the warm-up. */
#define ANALYSIS_DECOUPLING_S 1200

struct analysis_input {
	struct arena *arena;
	struct activity *activity; /* its channels are derived and cleaned */
	const struct thresholds *thresholds;
	enum sex sex;
	size_t warm_up_s;
};

/* One channel on a 1-second grid. */
struct series {
	const double *v; /* NULL: not recorded */
	size_t n;
	size_t valid_s;
};

/* NaN wherever the data or the thresholds do not suffice. */
struct analysis {
	enum sport_family family;
	size_t seconds;	 /* of the grid */
	size_t moving_s; /* without pauses */
	size_t pauses;
	struct activity_load load;

	struct series power;
	double average_w, normalized_w, xpower_w;
	double ftp_w, intensity_factor, variability_index, work_kj;

	struct series hr;
	double average_hr_bpm, max_hr_bpm;
	double trimp, trimp_edwards;
	size_t hr_dropouts; /* samples of 0 bpm */

	struct series speed; /* runs and walks */
	double ngp_mps, gap_mps;

	const char *output; /* what efficiency rates: "power", or NULL */
	double efficiency_factor, decoupling_percent;

	struct zones hr_zones, power_zones;
	struct zone_times hr_times, power_times;

	const struct best *power_curve, *hr_curve;
	size_t n_power_curve, n_hr_curve;

	struct best_distance distances[ANALYSIS_MAX_DISTANCES];
	size_t n_distances;
};

void analysis_make(const struct analysis_input *in, struct analysis *out);

/* Share of the moving time in which a channel was recorded, 0 to 1. */
double analysis_coverage(const struct analysis *a, const struct series *s);

#endif

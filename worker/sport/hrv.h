#ifndef SPORT_HRV_H
#define SPORT_HRV_H

/* Heart-rate variability in the time domain from RR intervals (Task Force of
 * the ESC and NASPE, Circulation 1996; 93:1043).  Artefacts are left out first:
 * intervals that differ by more than 20 % from the median of the eleven around
 * them, after Malik et al. 1989. */

#include <stddef.h>
#include <stdint.h>

#define HRV_ARTEFACT_SHARE 0.2
#define HRV_MEDIAN_OF	   11
#define HRV_LEAST	   20	/* intervals below which nothing is said */
#define HRV_POOR_SHARE	   0.05 /* artefacts above which the data are poor */

struct hrv {
	size_t beats;	 /* intervals that there were */
	size_t removed;	 /* of them artefacts */
	double rmssd_ms; /* of neighbours that are both left; NaN: too few */
	double sdnn_ms;	 /* sample standard deviation; NaN: too few */
};

void hrv_compute(const uint16_t *ms, size_t n, struct hrv *out);

#endif

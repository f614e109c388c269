#ifndef SPORT_POWER_H
#define SPORT_POWER_H

/* Power of one activity.  Series are watts at 1 Hz (streams_resample), NaN
 * where missing; a zero is a measured zero and counts.  A result that the data
 * cannot give is NaN. */

#include "base/base.h"

#define POWER_NP_WINDOW_S 30

/* Seconds that hold a number. */
size_t power_valid_s(const double *w, size_t n);

/* Average power in W, zeros included. */
double power_average(const double *w, size_t n);

/* Normalized Power in W (Coggan 2003): 30 s trailing mean, fourth power, mean,
 * fourth root.  Only full windows count: those of 30 present seconds; NaN when
 * there is none.  Applied to grade-adjusted speed it gives NGP. */
double power_normalized(const double *w, size_t n);

/* xPower in W (Skiba 2008): as Normalized Power with an exponentially weighted
 * mean of time constant 25 s, started at the first sample; over a gap it decays
 * as if the power were zero, but only present seconds are averaged. */
double power_xpower(const double *w, size_t n);

/* Intensity factor (Coggan 2003): Normalized Power / FTP; 1.0 is threshold. */
double power_intensity_factor(double normalized_w, double ftp_w);

/* Variability index (Coggan 2003): Normalized Power / average power; 1 for even
 * power, and below only when the first 30 s, which no window ends in, were the
 * hardest. */
double power_variability_index(double normalized_w, double average_w);

/* Work in kJ: the sum of W times 1 s / 1000. */
double power_work_kj(const double *w, size_t n);

/* Efficiency factor (Friel 2012): Normalized Power in W, or normalized graded
 * pace in m/min, per heart beat a minute. */
double power_efficiency_factor(double output, double average_hr_bpm);

/* Aerobic decoupling in percent (Friel 2012): (EF1 - EF2) / EF1 * 100 of the
 * halves by time after warm_up_s; positive means that heart rate drifted up
 * against output.  Under 5 % counts as aerobically durable.  output: watts or
 * grade-adjusted speed; each half needs a full 30 s window and a heart rate. */
double power_decoupling(
    const double *output, const double *hr_bpm, size_t n, size_t warm_up_s);

#endif

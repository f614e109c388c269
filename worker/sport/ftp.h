#ifndef SPORT_FTP_H
#define SPORT_FTP_H

/* Functional threshold power in W from tests; NaN for powers not above 0. */

#include "base/base.h"

enum ftp_test {
	FTP_20MIN, /* 0.95 of 20 min after a 5 min effort: Allen & Coggan 2006
		    */
	FTP_8MIN,  /* 0.90 of the better of two 8 min: Carmichael & Rutberg */
	FTP_RAMP,  /* 0.75 of the best minute: MacDougall, Wenger & Green */
	FTP_60MIN, /* the definition: Coggan 2003 */
	FTP_TEST_COUNT
};

const char *ftp_test_name(enum ftp_test t);
/* How long the effort is that the test rates, s. */
int32_t ftp_test_duration_s(enum ftp_test t);
double ftp_from_test(enum ftp_test t, double mean_w);

/* Sweet spot, 88 to 94 % of FTP (Overton). */
void ftp_sweet_spot(double ftp_w, double *low_r, double *high_r);

#endif

/* Functional threshold power from field tests. */

#include "sport/ftp.h"

#include "model/value.h"

#define SWEET_SPOT_LOW	0.88
#define SWEET_SPOT_HIGH 0.94

struct test {
	const char *name;
	int32_t duration_s;
	double factor;
};

static const struct test tests[FTP_TEST_COUNT] = {
	[FTP_20MIN] = { "20min", 1200, 0.95 },
	[FTP_8MIN] = { "8min", 480, 0.90 },
	[FTP_RAMP] = { "ramp", 60, 0.75 },
	[FTP_60MIN] = { "60min", 3600, 1.00 },
};

const char *
ftp_test_name(enum ftp_test t)
{
	return tests[t].name;
}

int32_t
ftp_test_duration_s(enum ftp_test t)
{
	return tests[t].duration_s;
}

double
ftp_from_test(enum ftp_test t, double mean_w)
{
	return mean_w > 0 ? mean_w * tests[t].factor : VALUE_MISSING;
}

void
ftp_sweet_spot(double ftp_w, double *low_r, double *high_r)
{
	bool known = ftp_w > 0;

	*low_r = known ? ftp_w * SWEET_SPOT_LOW : VALUE_MISSING;
	*high_r = known ? ftp_w * SWEET_SPOT_HIGH : VALUE_MISSING;
}

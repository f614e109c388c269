/* Functional threshold power: the protocols and the sweet spot. */

#include "sport/ftp.h"

#include "tap.h"

int
main(void)
{
	static const double bad[] = { NAN, 0, -300 };
	double low, high;

	is_near(ftp_from_test(FTP_20MIN, 300), 285, 1e-9, "20 min at 300 W");
	is_near(ftp_from_test(FTP_8MIN, 320), 288, 1e-9, "8 min at 320 W");
	is_near(ftp_from_test(FTP_RAMP, 400), 300, 1e-9, "ramp to 400 W");
	is_near(ftp_from_test(FTP_60MIN, 250), 250, 1e-9, "60 min at 250 W");
	is_int(ftp_test_duration_s(FTP_20MIN), 1200, "20 min in seconds");
	is_int(ftp_test_duration_s(FTP_8MIN), 480, "8 min in seconds");
	is_int(ftp_test_duration_s(FTP_RAMP), 60, "the ramp's best minute");
	is_int(ftp_test_duration_s(FTP_60MIN), 3600, "60 min in seconds");
	is_str(ftp_test_name(FTP_20MIN), "20min", "name of 20 min");
	is_str(ftp_test_name(FTP_8MIN), "8min", "name of 8 min");
	is_str(ftp_test_name(FTP_RAMP), "ramp", "name of the ramp");
	is_str(ftp_test_name(FTP_60MIN), "60min", "name of 60 min");
	ftp_sweet_spot(250, &low, &high);
	is_near(low, 220, 1e-9, "sweet spot from 88 %%");
	is_near(high, 235, 1e-9, "to 94 %%");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		for (int t = 0; t < FTP_TEST_COUNT; t++)
			ok(isnan(ftp_from_test((enum ftp_test)t, bad[i])),
			    "test %d of %g W", t, bad[i]);
		ftp_sweet_spot(bad[i], &low, &high);
		ok(isnan(low) && isnan(high), "sweet spot of %g W", bad[i]);
	}
	return tap_done();
}

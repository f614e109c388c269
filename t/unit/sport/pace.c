/* Pace: both ways, and its text at the edges of rounding. */

#include "sport/pace.h"

#include "tap.h"

static void
check(double seconds, const char *want)
{
	char got[PACE_TEXT];

	pace_format(seconds, got);
	is_str(got, want, "%g s", seconds);
}

int
main(void)
{
	static const double bad[] = { NAN, 0, -3 };

	is_near(pace_s_per_km(4), 250, 1e-12, "4 m/s is 4:10 a kilometre");
	is_near(pace_to_speed(250), 4, 1e-12, "and back");
	is_near(pace_s_per_100m(200.0 / 190), 95, 1e-9,
	    "CSS of 360 s and 170 s: 1:35 a hundred metres");
	check(pace_s_per_100m(1.05263), "1:35");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ok(isnan(pace_s_per_km(bad[i])), "no pace at %g m/s", bad[i]);
		ok(isnan(pace_s_per_100m(bad[i])), "nor in water");
		ok(isnan(pace_to_speed(bad[i])), "no speed at %g s", bad[i]);
	}
	check(255, "4:15");
	check(59.6, "1:00");
	check(59.4, "0:59");
	check(239.6, "4:00");
	check(299.5, "5:00");
	check(0, "0:00");
	check(9, "0:09");
	check(600, "10:00");
	check(5999.4, "99:59");
	check(5999.5, "-");
	check(6000, "-");
	check(1e300, "-");
	check(INFINITY, "-");
	check(-0.1, "-");
	check(-1e300, "-");
	check(NAN, "-");
	return tap_done();
}

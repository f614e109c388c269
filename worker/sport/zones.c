/* Intensity zones: the published tables, and how long was spent in each. */

#include "sport/zones.h"

/* Percents of the reference: where the zone begins for us, and what the table
 * prints. */
struct row {
	const char *name;
	const char *title;
	double begin;
	double from;
	double to;
};

struct table {
	const char *name;
	const char *source;
	const char *basis;
	const char *unit;
	size_t n;
	struct row row[ZONES_MAX];
};

static const struct table tables[ZONES_SCHEME_COUNT] = {
	[ZONES_NONE] = { "none", "", "", "", 0, { { "", "", 0, 0, 0 } } },
	[ZONES_FRIEL_BIKE] = { "friel_lthr_bike",
	    "Friel, The Triathlete's Training Bible", "lthr", "bpm", 7,
	    { { "Z1", "Recovery", 0, 0, 81 }, { "Z2", "Aerobic", 81, 81, 89 },
		{ "Z3", "Tempo", 90, 90, 93 },
		{ "Z4", "Subthreshold", 94, 94, 99 },
		{ "Z5a", "Superthreshold", 100, 100, 102 },
		{ "Z5b", "Aerobic capacity", 103, 103, 106 },
		{ "Z5c", "Anaerobic capacity", 106, 106, INFINITY } } },
	[ZONES_FRIEL_RUN] = { "friel_lthr_run",
	    "Friel, The Triathlete's Training Bible", "lthr", "bpm", 7,
	    { { "Z1", "Recovery", 0, 0, 85 }, { "Z2", "Aerobic", 85, 85, 89 },
		{ "Z3", "Tempo", 90, 90, 94 },
		{ "Z4", "Subthreshold", 95, 95, 99 },
		{ "Z5a", "Superthreshold", 100, 100, 102 },
		{ "Z5b", "Aerobic capacity", 103, 103, 106 },
		{ "Z5c", "Anaerobic capacity", 106, 106, INFINITY } } },
	[ZONES_KARVONEN] = { "karvonen_hr_reserve",
	    "Karvonen, Kentala & Mustala 1957", "hr_reserve", "bpm", 5,
	    { { "Z1", "Very light", 50, 50, 60 }, { "Z2", "Light", 60, 60, 70 },
		{ "Z3", "Moderate", 70, 70, 80 }, { "Z4", "Hard", 80, 80, 90 },
		{ "Z5", "Maximum", 90, 90, 100 } } },
	[ZONES_ACSM_HRMAX] = { "acsm_hrmax", "ACSM 2018", "hrmax", "bpm", 5,
	    { { "Z1", "Very light", 0, 0, 57 }, { "Z2", "Light", 57, 57, 63 },
		{ "Z3", "Moderate", 64, 64, 76 },
		{ "Z4", "Vigorous", 77, 77, 95 },
		{ "Z5", "Near-maximal", 96, 96, INFINITY } } },
	[ZONES_COGGAN_HR] = { "coggan_lthr", "Allen & Coggan 2010", "lthr",
	    "bpm", 5,
	    { { "Z1", "Active recovery", 0, 0, 68 },
		{ "Z2", "Endurance", 69, 69, 83 },
		{ "Z3", "Tempo", 84, 84, 94 },
		{ "Z4", "Lactate threshold", 95, 95, 105 },
		{ "Z5", "VO2max", 106, 106, INFINITY } } },
	[ZONES_OLYMPIATOPPEN] = { "olympiatoppen_hrmax", "Seiler 2010", "hrmax",
	    "bpm", 5,
	    { { "I1", "Intensity 1", 55, 55, 72 },
		{ "I2", "Intensity 2", 72, 72, 82 },
		{ "I3", "Intensity 3", 82, 82, 87 },
		{ "I4", "Intensity 4", 87, 87, 92 },
		{ "I5", "Intensity 5", 92, 92, 100 } } },
	/* Printed with upper ends that belong to the zone ("up to 55 %"), so
	 * these are the borders. */
	[ZONES_COGGAN_POWER] = { "coggan_power", "Allen & Coggan 2010", "ftp",
	    "W", 7,
	    { { "Z1", "Active recovery", 0, 0, 55 },
		{ "Z2", "Endurance", 55, 56, 75 },
		{ "Z3", "Tempo", 75, 76, 90 },
		{ "Z4", "Lactate threshold", 90, 91, 105 },
		{ "Z5", "VO2max", 105, 106, 120 },
		{ "Z6", "Anaerobic capacity", 120, 121, 150 },
		{ "Z7", "Neuromuscular power", 150, 150, INFINITY } } },
};

const char *
zones_scheme_name(enum zone_scheme s)
{
	return tables[s].name;
}

const char *
zones_scheme_source(enum zone_scheme s)
{
	return tables[s].source;
}

const char *
zones_scheme_basis(enum zone_scheme s)
{
	return tables[s].basis;
}

const char *
zones_scheme_unit(enum zone_scheme s)
{
	return tables[s].unit;
}

static bool
is_usable(enum zone_scheme s, double reference, double rest_hr_bpm)
{
	if (s == ZONES_NONE || !(reference > 0) || isinf(reference))
		return false;
	return s != ZONES_KARVONEN ||
	       (rest_hr_bpm > 0 && rest_hr_bpm < reference);
}

bool
zones_make(
    struct zones *out, enum zone_scheme s, double reference, double rest_hr_bpm)
{
	const struct table *t = &tables[s];
	double base = s == ZONES_KARVONEN ? rest_hr_bpm : 0;

	*out = (struct zones){ .scheme = ZONES_NONE, .reason = "" };
	if (!is_usable(s, reference, rest_hr_bpm))
		return false;
	out->scheme = s;
	out->n = t->n;
	for (size_t i = 0; i < t->n; i++) {
		const struct row *row = &t->row[i];
		struct zone *zone = &out->zone[i];

		zone->name = row->name;
		zone->title = row->title;
		zone->from_percent = row->from;
		zone->to_percent = row->to;
		zone->low = base + (reference - base) * row->begin / 100;
		zone->high = INFINITY;
		if (i > 0)
			out->zone[i - 1].high = zone->low;
	}
	return true;
}

/* As zones_make, and tells why. */
static bool
make_because(struct zones *out, enum zone_scheme s, double reference,
    double rest_hr_bpm, const char *reason)
{
	bool made = zones_make(out, s, reference, rest_hr_bpm);

	if (made)
		out->reason = reason;
	return made;
}

bool
zones_choose_hr(
    struct zones *out, const struct thresholds *t, enum sport_family f)
{
	double lthr = t->of[THRESHOLD_LTHR_BPM].value;
	double max = t->of[THRESHOLD_MAX_HR_BPM].value;
	double rest = t->of[THRESHOLD_REST_HR_BPM].value;

	if (f == FAMILY_RIDE &&
	    make_because(out, ZONES_FRIEL_BIKE, lthr, rest,
		"The threshold heart rate is known, and this is a ride."))
		return true;
	if (f != FAMILY_RIDE &&
	    make_because(out, ZONES_FRIEL_RUN, lthr, rest,
		"The threshold heart rate is known, and this is no ride."))
		return true;
	if (make_because(out, ZONES_KARVONEN, max, rest,
		"Maximum and resting heart rate are known, the threshold heart "
		"rate is not."))
		return true;
	if (make_because(out, ZONES_ACSM_HRMAX, max, rest,
		"Only the maximum heart rate is known; a resting or a "
		"threshold "
		"heart rate would fit the zones to the person."))
		return true;
	out->reason = "Neither threshold nor maximum heart rate is known.";
	return false;
}

bool
zones_choose_power(
    struct zones *out, const struct thresholds *t, enum sport_family f)
{
	if (f == FAMILY_RIDE) {
		if (make_because(out, ZONES_COGGAN_POWER,
			t->of[THRESHOLD_FTP_W].value, VALUE_MISSING,
			"The functional threshold power for rides is known."))
			return true;
		out->reason = "No functional threshold power is known.";
	} else if (f == FAMILY_RUN) {
		if (make_because(out, ZONES_COGGAN_POWER,
			t->of[THRESHOLD_RUN_FTP_W].value, VALUE_MISSING,
			"The functional threshold power for runs is known."))
			return true;
		out->reason = "No functional threshold power for runs is "
			      "known; that of rides does not hold for them.";
	} else {
		*out = (struct zones){ .scheme = ZONES_NONE };
		out->reason = "Power zones are for rides and runs.";
	}
	return false;
}

void
zones_time(
    struct zone_times *out, const struct zones *z, const double *v, size_t n)
{
	bool is_hr = z->scheme != ZONES_COGGAN_POWER;

	*out = (struct zone_times){ 0 };
	if (z->n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		size_t zone = z->n;

		if (!value_has(v[i]) || (is_hr && v[i] <= 0))
			continue;
		out->valid_s++;
		while (zone > 0 && v[i] < z->zone[zone - 1].low)
			zone--;
		if (zone == 0)
			out->below_s++;
		else
			out->in_s[zone - 1]++;
	}
}

#include "web/number.h"

#include <math.h>

#include "base/date.h"
#include "model/value.h"

const char *
number_show(struct arena *a, double v, int digits)
{
	char *s;
	size_t n;

	if (!value_has(v))
		return "";
	s = arena_printf(a, "%.*f", digits, v);
	n = strlen(s);
	if (strchr(s, '.') == NULL)
		return s;
	while (s[n - 1] == '0')
		s[--n] = '\0';
	if (s[n - 1] == '.')
		s[n - 1] = '\0';
	return s;
}

const char *
day_show(struct arena *a, int32_t day)
{
	char text[DATE_TEXT_LEN + 1];

	date_format_day(day, text);
	return arena_strdup(a, text);
}

const char *
day_words(struct arena *a, int32_t day)
{
	struct date_civil c = date_from_day(day);

	return arena_printf(
	    a, "%d %s %d", c.day, date_month_name(c.month), c.year);
}

const char *
pace_show(struct arena *a, double mps, double per_m)
{
	struct buf b = BUF_INIT;
	const char *s;

	date_format_duration(&b, per_m / mps);
	s = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return s;
}

bool
number_read(
    struct arena *a, struct field *f, double low, double high, double *out)
{
	char *text = arena_strdup(a, field_str(f).p);
	char *comma = strchr(text, ',');

	*out = VALUE_MISSING;
	if (text[0] == '\0')
		return true;
	if (comma != NULL)
		*comma = '.';
	if (!str_to_f64(str_of(text), out) || *out < low || *out > high) {
		f->error = arena_printf(a, "A number from %s to %s, please.",
		    number_show(a, low, 2), number_show(a, high, 2));
		return false;
	}
	return true;
}

bool
day_read(struct arena *a, struct field *f, int32_t low, int32_t high,
    int32_t otherwise, int32_t *out)
{
	struct str text = field_str(f);

	*out = otherwise;
	if (text.n == 0)
		return true;
	if (!date_parse_day(text, out) || *out < low || *out > high) {
		f->error = arena_printf(a,
		    "A day from %s to %s, please, written like %s.",
		    day_show(a, low), day_show(a, high), day_show(a, high));
		return false;
	}
	return true;
}

bool
pace_read(struct arena *a, struct field *f, double per_m, double low_mps,
    double high_mps, double *out)
{
	struct str seconds, text = field_str(f);
	struct str minutes = str_cut(text, ':', &seconds);
	uint64_t m = 0, s = 0;

	*out = VALUE_MISSING;
	if (text.n == 0)
		return true;
	if (str_to_u64(minutes, &m) && seconds.n == 2 &&
	    str_to_u64(seconds, &s) && s < 60 && m < 1000 && m + s > 0)
		*out = per_m / (double)(m * 60 + s);
	if (!value_has(*out) || *out < low_mps || *out > high_mps) {
		f->error = arena_printf(a,
		    "Minutes and seconds from %s to %s, please.",
		    pace_show(a, high_mps, per_m),
		    pace_show(a, low_mps, per_m));
		return false;
	}
	return true;
}

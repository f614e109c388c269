#include "base/date.h"

#include "base/check.h"

#include <math.h>
#include <stdlib.h>

/* Days from and to civil dates by eras of 400 years (146097 days), counted
 * from 1 March so that the leap day is the last of its year. */

#define DAYS_PER_ERA 146097
#define EPOCH_SHIFT  719468 /* days from 0000-03-01 to 1970-01-01 */

/* What can be written by four digits of a year. */
#define FIRST_DAY (-719528) /* 0000-01-01 */
#define LAST_DAY  2932896   /* 9999-12-31 */

static const char *const month_names[] = { "Jan", "Feb", "Mar", "Apr", "May",
	"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const weekday_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

const char *
date_month_name(int month)
{
	CHECK(month >= 1 && month <= 12);
	return month_names[month - 1];
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}

int32_t
date_to_day(struct date_civil c)
{
	int64_t y = c.year - (c.month <= 2);
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year =
	    (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
			     year_of_era / 100 + day_of_year;

	return (int32_t)(era * DAYS_PER_ERA + day_of_era - EPOCH_SHIFT);
}

struct date_civil
date_from_day(int32_t day)
{
	int64_t z = (int64_t)day + EPOCH_SHIFT;
	int64_t era = floor_div(z, DAYS_PER_ERA);
	int64_t doe = z - era * DAYS_PER_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct date_civil c;

	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp + (mp < 10 ? 3 : -9));
	c.year = (int)(yoe + era * 400 + (c.month <= 2));
	return c;
}

int
date_weekday(int32_t day)
{
	/* Day 0 was a Thursday. */
	int64_t w = ((int64_t)day + 3) % 7;

	return (int)(w < 0 ? w + 7 : w) + 1;
}

int32_t
date_of_instant(int64_t us, int32_t offset_s)
{
	return (int32_t)floor_div(
	    us + offset_s * DATE_US_PER_SECOND, DATE_US_PER_DAY);
}

/* --- writing ------------------------------------------------------------- */

static int32_t
writable(int64_t day)
{
	return (int32_t)MAX(MIN(day, LAST_DAY), FIRST_DAY);
}

/* The last `digits` of v, and behind them `end`. */
static char *
put_digits(char *to, unsigned v, size_t digits, char end)
{
	for (size_t i = digits; i-- > 0; v /= 10)
		to[i] = (char)('0' + v % 10);
	to[digits] = end;
	return to + digits + 1;
}

static char *
put_date(char *to, struct date_civil c, char end)
{
	to = put_digits(to, (unsigned)c.year, 4, '-');
	to = put_digits(to, (unsigned)c.month, 2, '-');
	return put_digits(to, (unsigned)c.day, 2, end);
}

void
date_format_day(int32_t day, char out[DATE_TEXT_LEN + 1])
{
	put_date(out, date_from_day(writable(day)), '\0');
}

struct clock_time {
	struct date_civil date;
	int32_t day;
	int hour, minute, second, ms;
};

static struct clock_time
split_instant(int64_t us, int32_t offset_s)
{
	int64_t local = us + offset_s * DATE_US_PER_SECOND;
	int64_t day = floor_div(local, DATE_US_PER_DAY);
	int32_t shown = writable(day);
	int64_t rest = local - day * DATE_US_PER_DAY;
	int seconds = (int)(rest / DATE_US_PER_SECOND);

	return (struct clock_time){
		.date = date_from_day(shown),
		.day = shown,
		.hour = seconds / 3600,
		.minute = seconds / 60 % 60,
		.second = seconds % 60,
		.ms = (int)(rest % DATE_US_PER_SECOND / 1000),
	};
}

void
date_format_rfc3339(struct buf *out, int64_t us, bool ms, int32_t offset_s)
{
	struct clock_time t = split_instant(us, offset_s);
	unsigned minutes = (unsigned)abs(offset_s) / 60;
	char text[40], *to = put_date(text, t.date, 'T');
	char zone = offset_s == 0 ? 'Z' : offset_s < 0 ? '-' : '+';

	to = put_digits(to, (unsigned)t.hour, 2, ':');
	to = put_digits(to, (unsigned)t.minute, 2, ':');
	to = put_digits(to, (unsigned)t.second, 2, ms ? '.' : zone);
	if (ms)
		to = put_digits(to, (unsigned)t.ms, 3, zone);
	buf_add(out, text, (size_t)(to - text));
	if (offset_s != 0)
		buf_printf(out, "%02u:%02u", minutes / 60, minutes % 60);
}

void
date_format_http(struct buf *out, int64_t us)
{
	struct clock_time t = split_instant(us, 0);

	buf_printf(out, "%s, %02d %s %04d %02d:%02d:%02d GMT",
	    weekday_names[date_weekday(t.day) - 1], t.date.day,
	    date_month_name(t.date.month), t.date.year, t.hour, t.minute,
	    t.second);
}

void
date_format_duration(struct buf *out, double seconds)
{
	long long s = llround(seconds);

	if (s < 0) {
		buf_addc(out, '-');
		s = -s;
	}
	if (s >= 3600)
		buf_printf(
		    out, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
	else
		buf_printf(out, "%lld:%02lld", s / 60, s % 60);
}

/* --- reading ------------------------------------------------------------- */

/* Exactly n digits at the front of *s. */
static bool
take_digits(struct str *s, size_t n, int *out)
{
	int v = 0;

	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = str_make(s->p + n, s->n - n);
	*out = v;
	return true;
}

static bool
take_char(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_make(s->p + 1, s->n - 1);
	return true;
}

static int
days_in_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool
take_date(struct str *s, struct date_civil *c)
{
	return take_digits(s, 4, &c->year) && take_char(s, '-') &&
	       take_digits(s, 2, &c->month) && take_char(s, '-') &&
	       take_digits(s, 2, &c->day) && c->month >= 1 && c->month <= 12 &&
	       c->day >= 1 && c->day <= days_in_month(c->year, c->month);
}

bool
date_parse_day(struct str s, int32_t *day_r)
{
	struct date_civil c;

	if (!take_date(&s, &c) || s.n != 0)
		return false;
	*day_r = date_to_day(c);
	return true;
}

/* "20:30:00" with up to nine digits of fraction, in microseconds. */
static bool
take_time(struct str *s, int64_t *us_r)
{
	int h, m, sec, digit;
	int64_t fraction = 0, unit = 100000;

	if (!take_digits(s, 2, &h) || !take_char(s, ':') ||
	    !take_digits(s, 2, &m) || !take_char(s, ':') ||
	    !take_digits(s, 2, &sec) || h > 23 || m > 59 || sec > 60)
		return false;
	if (take_char(s, '.')) {
		if (!take_digits(s, 1, &digit))
			return false;
		do {
			fraction += digit * unit;
			unit /= 10;
		} while (take_digits(s, 1, &digit));
	}
	*us_r =
	    ((h * 60 + m) * INT64_C(60) + sec) * DATE_US_PER_SECOND + fraction;
	return true;
}

static bool
take_zone(struct str *s, int32_t *offset_r)
{
	int h, m;
	int sign = 1;

	if (take_char(s, 'Z') || take_char(s, 'z')) {
		*offset_r = 0;
		return true;
	}
	if (take_char(s, '-'))
		sign = -1;
	else if (!take_char(s, '+'))
		return false;
	if (!take_digits(s, 2, &h))
		return false;
	take_char(s, ':');
	if (!take_digits(s, 2, &m) || h > 23 || m > 59)
		return false;
	*offset_r = sign * (h * 3600 + m * 60);
	return true;
}

bool
date_parse_rfc3339(struct str s, int64_t *us_r, int32_t *offset_r)
{
	struct date_civil c;
	int64_t time_us, day;
	int32_t offset;

	if (!take_date(&s, &c) ||
	    !(take_char(&s, 'T') || take_char(&s, 't') || take_char(&s, ' ')) ||
	    !take_time(&s, &time_us) || !take_zone(&s, &offset) || s.n != 0)
		return false;
	*us_r = date_to_day(c) * DATE_US_PER_DAY + time_us -
		offset * DATE_US_PER_SECOND;
	if (offset_r != NULL)
		*offset_r = offset;
	day = floor_div(*us_r, DATE_US_PER_DAY);
	return day == writable(day);
}

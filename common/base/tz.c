#include "base/tz.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/date.h"
#include "base/map.h"
#include "base/xalloc.h"

/* TZif version 2 and later (RFC 8536): transition times, the offset that each
 * begins, and a POSIX TZ rule for what comes after the last. */

#define ZONE_DIR "/usr/share/zoneinfo/"
#define MAX_FILE (256 * 1024)
#define MAX_NAME 64

/* When summer time begins or ends: Mm.w.d/time of POSIX TZ. */
struct change {
	char kind; /* 'M', 'J' (1-365, no leap day), 'D' (0-365) */
	int month, week, weekday, day;
	int32_t at_s;
};

struct rule {
	bool present;
	bool has_dst;
	int32_t std_s, dst_s; /* east of UTC */
	struct change begin, end;
};

struct tz {
	char name[MAX_NAME + 1];
	size_t n;
	int64_t *at;	   /* transition instants, s */
	int32_t *offset_s; /* from there on */
	int32_t first_s;   /* before the first */
	struct rule rule;
};

/* --- the POSIX TZ footer ------------------------------------------------- */

static bool
skip_abbreviation(const char **p)
{
	const char *start = *p;

	if (**p == '<') {
		while (**p != '\0' && **p != '>')
			(*p)++;
		return *(*p)++ == '>';
	}
	while ((**p | 32) >= 'a' && (**p | 32) <= 'z')
		(*p)++;
	return *p - start >= 3;
}

static bool
read_number(const char **p, int *out)
{
	char *end;
	long v;

	if (**p < '0' || **p > '9')
		return false;
	v = strtol(*p, &end, 10);
	*p = end;
	*out = (int)v;
	return v <= 400;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool
read_hms(const char **p, int32_t *out)
{
	int part, sign = 1;
	int32_t unit = 3600;

	if (**p == '-' || **p == '+')
		sign = *(*p)++ == '-' ? -1 : 1;
	*out = 0;
	for (;;) {
		if (!read_number(p, &part))
			return false;
		*out += part * unit;
		unit /= 60;
		if (**p != ':' || unit == 0)
			break;
		(*p)++;
	}
	*out *= sign;
	return true;
}

static bool
read_change(const char **p, struct change *c)
{
	c->at_s = 7200;
	if (**p == 'M') {
		c->kind = *(*p)++;
		if (!read_number(p, &c->month) || *(*p)++ != '.' ||
		    !read_number(p, &c->week) || *(*p)++ != '.' ||
		    !read_number(p, &c->weekday) || c->month < 1 ||
		    c->month > 12 || c->week < 1 || c->week > 5 ||
		    c->weekday > 6)
			return false;
	} else {
		c->kind = **p == 'J' ? *(*p)++ : 'D';
		if (!read_number(p, &c->day))
			return false;
	}
	if (**p == '/') {
		(*p)++;
		return read_hms(p, &c->at_s);
	}
	return true;
}

/* "CET-1CEST,M3.5.0,M10.5.0/3" */
static bool
parse_rule(const char *p, struct rule *r)
{
	int32_t west;

	if (!skip_abbreviation(&p) || !read_hms(&p, &west))
		return false;
	r->present = true;
	r->std_s = -west;
	if (*p == '\0')
		return true;
	r->has_dst = true;
	r->dst_s = r->std_s + 3600;
	if (!skip_abbreviation(&p))
		return false;
	if (*p != ',') {
		if (!read_hms(&p, &west))
			return false;
		r->dst_s = -west;
	}
	return *p++ == ',' && read_change(&p, &r->begin) && *p++ == ',' &&
	       read_change(&p, &r->end) && *p == '\0';
}

/* Local seconds since 1970 at which a change happens in a year. */
static int64_t
change_in_year(const struct change *c, int year)
{
	struct date_civil first = { year, 1, 1 };
	int32_t day;

	if (c->kind == 'M') {
		struct date_civil month = { year, c->month, 1 };
		struct date_civil next = { year + c->month / 12,
			c->month % 12 + 1, 1 };
		int32_t end = date_to_day(next);

		day = date_to_day(month);
		/* POSIX counts Sunday as 0, ISO as 7. */
		day += (c->weekday - date_weekday(day) % 7 + 7) % 7;
		day += 7 * (c->week - 1);
		while (day >= end)
			day -= 7;
	} else {
		bool leap =
		    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

		day = date_to_day(first) + c->day;
		if (c->kind == 'J')
			day += (leap && c->day >= 60) - 1;
	}
	return day * INT64_C(86400) + c->at_s;
}

static int32_t
rule_offset(const struct rule *r, int64_t s)
{
	int64_t begin, end;
	int year;

	if (!r->has_dst)
		return r->std_s;
	year = date_from_day(date_of_instant(s * DATE_US_PER_SECOND, r->std_s))
		   .year;
	begin = change_in_year(&r->begin, year) - r->std_s;
	end = change_in_year(&r->end, year) - r->dst_s;
	if (begin < end)
		return s >= begin && s < end ? r->dst_s : r->std_s;
	return s >= end && s < begin ? r->std_s : r->dst_s;
}

/* --- the file ------------------------------------------------------------ */

static uint32_t
be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

struct counts {
	uint32_t isut, isstd, leap, time, type, chars;
};

static bool
read_header(const unsigned char *p, size_t n, struct counts *c)
{
	if (n < 44 || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	*c = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28),
		be32(p + 32), be32(p + 36), be32(p + 40) };
	return c->time <= 10000 && c->type >= 1 && c->type <= 256 &&
	       c->leap <= 1000 && c->chars <= 10000 && c->isut <= 256 &&
	       c->isstd <= 256;
}

static size_t
data_size(const struct counts *c, size_t time_size)
{
	return c->time * (time_size + 1) + c->type * 6 + c->chars +
	       c->leap * (time_size + 4) + c->isstd + c->isut;
}

static bool
read_transitions(struct tz *z, const unsigned char *p, const struct counts *c)
{
	const unsigned char *index = p + c->time * 8;
	const unsigned char *type = index + c->time;

	z->n = c->time;
	z->at = xreallocarray(NULL, c->time + 1, sizeof(*z->at));
	z->offset_s = xreallocarray(NULL, c->time + 1, sizeof(*z->offset_s));
	z->first_s = (int32_t)be32(type);
	for (size_t i = 0; i < c->time; i++) {
		if (index[i] >= c->type)
			return false;
		z->at[i] = (int64_t)((uint64_t)be32(p + i * 8) << 32 |
				     be32(p + i * 8 + 4));
		z->offset_s[i] = (int32_t)be32(type + index[i] * 6);
	}
	return true;
}

static bool
parse_file(struct tz *z, const unsigned char *p, size_t n)
{
	struct counts c;
	size_t skip;
	char footer[80];
	const unsigned char *end;

	if (!read_header(p, n, &c))
		return false;
	skip = 44 + data_size(&c, 4);
	if (skip > n || !read_header(p + skip, n - skip, &c))
		return false;
	p += skip + 44;
	n -= skip + 44;
	skip = data_size(&c, 8);
	if (skip + 2 > n || !read_transitions(z, p, &c) || p[skip] != '\n')
		return false;
	p += skip + 1;
	n -= skip + 1;
	end = memchr(p, '\n', n);
	if (end == NULL || (size_t)(end - p) >= sizeof(footer))
		return false;
	memcpy(footer, p, (size_t)(end - p));
	footer[end - p] = '\0';
	return footer[0] == '\0' || parse_rule(footer, &z->rule);
}

/* Whole small file; -1 when it cannot be read. */
static ssize_t
read_zone_file(const char *path, unsigned char *out, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, out, max);
	close(fd);
	return n;
}

static bool
name_is_safe(struct str name)
{
	if (name.n == 0 || name.n > MAX_NAME || name.p[0] == '/')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') &&
		    !(c >= '0' && c <= '9') &&
		    (c == '\0' || strchr("/_+-", c) == NULL))
			return false;
	}
	return true;
}

static void
free_zone(struct tz *z)
{
	free(z->at);
	free(z->offset_s);
	free(z);
}

static struct tz *
load_zone(struct str name)
{
	char path[sizeof(ZONE_DIR) + MAX_NAME];
	unsigned char *bytes;
	struct tz *z = xcalloc(1, sizeof(*z));
	ssize_t n;
	bool good;

	memcpy(z->name, name.p, name.n);
	if (str_is(name, "UTC"))
		return z;
	snprintf(path, sizeof(path), ZONE_DIR "%s", z->name);
	bytes = xmalloc(MAX_FILE);
	n = read_zone_file(path, bytes, MAX_FILE);
	good = n > 0 && parse_file(z, bytes, (size_t)n);
	free(bytes);
	if (good)
		return z;
	free_zone(z);
	return NULL;
}

/* --- the interface ------------------------------------------------------- */

static struct map *zones;
static pthread_mutex_t zones_lock = PTHREAD_MUTEX_INITIALIZER;

static void
free_zones(void)
{
	size_t pos = 0;
	struct str name;
	void *z;

	while (map_next(zones, &pos, &name, &z))
		free_zone(z);
	map_free(&zones);
}

const struct tz *
tz_find(struct str name, struct err *e)
{
	struct tz *z = NULL;

	if (name_is_safe(name)) {
		pthread_mutex_lock(&zones_lock);
		if (zones == NULL) {
			zones = map_new();
			atexit(free_zones);
		}
		z = map_get(zones, name);
		if (z == NULL && (z = load_zone(name)) != NULL)
			map_put(zones, name, z);
		pthread_mutex_unlock(&zones_lock);
	}
	if (z == NULL)
		err_set(e, ERR_INVALID,
		    "time zone \"%.*s\" is not known; use "
		    "an IANA name such as Europe/Berlin",
		    (int)MIN(name.n, 80), name.p);
	return z;
}

int32_t
tz_offset_at(const struct tz *z, int64_t us)
{
	int64_t s = us / DATE_US_PER_SECOND - (us % DATE_US_PER_SECOND < 0);
	size_t low = 0, high = z->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (z->at[mid] <= s)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == z->n && z->rule.present)
		return rule_offset(&z->rule, s);
	return low == 0 ? z->first_s : z->offset_s[low - 1];
}

int32_t
tz_day_at(const struct tz *z, int64_t us)
{
	return date_of_instant(us, tz_offset_at(z, us));
}

int64_t
tz_day_start(const struct tz *z, int32_t day)
{
	int64_t local = day * DATE_US_PER_DAY;
	int64_t us = local - tz_offset_at(z, local - DATE_US_PER_DAY / 2) *
				 DATE_US_PER_SECOND;

	/* True as well where midnight stands twice, or was skipped. */
	if (tz_day_at(z, us) == day && tz_day_at(z, us - 1) < day)
		return us;
	return local - tz_offset_at(z, us) * DATE_US_PER_SECOND;
}

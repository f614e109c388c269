#ifndef BASE_DATE_H
#define BASE_DATE_H

/* Calendar arithmetic (proleptic Gregorian) and the text forms of time.  An
 * instant is microseconds since 1970-01-01T00:00:00Z; a day is the number of
 * days since 1970-01-01. */

#include "base/buf.h"

#define DATE_US_PER_SECOND INT64_C(1000000)
#define DATE_US_PER_DAY	   (INT64_C(86400) * DATE_US_PER_SECOND)
#define DATE_TEXT_LEN	   10 /* 2026-11-23 */

struct date_civil {
	int year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

int32_t date_to_day(struct date_civil c);
struct date_civil date_from_day(int32_t day);
/* Monday 1 to Sunday 7 (ISO 8601). */
int date_weekday(int32_t day);
/* Day of an instant at an offset east of UTC. */
int32_t date_of_instant(int64_t us, int32_t offset_s);

const char *date_month_name(int month); /* "Nov" for 11 */

/* A year is written by four digits: what is before 0000 or beyond 9999 becomes
 * the nearest day of these. */

/* "2026-11-23"; out takes the NUL too. */
void date_format_day(int32_t day, char out[DATE_TEXT_LEN + 1]);
NODISCARD bool date_parse_day(struct str s, int32_t *day_r);

/* RFC 3339: "2026-11-23T20:30:00Z", with .mmm when ms, with "+01:00" when
 * offset_s is not 0. */
void date_format_rfc3339(
    struct buf *out, int64_t us, bool ms, int32_t offset_s);
/* Any RFC 3339 / ISO 8601 instant with zone, whose year has four digits in UTC
 * too; offset_r (may be NULL) gets the offset that was written, in seconds. */
NODISCARD bool date_parse_rfc3339(
    struct str s, int64_t *us_r, int32_t *offset_r);
/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7). */
void date_format_http(struct buf *out, int64_t us);
/* "1:31:35" or "19:57" or "0:45"; rounds to whole seconds first. */
void date_format_duration(struct buf *out, double seconds);

#endif

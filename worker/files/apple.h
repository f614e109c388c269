#ifndef FILES_APPLE_H
#define FILES_APPLE_H

/* The export of Apple Health, an XML file of up to a gigabyte, read as it
 *comes. It is made into:
 *
 *	workouts	activities; those with a route name its file (struct
 *			decoded, routes); the heart rate during them are samples
 *	sleep		stages that follow each other within 90 minutes are one
 *			sleep, of each source by itself
 *	steps		of sources that overlap the one that counted most in an
 *			hour holds for that hour; a day is the sum of its hours
 *	variability	SDNN, resting heart rate: the day's mean
 *	weight		the day's last
 *
 * Records within correlations stand outside of them as well and are passed
 * over there. */

#include "files/result.h"

#define APPLE_PROVIDER "apple_health"

struct apple;

/* Whether bytes begin as such a file does. */
bool apple_is_export(struct str bytes);

/* r and e have to outlive it. */
struct apple *apple_new(struct result *r, struct err *e);
void apple_free(struct apple **a);
/* The next piece; -1 and e when it cannot be read on. */
NODISCARD int apple_feed(struct apple *a, struct str piece);
/* There is no more: put what was in it into r. */
NODISCARD int apple_end(struct apple *a);
/* All of that.  e is not NULL. */
int apple_decode(struct result *r, struct str bytes, struct err *e);

/* The same file once more, for the heart rate during the workouts that d has:
 * each gets samples. */
struct apple_pulse;

struct apple_pulse *apple_pulse_new(
    struct arena *a, struct decoded *d, struct err *e);
void apple_pulse_free(struct apple_pulse **p);
NODISCARD int apple_pulse_feed(struct apple_pulse *p, struct str piece);
NODISCARD int apple_pulse_end(struct apple_pulse *p);
int apple_pulse_decode(
    struct arena *arena, struct decoded *d, struct str bytes, struct err *e);

#endif

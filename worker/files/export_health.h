#ifndef FILES_EXPORT_HEALTH_H
#define FILES_EXPORT_HEALTH_H

/* Apple Health's file within an archive, for export.c. */

#include "files/export.h"
#include "files/unpack.h"

struct export_health {
	struct arena *arena;
	const struct tz *zone;
	export_progress *progress; /* NULL: nobody asks */
	void *arg;
	const char *path; /* NULL: there is none */
	struct err problem;
	struct decoded decoded;
	bool *taken; /* activities whose track has come */
	bool is_over;
};

void export_health_init(struct export_health *h, struct arena *a,
    const struct tz *zone, export_progress *progress, void *arg);
void export_health_free(struct export_health *h);
/* Read the present member, if it is such a file; false when it is not. */
bool export_health_read(
    struct export_health *h, struct unpack *from, const char *path);
/* Read it once more, for the heart rate during workouts. */
void export_health_pulse(struct export_health *h, struct unpack *from);
/* The workout whose track this file is, which comes with it then; NULL. */
const struct activity *export_health_take(
    struct export_health *h, const char *path);
/* All without the workouts that were taken. */
struct decoded *export_health_rest(struct export_health *h);

#endif

#ifndef WEB_ACTIVITY_PARTS_H
#define WEB_ACTIVITY_PARTS_H

/* Activities as rows of a page, in the person's units. */

#include "store/activities.h"
#include "web/page.h"

/* A list of them, each leading to its page; none: nothing. */
void activity_rows(
    struct page *p, const struct stored_activity *list, size_t n);
/* "/activities/{id}" */
const char *activity_path(struct arena *a, const struct uuid *id);
/* What it is called: its name, or its sport's. */
const char *activity_called(const struct activity *act);
/* "1:02:03", or NULL where there is no value. */
const char *activity_duration(struct arena *a, double s);
/* "140 bpm", or NULL. */
const char *activity_rounded(struct arena *a, double v, const char *unit);
/* Speed, or of who is on foot pace; or NULL. */
const char *activity_speed(
    struct arena *a, enum units u, const struct activity *act, double mps);
/* A section with the laps, where there are two or more. */
void activity_laps(struct page *p, const struct activity *act);

#endif

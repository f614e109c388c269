#ifndef FILES_FIT_WORKOUT_H
#define FILES_FIT_WORKOUT_H

/* The workout that an activity was done by, and names of exercises. */

#include "base/arena.h"
#include "base/buf.h"
#include "files/fit_profile.h"
#include "model/lap.h"

struct fit_workout {
	const char *name;  /* "" when there is none */
	struct buf steps;  /* struct fit_step */
	struct buf titles; /* struct fit_title */
};

void fit_workout_init(struct fit_workout *w);
void fit_workout_free(struct fit_workout *w);
/* Of messages WORKOUT, WORKOUT_STEP and EXERCISE_TITLE. */
void fit_workout_take(
    struct fit_workout *w, struct arena *a, const struct fit_message *m);

/* FIT's number of an intensity, which may be NaN. */
enum lap_kind fit_lap_kind(double intensity);
/* What the step of a lap was to be, by its number, which may be NaN.  What the
 * lap says itself stays. */
void fit_workout_tell(
    const struct fit_workout *w, double step, struct lap_what *what);
/* An exercise's name by its numbers, "Bench press", or NULL. */
const char *fit_exercise_name(
    const struct fit_workout *w, double category, double exercise);

#endif

/* Planned workouts in FIT files. */

#include "files/fit_workout.h"

#include <math.h>

#include "files/result.h"

/* No device has so many; laps look through them. */
#define STEPS_MAX  1000
#define TITLES_MAX 1000
/* The number of a message; bits above it are flags. */
#define INDEX_MASK 0x0fffu

struct fit_step {
	unsigned index;
	enum lap_kind kind;
	const char *name;
	const char *target;
};

struct fit_title {
	double category, exercise;
	const char *name;
};

/* Targets that are a range, or a zone of the device's.  Values from `offset` on
 * are in the unit, smaller ones in hundredths of what the person has. */
static const struct {
	int type;
	const char *unit;
	const char *share; /* NULL: always in the unit */
	const char *zone;
	double offset, scale;
	int digits;
} targets[] = {
	{ 0, "m/s", NULL, "speed zone", 0, 1000, 2 },
	{ 1, "bpm", "% of maximum heart rate", "heart rate zone", 100, 1, 0 },
	{ 3, "rpm", NULL, "cadence zone", 0, 1, 0 },
	{ 4, "W", "% of FTP", "power zone", 1000, 1, 0 },
};

/* By exercise_category. */
static const char *const exercises[] = { "Bench press", "Calf raise", "Cardio",
	"Carry", "Chop", "Core", "Crunch", "Curl", "Deadlift", "Flye",
	"Hip raise", "Hip stability", "Hip swing", "Hyperextension",
	"Lateral raise", "Leg curl", "Leg raise", "Lunge", "Olympic lift",
	"Plank", "Plyo", "Pull-up", "Push-up", "Row", "Shoulder press",
	"Shoulder stability", "Shrug", "Sit-up", "Squat", "Total body",
	"Triceps extension", "Warm-up", "Run" };

void
fit_workout_init(struct fit_workout *w)
{
	*w = (struct fit_workout){ .name = "" };
}

void
fit_workout_free(struct fit_workout *w)
{
	buf_free(&w->steps);
	buf_free(&w->titles);
}

/* --- reading ------------------------------------------------------------- */

static const char *
range_text(struct arena *a, size_t i, double low, double high)
{
	double from = low, to = high;
	const char *unit = targets[i].unit;

	if (targets[i].share != NULL && high <= targets[i].offset) {
		unit = targets[i].share;
	} else {
		from = fmax(low - targets[i].offset, 0);
		to = high - targets[i].offset;
	}
	from /= targets[i].scale;
	to /= targets[i].scale;
	return from < to
		   ? arena_printf(a, "%.*f-%.*f %s", targets[i].digits, from,
			 targets[i].digits, to, unit)
		   : arena_printf(a, "%.*f %s", targets[i].digits, to, unit);
}

static const char *
target_of(struct arena *a, const struct fit_message *m)
{
	double type = fit_get(m, FIT_WORKOUT_STEP_TARGET_TYPE);
	double zone = fit_get(m, FIT_WORKOUT_STEP_TARGET_VALUE);
	double low = fit_get(m, FIT_WORKOUT_STEP_TARGET_LOW);
	double high = fit_get(m, FIT_WORKOUT_STEP_TARGET_HIGH);

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		if (type != targets[i].type)
			continue;
		if (zone >= 1 && zone <= 10)
			return arena_printf(
			    a, "%s %.0f", targets[i].zone, zone);
		if (low >= 0 && high >= low && high > 0 && high <= UINT16_MAX)
			return range_text(a, i, low, high);
	}
	return NULL;
}

static void
take_step(struct fit_workout *w, struct arena *a, const struct fit_message *m)
{
	double index = fit_get(m, FIT_WORKOUT_STEP_INDEX);
	struct fit_step step = {
		.kind = fit_lap_kind(fit_get(m, FIT_WORKOUT_STEP_INTENSITY)),
		.name = fit_get_string(a, m, FIT_WORKOUT_STEP_NAME),
		.target = target_of(a, m),
	};

	if (!(index >= 0 && index <= UINT16_MAX) ||
	    buf_count(&w->steps, step) == STEPS_MAX)
		return;
	step.index = (unsigned)index & INDEX_MASK;
	buf_add(&w->steps, &step, sizeof(step));
}

static void
take_title(struct fit_workout *w, struct arena *a, const struct fit_message *m)
{
	struct fit_title title = {
		.category = fit_get(m, FIT_EXERCISE_TITLE_CATEGORY),
		.exercise = fit_get(m, FIT_EXERCISE_TITLE_EXERCISE),
		.name = fit_get_string(a, m, FIT_EXERCISE_TITLE_NAME),
	};

	if (title.name[0] != '\0' && buf_count(&w->titles, title) < TITLES_MAX)
		buf_add(&w->titles, &title, sizeof(title));
}

void
fit_workout_take(
    struct fit_workout *w, struct arena *a, const struct fit_message *m)
{
	switch (m->number) {
	case FIT_WORKOUT:
		w->name = fit_get_string(a, m, FIT_WORKOUT_NAME);
		break;
	case FIT_WORKOUT_STEP:
		take_step(w, a, m);
		break;
	case FIT_EXERCISE_TITLE:
		take_title(w, a, m);
		break;
	default:
		break;
	}
}

/* --- telling ------------------------------------------------------------- */

enum lap_kind
fit_lap_kind(double intensity)
{
	static const enum lap_kind kinds[] = { LAP_ACTIVE, LAP_REST, LAP_WARMUP,
		LAP_COOLDOWN, LAP_RECOVERY, LAP_INTERVAL };

	return intensity >= 0 && intensity < (double)ARRAY_LEN(kinds)
		   ? kinds[(int)intensity]
		   : LAP_UNKNOWN;
}

void
fit_workout_tell(
    const struct fit_workout *w, double step, struct lap_what *what)
{
	const struct fit_step *s = buf_items(&w->steps, struct fit_step);

	if (!(step >= 0 && step <= UINT16_MAX))
		return;
	for (size_t i = 0; i < buf_count(&w->steps, *s); i++) {
		if (s[i].index != ((unsigned)step & INDEX_MASK))
			continue;
		if (what->kind == LAP_UNKNOWN)
			what->kind = s[i].kind;
		if (what->name == NULL || what->name[0] == '\0')
			what->name = s[i].name;
		what->target = s[i].target;
		return;
	}
}

const char *
fit_exercise_name(const struct fit_workout *w, double category, double exercise)
{
	const struct fit_title *t = buf_items(&w->titles, struct fit_title);

	for (size_t i = 0; i < buf_count(&w->titles, *t); i++)
		if (t[i].category == category && t[i].exercise == exercise)
			return t[i].name;
	return category >= 0 && category < (double)ARRAY_LEN(exercises)
		   ? exercises[(int)category]
		   : NULL;
}

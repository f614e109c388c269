/* What a session is divided into beside its laps: sets in a gym, and splits,
 * which are intervals, climbs, descents and the like.  Where a session has no
 * laps worth the name they become its laps. */

#include <stdlib.h>

#include "files/fit_set.h"

#define RANK_NONE 255
#define RANK_SETS 0

#define REPETITIONS_MAX 10000
#define WEIGHT_MAX	1000 /* kg */

/* Splits of several kinds lie over each other; those of one rank tell a session
 * from its start to its end.  By split_type; the lower the rank, the better. */
static const struct {
	uint8_t rank;
	enum lap_kind kind;
	const char *name;
} splits[] = {
	/* Intervals. */
	[3] = { 1, LAP_INTERVAL, NULL },
	[4] = { 1, LAP_REST, NULL },
	[5] = { 1, LAP_WARMUP, NULL },
	[6] = { 1, LAP_COOLDOWN, NULL },
	[7] = { 1, LAP_RECOVERY, NULL },
	[8] = { 1, LAP_UNKNOWN, NULL },
	/* Runs and rests, rounds. */
	[12] = { 2, LAP_ACTIVE, NULL },
	[13] = { 2, LAP_REST, NULL },
	[14] = { 2, LAP_ACTIVE, "Round" },
	/* Climbs and rests. */
	[9] = { 3, LAP_ACTIVE, "Climb" },
	[10] = { 3, LAP_REST, NULL },
	/* Up, down, between. */
	[1] = { 4, LAP_ACTIVE, "Ascent" },
	[2] = { 4, LAP_ACTIVE, "Descent" },
	[23] = { 4, LAP_UNKNOWN, "Transition" },
	/* Waves. */
	[11] = { 5, LAP_ACTIVE, "Wave" },
	[21] = { 5, LAP_ACTIVE, "Wave" },
	/* On skis. */
	[28] = { 6, LAP_REST, "Lift" },
	[29] = { 6, LAP_ACTIVE, "Descent" },
	/* On foot. */
	[17] = { 7, LAP_UNKNOWN, "Running" },
	[18] = { 7, LAP_UNKNOWN, "Walking" },
	[22] = { 7, LAP_UNKNOWN, "Standing" },
};

static void
read_counts(struct fit_piece *p, const struct fit_message *m)
{
	double n = fit_get(m, FIT_SET_REPETITIONS);
	double kg = fit_get(m, FIT_SET_WEIGHT);

	if (n > 0 && n <= REPETITIONS_MAX)
		p->what.repetitions = (int)n;
	if (kg > 0 && kg <= WEIGHT_MAX)
		p->what.weight_kg = kg;
	p->category = fit_get(m, FIT_SET_CATEGORY);
	p->exercise = fit_get(m, FIT_SET_EXERCISE);
	p->step = fit_get(m, FIT_SET_STEP);
}

static void
read_set(struct fit_piece *p, const struct fit_message *m)
{
	bool active = fit_get(m, FIT_SET_TYPE) == FIT_SET_ACTIVE;

	p->rank = RANK_SETS;
	p->start_s = fit_unix_time(fit_get_time(m, FIT_SET_START_TIME));
	p->sum.elapsed_s = fit_get(m, FIT_SET_DURATION);
	p->sum.moving_s = active ? p->sum.elapsed_s : 0;
	p->what.kind = active ? LAP_ACTIVE : LAP_REST;
	if (active)
		read_counts(p, m);
}

static void
read_split(struct fit_piece *p, const struct fit_message *m)
{
	double type = fit_get(m, FIT_SPLIT_TYPE);

	if (type >= 0 && type < (double)ARRAY_LEN(splits) &&
	    splits[(int)type].rank != 0) {
		p->rank = splits[(int)type].rank;
		p->what.kind = splits[(int)type].kind;
		p->what.name = splits[(int)type].name;
	}
	p->start_s = fit_unix_time(fit_get_time(m, FIT_SPLIT_START_TIME));
	p->sum.elapsed_s = fit_get(m, FIT_SPLIT_ELAPSED);
	p->sum.moving_s = fit_get(m, FIT_SPLIT_TIMER);
	p->sum.distance_m = fit_get(m, FIT_SPLIT_DISTANCE);
	p->sum.average_speed_mps = fit_get(m, FIT_SPLIT_AVG_SPEED);
	p->sum.max_speed_mps = fit_get(m, FIT_SPLIT_MAX_SPEED);
	p->sum.elevation_gain_m = fit_get(m, FIT_SPLIT_ASCENT);
	p->sum.elevation_loss_m = fit_get(m, FIT_SPLIT_DESCENT);
	p->sum.calories_kcal = fit_get(m, FIT_SPLIT_CALORIES);
}

int
fit_piece_take(struct fit_set *set, const struct fit_message *m, struct err *e)
{
	struct fit_piece p = {
		.rank = RANK_NONE,
		.step = NAN,
		.category = NAN,
		.exercise = NAN,
	};

	summary_init(&p.sum);
	if (m->number == FIT_SET)
		read_set(&p, m);
	else
		read_split(&p, m);
	result_clean(set->result, &p.sum);
	if (result_count(set->result, e) < 0)
		return err_wrap(e, "FIT, byte %zu", m->offset);
	if (p.rank != RANK_NONE && p.start_s != SAMPLE_TIME_MISSING)
		buf_add(&set->pieces, &p, sizeof(p));
	return 0;
}

static int
compare_pieces(const void *a, const void *b)
{
	const struct fit_piece *x = a, *y = b;

	return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

void
fit_pieces_sort(struct fit_set *set)
{
	if (set->pieces.n > 0)
		qsort(set->pieces.p, buf_count(&set->pieces, struct fit_piece),
		    sizeof(struct fit_piece), compare_pieces);
}

static bool
is_within(const struct fit_piece *p, int64_t from_s, int64_t to_s)
{
	return p->start_s >= from_s && p->start_s < to_s;
}

static uint8_t
best_rank(const struct fit_set *set, int64_t from_s, int64_t to_s)
{
	const struct fit_piece *p = buf_items(&set->pieces, struct fit_piece);
	uint8_t best = RANK_NONE;

	for (size_t i = 0; i < buf_count(&set->pieces, *p); i++)
		if (is_within(&p[i], from_s, to_s))
			best = MIN(best, p[i].rank);
	return best;
}

/* An exercise before the step that it was planned in. */
static void
put_lap(const struct fit_set *set, struct lap *out, const struct fit_piece *p,
    int32_t start_s)
{
	*out = (struct lap){
		.start_s = start_s,
		.what = p->what,
		.sum = p->sum,
	};
	if (p->what.name == NULL)
		out->what.name =
		    fit_exercise_name(&set->workout, p->category, p->exercise);
	fit_workout_tell(&set->workout, p->step, &out->what);
}

void
fit_pieces_laps(const struct fit_set *set, struct activity *act, int64_t from_s,
    int64_t to_s, int64_t start_s)
{
	const struct fit_piece *p = buf_items(&set->pieces, struct fit_piece);
	size_t n = buf_count(&set->pieces, *p), n_laps = 0;
	uint8_t rank = best_rank(set, from_s, to_s);
	struct lap *laps;

	if (rank == RANK_NONE)
		return;
	laps = arena_many(
	    set->result->a, MIN(n, (size_t)ACTIVITY_MAX_LAPS), struct lap);
	for (size_t i = 0; i < n && n_laps < ACTIVITY_MAX_LAPS; i++) {
		int64_t t = MAX(p[i].start_s - start_s, INT64_C(0));

		if (p[i].rank != rank || !is_within(&p[i], from_s, to_s) ||
		    t >= STREAMS_MAX_SAMPLES)
			continue;
		put_lap(set, &laps[n_laps++], &p[i], (int32_t)t);
	}
	if (n_laps < 2)
		return;
	act->laps = laps;
	act->n_laps = n_laps;
}

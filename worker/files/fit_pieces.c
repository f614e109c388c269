/* What a session is divided into beside its laps: sets in a gym, and splits,
 * which are intervals, climbs, descents and the like.  Where a session has no
 * laps worth the name they become its laps. */

#include <stdlib.h>

#include "files/fit_set.h"

#define RANK_NONE 255
#define RANK_SETS 0

/* Splits of several kinds lie over each other; those of one rank tell a session
 * from its start to its end.  By split_type, the lower the better. */
static const uint8_t ranks[] = {
	[3] = 1,
	[4] = 1,
	[5] = 1,
	[6] = 1,
	[7] = 1,
	[8] = 1, /* intervals */
	[12] = 2,
	[13] = 2,
	[14] = 2, /* runs and rests, rounds */
	[9] = 3,
	[10] = 3, /* climbs and rests */
	[1] = 4,
	[2] = 4,
	[23] = 4, /* up, down, between */
	[11] = 5,
	[21] = 5, /* waves */
	[28] = 6,
	[29] = 6, /* lifts and descents */
	[17] = 7,
	[18] = 7,
	[22] = 7, /* running, walking, standing */
};

static uint8_t
rank_of(double type)
{
	if (!(type >= 0 && type < (double)ARRAY_LEN(ranks)) ||
	    ranks[(int)type] == 0)
		return RANK_NONE;
	return ranks[(int)type];
}

static void
read_set(struct fit_piece *p, const struct fit_message *m)
{
	p->rank = RANK_SETS;
	p->start_s = fit_unix_time(fit_get_time(m, FIT_SET_START_TIME));
	p->sum.elapsed_s = fit_get(m, FIT_SET_DURATION);
	p->sum.moving_s =
	    fit_get(m, FIT_SET_TYPE) == FIT_SET_ACTIVE ? p->sum.elapsed_s : 0;
}

static void
read_split(struct fit_piece *p, const struct fit_message *m)
{
	p->rank = rank_of(fit_get(m, FIT_SPLIT_TYPE));
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
	struct fit_piece p;

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
		laps[n_laps].start_s = (int32_t)t;
		laps[n_laps++].sum = p[i].sum;
	}
	if (n_laps < 2)
		return;
	act->laps = laps;
	act->n_laps = n_laps;
}

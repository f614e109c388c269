/* Thresholds and the days they hold from. */

#include "store/thresholds.h"

#include <math.h>

int
thresholds_set(struct db *db, struct arena *a, const struct owner *o,
    const struct threshold *t, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_threshold_set);
	owner_bind(&q, o);
	db_bind_day(&q, 3, t->day);
	db_bind_text(&q, 4, threshold_name(t->kind));
	db_bind_float(&q, 5, t->value);
	db_bind_text(&q, 6, t->source);
	return db_run(&q, e);
}

int
thresholds_remove(struct db *db, struct arena *a, const struct owner *o,
    enum threshold_kind kind, int32_t day, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_threshold_remove);
	owner_bind(&q, o);
	db_bind_day(&q, 3, day);
	db_bind_text(&q, 4, threshold_name(kind));
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

int
thresholds_list(struct db *db, struct arena *a, const struct owner *o,
    struct threshold **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_threshold_list);
	owner_bind(&q, o);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct threshold);
	*n_r = 0;
	while (db_next(&q)) {
		struct threshold *t = &(*list_r)[*n_r];

		t->day = db_get_day(&q, 0);
		t->value = db_get_float(&q, 2);
		t->source = db_get_text(&q, 3);
		/* A kind of a newer program is not ours to judge. */
		if (threshold_parse(str_of(db_get_text(&q, 1)), &t->kind))
			++*n_r;
	}
	return 0;
}

/* --- by a source --------------------------------------------------------- */

/* What is nearer to another value than this is the same.  Resting heart rate is
 * a mean of days, which never stands still. */
static const double near_by[THRESHOLD_KIND_COUNT] = {
	[THRESHOLD_FTP_W] = 2,
	[THRESHOLD_RUN_FTP_W] = 2,
	[THRESHOLD_LTHR_BPM] = 1,
	[THRESHOLD_MAX_HR_BPM] = 1,
	[THRESHOLD_REST_HR_BPM] = 3,
	[THRESHOLD_RUN_PACE_MPS] = 0.02,
	[THRESHOLD_CSS_MPS] = 0.01,
};

struct taking {
	struct db *tx;
	struct arena *arena;
	const struct owner *owner;
	struct str source;	/* without devices */
	struct threshold *list; /* by day, with room for more */
	size_t n;
};

static bool
is_near(const struct threshold *a, const struct threshold *b)
{
	return fabs(a->value - b->value) < near_by[a->kind];
}

static bool
is_ours(const struct taking *k, const char *source)
{
	struct str s = str_of(source);

	return str_starts(s, k->source) &&
	       (s.n == k->source.n || s.p[k->source.n] == ':');
}

static bool
is_others(const struct taking *k, enum threshold_kind kind)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].kind == kind && !is_ours(k, k->list[i].source))
			return true;
	return false;
}

/* One value a day: it is the device's that said so first. */
static bool
is_taken(const struct taking *k, const struct threshold *t)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->list[i].kind == t->kind && k->list[i].day == t->day)
			return true;
	return false;
}

static int
forget(struct taking *k, size_t at, struct err *e)
{
	if (thresholds_remove(k->tx, k->arena, k->owner, k->list[at].kind,
		k->list[at].day, e) < 0)
		return -1;
	k->n--;
	memmove(&k->list[at], &k->list[at + 1], (k->n - at) * sizeof(*k->list));
	return 0;
}

static int
put(struct taking *k, const struct threshold *t, struct err *e)
{
	size_t at = k->n;

	if (thresholds_set(k->tx, k->arena, k->owner, t, e) < 0)
		return -1;
	while (at > 0 && k->list[at - 1].day > t->day)
		at--;
	memmove(&k->list[at + 1], &k->list[at], (k->n - at) * sizeof(*k->list));
	k->list[at] = *t;
	k->n++;
	return 1;
}

/* Only what the same device said is compared: of two that disagree neither has
 * changed its mind.  1 written, 0 it was known or its day taken, -1. */
static int
take_one(struct taking *k, const struct threshold *t, struct err *e)
{
	struct threshold *before = NULL, *after = NULL;

	for (size_t i = 0; i < k->n; i++) {
		struct threshold *at = &k->list[i];

		if (at->kind != t->kind || strcmp(at->source, t->source) != 0)
			continue;
		if (at->day <= t->day)
			before = at;
		else if (after == NULL)
			after = at;
	}
	if (before != NULL && is_near(before, t))
		return 0;
	if (before != NULL && before->day == t->day) {
		before->value = t->value;
		return thresholds_set(k->tx, k->arena, k->owner, t, e) < 0 ? -1
									   : 1;
	}
	if (is_taken(k, t))
		return 0;
	if (after != NULL && is_near(after, t) &&
	    forget(k, (size_t)(after - k->list), e) < 0)
		return -1;
	return put(k, t, e);
}

static const char *
source_of(struct arena *a, const char *source, const char *device)
{
	return device[0] == '\0' ? source
				 : arena_printf(a, "%s: %s", source, device);
}

int
thresholds_take(struct db *tx, struct arena *a, const struct owner *o,
    const struct threshold *list, size_t n, const char *source, size_t *taken_r,
    struct err *e)
{
	struct taking k = {
		.tx = tx, .arena = a, .owner = o, .source = str_of(source)
	};
	struct threshold *there;
	int rc = 0;

	*taken_r = 0;
	if (n == 0)
		return 0;
	if (thresholds_list(tx, a, o, &there, &k.n, e) < 0)
		return -1;
	k.list = arena_many(a, k.n + n, struct threshold);
	memcpy(k.list, there, k.n * sizeof(*there));
	for (size_t i = 0; i < n && rc >= 0; i++) {
		struct threshold t = list[i];

		t.source = source_of(a, source, list[i].source);
		if (is_others(&k, t.kind))
			continue;
		rc = take_one(&k, &t, e);
		*taken_r += rc > 0;
	}
	return rc < 0 ? -1 : 0;
}

#include "provider/synthetic_fill.h"

#include "base/tz.h"
#include "provider/synthetic.h"
#include "store/activities.h"
#include "store/dailies.h"
#include "store/sleeps.h"
#include "store/thresholds.h"

/* One transaction a chunk: neither one sync a day nor a year in memory. */
#define CHUNK_DAYS 20

struct chunk {
	const struct owner *owner;
	const struct tz *zone;
	struct arena *arena;
	int32_t first_day; /* of the year */
	int from, to;	   /* day numbers */
};

static int
store_day(struct db *tx, const struct chunk *c, int number, struct err *e)
{
	int32_t day = c->first_day + number;
	int64_t midnight = tz_day_start(c->zone, day);
	struct activity *act = synthetic_activity(c->arena, number, day,
	    midnight, tz_offset_at(c->zone, midnight + INT64_C(43200000000)));
	struct sleep *night = synthetic_sleep(c->arena, number, day, midnight,
	    tz_offset_at(
		c->zone, midnight + SYNTHETIC_WAKES_S * INT64_C(1000000)));
	struct daily dailies[8];
	size_t n = synthetic_dailies(number, day, dailies);

	if (act != NULL &&
	    activities_insert(tx, c->arena, c->owner, act, NULL, e) < 0)
		return -1;
	if (sleeps_insert(tx, c->arena, c->owner, night, e) < 0)
		return -1;
	return dailies_put(
	    tx, c->arena, c->owner, dailies, n, SYNTHETIC_PROVIDER, e);
}

static int
store_chunk(struct db *tx, void *arg, struct err *e)
{
	const struct chunk *c = arg;

	for (int number = c->from; number < c->to; number++) {
		if (store_day(tx, c, number, e) < 0)
			return -1;
	}
	return 0;
}

static int
store_thresholds(struct db *db, struct arena *a, const struct owner *o,
    int32_t last_day, struct err *e)
{
	struct threshold list[16];
	size_t n = synthetic_thresholds(last_day, list);

	for (size_t i = 0; i < n; i++) {
		if (thresholds_set(db, a, o, &list[i], e) < 0)
			return -1;
	}
	return 0;
}

int
synthetic_fill(struct db *db, const struct owner *o, int32_t last_day,
    synthetic_progress *progress, void *arg, struct err *e)
{
	struct chunk c = {
		.owner = o,
		.zone = tz_find(STR(SYNTHETIC_ZONE), e),
		.arena = arena_new(),
		.first_day = last_day - SYNTHETIC_DAYS + 1,
	};
	int r =
	    c.zone == NULL ? -1 : store_thresholds(db, c.arena, o, last_day, e);

	while (r == 0 && c.from < SYNTHETIC_DAYS) {
		c.to = MIN(c.from + CHUNK_DAYS, SYNTHETIC_DAYS);
		r = db_write(db, store_chunk, &c, e);
		arena_reset(c.arena);
		c.from = c.to;
		if (progress != NULL)
			progress(arg, (unsigned)c.to, SYNTHETIC_DAYS);
	}
	arena_free(&c.arena);
	return r;
}

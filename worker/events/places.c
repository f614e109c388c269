#include "events/places.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/xalloc.h"
#include "shm/limits.h"
#include "shm/metrics.h"

struct places {
	struct map *people; /* how many streams, by owner */
	int64_t most;
};

static struct str
name_of(const struct owner *o)
{
	return str_make((const char *)o, sizeof(*o));
}

static int64_t
count_of(const struct places *p, const struct owner *o)
{
	return (int64_t)(intptr_t)map_get(p->people, name_of(o));
}

static void
count(struct places *p, const struct owner *o, int by)
{
	int64_t n = count_of(p, o) + by;

	if (n > 0)
		map_put(p->people, name_of(o), (void *)(intptr_t)n);
	else
		map_del(p->people, name_of(o));
	metric_gauge_add(M_event_streams, by);
}

int
places_take(struct places *p, const struct owner *o, struct err *e)
{
	if (p->most > 0 && count_of(p, o) >= p->most) {
		metric_add(M_rate_limited_total, LIMIT_STREAMS, 0, 1);
		return err_set(e, ERR_LIMITED,
		    "%lld event streams are open for this account already",
		    (long long)p->most);
	}
	count(p, o, 1);
	return 0;
}

void
places_leave(struct places *p, const struct owner *o)
{
	count(p, o, -1);
}

struct places *
places_new(int64_t most)
{
	struct places *p = xcalloc(1, sizeof(*p));

	p->people = map_new();
	p->most = most;
	return p;
}

void
places_free(struct places **pp)
{
	struct places *p = *pp;

	*pp = NULL;
	if (p == NULL)
		return;
	map_free(&p->people);
	free(p);
}

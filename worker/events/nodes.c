#include "events/nodes.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "events/signals.h"
#include "loop/fiber.h"
#include "store/event_log.h"

/* A stream is stamped by the clock of whoever publishes, some time before it
 * is seen: the often-asked question looks back a little, and another now and
 * then far enough for clocks that disagree and transactions that take long. */
#define ROUND_MS    40
#define LOOK_US	    INT64_C(2000000)
#define FAR_ROUNDS  25
#define FAR_US	    INT64_C(90000000)
#define LIMIT	    5000
#define COMPLAIN_US INT64_C(60000000)

struct nodes {
	struct loop *loop;
	struct db *db;
	struct signals *signals;
	struct timer round;
	struct map
	    *seen; /* last number by key, of streams that moved of late */
	unsigned rounds;
	int64_t complained_us;
	bool stopped;
};

static struct str
name_of(const uint64_t *key)
{
	return str_make((const char *)key, sizeof(*key));
}

/* Call out what has moved since it was last seen. */
static void
call_out(struct nodes *n, const struct event_mark *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct event_mark *m = &list[i];
		void *seq = (void *)(intptr_t)m->last_seq;

		if (map_put(n->seen, name_of(&m->key), seq) != seq)
			signals_send_foreign(n->signals, m->key);
	}
}

/* Of those seen earlier, the ones that have moved lately are enough. */
static void
forget_others(struct nodes *n, const struct event_mark *list, size_t count)
{
	map_free(&n->seen);
	n->seen = map_new();
	for (size_t i = 0; i < count; i++)
		map_put(n->seen, name_of(&list[i].key),
		    (void *)(intptr_t)list[i].last_seq);
}

static int
ask(struct nodes *n, struct arena *a, struct err *e)
{
	bool far = n->rounds++ % FAR_ROUNDS == 0;
	int64_t since_us = clock_wall_us() - (far ? FAR_US : LOOK_US);
	struct event_mark *list;
	size_t count;

	if (event_log_touched(n->db, a, since_us, LIMIT, &list, &count, e) < 0)
		return -1;
	call_out(n, list, count);
	if (far)
		forget_others(n, list, count);
	return 0;
}

static void
complain(struct nodes *n, const struct err *e)
{
	int64_t now_us = clock_mono_us();

	if (n->complained_us != 0 && now_us - n->complained_us < COMPLAIN_US)
		return;
	n->complained_us = now_us;
	log_err(LOG_WARN, "events", "looking for those of other nodes", e);
}

static void
ask_in_fiber(void *arg)
{
	struct nodes *n = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (ask(n, a, &e) < 0)
		complain(n, &e);
	arena_free(&a);
	if (!n->stopped)
		timer_arm_ms(&n->round, ROUND_MS);
}

static void
on_round(void *arg)
{
	struct nodes *n = arg;

	fiber_spawn(n->loop, ask_in_fiber, n);
}

struct nodes *
nodes_new(struct loop *l, struct db *db, struct shm *shm)
{
	struct nodes *n = xcalloc(1, sizeof(*n));

	n->loop = l;
	n->db = db;
	n->signals = signals_new(l, shm);
	n->seen = map_new();
	timer_init(&n->round, l, on_round, n);
	timer_arm_ms(&n->round, 0);
	return n;
}

void
nodes_stop(struct nodes *n)
{
	n->stopped = true;
	timer_disarm(&n->round);
}

void
nodes_free(struct nodes **np)
{
	struct nodes *n = *np;

	*np = NULL;
	if (n == NULL)
		return;
	timer_fini(&n->round);
	map_free(&n->seen);
	signals_free(&n->signals);
	free(n);
}

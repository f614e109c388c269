/* Subscriptions.  Those to one stream share a topic, which is read once for
 * all of them.  A few fibers read, so that a crowd of topics takes turns. */

#include "events/events.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "loop/fiber.h"
#include "shm/metrics.h"

#define READERS	 4
#define BATCH	 100 /* events a query */
#define RETRY_MS 500 /* after the store has failed */

struct topic {
	struct list link; /* among the stale */
	struct signal_watch watch;
	struct events *events;
	struct owner owner;
	struct list subs;
	bool stale;   /* to be read (again) */
	bool reading; /* a fiber has it */
	bool giving;  /* events to its subscriptions */
	char name[];
};

struct events_sub {
	struct list link;
	struct topic *topic;
	events_take *take;
	void *arg;
	int64_t seq;
	bool full; /* the next one was not taken */
	bool dead; /* ended while events were given out */
};

struct events {
	struct loop *loop;
	struct db *db;
	struct signals *signals;
	struct map *topics; /* by owner and name */
	struct list stale;
	struct timer retry;
	unsigned readers;
	bool failing;
};

/* --- topics -------------------------------------------------------------- */

static struct str
topic_key(char out[sizeof(struct owner) + EVENT_TOPIC_MAX],
    const struct owner *o, const char *name)
{
	size_t n = strlen(name);

	CHECK(n <= EVENT_TOPIC_MAX);
	memcpy(out, o, sizeof(*o));
	memcpy(out + sizeof(*o), name, n);
	return str_make(out, sizeof(*o) + n);
}

static void read_stale(void *arg);

static void
start_reader(struct events *ev)
{
	if (ev->readers == READERS || ev->failing)
		return;
	ev->readers++;
	fiber_spawn(ev->loop, read_stale, ev);
}

/* false: somebody will read it anyway. */
static bool
add_stale(struct topic *t)
{
	if (t->stale)
		return false;
	t->stale = true;
	if (t->reading)
		return false;
	list_add_tail(&t->events->stale, &t->link);
	return true;
}

static void
mark_stale(struct topic *t)
{
	if (add_stale(t))
		start_reader(t->events);
}

static void
on_signal(void *arg)
{
	mark_stale(arg);
}

static struct topic *
topic_open(struct events *ev, const struct owner *o, const char *name)
{
	char bytes[sizeof(*o) + EVENT_TOPIC_MAX];
	struct str key = topic_key(bytes, o, name);
	struct topic *t = map_get(ev->topics, key);

	if (t != NULL)
		return t;
	t = xcalloc(1, sizeof(*t) + strlen(name) + 1);
	list_init(&t->link);
	list_init(&t->subs);
	t->events = ev;
	t->owner = *o;
	memcpy(t->name, name, strlen(name));
	map_put(ev->topics, key, t);
	signals_watch(
	    ev->signals, &t->watch, event_log_key(o, name), on_signal, t);
	return t;
}

/* Free those that ended meanwhile, and the topic when nobody listens. */
static void
topic_settle(struct topic *t)
{
	char bytes[sizeof(t->owner) + EVENT_TOPIC_MAX];
	struct list *node, *tmp;

	list_each (node, tmp, &t->subs) {
		struct events_sub *s = list_item(node, struct events_sub, link);

		if (!s->dead)
			continue;
		list_del(&s->link);
		free(s);
	}
	if (t->reading || !list_empty(&t->subs))
		return;
	list_del(&t->link);
	signals_unwatch(&t->watch);
	map_del(t->events->topics, topic_key(bytes, &t->owner, t->name));
	free(t);
}

/* --- reading ------------------------------------------------------------- */

/* From which number on somebody has room; false: nobody has. */
static bool
find_start(const struct topic *t, int64_t *after_r)
{
	struct list *node, *tmp;
	bool found = false;

	list_each (node, tmp, &t->subs) {
		struct events_sub *s = list_item(node, struct events_sub, link);

		if (s->full || (found && s->seq >= *after_r))
			continue;
		*after_r = s->seq;
		found = true;
	}
	return found;
}

static void
offer(struct events_sub *s, const struct stored_event *e)
{
	if (!s->take(s->arg, e)) {
		s->full = true;
		return;
	}
	s->seq = e->seq;
	metric_add(M_events_delivered_total, e->kind, 0, 1);
	metric_observe(M_event_lag_seconds, e->kind,
	    MAX(clock_wall_us() - e->created_us, 0));
}

/* To all who have had everything up to `after`, where the list begins. */
static void
give_out(
    struct topic *t, int64_t after, const struct stored_event *list, size_t n)
{
	struct list *node, *tmp;

	t->giving = true;
	list_each (node, tmp, &t->subs) {
		struct events_sub *s = list_item(node, struct events_sub, link);

		if (s->seq < after)
			continue;
		for (size_t i = 0; i < n && !s->full && !s->dead; i++) {
			if (list[i].seq > s->seq)
				offer(s, &list[i]);
		}
	}
	t->giving = false;
}

/* 1 there may be more, 0, -1. */
static int
read_batch(struct topic *t, struct err *e)
{
	struct stored_event *list;
	struct arena *a;
	int64_t after = 0;
	size_t n = 0;
	int rc;

	t->stale = false;
	if (!find_start(t, &after))
		return 0;
	a = arena_new();
	rc = event_log_read(
	    t->events->db, a, &t->owner, t->name, after, BATCH, &list, &n, e);
	if (rc == 0)
		give_out(t, after, list, n);
	arena_free(&a);
	if (rc < 0)
		return -1;
	return n == BATCH || t->stale;
}

static void
complain(struct events *ev, const struct err *e)
{
	if (!ev->failing)
		log_err(LOG_WARN, "events", "reading", e);
	ev->failing = true;
	timer_arm_ms(&ev->retry, RETRY_MS);
}

static void
read_topic(struct topic *t)
{
	struct events *ev = t->events;
	struct err e = ERR_INIT;
	int rc;

	t->reading = true;
	while ((rc = read_batch(t, &e)) > 0)
		;
	t->reading = false;
	if (rc < 0) {
		t->stale = true;
		list_add_tail(&ev->stale, &t->link);
		complain(ev, &e);
	}
	topic_settle(t);
}

static void
read_stale(void *arg)
{
	struct events *ev = arg;

	while (!list_empty(&ev->stale) && !ev->failing) {
		struct topic *t = list_item(ev->stale.next, struct topic, link);

		list_del(&t->link);
		read_topic(t);
	}
	ev->readers--;
}

static void
on_retry(void *arg)
{
	struct events *ev = arg;

	ev->failing = false;
	if (!list_empty(&ev->stale))
		start_reader(ev);
}

/* Which signals is not known, so every topic is looked at.  Who reads one may
 * end it at once: nobody reads before all are in the list. */
static void
on_missed(void *arg)
{
	struct events *ev = arg;
	size_t pos = 0;
	struct str key;
	void *t;

	while (map_next(ev->topics, &pos, &key, &t))
		(void)add_stale(t);
	for (int i = 0; i < READERS && !list_empty(&ev->stale); i++)
		start_reader(ev);
}

/* --- the whole ----------------------------------------------------------- */

static void
on_commit(void *arg, const struct event_note *notes, size_t n)
{
	struct events *ev = arg;

	for (size_t i = 0; i < n; i++) {
		metric_add(
		    M_events_published_total, notes[i].kind, 0, notes[i].count);
		signals_send(ev->signals, notes[i].key);
	}
}

struct events *
events_new(struct loop *l, struct db *db, struct shm *shm)
{
	struct events *ev = xcalloc(1, sizeof(*ev));
	struct signals_tap tap = { .missed = on_missed, .arg = ev };
	static const enum metric metrics[] = { M_events_published_total,
		M_events_delivered_total, M_event_lag_seconds };

	ev->loop = l;
	ev->db = db;
	ev->topics = map_new();
	list_init(&ev->stale);
	timer_init(&ev->retry, l, on_retry, ev);
	ev->signals = signals_new(l, shm);
	signals_add_tap(ev->signals, &tap);
	event_log_listen(db, on_commit, ev);
	for (size_t i = 0; i < ARRAY_LEN(metrics); i++)
		metrics_label(
		    metrics[i], 0, event_kind_names, EVENT_KIND_COUNT);
	return ev;
}

void
events_free(struct events **evp)
{
	struct events *ev = *evp;

	*evp = NULL;
	if (ev == NULL)
		return;
	CHECK(map_count(ev->topics) == 0 && ev->readers == 0);
	event_log_listen(ev->db, NULL, NULL);
	map_free(&ev->topics);
	timer_fini(&ev->retry);
	signals_free(&ev->signals);
	free(ev);
}

struct signals *
events_signals(struct events *ev)
{
	return ev->signals;
}

/* --- subscriptions ------------------------------------------------------- */

struct events_sub *
events_subscribe(struct events *ev, const struct owner *o, const char *topic,
    int64_t after, events_take *take, void *arg)
{
	struct events_sub *s = xcalloc(1, sizeof(*s));

	s->topic = topic_open(ev, o, topic);
	s->take = take;
	s->arg = arg;
	s->seq = after;
	list_add_tail(&s->topic->subs, &s->link);
	mark_stale(s->topic);
	return s;
}

void
events_unsubscribe(struct events_sub **sp)
{
	struct events_sub *s = *sp;

	*sp = NULL;
	if (s == NULL)
		return;
	s->dead = true;
	s->full = true;
	/* The list is being walked along. */
	if (!s->topic->giving)
		topic_settle(s->topic);
}

void
events_go_on(struct events_sub *s)
{
	if (!s->full || s->dead)
		return;
	s->full = false;
	mark_stale(s->topic);
}

int64_t
events_seq(const struct events_sub *s)
{
	return s->seq;
}

/* --- waiting ------------------------------------------------------------- */

static bool
open_gate(void *arg, UNUSED const struct stored_event *e)
{
	fiber_gate_open(arg);
	return false;
}

int
events_wait(struct events *ev, const struct owner *o, const char *topic,
    int64_t after, int64_t ms, struct err *e)
{
	struct fiber_gate gate = { NULL, false };
	struct events_sub *s =
	    events_subscribe(ev, o, topic, after, open_gate, &gate);
	int rc = fiber_gate_wait(&gate, ms, false, e);

	events_unsubscribe(&s);
	return rc;
}

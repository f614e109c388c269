/* Watches and subscriptions that end while they are called. */

#include "events/events.h"

#include <malloc.h>

#include "events/signals.h"
#include "shm/ring.h"
#include "shm/shm.h"
#include "store/temp_db.h"
#include "tap.h"

#define KEY    UINT64_C(0x1200)
#define TOPICS 45 /* as many as the table holds before it grows */

static struct temp_db t;
static struct loop *l;
static struct shm *s;

static void
stop(void *arg)
{
	loop_stop(arg);
}

static void
run_ms(int64_t ms)
{
	struct timer limit;

	timer_init(&limit, l, stop, l);
	timer_arm_ms(&limit, ms);
	loop_run(l);
	timer_fini(&limit);
}

/* --- watches ------------------------------------------------------------- */

struct watcher {
	struct signal_watch watch;
	struct watcher *other; /* to be ended with it, or NULL */
	int called;
};

static void
end_itself(void *arg)
{
	struct watcher *w = arg;

	w->called++;
	signals_unwatch(&w->watch);
	if (w->other != NULL)
		signals_unwatch(&w->other->watch);
}

static void
test_watches(void)
{
	struct signals *signals = signals_new(l, s);
	struct watcher w[4] = { { .called = 0 } };

	/* So that what is freed is not taken for what it was. */
	mallopt(M_PERTURB, 0x5a);
	w[0].other = &w[1];
	for (int i = 0; i < 4; i++)
		signals_watch(signals, &w[i].watch, KEY, end_itself, &w[i]);
	signals_send(signals, KEY);
	run_ms(50);
	is_int(w[0].called, 1, "a watch that ends itself and another");
	is_int(w[1].called, 0, "which is not called any more");
	ok(w[2].called == 1 && w[3].called == 1, "those behind them are");
	signals_send(signals, KEY);
	run_ms(50);
	is_int(w[2].called, 1, "and end as well");
	signals_watch(signals, &w[0].watch, KEY, end_itself, &w[0]);
	signals_send(signals, KEY);
	run_ms(50);
	is_int(w[0].called, 2, "another may follow them");
	mallopt(M_PERTURB, 0);
	signals_free(&signals);
}

/* --- subscriptions ------------------------------------------------------- */

static int heard;

static bool
end_at_once(void *arg, UNUSED const struct stored_event *event)
{
	heard++;
	events_unsubscribe(arg);
	return true;
}

/* More keys than the ring holds: which they were nobody knows. */
static void
lose_signals(void)
{
	for (size_t i = 0; i <= ring_capacity(); i++)
		ring_put(shm_ring(s), KEY);
}

static void
test_missed(void)
{
	struct events *ev = events_new(l, t.db, s);
	struct events_sub *sub[TOPICS];
	struct user ada = temp_user(&t, "ada");
	struct owner o = owner_of(&ada.athlete);
	char name[24];

	for (int i = 0; i < TOPICS; i++) {
		snprintf(name, sizeof(name), "topic/%d", i);
		sub[i] =
		    events_subscribe(ev, &o, name, 0, end_at_once, &sub[i]);
	}
	run_ms(50);
	is_int(heard, 0, "there is nothing to hear");
	for (int i = 0; i < TOPICS; i++) {
		snprintf(name, sizeof(name), "topic/%d", i);
		if (event_log_put(t.db, t.arena, &o, name, EVENT_MESSAGE,
			STR("{}"), NULL, &t.e) < 0)
			ok(false, "an event: %s", t.e.msg);
	}
	lose_signals();
	run_ms(1500);
	is_int(heard, TOPICS, "all hear, though they end one by one");
	for (int i = 0; i < TOPICS; i++)
		events_unsubscribe(&sub[i]);
	events_free(&ev);
}

int
main(void)
{
	temp_open(&t);
	l = loop_new(0);
	s = shm_new(2, &t.e);
	test_watches();
	test_missed();
	shm_free(&s);
	loop_free(&l);
	temp_close(&t);
	return tap_done();
}

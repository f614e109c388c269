/* The ring of the segment on the loop.  Every process watches one descriptor
 * for edges, which nobody has to read: each write to it wakes all. */

#include "events/signals.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "shm/ring.h"
#include "shm/shm.h"

/* The lowest bit says that a key comes from another node. */
#define FOREIGN UINT64_C(1)
#define TAPS	4
/* Who dies between filling a place and waking the others, or before filling it,
 * is waited for no longer. */
#define LOOK_MS	 1000
#define STALL_MS 20

struct signals {
	struct loop *loop;
	struct shm *shm;
	struct event *wake;
	struct timer look;
	struct map *watches; /* by key: struct list of signal_watch */
	struct signals_tap taps[TAPS];
	size_t taps_n;
	struct list *calling; /* whose watches are being called */
	uint64_t at;	      /* in the ring */
	int64_t stalled_us;
	bool wake_due;
};

static uint64_t
plain(uint64_t key)
{
	return key & RING_KEY_MASK & ~FOREIGN;
}

static struct str
name_of(const uint64_t *key)
{
	return str_make((const char *)key, sizeof(*key));
}

/* An empty one stays only while its watches are being called. */
static void
drop_if_empty(struct signals *s, uint64_t key, struct list *head)
{
	if (!list_empty(head) || head == s->calling)
		return;
	map_del(s->watches, name_of(&key));
	free(head);
}

/* A callback may end other watches of the key, and its own. */
static void
call_watches(struct signals *s, uint64_t key)
{
	struct list *head = map_get(s->watches, name_of(&key));
	struct list todo, *node;

	if (head == NULL)
		return;
	list_init(&todo);
	while (!list_empty(head)) {
		node = head->next;
		list_del(node);
		list_add_tail(&todo, node);
	}
	s->calling = head;
	while (!list_empty(&todo)) {
		struct signal_watch *w =
		    list_item(todo.next, struct signal_watch, link);

		list_del(&w->link);
		list_add_tail(head, &w->link);
		w->fn(w->arg);
	}
	s->calling = NULL;
	drop_if_empty(s, key, head);
}

static void
take_key(struct signals *s, uint64_t key)
{
	call_watches(s, plain(key));
	if ((key & FOREIGN) != 0)
		return;
	for (size_t i = 0; i < s->taps_n; i++) {
		if (s->taps[i].key != NULL)
			s->taps[i].key(s->taps[i].arg, plain(key));
	}
}

static void
tell_missed(struct signals *s)
{
	for (size_t i = 0; i < s->taps_n; i++) {
		if (s->taps[i].missed != NULL)
			s->taps[i].missed(s->taps[i].arg);
	}
}

/* An empty place: its owner is about to fill it, or is dead. */
static bool
give_up_on(struct signals *s)
{
	int64_t now_us = clock_mono_us();

	if (s->stalled_us == 0)
		s->stalled_us = now_us;
	if (now_us - s->stalled_us < STALL_MS * 1000) {
		timer_arm_ms(&s->look, STALL_MS);
		return false;
	}
	ring_skip(&s->at);
	tell_missed(s);
	return true;
}

static void
look(struct signals *s)
{
	enum ring_read found;
	uint64_t key = 0;

	timer_arm_ms(&s->look, LOOK_MS);
	for (;;) {
		found = ring_next(shm_ring(s->shm), &s->at, &key);
		if (found == RING_NOTHING ||
		    (found == RING_EMPTY && !give_up_on(s)))
			return;
		s->stalled_us = 0;
		if (found == RING_KEY)
			take_key(s, key);
		else if (found == RING_MISSED)
			tell_missed(s);
	}
}

static void
on_wake(UNUSED evutil_socket_t fd, UNUSED short what, void *arg)
{
	look(arg);
}

static void
on_look(void *arg)
{
	look(arg);
}

struct signals *
signals_new(struct loop *l, struct shm *shm)
{
	struct signals *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->shm = shm;
	s->watches = map_new();
	s->at = ring_head(shm_ring(shm));
	s->wake = event_new(loop_base(l), shm_wake_fd(shm),
	    EV_READ | EV_PERSIST | EV_ET, on_wake, s);
	CHECK(s->wake != NULL && event_add(s->wake, NULL) == 0);
	timer_init(&s->look, l, on_look, s);
	timer_arm_ms(&s->look, LOOK_MS);
	return s;
}

void
signals_free(struct signals **sp)
{
	struct signals *s = *sp;
	size_t pos = 0;
	struct str key;
	void *head;

	*sp = NULL;
	if (s == NULL)
		return;
	while (map_next(s->watches, &pos, &key, &head)) {
		CHECK(list_empty(head));
		free(head);
	}
	map_free(&s->watches);
	event_free(s->wake);
	timer_fini(&s->look);
	free(s);
}

void
signals_watch(struct signals *s, struct signal_watch *w, uint64_t key,
    void (*fn)(void *arg), void *arg)
{
	uint64_t name = plain(key);
	struct list *head = map_get(s->watches, name_of(&name));

	*w = (struct signal_watch){
		.signals = s, .key = name, .fn = fn, .arg = arg
	};
	if (head == NULL) {
		head = xcalloc(1, sizeof(*head));
		list_init(head);
		map_put(s->watches, name_of(&name), head);
	}
	list_add_tail(head, &w->link);
}

void
signals_unwatch(struct signal_watch *w)
{
	struct signals *s = w->signals;
	struct list *head;

	if (s == NULL)
		return;
	list_del(&w->link);
	w->signals = NULL;
	head = map_get(s->watches, name_of(&w->key));
	if (head != NULL)
		drop_if_empty(s, w->key, head);
}

void
signals_add_tap(struct signals *s, const struct signals_tap *tap)
{
	CHECK(s->taps_n < TAPS);
	s->taps[s->taps_n++] = *tap;
}

/* --- sending ------------------------------------------------------------- */

/* One write wakes everybody, however many keys there are. */
static void
wake_all(void *arg)
{
	struct signals *s = arg;
	uint64_t one = 1;

	s->wake_due = false;
	if (write(shm_wake_fd(s->shm), &one, sizeof(one)) < 0)
		return; /* they look once a second all the same */
}

static void
put_key(struct signals *s, uint64_t key)
{
	ring_put(shm_ring(s->shm), key);
	if (s->wake_due)
		return;
	s->wake_due = true;
	loop_later(s->loop, wake_all, s);
}

void
signals_send(struct signals *s, uint64_t key)
{
	put_key(s, plain(key));
}

void
signals_send_foreign(struct signals *s, uint64_t key)
{
	put_key(s, plain(key) | FOREIGN);
}

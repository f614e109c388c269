#ifndef EVENTS_SIGNALS_H
#define EVENTS_SIGNALS_H

/* Keys called out to every worker, on this node at once, on others within a
 * few dozen milliseconds.  A key says that what it names has changed, and
 * carries nothing else; it may be lost when a process dies, and comes again
 * when nothing has changed.  So whoever acts on it looks for itself what is
 * new, or can do without. */

#include "base/list.h"
#include "loop/loop.h"

struct shm;
struct signals;

struct signals *signals_new(struct loop *l, struct shm *shm);
void signals_free(struct signals **s);

/* In storage of the caller's; only the lower bits of the key count. */
struct signal_watch {
	struct list link;
	struct signals *signals;
	uint64_t key;
	void (*fn)(void *arg);
	void *arg;
};

/* Call fn(arg) on the loop when the key is called out, by this process too. */
void signals_watch(struct signals *s, struct signal_watch *w, uint64_t key,
    void (*fn)(void *arg), void *arg);
void signals_unwatch(struct signal_watch *w);

/* Call out a key, at the end of the turn. */
void signals_send(struct signals *s, uint64_t key);

/* For whoever passes keys on between nodes: all keys that come from this node,
 * and the news that some may have been lost. */
struct signals_tap {
	void (*key)(void *arg, uint64_t key);
	void (*missed)(void *arg); /* may be NULL */
	void *arg;
};
/* Up to a handful, for good. */
void signals_add_tap(struct signals *s, const struct signals_tap *tap);
/* As signals_send, of a key of another node, which is not passed on again. */
void signals_send_foreign(struct signals *s, uint64_t key);

#endif

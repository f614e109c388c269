#ifndef EVENTS_EVENTS_H
#define EVENTS_EVENTS_H

/* Events of a person, delivered to whoever listens on this worker, whichever
 * worker or node they were published on.
 *
 * To publish, see store/event_log.h: event_log_put() as the last statement of
 * the transaction that makes the event true.  Everything else follows from the
 * commit.
 *
 * To listen, subscribe to a stream from a number on.  Events come in order,
 * each once, without a gap: what was published before is read from the store,
 * what comes later is read when a signal says so. */

#include "events/signals.h"
#include "store/event_log.h"

struct conf;
struct db;
struct events;
struct events_sub;

/* One per worker.  Free it when no subscription is left. */
struct events *events_new(struct loop *l, struct db *db, struct shm *shm);
void events_free(struct events **ev);
struct signals *events_signals(struct events *ev);

/* Called on the loop, never waits.  false: not taken; this event comes again
 * after events_go_on(), and no other before it.  May end any subscription. */
typedef bool events_take(void *arg, const struct stored_event *e);

/* Call take(arg, e) for each event of the stream after number `after`, never
 * before this function has returned. */
struct events_sub *events_subscribe(struct events *ev, const struct owner *o,
    const char *topic, int64_t after, events_take *take, void *arg);
void events_unsubscribe(struct events_sub **sub);
/* After an event was not taken: there is room again. */
void events_go_on(struct events_sub *sub);
/* The number of the last event that was taken. */
int64_t events_seq(const struct events_sub *sub);

/* Wait in a fiber until the stream may have an event after `after`: 0, or -1
 * with ERR_TIMEOUT after ms, or ERR_CANCELED. */
NODISCARD int events_wait(struct events *ev, const struct owner *o,
    const char *topic, int64_t after, int64_t ms, struct err *e);

#endif

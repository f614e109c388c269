#ifndef STORE_EVENT_LOG_H
#define STORE_EVENT_LOG_H

/* The durable side of events: streams of a person, each numbered from 1
 * without a gap, in the order of commits.  events/events.h delivers them.
 *
 * To publish, call event_log_put() inside the db_write() that makes the change
 * true, as its last statement: who listens sees the event if and only if the
 * write was committed, and is woken by db_write() itself, on every worker and
 * node. */

#include "store/owner.h"

enum event_kind {
#define EVENT(id, name, about) EVENT_##id,
#include "store/event_kinds.def"
#undef EVENT
	EVENT_KIND_COUNT
};
extern const char *const event_kind_names[EVENT_KIND_COUNT];

/* What a person's apps are told: all kinds but EVENT_MESSAGE. */
#define EVENT_FEED "feed"
/* What a person's MCP clients are told. */
#define EVENT_CHANGES	"mcp"
#define EVENT_TOPIC_MAX 80	     /* bytes of a topic's name */
#define EVENT_BYTES_MAX (256 * 1024) /* of a payload */

struct stored_event {
	int64_t seq;
	enum event_kind kind;
	struct str payload; /* one JSON object, without line feeds */
	int64_t created_us;
};

/* Add an event to the stream `topic` of a person.  db: a transaction's, or the
 * database itself for one of its own.  The stream stays locked until the end
 * of the transaction, so that a transaction publishes to one stream, last; or
 * to the feed and then to the changes, in this order. seq_r may be NULL.  -1:
 * ERR_INVALID for a payload that is too long, or the store's. */
NODISCARD int event_log_put(struct db *db, struct arena *a,
    const struct owner *o, const char *topic, enum event_kind kind,
    struct str payload, int64_t *seq_r, struct err *e);

/* Up to `limit` events after `after`, in order. */
NODISCARD int event_log_read(struct db *db, struct arena *a,
    const struct owner *o, const char *topic, int64_t after, int64_t limit,
    struct stored_event **list_r, size_t *n_r, struct err *e);

/* Numbers of the newest event there ever was (0: none), and of the oldest that
 * is still there (last + 1: none is). */
NODISCARD int event_log_bounds(struct db *db, struct arena *a,
    const struct owner *o, const char *topic, int64_t *first_r, int64_t *last_r,
    struct err *e);

/* What names a stream between processes: the same on every node. */
uint64_t event_log_key(const struct owner *o, const char *topic);

/* Which streams of anybody moved since a time, the newest first, at most
 * `limit`. */
struct event_mark {
	uint64_t key;
	int64_t last_seq;
};
NODISCARD int event_log_touched(struct db *db, struct arena *a,
    int64_t since_us, int64_t limit, struct event_mark **list_r, size_t *n_r,
    struct err *e);

/* Delete up to `limit` events older than a time, of anybody, and streams that
 * have none, other than the feed and the changes; how many events. */
NODISCARD int event_log_purge(struct db *db, struct arena *a, int64_t before_us,
    int64_t limit, int64_t *n_r, struct err *e);

/* Who is told, on the loop, of the streams that a committed transaction of
 * this process has published to. */
struct event_note {
	uint64_t key;
	enum event_kind kind;
	unsigned count; /* events */
};
typedef void event_heard(void *arg, const struct event_note *notes, size_t n);
void event_log_listen(struct db *db, event_heard *heard, void *arg);

#endif

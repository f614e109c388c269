#include "store/event_log.h"

#include "base/clock.h"
#include "base/map.h"
#include "store/driver.h"

const char *const event_kind_names[EVENT_KIND_COUNT] = {
#define EVENT(id, name, about) name,
#include "store/event_kinds.def"
#undef EVENT
};

struct put {
	struct arena *arena;
	const struct owner *owner;
	const char *topic;
	enum event_kind kind;
	struct str payload;
	int64_t seq;
};

static void
bind_stream(struct db_query *q, const struct owner *o, const char *topic)
{
	owner_bind(q, o);
	db_bind_text(q, 3, topic);
}

static int
take_number(struct db *tx, struct put *p, int64_t now_us, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, p->arena, Q_event_number);
	bind_stream(&q, p->owner, p->topic);
	db_bind_time(&q, 4, now_us);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return err_set(e, ERR_INTERNAL, "an event got no number");
	p->seq = db_get_int(&q, 0);
	return 0;
}

static int
put(struct db *tx, void *arg, struct err *e)
{
	struct put *p = arg;
	int64_t now_us = clock_wall_us();
	struct db_query q;

	if (take_number(tx, p, now_us, e) < 0)
		return -1;
	db_query_init(&q, tx, p->arena, Q_event_insert);
	bind_stream(&q, p->owner, p->topic);
	db_bind_int(&q, 4, p->seq);
	db_bind_text(&q, 5, event_kind_names[p->kind]);
	db_bind_text(
	    &q, 6, arena_strndup(p->arena, p->payload.p, p->payload.n));
	db_bind_time(&q, 7, now_us);
	if (db_run(&q, e) < 0)
		return -1;
	db_note(tx, event_log_key(p->owner, p->topic), p->kind);
	return 0;
}

int
event_log_put(struct db *db, struct arena *a, const struct owner *o,
    const char *topic, enum event_kind kind, struct str payload, int64_t *seq_r,
    struct err *e)
{
	struct put p = { a, o, topic, kind, payload, 0 };

	if (payload.n > EVENT_BYTES_MAX)
		return err_set(e, ERR_INVALID,
		    "an event of %zu bytes is longer than %d", payload.n,
		    EVENT_BYTES_MAX);
	if (db_atomically(db, put, &p, e) < 0)
		return -1;
	if (seq_r != NULL)
		*seq_r = p.seq;
	return 0;
}

static enum event_kind
kind_of(const char *name)
{
	int k = 0;

	while (k < EVENT_MESSAGE && strcmp(event_kind_names[k], name) != 0)
		k++;
	return (enum event_kind)k;
}

int
event_log_read(struct db *db, struct arena *a, const struct owner *o,
    const char *topic, int64_t after, int64_t limit,
    struct stored_event **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;
	struct stored_event *ev;

	db_query_init(&q, db, a, Q_event_read);
	bind_stream(&q, o, topic);
	db_bind_int(&q, 4, after);
	db_bind_int(&q, 5, limit);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = q.n_rows;
	ev = *list_r = arena_many(a, q.n_rows + 1, struct stored_event);
	for (; db_next(&q); ev++) {
		ev->seq = db_get_int(&q, 0);
		ev->kind = kind_of(db_get_text(&q, 1));
		ev->payload = db_get_bytes(&q, 2);
		ev->created_us = db_get_time(&q, 3);
	}
	return 0;
}

static int
read_number(struct db *db, struct arena *a, enum query_id id,
    const struct owner *o, const char *topic, int64_t otherwise,
    int64_t *number_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, id);
	bind_stream(&q, o, topic);
	if (db_run(&q, e) < 0)
		return -1;
	*number_r = db_next(&q) ? db_get_int(&q, 0) : otherwise;
	return 0;
}

int
event_log_bounds(struct db *db, struct arena *a, const struct owner *o,
    const char *topic, int64_t *first_r, int64_t *last_r, struct err *e)
{
	if (read_number(db, a, Q_event_last, o, topic, 0, last_r, e) < 0)
		return -1;
	return read_number(
	    db, a, Q_event_first, o, topic, *last_r + 1, first_r, e);
}

uint64_t
event_log_key(const struct owner *o, const char *topic)
{
	/* No secret: all nodes must agree, and a key is but a hint. */
	static const uint64_t seed[2] = { 0x6576656e74732031, 1 };
	char bytes[sizeof(*o) + EVENT_TOPIC_MAX];
	size_t n = strnlen(topic, EVENT_TOPIC_MAX);

	memcpy(bytes, o, sizeof(*o));
	memcpy(bytes + sizeof(*o), topic, n);
	return map_hash_with(seed, str_make(bytes, sizeof(*o) + n));
}

int
event_log_touched(struct db *db, struct arena *a, int64_t since_us,
    int64_t limit, struct event_mark **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;
	struct event_mark *m;

	db_query_init(&q, db, a, Q_event_touched);
	db_bind_time(&q, 1, since_us);
	db_bind_int(&q, 2, limit);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = q.n_rows;
	m = *list_r = arena_many(a, q.n_rows + 1, struct event_mark);
	for (; db_next(&q); m++) {
		struct owner o = { db_get_uuid(&q, 0), db_get_uuid(&q, 1) };

		m->key = event_log_key(&o, db_get_text(&q, 2));
		m->last_seq = db_get_int(&q, 3);
	}
	return 0;
}

static int
purge(struct db *db, struct arena *a, enum query_id id, int64_t before_us,
    int64_t limit, int64_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, id);
	db_bind_time(&q, 1, before_us);
	db_bind_int(&q, 2, limit);
	if (id == Q_event_purge_streams) {
		db_bind_text(&q, 3, EVENT_FEED);
		db_bind_text(&q, 4, EVENT_CHANGES);
	}
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = q.changed;
	return 0;
}

int
event_log_purge(struct db *db, struct arena *a, int64_t before_us,
    int64_t limit, int64_t *n_r, struct err *e)
{
	int64_t streams;

	if (purge(db, a, Q_event_purge, before_us, limit, n_r, e) < 0)
		return -1;
	return purge(
	    db, a, Q_event_purge_streams, before_us, limit, &streams, e);
}

void
event_log_listen(struct db *db, event_heard *heard, void *arg)
{
	db->heard = heard;
	db->heard_arg = arg;
}

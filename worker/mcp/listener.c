/* The life of a listener: where it begins, and how it reads on. */

#include <stdlib.h>

#include "base/log.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "events/events.h"
#include "loop/fiber.h"
#include "mcp/listener_impl.h"
#include "mcp/mcp_impl.h"
#include "store/mcp_sessions.h"
#include "app.h"

/* Where no signals arrive, as on stdio, the store is asked. */
#define POLL_MS 1000
#define BATCH	100

static const char *const topics[LISTENER_SOURCES] = { EVENT_CHANGES,
	EVENT_FEED };

struct mcp_listener *
listener_new(struct rpc *r, struct str id, struct mcp_filter *filter,
    const struct mcp_outlet *out)
{
	struct mcp_listener *l = xcalloc(1, sizeof(*l));

	l->app = r->app;
	l->owner = rpc_owner(r);
	l->out = *out;
	l->filter = *filter;
	*filter = (struct mcp_filter){ .uris = NULL };
	buf_addstr(&l->id, id);
	if (r->session != NULL)
		l->session = r->session->id;
	l->stream = uuid_new();
	return l;
}

static void
release(void *arg)
{
	struct mcp_listener *l = arg;

	filter_free(&l->filter);
	buf_free(&l->id);
	free(l);
}

void
listener_free(struct mcp_listener **lp)
{
	struct mcp_listener *l = *lp;

	*lp = NULL;
	if (l == NULL)
		return;
	for (int i = 0; i < LISTENER_SOURCES; i++)
		events_unsubscribe(&l->sub[i]);
	l->over = true;
	/* It may be ended by what it has sent. */
	if (!l->busy)
		loop_later(l->app->loop, release, l);
}

/* --- reading ------------------------------------------------------------- */

typedef void take_event(struct mcp_listener *l, const struct stored_event *e);

static take_event *const takers[LISTENER_SOURCES] = { listener_take_change,
	listener_take_feed };

/* Once, though it may have been read twice. */
static void
take(struct mcp_listener *l, int source, const struct stored_event *event)
{
	if (l->over || event->seq <= l->seq[source])
		return;
	l->seq[source] = event->seq;
	takers[source](l, event);
}

static bool
shows(const struct mcp_resource *const *list, enum event_kind kind)
{
	while (*list != NULL && ((*list)->changes >> kind & 1) == 0)
		list++;
	return *list != NULL;
}

static int
read_batch(struct mcp_listener *l, int source, struct arena *a,
    struct stored_event **list_r, size_t *n_r, struct err *e)
{
	return event_log_read(l->app->db, a, &l->owner, topics[source],
	    l->seq[source], BATCH, list_r, n_r, e);
}

/* 1 there may be more, 0, -1. */
static int
pass_changes(struct mcp_listener *l, struct err *e)
{
	struct arena *a = arena_new();
	struct stored_event *list = NULL;
	size_t n = 0;
	int rc = read_batch(l, LISTENER_CHANGES, a, &list, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		take(l, LISTENER_CHANGES, &list[i]);
	arena_free(&a);
	return rc < 0 ? -1 : n == BATCH && !l->over;
}

/* Whoever is told that a resource is watched may change it at once.  The watch
 * was stored first, so it is among the changes that are read after the feed. */
static int
pass_on(struct mcp_listener *l, struct err *e)
{
	struct arena *a = arena_new();
	struct stored_event *list = NULL;
	size_t n = 0;
	int rc = read_batch(l, LISTENER_FEED, a, &list, &n, e);

	if (rc == 0) {
		while ((rc = pass_changes(l, e)) > 0)
			;
	}
	for (size_t i = 0; rc == 0 && i < n; i++)
		take(l, LISTENER_FEED, &list[i]);
	arena_free(&a);
	return rc;
}

static void
poll(void *arg)
{
	struct mcp_listener *l = arg;
	struct err e = ERR_INIT;

	while (!l->over && fiber_sleep_ms(POLL_MS, &e) == 0) {
		if (!l->over && pass_on(l, &e) < 0)
			log_err(LOG_WARN, "mcp", "listening", &e);
	}
	release(l);
}

static void
catch_up(void *arg)
{
	struct mcp_listener *l = arg;
	struct err e = ERR_INIT;

	while (!l->over && pass_on(l, &e) < 0) {
		log_err(LOG_WARN, "mcp", "listening", &e);
		if (fiber_sleep_ms(POLL_MS, &e) < 0)
			break;
	}
	l->busy = false;
	if (l->over)
		release(l);
	else
		events_go_on(l->sub[LISTENER_FEED]);
}

static bool
on_change(void *arg, const struct stored_event *event)
{
	take(arg, LISTENER_CHANGES, event);
	return true;
}

/* The two streams are read in no order: what a session watches may be known
 * only when its changes have been read. */
static bool
on_feed(void *arg, const struct stored_event *event)
{
	struct mcp_listener *l = arg;
	const struct mcp *m = l->app->mcp;

	if (event->seq <= l->seq[LISTENER_FEED])
		return true;
	if (uuid_is_zero(&l->session) ||
	    (!shows(m->resources, event->kind) &&
		!shows(m->templates, event->kind))) {
		take(l, LISTENER_FEED, event);
		return true;
	}
	l->busy = true;
	fiber_spawn(l->app->loop, catch_up, l);
	return false;
}

static events_take *const hearers[LISTENER_SOURCES] = { on_change, on_feed };

/* --- beginning ----------------------------------------------------------- */

static int
claim(struct mcp_listener *l, struct arena *a, struct err *e)
{
	char session[UUID_TEXT_LEN + 1], stream[UUID_TEXT_LEN + 1];

	uuid_format(&l->session, session);
	uuid_format(&l->stream, stream);
	return event_log_put(l->app->db, a, &l->owner, EVENT_CHANGES,
	    EVENT_MESSAGE,
	    str_of(arena_printf(
		a, "{\"session\":\"%s\",\"stream\":\"%s\"}", session, stream)),
	    &l->claimed, e);
}

static int
find_now(struct mcp_listener *l, struct arena *a, struct err *e)
{
	int64_t first;

	for (int i = 0; i < LISTENER_SOURCES; i++) {
		if (event_log_bounds(l->app->db, a, &l->owner, topics[i],
			&first, &l->seq[i], e) < 0)
			return -1;
	}
	return 0;
}

/* mcp/<changes>-<feed>, as tell() writes it. */
static bool
find_then(struct mcp_listener *l, struct str event_id)
{
	struct str feed, changes;
	int64_t seq[LISTENER_SOURCES];

	if (!str_starts(event_id, STR(LISTENER_EVENT_ID)))
		return false;
	event_id.p += sizeof(LISTENER_EVENT_ID) - 1;
	event_id.n -= sizeof(LISTENER_EVENT_ID) - 1;
	changes = str_cut(event_id, '-', &feed);
	if (!str_to_i64(changes, &seq[LISTENER_CHANGES]) ||
	    !str_to_i64(feed, &seq[LISTENER_FEED]) ||
	    seq[LISTENER_CHANGES] < 0 || seq[LISTENER_FEED] < 0)
		return false;
	memcpy(l->seq, seq, sizeof(seq));
	return true;
}

/* After its place is found: what was watched before stands in the list, what is
 * watched later is among the changes. */
static int
read_watched(struct mcp_listener *l, struct arena *a, struct err *e)
{
	const char **uris;
	size_t n = 0;

	if (mcp_subscriptions_list(
		l->app->db, a, &l->owner, &l->session, &uris, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		listener_watch(l, uris[i], true);
	return 0;
}

static void
follow(struct mcp_listener *l)
{
	if (l->app->events == NULL) {
		l->busy = true;
		fiber_spawn(l->app->loop, poll, l);
		return;
	}
	for (int i = 0; i < LISTENER_SOURCES; i++)
		l->sub[i] = events_subscribe(l->app->events, &l->owner,
		    topics[i], l->seq[i], hearers[i], l);
}

int
listener_start(struct mcp_listener *l, struct str last_event_id, struct err *e)
{
	bool of_session = !uuid_is_zero(&l->session);
	struct arena *a = arena_new();
	int rc = 0;

	if (of_session)
		rc = claim(l, a, e);
	if (rc == 0)
		rc = find_now(l, a, e);
	if (rc == 0 && of_session)
		rc = read_watched(l, a, e);
	if (rc == 0)
		(void)!find_then(l, last_event_id);
	arena_free(&a);
	if (rc == 0)
		follow(l);
	return rc;
}

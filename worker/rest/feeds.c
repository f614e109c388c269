#include "rest/feeds.h"

#include <stdlib.h>

#include "app.h"
#include "auth/recheck.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "events/events.h"
#include "events/places.h"
#include "http/http.h"
#include "shm/metrics.h"
#include "shm/shm.h"

#define TICK_MS	 250  /* how soon the end of a token is noticed */
#define RETRY_MS 1000 /* clients wait before they come again */

struct feeds {
	const struct app *app;
	struct list open;
	struct timer tick;
	int64_t expires_us;  /* of the token that does first */
	uint64_t seen_epoch; /* of revocations */
	bool stale;	     /* some stream may be of an older one */
	bool checking;
};

struct feed {
	struct list link;
	struct feeds *feeds;
	struct sse *sse;
	struct events_sub *sub;
	struct who who;
	enum feed_form form;
};

static struct owner
person_of(const struct who *who)
{
	return (struct owner){ who->tenant_id, who->user_id };
}

/* --- one stream ---------------------------------------------------------- */

/* Whether the event is on its way.  What a slow client has no room for is read
 * again when it has. */
static bool
send_event(struct feed *d, const struct stored_event *ev, struct str name,
    struct str data)
{
	char id[24];
	int n = snprintf(id, sizeof(id), "%lld", (long long)ev->seq);

	return sse_send(d->sse, name, str_make(id, (size_t)n), data, NULL) == 0;
}

static bool
send_notification(struct feed *d, const struct stored_event *ev)
{
	struct buf b = BUF_INIT;
	struct jsonw w;
	bool sent;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kv_int(&w, "id", ev->seq);
	jsonw_kv_cstr(&w, "type", event_kind_names[ev->kind]);
	jsonw_kv_instant(&w, "created_at", ev->created_us);
	jsonw_key(&w, "data");
	jsonw_raw(&w, ev->payload);
	jsonw_end_object(&w);
	jsonw_done(&w);
	sent = send_event(d, ev, STR("notification"), buf_str(&b));
	buf_free(&b);
	return sent;
}

static bool
take(void *arg, const struct stored_event *ev)
{
	struct feed *d = arg;

	if (d->form == FEED_NOTIFICATIONS)
		return send_notification(d, ev);
	return send_event(
	    d, ev, str_of(event_kind_names[ev->kind]), ev->payload);
}

static void
on_room(void *arg)
{
	struct feed *d = arg;

	events_go_on(d->sub);
}

static void
forget(struct feed *d)
{
	struct owner o = person_of(&d->who);

	events_unsubscribe(&d->sub);
	list_del(&d->link);
	places_leave(d->feeds->app->places, &o);
	free(d);
}

static void
on_end(UNUSED struct sse *s, void *arg)
{
	forget(arg);
}

/* The client would only be refused if it came again. */
static void
end_for_good(struct feed *d, const char *why)
{
	struct buf b = BUF_INIT;
	struct jsonw w;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "reason", why);
	jsonw_end_object(&w);
	jsonw_done(&w);
	if (sse_send(d->sse, STR("closed"), STR_NULL, buf_str(&b), NULL) < 0)
		log_msg(LOG_DEBUG, "feeds", "closed without a last word");
	buf_free(&b);
	sse_close(d->sse);
	forget(d);
}

/* --- the ends of tokens -------------------------------------------------- */

static void
end_expired(struct feeds *f)
{
	int64_t now_us = clock_wall_us();
	struct list *node, *tmp;

	if (now_us < f->expires_us)
		return;
	f->expires_us = INT64_MAX;
	list_each (node, tmp, &f->open) {
		struct feed *d = list_item(node, struct feed, link);

		if (d->who.expires_us <= now_us)
			end_for_good(d, "the access token has expired");
		else
			f->expires_us = MIN(f->expires_us, d->who.expires_us);
	}
}

static bool
is_same(const struct who *a, const struct who *b)
{
	return a->proof == b->proof && uuid_eq(&a->token_id, &b->token_id) &&
	       uuid_eq(&a->user_id, &b->user_id);
}

static void
end_all_of(struct feeds *f, const struct who *who, const char *why)
{
	struct list *node, *tmp;

	list_each (node, tmp, &f->open) {
		struct feed *d = list_item(node, struct feed, link);

		if (is_same(&d->who, who))
			end_for_good(d, why);
	}
}

/* Everybody who listens, each token once. */
static size_t
list_tokens(struct feeds *f, struct buf *out)
{
	struct map *seen = map_new();
	struct list *node, *tmp;
	size_t n = 0;

	list_each (node, tmp, &f->open) {
		struct feed *d = list_item(node, struct feed, link);
		struct str key =
		    str_make((const char *)&d->who, sizeof(d->who));

		if (map_put(seen, key, d) != NULL)
			continue;
		buf_add(out, &d->who, sizeof(d->who));
		n++;
	}
	map_free(&seen);
	return n;
}

/* Something was revoked, perhaps one of these.  -1 when the store cannot say;
 * then it is asked again. */
static int
check_all(struct feeds *f, struct err *e)
{
	struct buf tokens = BUF_INIT;
	size_t n = list_tokens(f, &tokens);
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct who *who = (const struct who *)tokens.p + i;

		if (who_recheck(f->app->db, who, e) == 0)
			continue;
		if (e->code == ERR_UNAUTHENTICATED)
			end_all_of(f, who, e->msg);
		else
			rc = -1;
	}
	buf_free(&tokens);
	return rc;
}

static void
check(void *arg)
{
	struct feeds *f = arg;
	struct err e = ERR_INIT;

	f->seen_epoch = shm_auth_epoch(f->app->shm);
	f->stale = false;
	if (check_all(f, &e) < 0) {
		f->stale = true;
		log_err(LOG_WARN, "feeds", "whose streams may stay", &e);
	}
	f->checking = false;
}

static void
on_tick(void *arg)
{
	struct feeds *f = arg;

	end_expired(f);
	if (list_empty(&f->open))
		return;
	timer_arm_ms(&f->tick, TICK_MS);
	if (f->checking ||
	    (!f->stale && f->seen_epoch == shm_auth_epoch(f->app->shm)))
		return;
	f->checking = true;
	fiber_spawn(f->app->loop, check, f);
}

/* --- opening ------------------------------------------------------------- */

static void
say(struct sse *s, const char *event, int64_t id, const char *data)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld", (long long)id);

	if (sse_send(s, str_of(event), str_make(text, (size_t)n), str_of(data),
		NULL) < 0)
		return; /* gone already, which on_end will tell */
}

/* A client knows at once from where to go on, if it loses the connection
 * before the first event; and what it will never get. */
static void
greet(struct sse *s, const struct feed_start *from)
{
	char data[96] = "connected";

	if (from->form == FEED_EVENTS)
		snprintf(data, sizeof(data), "{\"last_event_id\":%lld}",
		    (long long)from->after);
	sse_retry(s, RETRY_MS);
	say(s, "connection", from->after, data);
	if (from->wanted < 0 || from->wanted == from->after)
		return;
	snprintf(data, sizeof(data), "{\"wanted\":%lld,\"resumed\":%lld}",
	    (long long)from->wanted, (long long)from->after);
	say(s, "missed", from->after, data);
}

/* The first of a while, or one whose guard has not seen the last revocation. */
static void
note_epoch(struct feeds *f, uint64_t epoch)
{
	if (list_empty(&f->open)) {
		f->seen_epoch = epoch;
		timer_arm_ms(&f->tick, TICK_MS);
	} else if (epoch != shm_auth_epoch(f->app->shm)) {
		f->stale = true;
	}
}

int
feeds_open(struct feeds *f, struct http_req *req, const struct feed_start *from,
    struct err *e)
{
	const struct who *who = http_who(req);
	struct owner o = person_of(who);
	struct feed *d;

	if (places_take(f->app->places, &o, e) < 0)
		return -1;
	note_epoch(f, from->epoch);
	d = xcalloc(1, sizeof(*d));
	*d = (struct feed){ .feeds = f, .who = *who, .form = from->form };
	list_add_tail(&f->open, &d->link);
	f->expires_us = MIN(f->expires_us, who->expires_us);
	d->sub = events_subscribe(
	    f->app->events, &o, EVENT_FEED, from->after, take, d);
	d->sse = sse_open(req);
	greet(d->sse, from);
	sse_on_room(d->sse, on_room, d);
	sse_detach(d->sse, on_end, d);
	return 0;
}

/* --- the whole ----------------------------------------------------------- */

struct feeds *
feeds_new(const struct app *app)
{
	struct feeds *f = xcalloc(1, sizeof(*f));

	f->app = app;
	f->expires_us = INT64_MAX;
	list_init(&f->open);
	timer_init(&f->tick, app->loop, on_tick, f);
	return f;
}

void
feeds_free(struct feeds **fp)
{
	struct feeds *f = *fp;

	*fp = NULL;
	if (f == NULL)
		return;
	CHECK(list_empty(&f->open));
	timer_fini(&f->tick);
	free(f);
}

/* A session's stream, whose two sources are read in the order that a test
 * chooses: it calls out the feed alone, as one does that comes first. */

#include "mcp/listener.h"

#include "app.h"
#include "auth/who.h"
#include "base/log.h"
#include "events/events.h"
#include "loop/loop.h"
#include "mcp/mcp_impl.h"
#include "shm/shm.h"
#include "store/temp_db.h"
#include "tap.h"

#define URI	 "test://list"
#define UPDATED	 "notifications/resources/updated"
#define MANY	 250 /* changes: more than two readings bring */
#define SHORT_MS 150

static struct temp_db t;
static struct app app;
static struct who who;
static struct owner me;
static struct mcp_session session;

/* --- the client's side --------------------------------------------------- */

static struct mcp_listener *listener;
static struct buf heard;
static int messages;
static bool gone;

static bool
send_message(UNUSED void *arg, UNUSED struct str event_id, struct str message)
{
	messages++;
	buf_clear(&heard);
	buf_addstr(&heard, message);
	return !gone;
}

static void
close_stream(UNUSED void *arg)
{
	listener_free(&listener);
}

static void
begin(void)
{
	struct mcp_outlet out = { send_message, close_stream, NULL };
	struct rpc r = { .app = &app, .who = &who, .session = &session };
	struct mcp_filter filter;

	filter_init(&filter);
	listener = listener_new(&r, STR(""), &filter, &out);
	ok(listener_start(listener, STR_NULL, &t.e) == 0, "a stream begins");
	messages = 0;
	buf_clear(&heard);
}

/* --- what happens -------------------------------------------------------- */

static void
stop(void *arg)
{
	loop_stop(arg);
}

static void
run_ms(int64_t ms)
{
	struct timer limit;

	timer_init(&limit, app.loop, stop, app.loop);
	timer_arm_ms(&limit, ms);
	loop_run(app.loop);
	timer_fini(&limit);
}

static void
publish(const char *topic, enum event_kind kind, const char *text)
{
	if (event_log_put(
		t.db, t.arena, &me, topic, kind, str_of(text), NULL, &t.e) < 0)
		ok(false, "an event: %s", t.e.msg);
}

/* To the session: a member of this name. */
static void
say(const char *name, const char *value)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&session.id, id);
	publish(EVENT_CHANGES, EVENT_MESSAGE,
	    arena_printf(t.arena, "{\"session\":\"%s\",\"%s\":\"%s\"}", id,
		name, value));
}

static void
update(enum event_kind kind)
{
	publish(EVENT_FEED, kind, "{}");
}

static void
call_out(const char *topic)
{
	signals_send(events_signals(app.events), event_log_key(&me, topic));
}

static void
call_out_feed(void)
{
	call_out(EVENT_FEED);
	run_ms(SHORT_MS);
}

/* --- tests --------------------------------------------------------------- */

static void
test_order(void)
{
	begin();
	run_ms(SHORT_MS);
	say("watch", URI);
	update(EVENT_PROFILE_UPDATED);
	call_out_feed();
	is_int(messages, 1, "an update is heard of before its watch");
	ok(strstr(buf_cstr(&heard), UPDATED) != NULL &&
		strstr(buf_cstr(&heard), URI) != NULL,
	    "and told: %s", buf_cstr(&heard));
	call_out(EVENT_CHANGES);
	call_out_feed();
	is_int(messages, 1, "once, when the changes are heard of");
	for (int i = 0; i < 3; i++)
		update(EVENT_PROFILE_UPDATED);
	call_out_feed();
	is_int(messages, 4, "so are more of them");
	say("unwatch", URI);
	update(EVENT_PROFILE_UPDATED);
	call_out_feed();
	is_int(messages, 4, "but none after the watch has ended");
	listener_free(&listener);
}

static void
test_many(void)
{
	begin();
	for (int i = 0; i < MANY; i++)
		say("watch", arena_printf(t.arena, URI "/%d", i));
	say("watch", URI);
	for (int i = 0; i < MANY; i++)
		update(EVENT_PROFILE_UPDATED);
	call_out_feed();
	run_ms(1000);
	is_int(messages, MANY, "many updates behind many changes");
	listener_free(&listener);
}

static void
test_others(void)
{
	begin();
	run_ms(SHORT_MS);
	say("watch", URI);
	update(EVENT_NOTICE);
	call_out_feed();
	is_int(messages, 0, "what changes no resource");
	update(EVENT_PROFILE_UPDATED);
	call_out_feed();
	is_int(messages, 1, "holds up nothing");
	listener_free(&listener);
}

static void
test_end(void)
{
	begin();
	run_ms(SHORT_MS);
	say("watch", URI);
	say("end", "yes");
	update(EVENT_PROFILE_UPDATED);
	call_out_feed();
	ok(listener == NULL, "a stream ends while its changes are read");
	is_int(messages, 0, "and is told nothing more");
}

static void
test_hang_up(void)
{
	begin();
	run_ms(SHORT_MS);
	say("watch", URI);
	update(EVENT_PROFILE_UPDATED);
	update(EVENT_PROFILE_UPDATED);
	gone = true;
	call_out_feed();
	gone = false;
	ok(listener == NULL, "a client hangs up while it is told");
	is_int(messages, 1, "and is told nothing more");
}

static void
set_up(struct mcp *m)
{
	static const struct mcp_resource list = { .uri = URI,
		.changes = 1 << EVENT_PROFILE_UPDATED };
	static const struct mcp_resource *resources[] = { &list, NULL };
	static const struct mcp_resource *templates[] = { NULL };
	struct user u;

	temp_open(&t);
	u = temp_user(&t, "ada");
	me = owner_of(&u.athlete);
	who = (struct who){ .tenant_id = me.tenant_id, .user_id = me.user_id };
	session.id = uuid_new();
	m->resources = resources;
	m->templates = templates;
	app = (struct app){ .conf = &t.conf, .db = t.db, .mcp = m };
	app.loop = loop_new(0);
	app.shm = shm_new(2, &t.e);
	app.events = events_new(app.loop, t.db, app.shm);
	/* What is called out is for the test to say. */
	event_log_listen(t.db, NULL, NULL);
	log_configure(LOG_ALERT, LOG_TEXT);
}

int
main(void)
{
	struct mcp m = { .app = &app };

	set_up(&m);
	test_order();
	test_many();
	test_others();
	test_end();
	test_hang_up();
	ok(loop_settle(app.loop, 5000), "nothing runs on");
	events_free(&app.events);
	shm_free(&app.shm);
	loop_free(&app.loop);
	buf_free(&heard);
	temp_close(&t);
	return tap_done();
}

#include <signal.h>
#include <unistd.h>

#include "app.h"
#include "auth/accounts.h"
#include "auth/csrf.h"
#include "auth/guard.h"
#include "auth/keys.h"
#include "auth/jwt.h"
#include "auth/scope.h"
#include "auth/seal.h"
#include "auth/throttle.h"
#include "auth/who.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "confine.h"
#include "documents.h"
#include "events/events.h"
#include "events/places.h"
#include "http/http.h"
#include "httpc/httpc.h"
#include "jobs/jobs.h"
#include "jobs/spool.h"
#include "mcp/mcp.h"
#include "oauth/oauth.h"
#include "proc/chan.h"
#include "proc/heritage.h"
#include "proc/sig.h"
#include "rest/feeds.h"
#include "rest/rest.h"
#include "routes.h"
#include "shm/board.h"
#include "shm/limits.h"
#include "shm/metrics.h"
#include "store/store.h"
#include "web/page.h"
#include "web/statics.h"
#include "web/web.h"

/* A worker: what it consists of, how it begins, beats and leaves. */

#define BEAT_MS 1000
/* How long what nobody waits for may still take when the time is up. */
#define SETTLE_MS 500
/* A certificate that ends within two weeks is one that nobody renews. */
#define CERTIFICATE_WARN_S (14 * 24 * 3600)

struct worker {
	const struct heritage *heritage;
	struct app app;
	struct http_app http_app;
	struct http_server *server;
	struct timer beat;
	struct event *events[4];
	enum slot_state state;
	uint64_t told_requests; /* of those answered, on the board */
	int64_t leave_us;	/* when the drain's time is up */
};

static int
check_limit(struct http_req *req, const struct http_route *route, struct err *e)
{
	const struct app *app = http_app_state(req);

	return throttle_address(app->throttle, req, route, e);
}

/* A cookie goes along by itself: what changes something by it has to prove that
 * a page of ours sent it.  Pages look into their forms. */
static int
check_source(
    struct http_req *req, const struct http_route *route, struct err *e)
{
	const struct app *app = http_app_state(req);
	const struct who *who = http_who(req);

	if (route->access >= HTTP_PAGE_OPEN || route->method == HTTP_GET ||
	    who == NULL || who->proof != WHO_SESSION)
		return 0;
	return csrf_check_header(app->csrf, req, e);
}

static int
check_guard(struct http_req *req, const struct http_route *route, struct err *e)
{
	const struct app *app = http_app_state(req);
	int rc = guard_http(app->guard, req, route, e);

	if (rc == 0)
		rc = check_source(req, route, e);
	if (rc == 0) {
		if (throttle_who(app->throttle, req, route, e) < 0)
			return -1;
		return guard_count(app->guard, req, e);
	}
	if (rc < 0)
		throttle_failure(app->throttle, req, e);
	return rc;
}

/* --- leaving ------------------------------------------------------------- */

static void
on_drained(void *arg)
{
	struct worker *w = arg;

	loop_stop(w->app.loop);
}

/* On the board for -s status. */
static void
beat(struct worker *w)
{
	struct board_slot *b = shm_slot(w->app.shm, w->heritage->slot);
	uint64_t requests = http_server_requests(w->server);

	b->connections = http_server_connections(w->server);
	b->requests += requests - w->told_requests;
	w->told_requests = requests;
	shm_beat(w->app.shm, w->heritage->slot, w->state);
}

static void
drain(struct worker *w)
{
	if (w->state == SLOT_DRAINING)
		return;
	w->state = SLOT_DRAINING;
	w->leave_us = clock_mono_us() + w->app.conf->drain_timeout_us;
	beat(w);
	/* The rest is for giving back what has not ended. */
	jobs_drain(w->app.jobs, w->app.conf->drain_timeout_us / 2);
	http_server_drain(w->server, on_drained, w);
}

static void
on_signal(int signal, UNUSED short what, void *arg)
{
	struct worker *w = arg;
	struct err e = ERR_INIT;

	if (signal == SIGQUIT) {
		drain(w);
	} else if (signal == SIGTERM) {
		drain(w);
		w->leave_us = clock_mono_us();
		jobs_drain(w->app.jobs, 0);
		http_server_abort(w->server);
	} else if (log_reopen(&e) < 0) {
		log_err(LOG_ERROR, "worker", "reopen", &e);
	}
}

/* The master has gone: nobody will reload or replace us. */
static void
on_channel(UNUSED int fd, UNUSED short what, void *arg)
{
	struct worker *w = arg;

	if (chan_read(w->heritage->chan_fd) == CHAN_GONE) {
		event_del(w->events[0]);
		if (w->state != SLOT_DRAINING)
			log_msg(
			    LOG_WARN, "worker", "the master has gone; leaving");
		drain(w);
	}
}

/* --- beginning ----------------------------------------------------------- */

/* A worker that has served its time asks for a successor until it has one. */
static void
ask_for_relief(struct worker *w)
{
	const struct conf *c = w->app.conf;
	bool tired = c->max_requests > 0 && http_server_requests(w->server) >=
						(uint64_t)c->max_requests;
	uint64_t bytes = shm_slot(w->app.shm, w->heritage->slot)->rss_bytes;
	bool fat =
	    c->max_memory_bytes > 0 && bytes > (uint64_t)c->max_memory_bytes;

	if (!(tired || fat) || w->state != SLOT_READY)
		return;
	chan_say(w->heritage->chan_fd, CHAN_REPLACE_ME);
}

static void
on_beat(void *arg)
{
	struct worker *w = arg;
	beat(w);
	ask_for_relief(w);
	timer_arm_ms(&w->beat, BEAT_MS);
}

/* The master counts, but does not render. */
static void
label_metrics(void)
{
	static const char *const exits[] = { "clean", "failed", "killed",
		"panicked" };
	static const char *const respawns[] = { "relieved", "failed", "killed",
		"panicked" };
	static const char *const reloads[] = { "done", "refused" };

	metrics_label(M_worker_exits_total, 0, exits, ARRAY_LEN(exits));
	metrics_label(M_respawns_total, 0, respawns, ARRAY_LEN(respawns));
	metrics_label(M_rate_limited_total, 0, limit_names, LIMIT_KIND_COUNT);
	metrics_label(M_reloads_total, 0, reloads, ARRAY_LEN(reloads));
}

static int
open_oauth(struct app *app, struct err *e)
{
	struct oauth_parts parts = { .conf = app->conf,
		.db = app->db,
		.keyring = app->keyring,
		.shm = app->shm,
		.fetch = documents_fetch,
		.fetch_arg = app };

	app->httpc = httpc_new(app->loop);
	app->jwt_keys =
	    jwt_keys_open(app->conf, app->db, app->keyring, app->shm, e);
	if (app->jwt_keys == NULL)
		return -1;
	parts.keys = app->jwt_keys;
	app->oauth = oauth_new(&parts, e);
	if (app->oauth == NULL)
		return -1;
	guard_set_jwt(app->guard, oauth_prove, app->oauth);
	return 0;
}

/* What the handlers use, in order of need. */
static int
open_app(struct worker *w, struct err *e)
{
	struct app *app = &w->app;

	app->conf = w->heritage->conf;
	app->shm = w->heritage->shm;
	if (spool_node(app->conf->data_dir, app->node, e) < 0)
		return -1;
	board_name(app->name, app->node, w->heritage->slot);
	app->loop = loop_new((unsigned)app->conf->threads);
	store_share_timeline(shm_db_timeline(app->shm));
	app->db = store_open(app->conf, app->loop, e);
	if (app->db == NULL)
		return -1;
	app->events = events_new(app->loop, app->db, app->shm);
	app->places = places_new(app->conf->max_streams_per_user);
	app->keyring = keyring_open(app->conf, app->db, app->shm, e);
	if (app->keyring == NULL)
		return -1;
	app->guard = guard_new(app->conf, app->db, app->shm, e);
	if (app->guard == NULL)
		return -1;
	app->accounts = accounts_new(app->conf, app->db, app->keyring, e);
	if (app->accounts == NULL)
		return -1;
	app->csrf = csrf_new(app->keyring, e);
	if (app->csrf == NULL)
		return -1;
	app->statics = web_statics_new();
	if (open_oauth(app, e) < 0)
		return -1;
	app->throttle = throttle_new(app->conf, app->shm);
	app->feeds = feeds_new(app);
	app->mcp = mcp_new(app, e);
	if (app->mcp == NULL)
		return -1;
	app->jobs = jobs_new(app);
	return 0;
}

static void
watch(struct worker *w)
{
	struct event_base *base = loop_base(w->app.loop);

	w->events[0] = event_new(
	    base, w->heritage->chan_fd, EV_READ | EV_PERSIST, on_channel, w);
	w->events[1] = evsignal_new(base, SIGQUIT, on_signal, w);
	w->events[2] = evsignal_new(base, SIGTERM, on_signal, w);
	w->events[3] = evsignal_new(base, SIGUSR1, on_signal, w);
	for (size_t i = 0; i < ARRAY_LEN(w->events); i++) {
		CHECK(w->events[i] != NULL);
		event_add(w->events[i], NULL);
	}
	sig_unblock();
	timer_init(&w->beat, w->app.loop, on_beat, w);
}

/* In the metrics and, when it is late, in the log. */
static void
note_certificate(struct worker *w)
{
	int64_t end_s = http_server_certificate_end_s(w->server);
	int64_t left_s = end_s - clock_wall_us() / 1000000;

	shm_set_certificate_not_after_s(w->app.shm, end_s);
	if (end_s == 0 || left_s > CERTIFICATE_WARN_S || w->heritage->index > 0)
		return;
	log_msg(LOG_WARN, "worker", "tls.certificate %s: %s",
	    left_s > 0 ? "ends soon" : "has ended",
	    w->app.conf->tls_certificate);
}

static int
open_server(struct worker *w, struct err *e)
{
	w->http_app = (struct http_app){
		.routes = app_routes,
		.guard = check_guard,
		.state = &w->app,
		.limit = check_limit,
		.error_page = page_error,
		.tls_secret = shm_secret(w->app.shm),
	};
	label_metrics();
	board_limit(w->app.conf->max_connections);
	w->server = http_server_new(w->app.loop, w->app.conf, &w->http_app);
	for (unsigned i = 0; i < w->heritage->n_listen; i++) {
		if (http_server_listen(w->server, &w->heritage->listen[i], e) <
		    0)
			return -1;
	}
	note_certificate(w);
	return 0;
}

/* Nobody waits any more for what still runs, as the note that a token was
 * used; but it uses all that a worker consists of.  The kernel alone clears up
 * behind what does not end, which no database commits. */
static void
settle(struct worker *w)
{
	int64_t left_ms = (w->leave_us - clock_mono_us()) / 1000;

	if (loop_settle(w->app.loop, MAX(left_ms, SETTLE_MS)))
		return;
	log_msg(LOG_WARN, "worker", "left before all work had ended");
	_exit(0);
}

/* The keeper may have left before. */
static void
carry_usage(void *arg)
{
	struct worker *w = arg;
	struct err e = ERR_INIT;

	if (keys_carry_usage(w->app.db, w->app.shm, &e) < 0)
		log_err(LOG_WARN, "worker", "carrying what was counted", &e);
}

static void
close_worker(struct worker *w)
{
	sig_block();
	for (size_t i = 0; i < ARRAY_LEN(w->events); i++) {
		if (w->events[i] != NULL)
			event_free(w->events[i]);
	}
	sig_ignore();
	if (w->app.loop != NULL) {
		if (w->app.accounts != NULL)
			fiber_spawn(w->app.loop, carry_usage, w);
		settle(w);
	}
	if (w->server != NULL)
		timer_fini(&w->beat);
	http_server_free(&w->server);
	feeds_free(&w->app.feeds);
	jobs_free(&w->app.jobs);
	mcp_free(&w->app.mcp);
	throttle_free(&w->app.throttle);
	web_statics_free(&w->app.statics);
	csrf_free(&w->app.csrf);
	accounts_free(&w->app.accounts);
	oauth_free(&w->app.oauth);
	jwt_keys_free(&w->app.jwt_keys);
	httpc_free(&w->app.httpc);
	guard_free(&w->app.guard);
	places_free(&w->app.places);
	events_free(&w->app.events);
	keyring_free(&w->app.keyring);
	store_close(&w->app.db);
	loop_free(&w->app.loop);
}

int
worker_main(const struct heritage *h)
{
	struct worker w = { .heritage = h, .state = SLOT_STARTING };
	struct err e = ERR_INIT;
	int status = 0;

	if (confine(h, &e) < 0 || open_app(&w, &e) < 0 ||
	    open_server(&w, &e) < 0) {
		log_err(LOG_ERROR, "worker", "cannot start", &e);
		board_refuse(e.msg);
		status = e.code == ERR_CONFIG ? EXIT_CONFIG : 1;
	} else {
		watch(&w);
		w.state = SLOT_READY;
		on_beat(&w);
		jobs_start(w.app.jobs);
		chan_say(h->chan_fd, CHAN_READY);
		loop_run(w.app.loop);
	}
	close_worker(&w);
	for (unsigned i = 0; i < h->n_listen; i++)
		close(h->listen[i].fd);
	close(h->chan_fd);
	return status;
}

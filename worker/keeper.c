#include <signal.h>
#include <unistd.h>

#include "admin.h"
#include "auth/keys.h"
#include "auth/jwt.h"
#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "confine.h"
#include "events/nodes.h"
#include "jobs/jobs.h"
#include "loop/fiber.h"
#include "proc/chan.h"
#include "proc/heritage.h"
#include "proc/sig.h"
#include "shm/board.h"
#include "shm/limits.h"
#include "shm/metrics.h"
#include "shm/shm.h"
#include "shm/usage.h"
#include "store/account_sweep.h"
#include "store/dbmeta.h"
#include "store/event_log.h"
#include "store/mcp_sessions.h"
#include "store/oauth_tokens.h"
#include "store/signing_keys.h"
#include "store/store.h"
#include "store/user_delete.h"

/* The keeper does what has to be done once a node.  Every round it asks the
 * database how it is and where the revocation epoch stands, and tells the
 * workers through shared memory; every second it carries what was counted of
 * tokens to the database; every ten seconds it clears up the table of limits,
 * and what jobs, uploads, events and accounts left behind.  All the while it
 * listens for events of other nodes. */

#define ROUND_MS       250
#define SWEEP_ROUNDS   40
#define CARRY_ROUNDS   4
#define SWEEP_EVENTS   2000 /* in one transaction */
#define SWEEP_SESSIONS 1000
/* A database is called ill only after this long without an answer. */
#define DEBOUNCE_US INT64_C(10000000)
#define COMPLAIN_US INT64_C(60000000)
/* How long the last question may still take at the end. */
#define SETTLE_MS 10000

struct keeper {
	const struct heritage *heritage;
	struct loop *loop;
	struct db *db;
	struct nodes *nodes;
	struct admin *admin;
	struct timer round;
	struct event *events[4];
	int64_t last_good_us; /* monotonic */
	int64_t complained_us;
	unsigned rounds;
	bool asking;
	bool sweeping;
	bool carrying;
	bool leaving;
};

static void
note_health(struct keeper *k, bool answered, int64_t took_us)
{
	struct shm_health before = shm_db_health(k->heritage->shm);
	struct shm_health h = {
		.checked_wall_us = clock_wall_us(),
		.took_us = took_us,
	};

	if (answered)
		k->last_good_us = clock_mono_us();
	h.ok = answered ||
	       (before.ok && clock_mono_us() - k->last_good_us < DEBOUNCE_US);
	if (before.checked_wall_us != 0 && before.ok != h.ok)
		log_msg(h.ok ? LOG_NOTICE : LOG_ERROR, "keeper",
		    "the database %s",
		    h.ok ? "answers again" : "does not answer");
	shm_set_db_health(k->heritage->shm, &h);
}

/* Not with every round that fails. */
static void
complain(struct keeper *k, const struct err *e)
{
	int64_t now_us = clock_mono_us();

	if (k->complained_us != 0 && now_us - k->complained_us < COMPLAIN_US)
		return;
	k->complained_us = now_us;
	log_err(LOG_WARN, "keeper", "database", e);
}

static void
ask_database(void *arg)
{
	struct keeper *k = arg;
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	int64_t begun = clock_mono_us();
	int64_t epoch;
	bool answered = meta_auth_epoch(k->db, a, &epoch, &e) == 0;

	if (answered)
		shm_set_auth_epoch(k->heritage->shm, (uint64_t)epoch);
	else
		complain(k, &e);
	note_health(k, answered, clock_mono_us() - begun);
	arena_free(&a);
	k->asking = false;
}

static void
sweep_limits(struct shm *s)
{
	metric_gauge(M_rate_limit_keys,
	    (int64_t)limits_sweep(shm_limits(s), clock_mono_us()));
}

static int
sweep_events(struct keeper *k, struct err *e)
{
	int64_t before_us = clock_wall_us() - k->heritage->conf->events_keep_us;
	struct arena *a = arena_new();
	int64_t n;
	int rc;

	do
		rc = event_log_purge(k->db, a, before_us, SWEEP_EVENTS, &n, e);
	while (rc == 0 && n == SWEEP_EVENTS && !k->leaving);
	arena_free(&a);
	return rc;
}

static int
sweep_sessions(struct keeper *k, struct err *e)
{
	int64_t before_us =
	    clock_wall_us() - k->heritage->conf->mcp_session_ttl_us;
	struct arena *a = arena_new();
	int64_t n;
	int rc;

	do
		rc = mcp_sessions_purge(
		    k->db, a, before_us, SWEEP_SESSIONS, &n, e);
	while (rc == 0 && n == SWEEP_SESSIONS && !k->leaving);
	arena_free(&a);
	return rc;
}

/* Codes, tickets, tokens and clients that nobody will use any more. */
static int
sweep_oauth(struct keeper *k, struct err *e)
{
	int64_t before_us =
	    clock_wall_us() - 2 * jwt_lifetime_us(k->heritage->conf);
	struct arena *a = arena_new();
	int64_t n;
	int rc = oauth_sweep(k->db, a, e);

	if (rc == 0)
		rc = signing_keys_purge(k->db, a, before_us, &n, e);
	arena_free(&a);
	return rc;
}

static void
sweep_rows(void *arg)
{
	struct keeper *k = arg;
	struct err e = ERR_INIT;

	if (jobs_sweep(k->heritage->conf, k->db, &e) < 0 ||
	    sweep_events(k, &e) < 0 || sweep_sessions(k, &e) < 0 ||
	    account_sweep(k->db, &e) < 0 || sweep_oauth(k, &e) < 0 ||
	    user_delete_finish(k->db, &e) < 0)
		complain(k, &e);
	usage_sweep(shm_usage(k->heritage->shm), usage_month(clock_wall_us()));
	k->sweeping = false;
}

static void
sweep(struct keeper *k)
{
	sweep_limits(k->heritage->shm);
	if (k->sweeping)
		return;
	k->sweeping = true;
	fiber_spawn(k->loop, sweep_rows, k);
}

static void
carry_usage(void *arg)
{
	struct keeper *k = arg;
	struct err e = ERR_INIT;

	if (keys_carry_usage(k->db, k->heritage->shm, &e) < 0)
		complain(k, &e);
	k->carrying = false;
}

/* What was counted of tokens goes to the database. */
static void
carry(struct keeper *k)
{
	if (k->carrying)
		return;
	k->carrying = true;
	fiber_spawn(k->loop, carry_usage, k);
}

static void
on_round(void *arg)
{
	struct keeper *k = arg;

	if (k->rounds % CARRY_ROUNDS == 0)
		carry(k);
	if (k->rounds++ % SWEEP_ROUNDS == 0)
		sweep(k);

	shm_beat(k->heritage->shm, k->heritage->slot,
	    k->leaving ? SLOT_DRAINING : SLOT_READY);
	if (!k->asking) {
		k->asking = true;
		fiber_spawn(k->loop, ask_database, k);
	} else if (clock_mono_us() - k->last_good_us > DEBOUNCE_US) {
		note_health(k, false, clock_mono_us() - k->last_good_us);
	}
	timer_arm_ms(&k->round, ROUND_MS);
}

static void
on_drained(void *arg)
{
	struct keeper *k = arg;

	loop_stop(k->loop);
}

static void
leave(struct keeper *k)
{
	if (k->leaving)
		return;
	k->leaving = true;
	timer_disarm(&k->round);
	nodes_stop(k->nodes);
	shm_beat(k->heritage->shm, k->heritage->slot, SLOT_DRAINING);
	admin_drain(k->admin, on_drained, k);
}

static void
on_signal(int signal, UNUSED short what, void *arg)
{
	struct keeper *k = arg;
	struct err e = ERR_INIT;

	if (signal != SIGUSR1)
		leave(k);
	if (signal == SIGTERM)
		admin_abort(k->admin);
	if (signal == SIGUSR1 && log_reopen(&e) < 0)
		log_err(LOG_ERROR, "keeper", "reopen", &e);
}

static void
on_channel(UNUSED int fd, UNUSED short what, void *arg)
{
	struct keeper *k = arg;

	if (chan_read(k->heritage->chan_fd) == CHAN_GONE)
		leave(k);
}

static void
watch(struct keeper *k)
{
	struct event_base *base = loop_base(k->loop);

	k->events[0] = event_new(
	    base, k->heritage->chan_fd, EV_READ | EV_PERSIST, on_channel, k);
	k->events[1] = evsignal_new(base, SIGQUIT, on_signal, k);
	k->events[2] = evsignal_new(base, SIGTERM, on_signal, k);
	k->events[3] = evsignal_new(base, SIGUSR1, on_signal, k);
	for (size_t i = 0; i < ARRAY_LEN(k->events); i++) {
		CHECK(k->events[i] != NULL);
		event_add(k->events[i], NULL);
	}
	sig_unblock();
	timer_init(&k->round, k->loop, on_round, k);
}

static void
serve(struct keeper *k)
{
	watch(k);
	k->nodes = nodes_new(k->loop, k->db, k->heritage->shm);
	on_round(k);
	chan_say(k->heritage->chan_fd, CHAN_READY);
	loop_run(k->loop);
	sig_block();
	for (size_t i = 0; i < ARRAY_LEN(k->events); i++)
		event_free(k->events[i]);
	sig_ignore();
	timer_fini(&k->round);
	if (!loop_settle(k->loop,
		MIN(SETTLE_MS, k->heritage->conf->drain_timeout_us / 1000))) {
		log_msg(
		    LOG_WARN, "keeper", "left while the database was asked");
		_exit(0);
	}
	nodes_free(&k->nodes);
}

int
keeper_main(const struct heritage *h)
{
	struct keeper k = { .heritage = h, .last_good_us = clock_mono_us() };
	struct err e = ERR_INIT;
	int status = 0;

	if (confine(h, &e) == 0) {
		k.loop = loop_new(1);
		store_share_timeline(shm_db_timeline(h->shm));
		k.db = store_open_one(h->conf, k.loop, &e);
	}
	if (k.db != NULL)
		k.admin = admin_new(h, k.loop, k.db, &e);
	if (k.admin != NULL) {
		serve(&k);
	} else {
		log_err(LOG_ERROR, "keeper", "cannot start", &e);
		board_refuse(e.msg);
		status = e.code == ERR_CONFIG ? EXIT_CONFIG : 1;
	}
	admin_free(&k.admin);
	store_close(&k.db);
	loop_free(&k.loop);
	for (unsigned i = 0; i < h->n_listen; i++)
		close(h->listen[i].fd);
	close(h->chan_fd);
	return status;
}

/* A connection: how it is made, waited for and closed. */

#include "store/pg.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "shm/metrics.h"

/* What the server is given beyond statement_timeout before it counts as
 * silent. */
#define GRACE_US INT64_C(5000000)

struct opening {
	struct pg_pool *pool;
	PGconn *handle;
	char system_id[24];
	uint64_t timeline;
	bool refused; /* by us: it answered, but it is not the one we want */
	struct err err;
};

/* One of several hosts of a URL; NULL: the URL has no such list. */
struct host {
	char *name;
	char *address;
	char *port;
};

/* The newest timeline seen, by all processes once they share it. */
static _Atomic uint64_t own_timeline;
static _Atomic uint64_t *newest_timeline = &own_timeline;

void
pg_share_timeline(_Atomic uint64_t *word)
{
	newest_timeline = word;
}

/* What holds unless the URL says otherwise, and what always holds.  NULL
 * stands for what the URL says. */
static PGconn *
connect_to(const char *url, const struct host *only)
{
	static const char *const keys[] = { "connect_timeout",
		"tcp_user_timeout", "keepalives_idle", "keepalives_interval",
		"keepalives_count", "target_session_attrs",
		"fallback_application_name", "dbname", "client_encoding",
		"host", "hostaddr", "port", NULL };
	const char *const values[] = { "2", "5000", "5", "2", "2", "read-write",
		"pierre-mcp-server", url, "UTF8",
		only != NULL ? only->name : NULL,
		only != NULL ? only->address : NULL,
		only != NULL ? only->port : NULL, NULL };

	return PQconnectdbParams(keys, values, 1);
}

static void
ignore_notice(UNUSED void *arg, UNUSED const PGresult *r)
{
}

static int
say(struct opening *o, const char *sql, char *first, size_t n, char *second,
    size_t m)
{
	PGresult *r = PQexec(o->handle, sql);
	bool good = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;

	if (good && first != NULL) {
		snprintf(first, n, "%s", PQgetvalue(r, 0, 0));
		snprintf(second, m, "%s", PQgetvalue(r, 0, 1));
	}
	PQclear(r);
	return good ? 0 : -1;
}

/* Each query has one plan, which its text is written for and a test looks at
 * (t/unit/store/pg_queries.c); to plan it anew for each set of parameters may
 * cost more than to run it. */
static int
set_session(struct opening *o)
{
	int64_t ms = o->pool->statement_timeout_us / 1000;
	char sql[400];

	snprintf(sql, sizeof(sql),
	    "SELECT set_config('statement_timeout', '%" PRId64 "', false),"
	    " set_config('idle_in_transaction_session_timeout', '%" PRId64
	    "', false),"
	    " set_config('TimeZone', 'UTC', false),"
	    " set_config('client_min_messages', 'warning', false),"
	    " set_config('plan_cache_mode', 'force_generic_plan', false)",
	    ms, 2 * ms + 10000);
	return say(o, sql, NULL, 0, NULL, 0);
}

/* Which history the server has; not every one tells. */
static void
read_history(struct opening *o)
{
	char timeline[16] = "";

	if (say(o,
		"SELECT s.system_identifier::text, CASE WHEN"
		" pg_is_in_recovery() THEN '' ELSE"
		" left(pg_walfile_name(pg_current_wal_lsn()), 8) END"
		" FROM pg_control_system() s",
		o->system_id, sizeof(o->system_id), timeline,
		sizeof(timeline)) < 0)
		o->system_id[0] = '\0';
	o->timeline = strtoull(timeline, NULL, 16);
}

/* What waiting does not mend; libpq has no code for it. */
static enum err_code
refusal_code(const char *words)
{
	static const char *const lasting[] = { "authentication failed",
		"does not exist", "pg_hba.conf", "no password supplied" };

	for (size_t i = 0; i < ARRAY_LEN(lasting); i++) {
		if (strstr(words, "FATAL") != NULL &&
		    strstr(words, lasting[i]) != NULL)
			return ERR_CONFIG;
		if (strstr(words, "fe_sendauth: no password") != NULL)
			return ERR_CONFIG;
	}
	return ERR_UNAVAILABLE;
}

/* After a failover the former primary may come back with rows of its own, and
 * libpq would take it: its timeline tells. */
static int
check_history(struct opening *o)
{
	const struct pg_pool *p = o->pool;
	uint64_t newest = *newest_timeline;

	o->refused = true;
	if (o->system_id[0] != '\0' && p->system_id[0] != '\0' &&
	    strcmp(p->system_id, o->system_id) != 0)
		return err_set(&o->err, ERR_UNAVAILABLE,
		    "PostgreSQL: the server holds another database cluster "
		    "than before; restart to use it");
	if (o->timeline != 0 && o->timeline < newest)
		return err_set(&o->err, ERR_UNAVAILABLE,
		    "PostgreSQL: the server is on timeline %u, behind %u: a "
		    "former primary is refused",
		    (unsigned)o->timeline, (unsigned)newest);
	o->refused = false;
	return 0;
}

static void
note_timeline(uint64_t timeline)
{
	uint64_t newest = *newest_timeline;

	while (newest < timeline && !atomic_compare_exchange_weak(
					newest_timeline, &newest, timeline))
		;
}

static int
open_at(struct opening *o, const struct host *only)
{
	char line[180];

	o->handle = connect_to(o->pool->url, only);
	CHECK(o->handle != NULL);
	PQsetNoticeReceiver(o->handle, ignore_notice, NULL);
	if (PQstatus(o->handle) == CONNECTION_OK && set_session(o) == 0) {
		read_history(o);
		if (PQsetnonblocking(o->handle, 1) == 0 &&
		    PQenterPipelineMode(o->handle) == 1 &&
		    check_history(o) == 0)
			return 0;
	}
	if (!o->refused) {
		pg_one_line(line, sizeof(line), PQerrorMessage(o->handle));
		err_set(&o->err, refusal_code(line), "PostgreSQL: %s",
		    line[0] != '\0' ? line : "the connection was refused");
	}
	PQfinish(o->handle);
	o->handle = NULL;
	return -1;
}

static char *
option_of(const PQconninfoOption *o, const char *name)
{
	while (o->keyword != NULL && strcmp(o->keyword, name) != 0)
		o++;
	return o->val;
}

/* The first of a list, which is cut off; the last stays for those that have no
 * item of their own. */
static char *
take_item(char **list)
{
	char *item = *list;
	char *comma = item != NULL ? strchr(item, ',') : NULL;

	if (comma != NULL) {
		*comma = '\0';
		*list = comma + 1;
	}
	return item;
}

/* libpq takes the first host that is a primary; when we refuse that one, there
 * may be a better one behind it. */
static void
open_any(struct opening *o)
{
	PQconninfoOption *options = PQconninfoParse(o->pool->url, NULL);
	struct host rest, only;
	unsigned n = 1;

	if (options == NULL)
		return;
	rest = (struct host){ option_of(options, "host"),
		option_of(options, "hostaddr"), option_of(options, "port") };
	for (const char *p = rest.name != NULL ? rest.name : ""; *p != '\0';
	     p++)
		n += *p == ',';
	for (unsigned i = 0; i < n && n > 1 && o->handle == NULL; i++) {
		only.name = take_item(&rest.name);
		only.address = take_item(&rest.address);
		only.port = take_item(&rest.port);
		o->refused = false;
		open_at(o, &only);
	}
	PQconninfoFree(options);
}

/* On whatever thread. */
static void
do_open(void *arg)
{
	struct opening *o = arg;

	if (open_at(o, NULL) < 0 && o->refused)
		open_any(o);
}

static void
on_socket(UNUSED int fd, UNUSED short what, void *arg)
{
	struct pg_conn *c = arg;

	if (c->in_use)
		fiber_gate_open(&c->gate);
	else if (!pg_conn_is_alive(c))
		pg_conn_close(c);
}

static void
watch(struct pg_conn *c)
{
	struct event_base *base = loop_base(c->pool->loop);
	int fd = PQsocket(c->handle);

	c->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_socket, c);
	c->writable = event_new(base, fd, EV_WRITE, on_socket, c);
	CHECK(c->readable != NULL && c->writable != NULL);
	CHECK(event_add(c->readable, NULL) == 0);
}

struct pg_conn *
pg_conn_open(struct pg_pool *p, struct err *e)
{
	struct opening o = { .pool = p, .err = ERR_INIT };
	struct pg_conn *c;

	if (p->loop == NULL || fiber_self() == NULL)
		do_open(&o);
	else if (fiber_offload(do_open, &o, e) < 0)
		return NULL;
	if (o.handle == NULL) {
		if (e != NULL)
			*e = o.err;
		return NULL;
	}
	if (o.system_id[0] != '\0')
		memcpy(p->system_id, o.system_id, sizeof(p->system_id));
	note_timeline(o.timeline);
	p->server_version = PQserverVersion(o.handle);
	c = xcalloc(1, sizeof(*c));
	c->pool = p;
	c->handle = o.handle;
	c->timeline = o.timeline;
	list_init(&c->link);
	if (p->loop != NULL)
		watch(c);
	return c;
}

void
pg_conn_close(struct pg_conn *c)
{
	list_del(&c->link);
	c->pool->open--;
	metric_gauge(M_db_connections_open, c->pool->open);
	if (c->readable != NULL) {
		event_free(c->readable);
		event_free(c->writable);
	}
	PQfinish(c->handle);
	free(c);
}

bool
pg_conn_is_alive(struct pg_conn *c)
{
	struct pollfd p = { .fd = PQsocket(c->handle), .events = POLLIN };

	/* What comes unasked announces the end; a server that others have left
	 * behind is not ours any more. */
	if (!c->broken &&
	    (c->timeline == 0 || c->timeline >= *newest_timeline) &&
	    PQstatus(c->handle) == CONNECTION_OK && poll(&p, 1, 0) == 0)
		return true;
	metric_add(M_db_connections_lost_total, 0, 0, 1);
	return false;
}

int64_t
pg_conn_deadline(const struct pg_conn *c)
{
	return c->patient
		   ? INT64_MAX
		   : clock_mono_us() + c->pool->statement_timeout_us + GRACE_US;
}

static int64_t
ms_until(int64_t deadline_us)
{
	if (deadline_us == INT64_MAX)
		return -1;
	return MAX(0, (deadline_us - clock_mono_us() + 999) / 1000);
}

/* Outside fibers. */
static int
wait_here(const struct pg_conn *c, bool to_write, int64_t deadline_us)
{
	struct pollfd p = { .fd = PQsocket(c->handle),
		.events = (short)(POLLIN | (to_write ? POLLOUT : 0)) };
	int n;

	do {
		n = poll(&p, 1, (int)MIN(ms_until(deadline_us), INT32_MAX));
	} while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : -1;
}

int
pg_conn_wait(
    struct pg_conn *c, bool to_write, int64_t deadline_us, struct err *e)
{
	int rc;

	if (c->readable == NULL || fiber_self() == NULL) {
		rc = wait_here(c, to_write, deadline_us);
	} else {
		if (to_write)
			CHECK(event_add(c->writable, NULL) == 0);
		/* Deaf: half of an answer is of no use to who comes next. */
		rc = fiber_gate_wait(
		    &c->gate, ms_until(deadline_us), true, NULL);
	}
	return rc == 0 ? 0 : pg_fail_silent(c, "waiting", e);
}

int
pg_conn_flush(struct pg_conn *c, int64_t deadline_us, struct err *e)
{
	int rc;

	while ((rc = PQflush(c->handle)) > 0) {
		if (pg_conn_wait(c, true, deadline_us, e) < 0)
			return -1;
		/* The server may wait for us to read before it reads on. */
		if (PQconsumeInput(c->handle) == 0)
			return pg_fail_conn(c, "sending", e);
	}
	return rc == 0 ? 0 : pg_fail_conn(c, "sending", e);
}

int
pg_conn_result(
    struct pg_conn *c, int64_t deadline_us, PGresult **r, struct err *e)
{
	*r = NULL;
	while (PQisBusy(c->handle) != 0) {
		if (pg_conn_wait(c, false, deadline_us, e) < 0)
			return -1;
		if (PQconsumeInput(c->handle) == 0)
			return pg_fail_conn(c, "receiving", e);
	}
	*r = PQgetResult(c->handle);
	return 0;
}

/* Who asks too much. */

#include "auth/throttle.h"

#include <stdlib.h>

#include "auth/who.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "shm/limits.h"
#include "shm/metrics.h"
#include "shm/shm.h"

#define TELL_EVERY_US INT64_C(10000000)

/* What is counted; the numbers are parts of keys in shared memory and so the
 * same in a later version. */
enum what {
	BY_ADDRESS = 1,
	BY_TOKEN = 2,
	BY_USER = 3,
	AUTH_BY_ADDRESS = 4,
	MCP_BY_USER = 5,
	API_BY_USER = 6,
	WHAT_COUNT
};

struct what_about {
	const char *policy; /* what RateLimit-Policy calls it */
	enum limit_kind kind;
	const char *words;
};

static const struct what_about abouts[WHAT_COUNT] = {
	[BY_ADDRESS] = { "address", LIMIT_ADDRESS, "from this address" },
	[BY_TOKEN] = { "token", LIMIT_TOKEN, "with this token" },
	[BY_USER] = { "user", LIMIT_USER, "for this user" },
	[AUTH_BY_ADDRESS] = { "auth", LIMIT_ROUTE,
	    "to sign in from this address" },
	[MCP_BY_USER] = { "mcp", LIMIT_ROUTE, "to this endpoint" },
	[API_BY_USER] = { "api", LIMIT_ROUTE, "to these routes" },
};

struct throttle {
	struct limits *limits;
	struct limit_rate rate[WHAT_COUNT];
	int64_t failure_cost;
	int64_t told_us; /* when the log last heard of a refusal */
	unsigned untold;
};

struct throttle *
throttle_new(const struct conf *c, struct shm *shm)
{
	struct throttle *t = xcalloc(1, sizeof(*t));

	t->limits = shm_limits(shm);
	t->failure_cost = c->failure_cost;
	t->told_us = clock_mono_us() - TELL_EVERY_US;
	t->rate[BY_ADDRESS] =
	    limit_rate_of(c->address_per_minute, c->address_burst);
	t->rate[BY_TOKEN] = limit_rate_of(c->token_per_minute, c->token_burst);
	t->rate[BY_USER] = limit_rate_of(c->user_per_minute, c->user_burst);
	t->rate[AUTH_BY_ADDRESS] =
	    limit_rate_of(c->auth_per_minute, c->auth_burst);
	t->rate[MCP_BY_USER] = limit_rate_of(c->mcp_per_minute, c->mcp_burst);
	t->rate[API_BY_USER] = limit_rate_of(c->api_per_minute, c->api_burst);
	return t;
}

void
throttle_free(struct throttle **t)
{
	free(*t);
	*t = NULL;
}

/* --- asking -------------------------------------------------------------- */

/* Several limits asked for one request, and the one that is nearest. */
struct inquiry {
	struct throttle *t;
	int64_t now_us;	   /* 0: not looked up yet */
	enum what nearest; /* 0: none is set */
	struct limit_state state;
};

/* false: refused.  Those asked before have counted the request all the same. */
static bool
ask(struct inquiry *q, enum what what, const void *p, size_t n)
{
	struct throttle *t = q->t;
	const struct limit_rate *r = &t->rate[what];
	struct limit_state s;

	if (r->interval_us == 0)
		return true;
	if (q->now_us == 0)
		q->now_us = clock_mono_us();
	s = limits_take(t->limits,
	    limits_key(t->limits, (unsigned char)what, p, n), r, q->now_us);
	if (q->nearest == 0 || !s.allowed || s.remaining < q->state.remaining) {
		q->nearest = what;
		q->state = s;
	}
	return s.allowed;
}

static uint64_t
seconds_up(int64_t us)
{
	return (uint64_t)((us + 999999) / 1000000);
}

static void
add_number(struct http_req *req, const char *name, uint64_t n)
{
	struct buf b = BUF_INIT;

	buf_addu(&b, n);
	http_add_header_str(req, name, buf_str(&b));
	buf_free(&b);
}

static void
add_headers(struct http_req *req, const struct inquiry *q)
{
	const struct limit_rate *r = &q->t->rate[q->nearest];
	const char *policy = abouts[q->nearest].policy;
	uint64_t left = (uint64_t)q->state.remaining;
	uint64_t restored_s = seconds_up(q->state.restored_us);
	struct buf b = BUF_INIT;

	buf_printf(&b, "\"%s\";q=%llu;w=%llu", policy,
	    (unsigned long long)r->burst,
	    (unsigned long long)seconds_up(r->interval_us * r->burst));
	http_add_header_str(req, "RateLimit-Policy", buf_str(&b));
	buf_clear(&b);
	buf_printf(&b, "\"%s\";r=%llu;t=%llu", policy, (unsigned long long)left,
	    (unsigned long long)restored_s);
	http_add_header_str(req, "RateLimit", buf_str(&b));
	buf_free(&b);
	add_number(req, "X-RateLimit-Limit", (uint64_t)r->burst);
	add_number(req, "X-RateLimit-Remaining", left);
	add_number(req, "X-RateLimit-Reset", restored_s);
}

/* A line now and then: whoever floods us is not to flood the log. */
static void
tell(struct throttle *t, const struct http_req *req, const struct inquiry *q)
{
	if (q->now_us - t->told_us < TELL_EVERY_US) {
		t->untold++;
		return;
	}
	log_with(LOG_WARN, "limits", "too many requests",
	    F_STR("limit", abouts[q->nearest].policy),
	    F_SLICE("peer", http_peer(req)), F_INT("untold", t->untold));
	t->told_us = q->now_us;
	t->untold = 0;
}

static int
refuse(struct http_req *req, const struct inquiry *q, struct err *e)
{
	const struct what_about *about = &abouts[q->nearest];
	uint64_t wait_s = MAX(seconds_up(q->state.retry_us), 1);

	metric_add(M_rate_limited_total, about->kind, 0, 1);
	http_log_str(req, "limit", str_of(about->policy));
	tell(q->t, req, q);
	add_headers(req, q);
	add_number(req, "Retry-After", wait_s);
	return err_set(e, ERR_LIMITED,
	    "too many requests %s; try again in %llu s", about->words,
	    (unsigned long long)wait_s);
}

/* --- requests ------------------------------------------------------------ */

/* A proxy or a tunnel on this machine that nobody has named among the trusted
 * ones: what one of its clients does must not close the door to all others.
 * ::1 has lost its lower half in the key. */
static bool
is_this_machine(const unsigned char key[16])
{
	static const unsigned char v4[13] = { [10] = 0xff, 0xff, 127 };
	static const unsigned char v6[16];

	return memcmp(key, v4, sizeof(v4)) == 0 ||
	       memcmp(key, v6, sizeof(v6)) == 0;
}

int
throttle_address(struct throttle *t, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	struct inquiry q = { .t = t };
	unsigned char key[16];

	if (!http_peer_key(req, key))
		return 0;
	if (!is_this_machine(key) && !ask(&q, BY_ADDRESS, key, sizeof(key)))
		return refuse(req, &q, e);
	if (route != NULL && route->limit == HTTP_LIMIT_AUTH &&
	    !ask(&q, AUTH_BY_ADDRESS, key, sizeof(key)))
		return refuse(req, &q, e);
	return 0;
}

int
throttle_who(struct throttle *t, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	struct inquiry q = { .t = t };
	const struct who *who = http_who(req);
	const struct uuid *user;

	if (who == NULL || route->limit == HTTP_LIMIT_PROBE)
		return 0;
	user = &who->user_id;
	if (((who->proof == WHO_ACCESS_TOKEN || who->proof == WHO_API_KEY) &&
		!ask(&q, BY_TOKEN, &who->token_id, sizeof(who->token_id))) ||
	    !ask(&q, BY_USER, user, sizeof(*user)) ||
	    !ask(&q, route->limit == HTTP_LIMIT_MCP ? MCP_BY_USER : API_BY_USER,
		user, sizeof(*user)))
		return refuse(req, &q, e);
	if (q.nearest != 0)
		add_headers(req, &q);
	return 0;
}

static bool
shows_token(const struct http_req *req)
{
	return http_header(req, "Authorization").p != NULL ||
	       http_header(req, "X-API-Key").p != NULL;
}

void
throttle_failure(
    struct throttle *t, const struct http_req *req, const struct err *e)
{
	const struct limit_rate *r = &t->rate[BY_ADDRESS];
	unsigned char key[16];

	/* Without a token a client learns how to get one. */
	if (e->code != ERR_UNAUTHENTICATED || r->interval_us == 0 ||
	    !shows_token(req) || !http_peer_key(req, key) ||
	    is_this_machine(key))
		return;
	limits_charge(t->limits,
	    limits_key(t->limits, BY_ADDRESS, key, sizeof(key)), r,
	    clock_mono_us(), t->failure_cost - 1);
}

/* Which limits a request meets, and what the client is told. */

#include "auth/throttle.h"
#include "tap.h"

#include "auth/who.h"
#include "base/check.h"
#include "base/log.h"
#include "config/conf.h"
#include "shm/limits.h"
#include "shm/metrics.h"
#include "shm/shm.h"

#define LOOPBACK 200

/* In place of the HTTP room: just what is asked of a request. */
struct http_req {
	unsigned char address; /* 0: a local socket */
	bool shows_token;
	bool shows_key;
	const struct who *who;
	char headers[600];
	char limit[32];
};

bool
http_peer_key(const struct http_req *req, unsigned char out[16])
{
	memset(out, 0, 16);
	out[10] = out[11] = 0xff;
	out[12] = req->address == LOOPBACK ? 127 : 192;
	out[15] = req->address;
	return req->address != 0;
}

struct str
http_peer(UNUSED const struct http_req *req)
{
	return STR("192.0.2.1");
}

struct str
http_header(const struct http_req *req, const char *name)
{
	if (strcmp(name, "X-API-Key") == 0)
		return req->shows_key ? STR("x") : STR_NULL;
	CHECK(strcmp(name, "Authorization") == 0);
	return req->shows_token ? STR("Bearer x") : STR_NULL;
}

void
http_add_header_str(struct http_req *req, const char *name, struct str value)
{
	size_t n = strlen(req->headers);

	snprintf(req->headers + n, sizeof(req->headers) - n, "%s: %.*s\n", name,
	    STR_ARG(value));
}

void
http_log_str(struct http_req *req, UNUSED const char *name, struct str value)
{
	snprintf(req->limit, sizeof(req->limit), "%.*s", STR_ARG(value));
}

const struct who *
http_who(const struct http_req *req)
{
	return req->who;
}

static const struct http_route mcp = { .limit = HTTP_LIMIT_MCP };
static const struct http_route api = { .limit = HTTP_LIMIT_API };
static const struct http_route sign_in = { .limit = HTTP_LIMIT_AUTH };
static const struct http_route probe = { .limit = HTTP_LIMIT_PROBE };

static struct shm *shm;
static struct throttle *t;
static struct http_req last;
static struct err e;

static int
ask_address(unsigned char address, const struct http_route *route)
{
	last = (struct http_req){ .address = address };
	e = ERR_INIT;
	return throttle_address(t, &last, route, &e);
}

static int
ask_who(const struct who *who, const struct http_route *route)
{
	last = (struct http_req){ .address = 1, .who = who };
	e = ERR_INIT;
	return throttle_who(t, &last, route, &e);
}

static int
ask_times(int n, const struct who *who, const struct http_route *route)
{
	int good = 0;

	while (n-- > 0)
		good += ask_who(who, route) == 0;
	return good;
}

static void
test_address(void)
{
	int good = 0;

	for (int i = 0; i < 3; i++)
		good += ask_address(1, &sign_in) == 0;
	is_int(good, 2, "to sign in");
	is_str(last.limit, "auth", "by its own limit");
	is_str(last.headers,
	    "RateLimit-Policy: \"auth\";q=2;w=120\n"
	    "RateLimit: \"auth\";r=0;t=120\n"
	    "X-RateLimit-Limit: 2\nX-RateLimit-Remaining: 0\n"
	    "X-RateLimit-Reset: 120\nRetry-After: 60\n",
	    "the headers");
	is_str(e.msg,
	    "too many requests to sign in from this address; try again in 60 s",
	    "in words");
	is_int(e.code, ERR_LIMITED, "the code");
	ok(ask_address(2, &api) == 0 && last.headers[0] == '\0',
	    "another address, of which nothing is told");
	good = 0;
	for (int i = 0; i < 20; i++)
		good += ask_address(1, NULL) == 0;
	is_int(good, 7, "the first has what it did not use");
	is_str(last.limit, "address", "by the common limit");
	good = 0;
	for (int i = 0; i < 100; i++)
		good += ask_address(0, &sign_in) == 0;
	is_int(good, 100, "a local socket is no address");
	good = 0;
	for (int i = 0; i < 100; i++)
		good += ask_address(LOOPBACK, &api) == 0;
	is_int(good, 100, "this machine may ask");
	is_int(ask_address(LOOPBACK, &sign_in), 0, "but to sign in");
	is_int(ask_address(LOOPBACK, &sign_in), 0, "it is limited");
	ok(ask_address(LOOPBACK, &sign_in) < 0, "too");
}

static void
test_failure(void)
{
	struct http_req req = { .address = 3, .shows_token = true };
	struct err no = { .code = ERR_UNAUTHENTICATED };

	ok(ask_address(3, &api) == 0, "one of ten");
	throttle_failure(t, &req, &no);
	ok(ask_address(3, &api) == 0, "one of five");
	req.shows_token = false;
	throttle_failure(t, &req, &no);
	no.code = ERR_DENIED;
	req.shows_token = true;
	throttle_failure(t, &req, &no);
	for (int i = 0; i < 4; i++)
		ok(ask_address(3, &api) == 0, "one of four");
	ok(ask_address(3, &api) < 0, "all gone");
	ok(ask_address(4, &api) == 0, "one of ten");
	req = (struct http_req){ .address = 4, .shows_key = true };
	no.code = ERR_UNAUTHENTICATED;
	throttle_failure(t, &req, &no);
	for (int i = 0; i < 5; i++)
		ok(ask_address(4, &api) == 0, "one of five after a key's");
	ok(ask_address(4, &api) < 0, "all gone");
	req.address = 0;
	no.code = ERR_UNAUTHENTICATED;
	throttle_failure(t, &req, &no);
}

static void
test_who(void)
{
	struct who who = { .proof = WHO_ACCESS_TOKEN,
		.user_id = uuid_new(),
		.token_id = uuid_new() };
	struct who other = who;

	other.token_id = uuid_new();
	is_int(ask_times(9, NULL, &mcp), 9, "nobody is not limited");
	is_int(ask_times(9, &who, &probe), 9, "nor is a probe");
	is_int(ask_times(4, &who, &mcp), 3, "the endpoint");
	is_str(last.limit, "mcp", "its limit");
	is_int(ask_times(4, &other, &api), 4, "another token, another route");
	other.token_id = uuid_new();
	is_int(ask_times(1, &other, &api), 0, "of the same person");
	is_str(last.limit, "user", "whose limit is met");

	who.user_id = uuid_new();
	who.token_id = uuid_new();
	ok(ask_who(&who, &api) == 0 &&
		strstr(last.headers, "RateLimit: \"token\";r=3;") != NULL &&
		strstr(last.headers, "Retry-After") == NULL,
	    "the nearest is told of: %s", last.headers);
	is_int(ask_times(9, &who, &api), 3, "the token");
	is_str(last.limit, "token", "its limit");
	other.user_id = uuid_new();
	other.proof = WHO_STDIO;
	is_int(ask_times(8, &other, &api), 7, "without a token: the routes");
	is_str(last.limit, "api", "their limit");
}

static void
set_up(struct conf *c)
{
	c->address_per_minute = c->token_per_minute = c->user_per_minute =
	    c->mcp_per_minute = c->api_per_minute = c->auth_per_minute = 1;
	c->address_burst = 10;
	c->failure_cost = 5;
	c->auth_burst = 2;
	c->token_burst = 4;
	c->user_burst = 8;
	c->mcp_burst = 3;
	c->api_burst = 7;
}

int
main(void)
{
	static struct conf c;

	log_configure(LOG_ALERT, LOG_TEXT);
	shm = shm_new(1, &e);
	CHECK(shm != NULL);
	set_up(&c);
	t = throttle_new(&c, shm);
	test_address();
	test_failure();
	test_who();
	throttle_free(&t);
	memset(&c, 0, sizeof(c));
	t = throttle_new(&c, shm);
	ok(ask_address(1, &sign_in) == 0, "all limits off");
	throttle_failure(t, &last, &e);
	throttle_free(&t);
	throttle_free(&t);
	shm_free(&shm);
	return tap_done();
}

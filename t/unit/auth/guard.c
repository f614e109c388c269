/* The guard: against a real store, with requests made by hand. */

#include "auth/guard.h"

#include "base/clock.h"
#include "base/log.h"
#include "http/cookie.h"
#include "shm/shm.h"
#include "store/temp_db.h"
#include "auth/seal.h"
#include "store/sessions.h"
#include "store/tokens.h"
#include "tap.h"

static struct temp_db t;
static struct guard *guard;
static struct shm *shm;
static struct user ada;
static uint8_t key[OPAQUE_KEY_BYTES];

#define CHALLENGE(site)                                                        \
	"WWW-Authenticate: Bearer realm=\"pierre\", resource_metadata=\"" site \
	"/.well-known/oauth-protected-resource/mcp\""
#define FIRST_SCOPES                                                           \
	", scope=\"profile:read activities:read activities:write sleep:read "  \
	"measurements:read\""

/* --- requests made by hand ----------------------------------------------- */

struct http_req {
	const char *authorization;
	const char *cookie;
	size_t count;
	const struct who *who;
	int left; /* of a key's quota */
	char challenge[400];
};

struct str
http_header(const struct http_req *req, const char *name)
{
	if (strcmp(name, "Authorization") != 0 || req->authorization == NULL)
		return STR_NULL;
	return str_of(req->authorization);
}

struct str
http_path(const struct http_req *req)
{
	(void)req;
	return STR("/mcp");
}

size_t
http_header_count(const struct http_req *req, const char *name)
{
	return http_header(req, name).p != NULL ? req->count : 0;
}

void
http_add_header_str(struct http_req *req, const char *name, struct str value)
{
	snprintf(req->challenge, sizeof(req->challenge), "%s: %.*s", name,
	    STR_ARG(value));
}

void
http_log_str(struct http_req *req, const char *name, struct str value)
{
	(void)req;
	(void)name;
	(void)value;
}

void
http_set_who(struct http_req *req, const struct who *who)
{
	req->who = who;
}

struct arena *
http_arena(struct http_req *req)
{
	(void)req;
	return t.arena;
}

void
http_add_header(struct http_req *req, const char *name, const char *value)
{
	if (strcmp(name, "X-Quota-Remaining") == 0)
		req->left = atoi(value);
}

const struct who *
http_who(const struct http_req *req)
{
	return req->who;
}

bool
http_peer_key(const struct http_req *req, unsigned char out[16])
{
	(void)req;
	(void)out;
	return false;
}

struct str
http_request_id(const struct http_req *req)
{
	(void)req;
	return STR_NULL;
}

struct str
http_peer(const struct http_req *req)
{
	(void)req;
	return STR("192.0.2.1");
}

int
http_cookie(const struct http_req *req, const char *name, struct str *out)
{
	if (strcmp(name, "session") != 0 || req->cookie == NULL)
		return 0;
	*out = str_of(req->cookie);
	return 1;
}

/* --- helpers ----------------------------------------------------------------
 */

static void
issue(uint32_t scopes, int64_t expires_us, char token[OPAQUE_LEN + 1],
    struct uuid *id_r)
{
	struct token_request r = { ada.athlete.tenant_id, ada.athlete.user_id,
		"test", scopes, expires_us, NULL };

	if (guard_issue(guard, t.arena, &r, token, id_r, &t.e) < 0)
		printf("# %s\n", t.e.msg);
}

static int
prove(const char *token, bool wait)
{
	struct who who;

	t.e = ERR_INIT;
	return guard_prove(guard, str_of(token), wait, &who, &t.e);
}

/* As the server calls it: inline first, then in a fiber. */
struct call {
	struct http_req *req;
	const struct http_route *route;
	int rc;
};

static void
call_in_fiber(void *arg)
{
	struct call *c = arg;

	c->rc = guard_http(guard, c->req, c->route, &t.e);
}

static int
ask(struct http_req *req, const char *token, enum http_access access,
    uint32_t scopes)
{
	struct http_route route = { .access = access, .scopes = scopes };
	struct call c = { req, &route, 0 };

	*req = (struct http_req){ .count = 1 };
	t.e = ERR_INIT;
	if (token != NULL)
		req->authorization = arena_printf(t.arena, "bearer %s", token);
	c.rc = guard_http(guard, req, &route, &t.e);
	if (c.rc == 1) {
		struct loop *l = loop_new(1);

		fiber_spawn(l, call_in_fiber, &c);
		loop_run_pending(l);
		loop_free(&l);
	}
	return c.rc;
}

/* --- tests -------------------------------------------------------------------
 */

static void
test_prove(void)
{
	struct owner o = owner_of(&ada.athlete);
	struct token_holder h;
	char token[OPAQUE_LEN + 1], wrong[OPAQUE_LEN + 1];
	struct access_token *list;
	struct uuid id;
	size_t n;

	issue(SCOPE_PROFILE_READ, INT64_MAX, token, &id);
	is_int(prove(token, false), 0, "not known yet: has to ask");
	is_int(prove(token, true), 1, "asked");
	is_int(prove(token, false), 1, "known now");
	opaque_make(OPAQUE_PAT, wrong);
	ok(prove(wrong, true) < 0 && t.e.code == ERR_UNAUTHENTICATED,
	    "never issued: %s", t.e.msg);
	wrong[30] = wrong[30] == 'a' ? 'b' : 'a';
	ok(prove(wrong, false) < 0 && t.e.code == ERR_UNAUTHENTICATED,
	    "mistyped, without asking: %s", t.e.msg);

	is_int(tokens_list(t.db, t.arena, &o, &list, &n, &t.e), 0, "listed");
	ok(n == 1 && strlen(list[0].prefix) == OPAQUE_SHOWN_LEN &&
		strncmp(list[0].prefix, token, OPAQUE_SHOWN_LEN) == 0,
	    "by its beginning: %s", list[0].prefix);
	ok(list[0].last_used_us > 0, "its use is noted");
	opaque_hash((const uint8_t *)"01234567890123456789012345678901",
	    str_of(token), list[0].hash);
	is_int(tokens_find(t.db, t.arena, list[0].hash, &h, &t.e), 0,
	    "another key's hash finds nothing");

	is_int(tokens_revoke(t.db, t.arena, &o, &id, &t.e), 1, "revoked");
	is_int(prove(token, false), 1, "before the word is out");
	shm_set_auth_epoch(shm, shm_auth_epoch(shm) + 1);
	is_int(prove(token, false), 0, "after it nothing is known");
	ok(prove(token, true) < 0 && t.e.code == ERR_UNAUTHENTICATED,
	    "and the store says no: %s", t.e.msg);
	issue(SCOPE_PROFILE_READ, clock_wall_us() - 1, token, &id);
	ok(prove(token, true) < 0 && t.e.code == ERR_UNAUTHENTICATED,
	    "expired: %s", t.e.msg);
}

static void
test_http(void)
{
	struct owner o = owner_of(&ada.athlete);
	struct http_req req;
	char token[OPAQUE_LEN + 1];

	issue(SCOPE_PROFILE_READ, INT64_MAX, token, NULL);
	is_int(ask(&req, NULL, HTTP_PUBLIC, 0), 0, "public");
	is_int(ask(&req, NULL, HTTP_OPTIONAL, 0), 0, "optional");
	ok(req.who == NULL, "nobody");
	ok(ask(&req, NULL, HTTP_USER, 0) < 0 && t.e.code == ERR_UNAUTHENTICATED,
	    "nothing shown: %s", t.e.msg);
	is_str(req.challenge, CHALLENGE("http://localhost") FIRST_SCOPES,
	    "a challenge without an error");
	is_int(ask(&req, token, HTTP_USER, SCOPE_PROFILE_READ), 0, "admitted");
	ok(req.who != NULL && req.who->proof == WHO_ACCESS_TOKEN &&
		req.who->scopes == SCOPE_PROFILE_READ &&
		uuid_eq(&req.who->user_id, &o.user_id),
	    "as that person");
	is_int(ask(&req, token, HTTP_OPTIONAL, 0), 0, "optional");
	ok(req.who != NULL, "with a token: somebody");
	ok(ask(&req, "rubbish", HTTP_OPTIONAL, 0) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "optional, but bad: %s", t.e.msg);
	is_str(req.challenge,
	    CHALLENGE(
		"http://localhost") ", error=\"invalid_token\"" FIRST_SCOPES,
	    "challenge");
	ok(ask(&req, token, HTTP_USER, SCOPE_SLEEP_READ | SCOPE_PROFILE_READ) <
		    0 &&
		t.e.code == ERR_DENIED,
	    "scope: %s", t.e.msg);
	is_str(req.challenge,
	    CHALLENGE("http://localhost") ", error=\"insufficient_scope\""
					  ", scope=\"profile:read sleep:read\"",
	    "names all that is needed");
	ok(ask(&req, token, HTTP_ADMIN, 0) < 0 && t.e.code == ERR_DENIED,
	    "admin: %s", t.e.msg);
	ok(ask(&req, "", HTTP_USER, 0) < 0 && t.e.code == ERR_UNAUTHENTICATED,
	    "an empty token");

	is_int(users_set_status(t.db, t.arena, &o, USER_SUSPENDED, &t.e), 1,
	    "suspended");
	shm_set_auth_epoch(shm, shm_auth_epoch(shm) + 1);
	ok(ask(&req, token, HTTP_USER, 0) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "nobody: %s", t.e.msg);
}

/* --- sessions ------------------------------------------------------------ */

/* As ask(), with a cookie and a kind of route. */
static int
ask_by_cookie(struct http_req *req, const char *cookie, enum http_access access,
    enum http_limit limit)
{
	struct http_route route = { .access = access, .limit = limit };
	struct call c = { req, &route, 0 };
	struct loop *l;

	*req = (struct http_req){ .cookie = cookie };
	t.e = ERR_INIT;
	c.rc = guard_http(guard, req, &route, &t.e);
	if (c.rc != 1)
		return c.rc;
	l = loop_new(1);
	fiber_spawn(l, call_in_fiber, &c);
	loop_run_pending(l);
	loop_free(&l);
	return c.rc;
}

static void
start_session(struct session *s, int64_t lives_us, char cookie[OPAQUE_LEN + 1])
{
	uint8_t hash[OPAQUE_HASH_BYTES];

	*s = (struct session){ .owner = owner_of(&ada.athlete),
		.address = "",
		.user_agent = "",
		.expires_us = clock_wall_us() + lives_us };
	opaque_make(OPAQUE_SESSION, cookie);
	opaque_hash(key, str_of(cookie), hash);
	is_int(sessions_insert(t.db, t.arena, s, hash, &t.e), 0, "a session");
}

static void
test_session(void)
{
	struct owner o = owner_of(&ada.athlete);
	char cookie[OPAQUE_LEN + 1], old[OPAQUE_LEN + 1], pat[OPAQUE_LEN + 1];
	struct session s, expired;
	struct http_req req;

	start_session(&s, 3600000000, cookie);
	start_session(&expired, -1, old);
	is_int(ask_by_cookie(&req, cookie, HTTP_PAGE, HTTP_LIMIT_API), 0,
	    "a page");
	ok(req.who != NULL && req.who->proof == WHO_SESSION &&
		uuid_eq(&req.who->token_id, &s.id) &&
		(req.who->scopes & SCOPE_LOCATION_READ) &&
		!(req.who->scopes & SCOPE_ADMIN),
	    "as that person, who may do what is a person's own");
	is_int(ask_by_cookie(&req, cookie, HTTP_USER, HTTP_LIMIT_API), 0,
	    "and our own scripts");
	ok(ask_by_cookie(&req, cookie, HTTP_USER, HTTP_LIMIT_MCP) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "but not /mcp: %s", t.e.msg);
	ok(ask_by_cookie(&req, cookie, HTTP_PAGE_ADMIN, HTTP_LIMIT_API) < 0 &&
		t.e.code == ERR_DENIED,
	    "nor what administrators do: %s", t.e.msg);
	ok(ask_by_cookie(&req, old, HTTP_PAGE, HTTP_LIMIT_API) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED && req.challenge[0] == '\0',
	    "one at its end: %s", t.e.msg);
	is_int(ask_by_cookie(&req, old, HTTP_PAGE_OPEN, HTTP_LIMIT_API), 0,
	    "an open page");
	ok(req.who == NULL, "is shown to nobody in particular");
	is_int(ask_by_cookie(&req, old, HTTP_OPTIONAL, HTTP_LIMIT_API), 0,
	    "and what anybody may ask for");
	ok(ask_by_cookie(&req, "rubbish", HTTP_PAGE, HTTP_LIMIT_API) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "rubbish: %s", t.e.msg);
	issue(SCOPE_PROFILE_READ, INT64_MAX, pat, NULL);
	ok(ask_by_cookie(&req, pat, HTTP_PAGE, HTTP_LIMIT_API) < 0,
	    "a token is no cookie");
	ok(ask(&req, cookie, HTTP_USER, 0) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "a cookie is no token: %s", t.e.msg);
	is_int(sessions_end(t.db, t.arena, &o, &s.id, &t.e), 1, "signed out");
	shm_set_auth_epoch(shm, shm_auth_epoch(shm) + 1);
	ok(ask_by_cookie(&req, cookie, HTTP_PAGE, HTTP_LIMIT_API) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "nobody: %s", t.e.msg);
}

static void
test_header(void)
{
	struct http_route route = { .access = HTTP_USER };
	struct http_req req = { .authorization = "Bearer a", .count = 2 };

	ok(guard_http(guard, &req, &route, &t.e) < 0 && t.e.code == ERR_INVALID,
	    "two headers: %s", t.e.msg);
	req = (struct http_req){ .authorization = "Basic YTpi", .count = 1 };
	ok(guard_http(guard, &req, &route, &t.e) < 0 &&
		t.e.code == ERR_UNAUTHENTICATED,
	    "another scheme: %s", t.e.msg);
	guard_free(&guard);
	t.conf.public_url = "https://fit.example";
	guard = guard_new(&t.conf, t.db, shm, &t.e);
	req = (struct http_req){ .authorization = NULL };
	ok(guard_http(guard, &req, &route, &t.e) < 0, "nothing shown");
	is_str(req.challenge, CHALLENGE("https://fit.example") FIRST_SCOPES,
	    "with a public URL the metadata are there");
}

static void
load_key(void)
{
	struct keyring *k = keyring_open(&t.conf, t.db, NULL, &t.e);

	is_int(keyring_secret(k, OPAQUE_KEY_LABEL, key, &t.e), 0, "the key");
	keyring_free(&k);
}

int
main(void)
{
	temp_open(&t);
	log_configure(LOG_ERROR, LOG_TEXT);
	ada = temp_user(&t, "ada");
	shm = shm_new(2, &t.e);
	guard = guard_new(&t.conf, t.db, shm, &t.e);
	ok(guard != NULL, "made: %s", t.e.msg);
	load_key();
	test_prove();
	test_session();
	test_http();
	test_header();
	guard_free(&guard);
	t.conf.master_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
	ok(guard_new(&t.conf, t.db, shm, &t.e) == NULL &&
		t.e.code == ERR_CONFIG,
	    "another master key: %s", t.e.msg);
	shm_free(&shm);
	temp_close(&t);
	return tap_done();
}

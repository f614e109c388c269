/* Which client asks (OAuth 2.1 section 2.4, RFC 7523). */

#include "base/enc.h"
#include "base/xalloc.h"
#include "oauth/oauth_impl.h"
#include "oauth/scarce.h"

#define ASSERTION_TYPE	  "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define ASSERTION_LIFE_US (3600 * US_PER_S)
#define LEEWAY_US	  (60 * US_PER_S)

/* Wrong credentials of one client from one address: ten at once, then one in
 * six seconds. */
static const struct limit_rate failure_rate = { 6 * US_PER_S, 10 };

/* What the request shows. */
struct credentials {
	enum client_auth method;
	struct str id;
	struct str secret; /* or the assertion */
};

/* --- reading ------------------------------------------------------------- */

static int
refuse(struct fault *f)
{
	return fault_set(f, FAULT_INVALID_CLIENT,
	    "the client is not known, or did not prove who it is");
}

/* base64(form-encoded id ":" form-encoded secret), RFC 6749 section 2.3.1. */
static int
read_basic(struct http_req *req, struct str value, struct credentials *c,
    struct fault *f)
{
	struct arena *a = http_arena(req);
	struct buf plain = BUF_INIT, id = BUF_INIT, secret = BUF_INIT;
	struct str rest = STR_NULL;
	struct str encoded = STR_NULL;
	bool good = dec_base64(&plain, value);

	if (good)
		encoded = str_cut(buf_str(&plain), ':', &rest);
	good = good && rest.p != NULL && dec_percent(&id, encoded, true) &&
	       dec_percent(&secret, rest, true);
	if (good) {
		c->method = CLIENT_AUTH_BASIC;
		c->id = str_make(
		    arena_strndup(a, id.n > 0 ? id.p : "", id.n), id.n);
		c->secret = str_make(
		    arena_strndup(a, secret.n > 0 ? secret.p : "", secret.n),
		    secret.n);
	}
	buf_wipe(&plain);
	buf_free(&id);
	buf_wipe(&secret);
	return good ? 0
		    : fault_set(f, FAULT_INVALID_CLIENT,
			  "Authorization is not readable");
}

static int
read_header(struct http_req *req, struct credentials *c, struct fault *f)
{
	struct str value = http_header(req, "Authorization");
	struct str rest, scheme;

	if (value.p == NULL)
		return 0;
	scheme = str_cut(str_trim(value), ' ', &rest);
	if (http_header_count(req, "Authorization") > 1 ||
	    !str_ieq(scheme, STR("Basic")))
		return fault_set(f, FAULT_INVALID_CLIENT,
		    "Authorization is not of the scheme Basic");
	return read_basic(req, str_trim(rest), c, f) < 0 ? -1 : 1;
}

/* The id of an assertion that names none in the form. */
static struct str
id_of_assertion(struct arena *a, struct str assertion)
{
	struct jws j;

	return jws_parse(a, assertion, &j, NULL) == 0
		   ? str_of(jws_claim(&j, "sub"))
		   : STR("");
}

static int
read_credentials(struct http_req *req, const struct form *form,
    struct credentials *c, struct fault *f)
{
	struct str secret = form_str(form, "client_secret");
	struct str assertion = form_str(form, "client_assertion");
	struct str id = form_str(form, "client_id");
	int basic;

	*c = (struct credentials){ .method = CLIENT_AUTH_NONE, .id = id };
	basic = read_header(req, c, f);
	if (basic < 0)
		return -1;
	if (basic + (secret.n > 0) + (assertion.n > 0) > 1)
		return fault_set(f, FAULT_INVALID_REQUEST,
		    "the client proves itself in more than one way");
	if (basic > 0 && id.n > 0 && !str_eq(id, c->id))
		return fault_set(f, FAULT_INVALID_REQUEST,
		    "client_id is another than in Authorization");
	if (secret.n > 0) {
		c->method = CLIENT_AUTH_POST;
		c->secret = secret;
	} else if (assertion.n > 0) {
		c->method = CLIENT_AUTH_KEY;
		c->secret = assertion;
		if (id.n == 0)
			c->id = id_of_assertion(http_arena(req), assertion);
	}
	return c->id.n > 0
		   ? 0
		   : fault_set(f, FAULT_INVALID_CLIENT, "client_id is missing");
}

/* --- proving ------------------------------------------------------------- */

static bool
is_secret(const struct oauth *o, const struct client *client, struct str secret)
{
	uint8_t hash[OAUTH_HASH_BYTES];

	if (!opaque_is(OPAQUE_CLIENT_SECRET, secret))
		return false;
	oauth_hash(o, secret, hash);
	return str_eq_const_time(client->row.secret_hash,
	    str_make((const char *)hash, sizeof(hash)));
}

static bool
is_signed(struct arena *a, const struct client *client, const struct jws *j)
{
	const cJSON *item;
	struct jwk key;

	cJSON_ArrayForEach (item, client->meta.jwks) {
		if (jwk_read(a, item, &key, NULL) == 0 &&
		    (j->kid[0] == '\0' || key.kid[0] == '\0' ||
			strcmp(j->kid, key.kid) == 0) &&
		    jws_verify(j, key.alg, key.key))
			return true;
	}
	return false;
}

static bool
is_meant_for_us(struct oauth *o, struct http_req *req, const struct jws *j)
{
	struct str path = http_path(req);

	return jws_is_for(j, site_of(req, conf_of(o))) ||
	       jws_is_for(j, oauth_url(o, req, TOKEN_PATH)) ||
	       jws_is_for(
		   j, oauth_url(o, req,
			  arena_strndup(http_arena(req), path.p, path.n)));
}

/* By a key that is known, or by one that is where the client keeps them: 1, 0,
 * -1.  *client may be another afterwards. */
static int
check_signature(struct oauth *o, struct arena *a, const struct client **client,
    const struct jws *j, struct fault *f)
{
	int rc;

	if (is_signed(a, *client, j))
		return 1;
	rc = clients_renew(o->clients, a, client, f);
	if (rc < 0 && f->code == FAULT_INVALID_CLIENT)
		return 0;
	return rc > 0 ? is_signed(a, *client, j) : rc;
}

/* 1 good, 0, -1. */
static int
check_assertion(struct oauth *o, struct http_req *req,
    const struct client **client, struct str assertion, struct fault *f)
{
	struct arena *a = http_arena(req);
	int64_t now_us = clock_wall_us();
	const char *id = (*client)->row.client_id;
	uint8_t hash[OAUTH_HASH_BYTES];
	struct err e = ERR_INIT;
	int64_t until_us;
	struct jws j;
	int rc;

	if (jws_parse(a, assertion, &j, NULL) < 0)
		return 0;
	until_us = jws_claim_time_us(&j, "exp");
	if (strcmp(jws_claim(&j, "iss"), id) != 0 ||
	    strcmp(jws_claim(&j, "sub"), id) != 0 ||
	    jws_claim(&j, "jti")[0] == '\0' || !is_meant_for_us(o, req, &j) ||
	    until_us <= now_us - LEEWAY_US ||
	    until_us > now_us + ASSERTION_LIFE_US ||
	    jws_claim_time_us(&j, "nbf") > now_us + LEEWAY_US)
		return 0;
	rc = check_signature(o, a, client, &j, f);
	if (rc <= 0)
		return rc;
	oauth_hash(o,
	    str_of(
		arena_printf(a, "assertion %s %s", id, jws_claim(&j, "jti"))),
	    hash);
	rc = seen_once(o->parts.db, a, hash, until_us + LEEWAY_US, &e);
	return rc < 0 ? fault_err(f, FAULT_SERVER_ERROR, &e) : rc;
}

/* 1 good, 0, -1.  *client may be another afterwards. */
static int
check(struct oauth *o, struct http_req *req, const struct client **client,
    const struct credentials *c, struct fault *f)
{
	enum client_auth expected = (*client)->meta.auth;

	if (c->method == CLIENT_AUTH_KEY)
		return expected == CLIENT_AUTH_KEY
			   ? check_assertion(o, req, client, c->secret, f)
			   : 0;
	if (c->method == CLIENT_AUTH_NONE)
		return expected == CLIENT_AUTH_NONE;
	/* A secret is the same in the header and in the form. */
	return (expected == CLIENT_AUTH_BASIC ||
		   expected == CLIENT_AUTH_POST) &&
	       is_secret(o, *client, c->secret);
}

/* --- failures ------------------------------------------------------------ */

static uint64_t
failure_key(struct oauth *o, struct http_req *req, struct str id)
{
	unsigned char address[16] = { 0 };
	struct buf b = BUF_INIT;
	uint64_t key;

	http_peer_key(req, address);
	buf_add(&b, address, sizeof(address));
	buf_addstr(&b, id);
	key = scarce_key(o->parts.shm, SCARCE_PROOF, buf_str(&b));
	buf_free(&b);
	return key;
}

/* Before anything is proven: whether this client failed too often lately. */
static int
check_failures(
    struct oauth *o, struct http_req *req, uint64_t key, struct fault *f)
{
	struct limit_state s = limits_peek(
	    shm_limits(o->parts.shm), key, &failure_rate, clock_mono_us());

	return s.allowed ? 0
			 : fault_wait(req, f, s.retry_us,
			       "this client failed to prove itself too often");
}

/* 1 good, 0, -1. */
static int
prove(struct oauth *o, struct http_req *req, const struct credentials *c,
    const struct client **out, struct fault *f)
{
	int rc = clients_find(o->clients, http_arena(req), c->id,
	    c->method == CLIENT_AUTH_KEY ? FETCH_KEYS : FETCH_NONE, out, f);

	if (rc < 0)
		return f->code == FAULT_INVALID_CLIENT ? 0 : -1;
	rc = check(o, req, out, c, f);
	if (rc == 0)
		refusal_of_client(
		    o, req, &(*out)->row, client_auth_name(c->method));
	return rc;
}

int
client_authenticate(struct oauth *o, struct http_req *req,
    const struct form *form, const struct client **out, struct fault *f)
{
	struct credentials c;
	uint64_t key;
	int rc;

	if (read_credentials(req, form, &c, f) < 0)
		return -1;
	key = failure_key(o, req, c.id);
	if (c.method != CLIENT_AUTH_NONE && check_failures(o, req, key, f) < 0)
		return -1;
	rc = prove(o, req, &c, out, f);
	if (rc < 0)
		return -1;
	if (rc == 0) {
		limits_charge(shm_limits(o->parts.shm), key, &failure_rate,
		    clock_mono_us(), 1);
		return refuse(f);
	}
	return 0;
}

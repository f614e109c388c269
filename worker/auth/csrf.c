#include "auth/csrf.h"

#include <openssl/hmac.h>
#include <stdlib.h>

#include "auth/seal.h"
#include "auth/who.h"
#include "base/check.h"
#include "base/enc.h"
#include "base/rand.h"
#include "base/xalloc.h"
#include "http/cookie.h"

#define SECRET_NAME    "form token v1"
#define VISIT_COOKIE   "pierre_visit"
#define VISIT_BYTES    16
#define VISIT_AGE_S    (INT64_C(12) * 3600)
#define VISIT_TEXT_MAX 64

/* What a token is bound to; the letter keeps the kinds apart. */
enum { OF_SESSION = 's', OF_VISIT = 'v' };

struct csrf {
	uint8_t key[SECRET_BYTES];
};

struct csrf *
csrf_new(struct keyring *k, struct err *e)
{
	struct csrf *c = xcalloc(1, sizeof(*c));

	if (keyring_secret(k, SECRET_NAME, c->key, e) < 0)
		csrf_free(&c);
	return c;
}

void
csrf_free(struct csrf **c)
{
	if (*c == NULL)
		return;
	wipe((*c)->key, sizeof((*c)->key));
	free(*c);
	*c = NULL;
}

static void
make_token(
    const struct csrf *c, char kind, struct str bound, char out[CSRF_LEN + 1])
{
	unsigned char text[1 + VISIT_TEXT_MAX], mac[32];
	struct buf b = BUF_INIT;
	unsigned n;

	CHECK(bound.n <= VISIT_TEXT_MAX);
	text[0] = (unsigned char)kind;
	memcpy(text + 1, bound.p, bound.n);
	CHECK(HMAC(EVP_sha256(), c->key, sizeof(c->key), text, bound.n + 1, mac,
		  &n) != NULL);
	enc_base64url(&b, mac, sizeof(mac));
	CHECK(b.n == CSRF_LEN);
	memcpy(out, buf_cstr(&b), CSRF_LEN + 1);
	buf_free(&b);
}

static bool
find_visit(const struct http_req *req, struct str *out)
{
	return http_cookie(req, VISIT_COOKIE, out) > 0 && out->n > 0 &&
	       out->n <= VISIT_TEXT_MAX;
}

static struct str
begin_visit(struct http_req *req)
{
	uint8_t bytes[VISIT_BYTES];
	struct buf b = BUF_INIT;
	struct str visit;

	rand_bytes(bytes, sizeof(bytes));
	enc_base64url(&b, bytes, sizeof(bytes));
	visit = str_make(arena_memdup(http_arena(req), b.p, b.n), b.n);
	buf_free(&b);
	http_set_cookie(req, VISIT_COOKIE, visit, VISIT_AGE_S);
	return visit;
}

static bool
has_session(const struct http_req *req)
{
	return http_who(req) != NULL && http_who(req)->proof == WHO_SESSION;
}

static void
session_token(
    const struct csrf *c, const struct http_req *req, char out[CSRF_LEN + 1])
{
	const struct uuid *id = &http_who(req)->token_id;

	make_token(
	    c, OF_SESSION, str_make((const char *)id->b, sizeof(id->b)), out);
}

void
csrf_token(const struct csrf *c, struct http_req *req, char out[CSRF_LEN + 1])
{
	struct str visit;

	if (has_session(req)) {
		session_token(c, req, out);
		return;
	}
	if (!find_visit(req, &visit))
		visit = begin_visit(req);
	make_token(c, OF_VISIT, visit, out);
}

/* Fetch Metadata where the browser speaks it; else Origin, which a browser
 * adds to every POST.  Neither is no browser that could be misled. */
static int
check_source(const struct http_req *req, struct err *e)
{
	struct str site = http_header(req, "Sec-Fetch-Site");
	struct str origin = http_header(req, "Origin"), host;
	bool good = true;

	if (site.p != NULL)
		good = str_is(site, "same-origin") || str_is(site, "none");
	else if (origin.p != NULL) {
		host = str_starts(origin, STR("https://"))
			   ? str_make(origin.p + 8, origin.n - 8)
		       : str_starts(origin, STR("http://"))
			   ? str_make(origin.p + 7, origin.n - 7)
			   : STR_NULL;
		good = str_ieq(host, http_header(req, "Host"));
	}
	return good ? 0
		    : err_set(e, ERR_DENIED,
			  "this came from another site, and was not done");
}

int
csrf_check(const struct csrf *c, const struct http_req *req, struct str token,
    struct err *e)
{
	char want[CSRF_LEN + 1];
	struct str visit;

	if (check_source(req, e) < 0)
		return -1;
	if (has_session(req))
		session_token(c, req, want);
	else if (find_visit(req, &visit))
		make_token(c, OF_VISIT, visit, want);
	else
		return err_set(e, ERR_DENIED,
		    "the browser did not send back the cookie that goes with "
		    "this form: allow cookies for this site and load the page "
		    "again; over plain HTTP browsers keep it on the server's "
		    "own machine only");
	if (!str_eq_const_time(token, str_of(want)))
		return err_set(e, ERR_DENIED,
		    "this form is from before you signed in or out: load the "
		    "page again");
	return 0;
}

int
csrf_check_header(
    const struct csrf *c, const struct http_req *req, struct err *e)
{
	struct str token = http_header(req, CSRF_HEADER);

	if (token.p == NULL || http_header_count(req, CSRF_HEADER) > 1)
		return err_set(e, ERR_DENIED,
		    "a change by cookie needs the header " CSRF_HEADER);
	return csrf_check(c, req, token, e);
}

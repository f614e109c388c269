#include "http/cookie.h"

#include <stdio.h>

#include "base/check.h"
#include "http/http_impl.h"

/* RFC 6265, section 4.1.1: cookie-octet. */
static bool
is_octet(char c)
{
	unsigned char u = (unsigned char)c;

	return u > 0x20 && u < 0x7f && c != '"' && c != ',' && c != ';' &&
	       c != '\\';
}

static bool
is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_octet(s.p[i]))
			return false;
	return true;
}

int
cookie_find(struct str header, const char *name, struct str *out)
{
	struct str rest = header, pair, value;
	int found = 0;

	while (rest.p != NULL) {
		pair = str_trim(str_cut(rest, ';', &rest));
		if (!str_is(str_cut(pair, '=', &value), name) ||
		    value.p == NULL)
			continue;
		if (found++ != 0 || !is_value(value))
			return -1;
		*out = value;
	}
	return found;
}

static bool
is_secure(const struct http_req *req)
{
	return str_starts(
		   str_of(req->srv->conf->public_url), STR("https://")) ||
	       !cors_is_loopback(req);
}

static void
full_name(const struct http_req *req, struct buf *out, const char *name)
{
	if (is_secure(req))
		buf_adds(out, COOKIE_PREFIX);
	buf_adds(out, name);
	CHECK(h1_is_token(buf_str(out)));
}

static void
give(struct http_req *req, const char *name, struct str value, const char *age)
{
	struct buf b = BUF_INIT;

	CHECK(is_value(value));
	full_name(req, &b, name);
	buf_addc(&b, '=');
	buf_addstr(&b, value);
	buf_adds(&b, "; Path=/; HttpOnly; SameSite=Lax");
	if (is_secure(req))
		buf_adds(&b, "; Secure");
	buf_adds(&b, age);
	http_add_header_str(req, "Set-Cookie", buf_str(&b));
	buf_wipe(&b);
}

int
http_cookie(const struct http_req *req, const char *name, struct str *out)
{
	struct buf full = BUF_INIT;
	int rc = 0;

	full_name(req, &full, name);
	if (http_header_count(req, "Cookie") == 1)
		rc = cookie_find(
		    http_header(req, "Cookie"), buf_cstr(&full), out);
	buf_free(&full);
	return rc > 0;
}

void
http_set_cookie(
    struct http_req *req, const char *name, struct str value, int64_t max_age_s)
{
	char age[40] = "";

	if (max_age_s != 0)
		snprintf(
		    age, sizeof(age), "; Max-Age=%lld", (long long)max_age_s);
	give(req, name, value, age);
}

void
http_drop_cookie(struct http_req *req, const char *name)
{
	give(req, name, STR(""), "; Max-Age=0");
}

/* What handlers may ask of a request. */

#include "base/check.h"
#include "base/enc.h"
#include "base/uuid.h"
#include "http/http_impl.h"

struct str
http_path(const struct http_req *req)
{
	return req->path;
}

struct str
http_query(const struct http_req *req)
{
	return h1_str(req->base, req->h1.query);
}

static bool
decode_word(struct http_req *req, struct str raw, struct str *out)
{
	struct buf plain = BUF_INIT;
	bool good;

	*out = raw;
	if (str_find(raw, '%') < 0 && str_find(raw, '+') < 0)
		return true;
	good = dec_percent(&plain, raw, true) && str_is_utf8(buf_str(&plain));
	if (good)
		*out = str_make(
		    arena_memdup(req->arena, plain.p, plain.n), plain.n);
	buf_free(&plain);
	return good;
}

static bool
was_asked(const struct http_req *req, struct str name)
{
	for (size_t i = 0; i < req->asked_n; i++)
		if (str_is(name, req->asked[i]))
			return true;
	return false;
}

int
http_query_get(
    struct http_req *req, const char *name, struct str *out, struct err *e)
{
	struct str rest = http_query(req), pair, key, raw;
	int found = 0;

	if (!was_asked(req, str_of(name))) {
		CHECK(req->asked_n < HTTP_QUERY_MAX);
		req->asked[req->asked_n++] = name;
	}
	while (rest.p != NULL) {
		pair = str_cut(rest, '&', &rest);
		key = str_cut(pair, '=', &raw);
		if (!decode_word(req, key, &key))
			return err_set(
			    e, ERR_INVALID, "the query is badly encoded");
		if (!str_is(key, name))
			continue;
		if (found++ != 0)
			return err_set(e, ERR_INVALID,
			    "%s stands twice in the query", name);
		if (!decode_word(req, raw.p != NULL ? raw : STR(""), out))
			return err_set(
			    e, ERR_INVALID, "%s is badly encoded", name);
	}
	return found;
}

static int
refuse_parameter(struct http_req *req, struct str key, struct err *e)
{
	struct buf known = BUF_INIT;

	for (size_t i = 0; i < req->asked_n; i++)
		buf_printf(&known, "%s%s", i > 0 ? ", " : "", req->asked[i]);
	err_set(e, ERR_INVALID, "the query takes no %.*s; it takes %s",
	    (int)MIN(key.n, (size_t)40), key.p, buf_cstr(&known));
	buf_free(&known);
	return -1;
}

int
http_query_end(struct http_req *req, struct err *e)
{
	struct str rest = http_query(req), key;

	while (rest.p != NULL) {
		struct str raw, pair = str_cut(rest, '&', &rest);

		key = str_cut(pair, '=', &raw);
		if (!decode_word(req, key, &key))
			return err_set(
			    e, ERR_INVALID, "the query is badly encoded");
		if (pair.n > 0 && !was_asked(req, key))
			return refuse_parameter(req, key, e);
	}
	return 0;
}

struct str
http_param(const struct http_req *req, const char *name)
{
	for (size_t i = 0; i < req->match.params_n; i++)
		if (str_is(req->match.param[i].name, name))
			return req->match.param[i].value;
	BUG("the route has no such parameter");
}

/* Most names differ in their lengths. */
static bool
is_named(const struct http_req *req, size_t i, struct str name)
{
	struct h1_span have = req->h1.header[i].name;

	return have.n == name.n && str_ieq(h1_str(req->base, have), name);
}

struct str
http_header(const struct http_req *req, const char *name)
{
	struct str want = str_of(name);

	for (size_t i = 0; i < req->h1.headers_n; i++)
		if (is_named(req, i, want))
			return h1_str(req->base, req->h1.header[i].value);
	return STR_NULL;
}

size_t
http_header_count(const struct http_req *req, const char *name)
{
	struct str want = str_of(name);
	size_t n = 0;

	for (size_t i = 0; i < req->h1.headers_n; i++)
		if (is_named(req, i, want))
			n++;
	return n;
}

bool
http_header_only(
    const struct http_req *req, const char *name, struct str *value_r)
{
	struct str want = str_of(name);

	*value_r = STR_NULL;
	for (size_t i = 0; i < req->h1.headers_n; i++) {
		if (!is_named(req, i, want))
			continue;
		if (value_r->p != NULL)
			return false;
		*value_r = h1_str(req->base, req->h1.header[i].value);
	}
	return true;
}

struct str
http_body(const struct http_req *req)
{
	return req->body;
}

/* A proxy may append to the header, or add one of its own after those that the
 * client wrote: the last word comes first. */
static struct str
find_peer(const struct http_req *req)
{
	struct str peer = str_of(req->conn->peer);
	const struct h1_header *h;

	if (req->h1.known_n[H1_FORWARDED_FOR] == 0)
		return peer;
	for (size_t i = req->h1.headers_n; i-- > 0;) {
		h = &req->h1.header[i];
		if (str_ieq(
			h1_str(req->base, h->name), STR("x-forwarded-for")) &&
		    !peers_forwarded(
			req->srv->trusted, h1_str(req->base, h->value), &peer))
			break;
	}
	return peer;
}

struct str
http_peer(const struct http_req *req)
{
	struct http_req *cache = (struct http_req *)(uintptr_t)req;

	if (!req->conn->peer_trusted)
		return str_of(req->conn->peer);
	if (req->peer.p == NULL)
		cache->peer = find_peer(req);
	return req->peer;
}

bool
http_peer_key(const struct http_req *req, unsigned char out[16])
{
	const struct conn *c = req->conn;

	if (c->peer_trusted)
		return peers_key(http_peer(req), out);
	memcpy(out, c->peer_key, sizeof(c->peer_key));
	return c->has_peer_key;
}

static bool
is_request_id(struct str s)
{
	if (s.n == 0 || s.n > HTTP_REQUEST_ID_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
			c == '.'))
			return false;
	}
	return true;
}

struct str
http_request_id(const struct http_req *req)
{
	struct http_req *cache = (struct http_req *)(uintptr_t)req;
	struct str shown;
	struct uuid u;

	_Static_assert(HTTP_REQUEST_ID_MAX > UUID_TEXT_LEN, "room for a UUID");
	if (req->id_n == 0) {
		shown = h1_get(&req->h1, req->base, H1_REQUEST_ID);
		if (is_request_id(shown)) {
			memcpy(cache->id, shown.p, shown.n);
			cache->id_n = shown.n;
		} else {
			u = uuid_new();
			uuid_format(&u, cache->id);
			cache->id_n = UUID_TEXT_LEN;
		}
	}
	return str_make(req->id, req->id_n);
}

const struct http_route *
http_route_of(const struct http_req *req)
{
	return req->match.route;
}

void *
http_app_state(const struct http_req *req)
{
	return req->srv->app->state;
}

struct arena *
http_arena(struct http_req *req)
{
	return req->arena;
}

const struct who *
http_who(const struct http_req *req)
{
	return req->who;
}

void
http_set_who(struct http_req *req, const struct who *who)
{
	req->who = who;
}

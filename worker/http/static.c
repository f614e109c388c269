#include "http/static.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "http/http_impl.h"
#include "http/negotiate.h"
#include "http/pack.h"

#define GZIP_WBITS (15 + 16)

/* One of the forms the bytes are sent in. */
struct variant {
	struct str body;
	char etag[ETAG_MAX];
};

struct http_static {
	const char *content_type;
	const char *cache_control;
	struct variant plain;
	struct variant gzip; /* no body: not worth it */
	struct buf packed;
};

struct http_static *
http_static_new(
    const char *content_type, struct str body, const char *cache_control)
{
	struct http_static *s = xcalloc(1, sizeof(*s));

	s->content_type = content_type;
	s->cache_control = cache_control != NULL ? cache_control : "no-cache";
	s->plain.body = body;
	etag_make(body, "", s->plain.etag);
	pack_deflate(&s->packed, body, GZIP_WBITS);
	if (pack_pays(s->packed.n, body.n)) {
		s->gzip.body = buf_str(&s->packed);
		etag_make(body, "-gzip", s->gzip.etag);
	}
	return s;
}

void
http_static_free(struct http_static **s)
{
	if (*s == NULL)
		return;
	buf_free(&(*s)->packed);
	free(*s);
	*s = NULL;
}

const char *
http_static_etag(const struct http_static *s)
{
	return s->plain.etag;
}

static bool
is_known(const struct http_req *req, const char *etag)
{
	struct str none = http_header(req, "If-None-Match");

	return none.p != NULL && etag_is_listed(none, str_of(etag), ETAG_WEAK);
}

void
http_reply_tagged(struct http_req *req, const char *content_type)
{
	char etag[ETAG_MAX];

	etag_make(buf_str(http_out(req)), "", etag);
	http_add_header(req, "ETag", etag);
	if (is_known(req, etag))
		http_reply(req, 304, NULL);
	else
		http_reply(req, 200, content_type);
}

/* A part is cut from the plain bytes. */
static const struct variant *
choose(const struct http_req *req, const struct http_static *s)
{
	if (s->gzip.body.n != 0 && http_header_count(req, "Range") == 0 &&
	    accepts_gzip(http_header(req, "Accept-Encoding")))
		return &s->gzip;
	return &s->plain;
}

static void
add_headers(
    struct http_req *req, const struct http_static *s, const struct variant *f)
{
	http_add_header(req, "ETag", f->etag);
	http_add_header(req, "Cache-Control", s->cache_control);
	http_add_header(req, "Accept-Ranges", "bytes");
	if (s->gzip.body.n != 0)
		http_add_header(req, "Vary", "Accept-Encoding");
	if (f == &s->gzip)
		http_add_header(req, "Content-Encoding", "gzip");
}

/* An If-Range that does not hold asks for the whole. */
static int
find_part(const struct http_req *req, const struct variant *f, size_t *from_r,
    size_t *count_r)
{
	struct str range = http_header(req, "Range");
	struct str condition = http_header(req, "If-Range");

	if (range.p == NULL || req->method != HTTP_GET ||
	    http_header_count(req, "Range") > 1)
		return 0;
	if (condition.p != NULL && !str_is(str_trim(condition), f->etag))
		return 0;
	return range_read(range, f->body.n, from_r, count_r);
}

static void
send_part(struct http_req *req, const struct http_static *s,
    const struct variant *f, size_t from, size_t count)
{
	char where[80];

	snprintf(where, sizeof(where), "bytes %zu-%zu/%zu", from,
	    from + count - 1, f->body.n);
	http_add_header(req, "Content-Range", where);
	http_reply_static(
	    req, 206, s->content_type, str_make(f->body.p + from, count));
}

static void
refuse_part(struct http_req *req, const struct variant *f)
{
	char where[40];

	snprintf(where, sizeof(where), "bytes */%zu", f->body.n);
	http_add_header(req, "Content-Range", where);
	reply_refuse(req, 416, "there is nothing in that range");
}

/* The order of the conditions is that of RFC 9110 13.2.2. */
void
http_static_reply(struct http_req *req, const struct http_static *s)
{
	const struct variant *f = choose(req, s);
	struct str etag = str_of(f->etag);
	struct str match = http_header(req, "If-Match");
	bool known = is_known(req, f->etag);
	size_t from, count;
	int part = known ? 0 : find_part(req, f, &from, &count);

	if (match.p != NULL && !etag_is_listed(match, etag, ETAG_STRONG)) {
		reply_refuse(req, 412, "If-Match names another version");
		return;
	}
	if (part < 0) {
		refuse_part(req, f);
		return;
	}
	add_headers(req, s, f);
	if (known)
		http_reply_static(req, 304, NULL, STR(""));
	else if (part > 0)
		send_part(req, s, f, from, count);
	else
		http_reply_static(req, 200, s->content_type, f->body);
}

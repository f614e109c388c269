#include "http/pack.h"

#include <zlib.h>

#include "base/check.h"
#include "http/http_impl.h"
#include "http/negotiate.h"

#define TAIL_WORTH_IT 1024 /* what is shorter fits into a packet anyway */
#define STORED_MAX    65535
#define STORED_HEAD   5
#define GZIP_HEAD     10
#define GZIP_END      8

void
pack_deflate(struct buf *out, struct str bytes, int window_bits)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)bytes.p,
		.avail_in = (uInt)bytes.n };
	size_t room;

	CHECK(bytes.n <= UINT32_MAX / 2 &&
	      deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 9,
		  Z_DEFAULT_STRATEGY) == Z_OK);
	room = deflateBound(&z, bytes.n);
	z.next_out = (Bytef *)buf_reserve(out, room);
	z.avail_out = (uInt)room;
	CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
	out->n += z.total_out;
	deflateEnd(&z);
}

bool
pack_pays(size_t packed, size_t plain)
{
	return packed < plain - plain / 10;
}

/* --- bodies that end with prepared bytes --------------------------------- */

struct http_tail {
	struct str plain;
	struct str packed; /* deflated to the end of a stream; or none */
	uint32_t crc;	   /* of the plain bytes */
	uint32_t shift;	   /* by which a CRC grows over them */
	struct str opening;
	uint32_t opening_crc;
};

static uint32_t
crc_on(uint32_t crc, struct str s)
{
	return (uint32_t)crc32(crc, (const Bytef *)s.p, (uInt)s.n);
}

struct http_tail *
http_tail_new(struct arena *a, struct str opening, struct str bytes)
{
	struct http_tail *t = arena_one(a, struct http_tail);
	struct buf b = BUF_INIT;

	t->plain = bytes;
	if (bytes.n < TAIL_WORTH_IT)
		return t;
	pack_deflate(&b, bytes, -MAX_WBITS);
	if (pack_pays(b.n, bytes.n))
		t->packed = str_make(arena_memdup(a, b.p, b.n), b.n);
	t->opening = opening;
	t->opening_crc = crc_on(0, opening);
	t->crc = crc_on(0, bytes);
	t->shift = (uint32_t)crc32_combine_gen((z_off_t)bytes.n);
	buf_free(&b);
	return t;
}

static void
put_le(char *out, uint32_t v, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out[i] = (char)(v >> (8 * i));
}

/* The head of a gzip member (RFC 1952), and the first bytes in a block of their
 * own that is not compressed (RFC 1951 3.2.4) and ends on a whole byte, where
 * what was packed before can follow. */
static struct str
open_member(struct arena *a, struct str first)
{
	static const char head[GZIP_HEAD] = { 0x1f, (char)0x8b, 8, [9] = 3 };
	char *p = arena_alloc(a, GZIP_HEAD + STORED_HEAD + first.n);

	memcpy(p, head, GZIP_HEAD);
	p[GZIP_HEAD] = 0;
	put_le(p + GZIP_HEAD + 1, (uint32_t)first.n, 2);
	put_le(p + GZIP_HEAD + 3, ~(uint32_t)first.n, 2);
	memcpy(p + GZIP_HEAD + STORED_HEAD, first.p, first.n);
	return str_make(p, GZIP_HEAD + STORED_HEAD + first.n);
}

static uint32_t
crc_of_first(const struct http_tail *t, struct str first)
{
	size_t n = t->opening.n;

	if (!str_starts(first, t->opening))
		return crc_on(0, first);
	return crc_on(t->opening_crc, str_make(first.p + n, first.n - n));
}

static void
reply_packed(struct http_req *req, int status, const char *content_type,
    const struct http_tail *t)
{
	struct str first = buf_str(&req->out);
	uint32_t crc = crc_of_first(t, first);
	char end[GZIP_END];
	struct str part[] = { open_member(req->arena, first), t->packed,
		{ end, GZIP_END } };

	put_le(end, (uint32_t)crc32_combine_op(crc, t->crc, t->shift), 4);
	put_le(end + 4, (uint32_t)(first.n + t->plain.n), 4);
	buf_adds(&req->headers, "Content-Encoding: gzip\r\n");
	http_reply_parts(req, status, content_type, part, ARRAY_LEN(part));
}

void
http_reply_tail(struct http_req *req, int status, const char *content_type,
    const struct http_tail *t)
{
	struct str part[] = { buf_str(&req->out), t->plain };

	if (t->packed.n != 0)
		buf_adds(&req->headers, "Vary: Accept-Encoding\r\n");
	if (t->packed.n != 0 && req->out.n > 0 && req->out.n <= STORED_MAX &&
	    accepts_gzip(http_header(req, "Accept-Encoding")))
		reply_packed(req, status, content_type, t);
	else
		http_reply_parts(
		    req, status, content_type, part, ARRAY_LEN(part));
}

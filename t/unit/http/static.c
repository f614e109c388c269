/* Prepared answers: their forms, conditions and parts. */

#include "http/static.h"

#include <zlib.h>

#include "rig.h"

static struct http_static *letters, *noise;
static char letters_text[5000], noise_text[64];

static void
get_letters(struct http_req *req)
{
	http_static_reply(req, letters);
}

static void
get_noise(struct http_req *req)
{
	http_static_reply(req, noise);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/letters", get_letters, HTTP_PUBLIC, 0, false, 0,
	    HTTP_LIMIT_PROBE },
	{ HTTP_GET, "/noise", get_noise, HTTP_PUBLIC, 0, false, 0,
	    HTTP_LIMIT_PROBE },
	{ .pattern = NULL },
};

static const char *
ask(struct cli *c, const char *path, const char *header, const char *value)
{
	char text[400];

	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" HOST "%s%s%s\r\n",
	    path, header, value, header[0] != '\0' ? "\r\n" : "");
	cli_send(c, text);
	return cli_reply(c);
}

static void
test_whole(struct cli *c)
{
	char tag[60];
	const char *r = ask(c, "/letters", "", "");

	snprintf(
	    tag, sizeof(tag), "\r\nETag: %s\r\n", http_static_etag(letters));
	is_int(status_of(r), 200, "the whole");
	is_str(body_of(r), letters_text, "is as it was given");
	ok(has(r, tag) && has(r, "\r\nCache-Control: max-age=60\r\n") &&
		has(r, "\r\nVary: Accept-Encoding\r\n") &&
		has(r, "\r\nAccept-Ranges: bytes\r\n") &&
		has(r, "\r\nContent-Type: text/css\r\n"),
	    "with its tag, how long it keeps, what it depends on");
	r = ask(c, "/noise", "Accept-Encoding: ", "gzip");
	ok(status_of(r) == 200 && !has(r, "Vary") && !has(r, "gzip") &&
		has(r, "\r\nCache-Control: no-cache\r\n"),
	    "what packing does not make smaller stays as it is");
	cli_send(c, REQ("HEAD /letters", ""));
	r = cli_reply_head(c);
	ok(status_of(r) == 200 && has(r, "Content-Length: 4999\r\n") &&
		has(r, tag),
	    "HEAD has the headers");
}

static void
test_packed(struct cli *c)
{
	char out[sizeof(letters_text)];
	z_stream z = { .next_out = (Bytef *)out, .avail_out = sizeof(out) };
	const char *r = ask(c, "/letters", "Accept-Encoding: ", "br, gzip");

	ok(status_of(r) == 200 && has(r, "\r\nContent-Encoding: gzip\r\n") &&
		has(r, "-gzip\"\r\n"),
	    "packed for who takes that, under its own tag");
	z.next_in = (Bytef *)(uintptr_t)body_of(r);
	z.avail_in = (uInt)(c->reply.n - (size_t)(body_of(r) - r));
	ok(z.avail_in < 200, "in %u bytes", z.avail_in);
	ok(inflateInit2(&z, 15 + 16) == Z_OK &&
		inflate(&z, Z_FINISH) == Z_STREAM_END &&
		z.total_out == sizeof(letters_text) - 1 &&
		memcmp(out, letters_text, z.total_out) == 0,
	    "which unpack to the same");
	inflateEnd(&z);
	r = ask(c, "/letters", "Accept-Encoding: ", "gzip\r\nRange: bytes=0-9");
	ok(status_of(r) == 206 && !has(r, "Content-Encoding"),
	    "a part is one of the plain bytes");
}

static void
test_conditions(struct cli *c)
{
	const char *tag = http_static_etag(letters), *r;
	char weak[60], packed[60];

	snprintf(weak, sizeof(weak), "\"other\", W/%s", tag);
	snprintf(packed, sizeof(packed), "%.*s-gzip\"\r\nAccept-Encoding: gzip",
	    (int)strlen(tag) - 1, tag);
	r = ask(c, "/letters", "If-None-Match: ", tag);
	ok(status_of(r) == 304 && has(r, "ETag") && has(r, "max-age=60") &&
		!has(r, "Content-Length") && !has(r, "\r\nContent-Type"),
	    "known: 304 without a body");
	is_int(status_of(ask(c, "/letters", "If-None-Match: ", weak)), 304,
	    "one of several, weakly");
	is_int(status_of(ask(c, "/letters", "If-None-Match: ", packed)), 304,
	    "the packed form");
	is_int(status_of(ask(c, "/letters", "If-None-Match: ", "\"other\"")),
	    200, "another version is not known");
	is_int(status_of(ask(c, "/letters", "If-Match: ", tag)), 200,
	    "If-Match holds");
	r = ask(c, "/letters", "If-Match: ", "\"other\"");
	ok(status_of(r) == 412 && has(r, "PRECONDITION") &&
		has(r, "no-store") && !has(r, "max-age"),
	    "If-Match does not: 412, which is not to be kept");
}

static void
test_parts(struct cli *c)
{
	const char *r = ask(c, "/letters", "Range: ", "bytes=1-3");
	char both[120];

	ok(status_of(r) == 206 &&
		has(r, "\r\nContent-Range: bytes 1-3/4999\r\n"),
	    "a part");
	is_str(body_of(r), "bcd", "from where to where");
	r = ask(c, "/letters", "Range: ", "bytes=5000-");
	ok(status_of(r) == 416 &&
		has(r, "\r\nContent-Range: bytes */4999\r\n") &&
		!has(r, "max-age"),
	    "nothing there: 416");
	is_int(status_of(ask(c, "/letters", "Range: ", "bytes=0-1,4-5")), 200,
	    "several parts: the whole");
	snprintf(both, sizeof(both), "%s\r\nRange: bytes=1-3",
	    http_static_etag(letters));
	is_int(status_of(ask(c, "/letters", "If-Range: ", both)), 206,
	    "If-Range holds");
	is_int(status_of(ask(c, "/letters",
		   "If-Range: ", "\"other\"\r\nRange: bytes=1-3")),
	    200, "If-Range does not: the whole");
	is_int(status_of(ask(c, "/letters", "If-None-Match: ", both)), 304,
	    "a known whole has no parts");
	is_int(status_of(ask(
		   c, "/letters", "Range: ", "bytes=0-1\r\nRange: bytes=2-3")),
	    200, "two Range headers: the whole");
}

static void
test(UNUSED void *arg)
{
	struct cli *c;

	rig_open(routes, NULL, NULL);
	c = cli_open();
	test_whole(c);
	test_packed(c);
	test_conditions(c);
	test_parts(c);
	cli_close(c);
	rig_close();
}

int
main(void)
{
	int failed;

	for (size_t i = 0; i < sizeof(letters_text) - 1; i++)
		letters_text[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < sizeof(noise_text) - 1; i++)
		noise_text[i] = (char)('!' + i * 37 % 90);
	letters =
	    http_static_new("text/css", str_of(letters_text), "max-age=60");
	noise = http_static_new(
	    "application/octet-stream", str_of(noise_text), NULL);
	failed = rig_run(test);
	http_static_free(&letters);
	http_static_free(&noise);
	return failed;
}

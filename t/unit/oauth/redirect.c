/* Redirect URIs and the URLs of clients' documents. */

#include "oauth/redirect.h"

#include "oauth/document.h"
#include "tap.h"

static void
test_matching(void)
{
	static const struct {
		const char *registered, *uri;
		bool same;
	} pairs[] = {
		{ "https://a.example/cb", "https://a.example/cb", true },
		{ "https://a.example/cb", "https://a.example:443/cb", false },
		{ "https://a.example/cb", "https://a.example/cb?x", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:1/cb", true },
		{ "http://127.0.0.1:5/cb", "http://127.0.0.1:65535/cb", true },
		{ "http://127.0.0.1:5/cb", "http://127.0.0.1/cb", true },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:0/cb", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:05/cb", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:65536/cb", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:+5/cb", false },
		{ "http://127.0.0.1/cb", "http://[::1]:5/cb", false },
		{ "http://[::1]/cb", "http://[::1]:5/cb", true },
		{ "http://localhost/cb", "http://localhost:5/cb", true },
		{ "http://127.0.0.1/cb", "https://127.0.0.1:5/cb", false },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:5/cb/", false },
		{ "http://127.0.0.1", "http://127.0.0.1:5", true },
		{ "http://127.0.0.1", "http://127.0.0.1:5@evil/", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		ok(redirect_matches(str_of(pairs[i].registered),
		       str_of(pairs[i].uri)) == pairs[i].same,
		    "%s and %s are%s the same", pairs[i].registered,
		    pairs[i].uri, pairs[i].same ? "" : " not");
}

static void
test_adding(void)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "https://a.example/cb");
	redirect_add(&b, "state", STR("a b&c=\r\n\xc3\xa9~"));
	redirect_add(&b, "iss", STR("https://x"));
	is_str(buf_cstr(&b),
	    "https://a.example/cb?state=a%20b%26c%3D%0D%0A%C3%A9~"
	    "&iss=https%3A%2F%2Fx",
	    "parameters are encoded");
	buf_free(&b);
	ok(str_is(redirect_host(STR("https://a.example:8/x")), "a.example"),
	    "a host");
	ok(str_is(redirect_host(STR("com.example:/x")), "com.example"),
	    "an app's scheme");
	ok(redirect_is_loopback(STR("http://[::1]:9/")) &&
		!redirect_is_loopback(STR("https://localhost/")),
	    "this machine");
}

static void
test_documents(void)
{
	static const char *const good[] = { "https://a.example/client.json",
		"https://a.example:443/x", "https://a.example/x?y=z" };
	static const char *const bad[] = { "http://a.example/x",
		"https://a.example", "https://a.example/", "https:///x",
		"https://a.example/x#y", "https://u@a.example/x",
		"https://a.example/./x", "https://a.example/../x",
		"https://a.example/%2e%2E/x", "https://a.example/x y",
		"https://a.example/%00", "HTTPS://a.example/x", "" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ok(document_is_url(str_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!document_is_url(str_of(bad[i])), "not %s", bad[i]);
}

int
main(void)
{
	test_matching();
	test_adding();
	test_documents();
	return tap_done();
}

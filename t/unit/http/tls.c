/* TLS between a client of OpenSSL's and the server, with what they say in
 * pieces of every size; and what is no TLS. */

#include "http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <signal.h>

#include "rig.h"

#define BIG (3 * 1024 * 1024 + 17)

static char big_body[BIG + 1];
static unsigned char secret[TLS_SECRET_BYTES] = "the same in all processes";

/* --- a certificate ----------------------------------------------------------
 */

static struct str
text_of(BIO *b)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);
	char *copy = malloc((size_t)n + 1);

	CHECK(copy != NULL);
	memcpy(copy, p, (size_t)n);
	copy[n] = '\0';
	BIO_free(b);
	return str_make(copy, (size_t)n);
}

static void
free_text(struct str s)
{
	free((char *)(uintptr_t)s.p);
}

static void
make_pair(struct str *certificate, struct str *key)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	BIO *c = BIO_new(BIO_s_mem()), *k = BIO_new(BIO_s_mem());

	CHECK(pkey != NULL && x != NULL && X509_set_version(x, 2) == 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
	    (const unsigned char *)"localhost", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	CHECK(X509_set_pubkey(x, pkey) == 1 &&
	      X509_sign(x, pkey, EVP_sha256()) > 0);
	CHECK(
	    PEM_write_bio_X509(c, x) == 1 &&
	    PEM_write_bio_PrivateKey(k, pkey, NULL, NULL, 0, NULL, NULL) == 1);
	X509_free(x);
	EVP_PKEY_free(pkey);
	*certificate = text_of(c);
	*key = text_of(k);
}

/* --- the client
 * --------------------------------------------------------------- */

struct client {
	struct cli *cli;
	SSL *ssl;
	struct buf got;
	bool closed;
};

static SSL_CTX *client_ctx;
static SSL_SESSION *session;

static int
on_session(UNUSED SSL *ssl, SSL_SESSION *s)
{
	SSL_SESSION_free(session);
	session = s;
	return 1;
}

/* A step that may have to wait; the result once it need not. */
static int
step(struct client *c, int (*act)(SSL *ssl))
{
	int rc;

	for (int i = 0; i < 3000; i++) {
		ERR_clear_error();
		rc = act(c->ssl);
		if (rc > 0)
			return rc;
		if (SSL_get_error(c->ssl, rc) != SSL_ERROR_WANT_READ)
			return rc;
		rig_sleep(1);
	}
	return -1;
}

static struct client *
client_begin(const char *alpn)
{
	struct client *c = calloc(1, sizeof(*c));

	CHECK(c != NULL);
	c->cli = cli_open();
	CHECK(evutil_make_socket_nonblocking(c->cli->fd) == 0);
	c->ssl = SSL_new(client_ctx);
	SSL_set_fd(c->ssl, c->cli->fd);
	SSL_set_connect_state(c->ssl);
	if (alpn != NULL)
		SSL_set_alpn_protos(c->ssl, (const unsigned char *)alpn,
		    (unsigned)strlen(alpn));
	return c;
}

static struct client *
client_open(void)
{
	struct client *c = client_begin(NULL);

	is_int(step(c, SSL_do_handshake), 1, "hands are shaken");
	return c;
}

static void
client_send(struct client *c, const char *p, size_t n)
{
	while (n > 0) {
		int rc = SSL_write(c->ssl, p, (int)n);

		if (rc > 0) {
			p += rc;
			n -= (size_t)rc;
		} else if (SSL_get_error(c->ssl, rc) != SSL_ERROR_WANT_WRITE) {
			return;
		} else {
			rig_sleep(1);
		}
	}
}

static void
client_say(struct client *c, const char *text)
{
	client_send(c, text, strlen(text));
}

/* Until that many bytes have come, or the end. */
static void
client_read(struct client *c, size_t want, int piece)
{
	int idle = 0, rc;

	while (c->got.n < want && !c->closed && idle < 3000) {
		rc = SSL_read(c->ssl, buf_reserve(&c->got, 65536), piece);
		if (rc > 0) {
			c->got.n += (size_t)rc;
			idle = 0;
		} else if (SSL_get_error(c->ssl, rc) == SSL_ERROR_WANT_READ) {
			idle++;
			rig_sleep(1);
		} else {
			c->closed = true;
		}
	}
}

/* One answer; what it says in its head of its length is believed. */
static const char *
client_answer(struct client *c)
{
	const char *head, *length;
	size_t n = 0;

	while (!c->closed && strstr(buf_cstr(&c->got), "\r\n\r\n") == NULL) {
		n = c->got.n;
		client_read(c, n + 1, 4096);
		if (c->got.n == n)
			return "";
	}
	head = buf_cstr(&c->got);
	length = strstr(head, "Content-Length: ");
	if (length == NULL)
		return head;
	n = (size_t)(body_of(head) - head) + strtoul(length + 16, NULL, 10);
	client_read(c, n, 65536);
	return buf_cstr(&c->got);
}

static void
client_close(struct client *c)
{
	SSL_free(c->ssl);
	cli_close(c->cli);
	buf_free(&c->got);
	free(c);
}

/* --- the server
 * ---------------------------------------------------------------- */

static void
hello(struct http_req *req)
{
	buf_adds(http_out(req), "hello");
	http_reply(req, 200, "text/plain");
}

static void
echo(struct http_req *req)
{
	buf_printf(http_out(req), "%zu", http_body(req).n);
	http_reply(req, 200, "text/plain");
}

static void
big(struct http_req *req)
{
	http_reply_static(req, 200, "text/plain", str_make(big_body, BIG));
}

static void
stream(struct http_req *req)
{
	struct sse *s = sse_open(req);

	for (int i = 0; i < 3; i++) {
		if (fiber_sleep_ms(2, NULL) < 0 ||
		    sse_send(s, STR("tick"), STR_NULL, STR("x"), NULL) < 0)
			return;
	}
	sse_close(s);
}

static const struct http_route routes[] = {
	{ HTTP_GET, "/hello", hello, HTTP_PUBLIC, 0, false, 0,
	    HTTP_LIMIT_PROBE },
	{ HTTP_POST, "/echo", echo, HTTP_PUBLIC, 0, true, 0, HTTP_LIMIT_PROBE },
	{ HTTP_GET, "/big", big, HTTP_PUBLIC, 0, true, 0, HTTP_LIMIT_PROBE },
	{ HTTP_GET, "/stream", stream, HTTP_PUBLIC, 0, true, 0,
	    HTTP_LIMIT_PROBE },
	{ .pattern = NULL },
};

static void
open_rig(void)
{
	struct listen_fd l = { .tls = true };

	rig_open(routes, NULL, NULL);
	http_server_free(&rig.server);
	rig.app.tls_secret = secret;
	rig.server = http_server_new(rig.loop, &rig.conf, &rig.app);
	l.fd = rig.listen_fd;
	CHECK(http_server_listen(rig.server, &l, NULL) == 0);
}

/* --- the tests
 * ------------------------------------------------------------------- */

static void
test_requests(void)
{
	struct client *c = client_open();
	const char *r;

	client_say(c, REQ("GET /hello", ""));
	r = client_answer(c);
	ok(status_of(r) == 200 && strcmp(body_of(r), "hello") == 0,
	    "an answer");
	buf_clear(&c->got);
	client_say(c, REQ("GET /hello", "") REQ("GET /hello", "")
			  REQ("GET /hello", "Connection: close\r\n"));
	client_read(c, SIZE_MAX, 4096);
	r = buf_cstr(&c->got);
	ok(strstr(strstr(strstr(r, "hello") + 5, "hello") + 5, "hello") != NULL,
	    "three in one record");
	is_int(
	    SSL_get_shutdown(c->ssl), SSL_RECEIVED_SHUTDOWN, "and a good-bye");
	client_close(c);
}

static void
test_letters(void)
{
	struct client *c = client_open();
	const char *text = REQ("GET /hello", "");

	for (const char *p = text; *p != '\0'; p++) {
		client_send(c, p, 1);
		if (p - text < 20)
			rig_sleep(1);
	}
	is_int(status_of(client_answer(c)), 200, "a record for each letter");
	client_close(c);
}

/* The record holds more than a read takes, and the handler is busy. */
static void
test_body(size_t n)
{
	struct client *c = client_open();
	char head[120], want[24];

	snprintf(head, sizeof(head),
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n", n);
	client_say(c, head);
	client_send(c, big_body, n);
	snprintf(want, sizeof(want), "%zu", n);
	is_str(body_of(client_answer(c)), want, "a body of %zu bytes", n);
	client_close(c);
}

static void
test_big(int piece)
{
	struct client *c = client_open();
	int small = 65536;
	const char *head;

	setsockopt(c->cli->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	client_say(c, REQ("GET /big", "Connection: close\r\n"));
	rig_sleep(20);
	client_read(c, SIZE_MAX, piece);
	head = buf_cstr(&c->got);
	is_int(c->got.n - (size_t)(body_of(head) - head), BIG,
	    "a large answer in pieces of %d", piece);
	ok(memcmp(body_of(head), big_body, BIG) == 0, "is whole");
	client_close(c);
}

static void
test_stream(void)
{
	struct client *c = client_open();
	const char *r;

	client_say(c, REQ("GET /stream", "Connection: close\r\n"));
	client_read(c, SIZE_MAX, 4096);
	r = buf_cstr(&c->got);
	ok(has(r, "event: tick") && has(r, "\r\n0\r\n\r\n"),
	    "a stream and its end");
	client_close(c);
}

/* Show the last ticket, which counts once, and get another. */
static void
resume(bool taken, const char *where)
{
	struct client *c = client_begin(NULL);

	if (session != NULL)
		SSL_set_session(c->ssl, session);
	is_int(step(c, SSL_do_handshake), 1, "hands are shaken");
	is_int(SSL_session_reused(c->ssl), taken, "%s", where);
	client_say(c, REQ("GET /hello", ""));
	client_answer(c);
	SSL_shutdown(c->ssl); /* without, the client forgets the session */
	client_close(c);
}

static void
test_resumption(void)
{
	SSL_SESSION_free(session);
	session = NULL;
	resume(false, "no session");
	ok(session != NULL, "a ticket was given");
	resume(true, "and is taken");
	rig_close();
	open_rig();
	resume(true, "by another process with the same secret");
	rig_close();
	secret[0] ^= 1;
	open_rig();
	resume(false, "but not by one with another secret");
	SSL_SESSION_free(session);
}

static void
test_versions(void)
{
	static const char both[] = "\x02h2\x08http/1.1", foreign[] = "\x02h2";
	struct client *c = client_begin(both);
	const unsigned char *chosen;
	unsigned n;

	is_int(step(c, SSL_do_handshake), 1, "among others");
	SSL_get0_alpn_selected(c->ssl, &chosen, &n);
	ok(n == 8 && memcmp(chosen, "http/1.1", n) == 0, "HTTP/1.1 is chosen");
	client_close(c);
	c = client_begin(foreign);
	ok(step(c, SSL_do_handshake) <= 0 &&
		ERR_GET_REASON(ERR_peek_error()) ==
		    SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL,
	    "HTTP/2 alone is refused by its name");
	client_close(c);
	c = client_begin(NULL);
	SSL_set_max_proto_version(c->ssl, TLS1_2_VERSION);
	is_int(step(c, SSL_do_handshake), 1, "TLS 1.2");
	client_say(c, REQ("GET /hello", ""));
	is_int(status_of(client_answer(c)), 200, "answers");
	ok(!SSL_SESSION_has_ticket(SSL_get_session(c->ssl)),
	    "without a ticket, whose key would open it later");
	ok(SSL_renegotiate(c->ssl) == 1 && step(c, SSL_do_handshake) <= 0,
	    "and does not begin anew");
	client_close(c);
	c = client_begin(NULL);
	SSL_set_min_proto_version(c->ssl, TLS1_1_VERSION);
	SSL_set_max_proto_version(c->ssl, TLS1_1_VERSION);
	ok(step(c, SSL_do_handshake) <= 0, "TLS 1.1 is refused");
	client_close(c);
}

static void
test_no_tls(void)
{
	static const char garbage[] = "\x16\x03\x01\x00\x05hello, world";
	struct cli *c = cli_open();

	cli_send(c, REQ("GET /hello", ""));
	ok(cli_expect(c, "this port wants https", 3000) &&
		status_of(buf_cstr(&c->got)) == 400,
	    "HTTP without TLS is told so");
	ok(cli_ends(c, 3000), "and closed");
	cli_close(c);
	c = cli_open();
	cli_send_n(c, garbage, sizeof(garbage));
	ok(cli_ends(c, 3000), "garbage is closed");
	cli_close(c);
	c = cli_open();
	cli_send(c, "\x16\x03");
	ok(cli_ends(c, 3000), "half a hello is closed in time");
	cli_close(c);
	c = cli_open();
	ok(cli_ends(c, 3000), "silence too");
	cli_close(c);
}

/* A client that goes in the middle of each step leaves nothing behind. */
static void
test_leaving(void)
{
	struct client *c = client_begin(NULL);

	SSL_do_handshake(c->ssl);
	client_close(c);
	c = client_open();
	client_say(c, "GET /hello HT");
	client_close(c);
	c = client_open();
	client_say(c, REQ("GET /big", ""));
	rig_sleep(5);
	client_close(c);
	c = client_open();
	client_say(c, REQ("GET /stream", ""));
	SSL_shutdown(c->ssl);
	rig_sleep(5);
	client_close(c);
	rig_sleep(50);
}

static void
refuses(struct str certificate, struct str key, const char *why)
{
	struct conf conf = rig.conf;
	struct err e = ERR_INIT;

	conf.tls_certificate_pem = certificate;
	conf.tls_key_pem = key;
	ok(tls_new(&conf, secret, &e) == NULL && e.code == ERR_CONFIG &&
		has(e.msg, why),
	    "%s", e.msg);
}

static void
test_pairs(void)
{
	struct str certificate = rig.conf.tls_certificate_pem;
	struct str key = rig.conf.tls_key_pem;
	struct str other_certificate, other_key;

	make_pair(&other_certificate, &other_key);
	refuses(
	    other_certificate, key, "key.pem: does not fit tls.certificate");
	refuses(key, key, "cert.pem: holds no certificate");
	refuses(certificate, certificate, "key.pem: holds no private key");
	refuses(certificate, STR_NULL, "tls.certificate and tls.key");
	refuses(str_make(certificate.p, certificate.n / 2), key,
	    "cert.pem: holds no certificate");
	free_text(other_certificate);
	free_text(other_key);
}

static void
test(UNUSED void *arg)
{
	static const size_t bodies[] = { 1, 1000, 16383, 16384, 16385, 70000,
		900000 };

	make_pair(&rig.conf.tls_certificate_pem, &rig.conf.tls_key_pem);
	rig.conf.tls_certificate = "cert.pem";
	rig.conf.tls_key = "key.pem";
	rig.conf.tls_min_version = "1.2";
	rig.conf.header_timeout_us = 500000;
	open_rig();
	test_requests();
	test_letters();
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		test_body(bodies[i]);
	test_big(65536);
	test_big(1000);
	test_stream();
	test_versions();
	test_no_tls();
	test_leaving();
	test_resumption();
	test_pairs();
	rig_close();
}

int
main(void)
{
	int failed;

	signal(SIGPIPE, SIG_IGN);
	log_configure(LOG_ALERT, LOG_TEXT);
	for (size_t i = 0; i < BIG; i++)
		big_body[i] = (char)('a' + i * 7 % 26);
	client_ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_mode(client_ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_security_level(client_ctx, 0);
	SSL_CTX_set_session_cache_mode(client_ctx, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(client_ctx, on_session);
	failed = rig_run(test);
	SSL_CTX_free(client_ctx);
	free_text(rig.conf.tls_certificate_pem);
	free_text(rig.conf.tls_key_pem);
	return failed;
}

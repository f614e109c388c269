#include "http/tls.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/rand.h"
#include "base/xalloc.h"
#include "config/conf.h"

#define RECORD_BYTES 16384 /* the most that one record holds */
/* Forward secret and authenticated, as RFC 9325 wants of TLS 1.2. */
#define CIPHERS_12 "ECDHE+AESGCM:ECDHE+CHACHA20"

/* A ticket is made with the keys of its time, and taken in the next too. */
#define TICKET_PERIOD_S	  (6 * 3600)
#define TICKET_NAME_BYTES 16
#define TICKET_KEY_BYTES  32

struct ticket_keys {
	uint64_t period; /* of the wall clock; 0: not made yet */
	unsigned char name[TICKET_KEY_BYTES]; /* TICKET_NAME_BYTES are used */
	unsigned char cipher[TICKET_KEY_BYTES];
	unsigned char mac[TICKET_KEY_BYTES];
};

struct tls {
	SSL_CTX *ctx;
	int64_t not_after_s;
	unsigned char secret[TLS_SECRET_BYTES];
	struct ticket_keys tickets[2]; /* by the period's parity */
	char record[RECORD_BYTES];     /* for the pieces of one record */
};

/* --- tickets ---------------------------------------------------------------
 * Their keys follow from the secret and the time, so that processes that never
 * speak to each other have the same ones. */

static void
derive(const struct tls *t, uint64_t period, unsigned char label,
    unsigned char out[TICKET_KEY_BYTES])
{
	unsigned char text[9] = { label };

	for (int i = 0; i < 8; i++)
		text[i + 1] = (unsigned char)(period >> (8 * i));
	CHECK(HMAC(EVP_sha256(), t->secret, TLS_SECRET_BYTES, text,
		  sizeof(text), out, NULL) != NULL);
}

static const struct ticket_keys *
keys_of(struct tls *t, uint64_t period)
{
	struct ticket_keys *k = &t->tickets[period % 2];

	if (k->period != period) {
		k->period = period;
		derive(t, period, 'n', k->name);
		derive(t, period, 'c', k->cipher);
		derive(t, period, 'm', k->mac);
	}
	return k;
}

/* By the name in the ticket. */
static const struct ticket_keys *
find_keys(struct tls *t, uint64_t now, const unsigned char *name)
{
	for (uint64_t age = 0; age < 2; age++) {
		const struct ticket_keys *k = keys_of(t, now - age);

		if (memcmp(k->name, name, TICKET_NAME_BYTES) == 0)
			return k;
	}
	return NULL;
}

static bool
init_mac(EVP_MAC_CTX *mac, const struct ticket_keys *k)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
				    OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };

	return EVP_MAC_init(mac, k->mac, TICKET_KEY_BYTES, params) == 1;
}

/* OpenSSL's answers: 1 sealed; 2 opened, and a fresh one is due, since a ticket
 * is to be shown once; 0 no such key; -1 failed.  Without the exchange of
 * TLS 1.3 a ticket would undo forward secrecy. */
static int
on_ticket(SSL *c, unsigned char *name, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing)
{
	struct tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(c));
	uint64_t now = (uint64_t)(clock_wall_us() / 1000000 / TICKET_PERIOD_S);
	const struct ticket_keys *k = keys_of(t, now);

	if (SSL_version(c) < TLS1_3_VERSION)
		return 0;
	if (sealing) {
		memcpy(name, k->name, TICKET_NAME_BYTES);
		rand_bytes(iv, 16);
	} else {
		k = find_keys(t, now, name);
	}
	if (k == NULL)
		return 0;
	if (EVP_CipherInit_ex(
		cipher, EVP_aes_256_cbc(), NULL, k->cipher, iv, sealing) != 1 ||
	    !init_mac(mac, k))
		return -1;
	return sealing ? 1 : 2;
}

/* --- certificate and key ---------------------------------------------------
 */

static int
refuse(struct err *e, const char *path, const char *what)
{
	const char *why = ERR_reason_error_string(ERR_peek_last_error());

	err_set(e, ERR_CONFIG, "%s: %s%s%s", path, what,
	    why != NULL ? ": " : "", why != NULL ? why : "");
	ERR_clear_error();
	return -1;
}

/* A key with a password is refused, not asked for at the terminal. */
static int
no_password(
    UNUSED char *out, UNUSED int size, UNUSED int writing, UNUSED void *arg)
{
	return -1;
}

static int
take_not_after(struct tls *t, const X509 *leaf)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &tm) != 1)
		return -1;
	t->not_after_s = timegm(&tm);
	return 0;
}

/* The server's own comes first, then those between it and the root. */
static int
use_certificates(struct tls *t, const char *path, BIO *pem, struct err *e)
{
	X509 *x = PEM_read_bio_X509(pem, NULL, no_password, NULL);
	int good;

	if (x == NULL)
		return refuse(e, path, "holds no certificate in PEM form");
	good = SSL_CTX_use_certificate(t->ctx, x) == 1 &&
	       take_not_after(t, x) == 0;
	X509_free(x);
	while (good && (x = PEM_read_bio_X509(pem, NULL, no_password, NULL)))
		good = SSL_CTX_add0_chain_cert(t->ctx, x) == 1;
	if (!good ||
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return refuse(
		    e, path, "holds a certificate that cannot be used");
	ERR_clear_error();
	return 0;
}

static int
use_key(struct tls *t, const char *path, BIO *pem, struct err *e)
{
	EVP_PKEY *key = PEM_read_bio_PrivateKey(pem, NULL, no_password, NULL);
	int good;

	if (key == NULL)
		return refuse(e, path,
		    "holds no private key in PEM form without a password");
	good = SSL_CTX_use_PrivateKey(t->ctx, key) == 1 &&
	       SSL_CTX_check_private_key(t->ctx) == 1;
	EVP_PKEY_free(key);
	return good ? 0 : refuse(e, path, "does not fit tls.certificate");
}

static int
use_pair(struct tls *t, const struct conf *c, struct err *e)
{
	BIO *certificate, *key;
	int rc;

	if (c->tls_certificate_pem.n == 0 || c->tls_key_pem.n == 0)
		return err_set(e, ERR_CONFIG,
		    "TLS needs tls.certificate and tls.key, which are not set");
	certificate = BIO_new_mem_buf(
	    c->tls_certificate_pem.p, (int)c->tls_certificate_pem.n);
	key = BIO_new_mem_buf(c->tls_key_pem.p, (int)c->tls_key_pem.n);
	CHECK(certificate != NULL && key != NULL);
	rc = use_certificates(t, c->tls_certificate, certificate, e);
	if (rc == 0)
		rc = use_key(t, c->tls_key, key, e);
	BIO_free(certificate);
	BIO_free(key);
	return rc;
}

/* --- what connections share ------------------------------------------------
 */

/* Of what the client offers; who offers something, but not this, is told so. */
static int
on_alpn(UNUSED SSL *c, const unsigned char **out, unsigned char *out_n,
    const unsigned char *in, unsigned in_n, UNUSED void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen;
	int rc = SSL_select_next_proto(
	    &chosen, out_n, ours, sizeof(ours) - 1, in, in_n);

	*out = chosen;
	return rc == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
					    : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static SSL_CTX *
new_context(struct tls *t, const char *min_version)
{
	SSL_CTX *x = SSL_CTX_new(TLS_server_method());
	int oldest =
	    strcmp(min_version, "1.3") == 0 ? TLS1_3_VERSION : TLS1_2_VERSION;

	CHECK(x != NULL && SSL_CTX_set_min_proto_version(x, oldest) == 1 &&
	      SSL_CTX_set_cipher_list(x, CIPHERS_12) == 1);
	SSL_CTX_set_options(x, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
				   SSL_OP_CIPHER_SERVER_PREFERENCE |
				   SSL_OP_PRIORITIZE_CHACHA);
	/* Idle connections hold no buffers; the rest of what a client did not
	 * take moves while it waits. */
	SSL_CTX_set_mode(x, SSL_MODE_RELEASE_BUFFERS |
				SSL_MODE_ENABLE_PARTIAL_WRITE |
				SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(x, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(x, TICKET_PERIOD_S);
	SSL_CTX_set_alpn_select_cb(x, on_alpn, NULL);
	SSL_CTX_set_app_data(x, t);
	return x;
}

struct tls *
tls_new(const struct conf *conf, const unsigned char secret[TLS_SECRET_BYTES],
    struct err *e)
{
	struct tls *t = xcalloc(1, sizeof(*t));

	ERR_clear_error();
	t->ctx = new_context(t, conf->tls_min_version);
	if (secret != NULL) {
		memcpy(t->secret, secret, sizeof(t->secret));
		SSL_CTX_set_tlsext_ticket_key_evp_cb(t->ctx, on_ticket);
	} else {
		SSL_CTX_set_num_tickets(t->ctx, 0);
	}
	if (use_pair(t, conf, e) < 0)
		tls_free(&t);
	return t;
}

void
tls_free(struct tls **t)
{
	if (*t == NULL)
		return;
	SSL_CTX_free((*t)->ctx);
	wipe(*t, sizeof(**t));
	free(*t);
	*t = NULL;
}

int64_t
tls_not_after_s(const struct tls *t)
{
	return t->not_after_s;
}

/* --- one connection --------------------------------------------------------
 */

struct ssl_st *
tls_accept(struct tls *t, int fd)
{
	SSL *c = SSL_new(t->ctx);

	CHECK(c != NULL && SSL_set_fd(c, fd) == 1);
	SSL_set_accept_state(c);
	return c;
}

/* Nothing more is said on it. */
static void
give_up(SSL *c)
{
	SSL_set_shutdown(c, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

void
tls_end(struct ssl_st **c)
{
	if (*c == NULL)
		return;
	if (SSL_is_init_finished(*c))
		(void)SSL_shutdown(*c);
	SSL_free(*c);
	*c = NULL;
	ERR_clear_error();
}

static const char *
reason_of(int error)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	if (why != NULL)
		return why;
	return error == SSL_ERROR_SYSCALL ? "the client went away" : "unknown";
}

enum tls_step
tls_handshake(struct ssl_st *c, const char **why)
{
	enum tls_step step = TLS_FAILED;
	int rc, error;

	ERR_clear_error();
	rc = SSL_do_handshake(c);
	if (rc == 1)
		return TLS_DONE;
	error = SSL_get_error(c, rc);
	if (error == SSL_ERROR_WANT_READ)
		return TLS_WANTS_READ;
	if (error == SSL_ERROR_WANT_WRITE)
		return TLS_WANTS_WRITE;
	if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST)
		step = TLS_PLAIN;
	*why = reason_of(error);
	give_up(c);
	ERR_clear_error();
	return step;
}

unsigned
tls_version(const struct ssl_st *c)
{
	return SSL_version(c) >= TLS1_3_VERSION;
}

bool
tls_was_resumed(const struct ssl_st *c)
{
	return SSL_session_reused(c);
}

/* A client that wants new keys while it takes no bytes is let go, instead of
 * being asked again and again. */
static ssize_t
outcome(SSL *c, int rc, int patience)
{
	int error = SSL_get_error(c, rc);

	if (error == patience)
		return 0;
	if (error != SSL_ERROR_ZERO_RETURN)
		give_up(c);
	ERR_clear_error();
	return -1;
}

ssize_t
tls_recv(struct ssl_st *c, void *p, size_t n)
{
	int rc;

	ERR_clear_error();
	rc = SSL_read(c, p, (int)MIN(n, (size_t)INT32_MAX));
	return rc > 0 ? rc : outcome(c, rc, SSL_ERROR_WANT_READ);
}

bool
tls_has_input(const struct ssl_st *c)
{
	return SSL_pending(c) > 0;
}

/* What stands in the pieces from `at` on, as one: in place when the rest of a
 * piece fills a record or is the last, else side by side in t->record. */
static struct str
next_record(struct tls *t, const struct iovec *iov, int n, size_t at)
{
	size_t filled = 0;

	for (int i = 0; i < n; i++) {
		size_t skip = MIN(at, iov[i].iov_len);
		size_t left = iov[i].iov_len - skip;
		const char *p = (const char *)iov[i].iov_base + skip;

		at -= skip;
		if (left == 0)
			continue;
		if (filled == 0 && (left >= RECORD_BYTES || i == n - 1))
			return str_make(p, MIN(left, (size_t)RECORD_BYTES));
		left = MIN(left, RECORD_BYTES - filled);
		memcpy(t->record + filled, p, left);
		filled += left;
		if (filled == RECORD_BYTES)
			break;
	}
	return str_make(t->record, filled);
}

ssize_t
tls_send(struct tls *t, struct ssl_st *c, const struct iovec *iov, int n)
{
	size_t done = 0;
	struct str record;
	int rc;

	ERR_clear_error();
	while ((record = next_record(t, iov, n, done)).n != 0) {
		rc = SSL_write(c, record.p, (int)record.n);
		if (record.p == t->record)
			wipe(t->record, record.n);
		if (rc <= 0 && outcome(c, rc, SSL_ERROR_WANT_WRITE) < 0)
			return -1;
		if (rc <= 0)
			break;
		done += (size_t)rc;
	}
	return (ssize_t)done;
}

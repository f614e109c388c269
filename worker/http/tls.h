#ifndef HTTP_TLS_H
#define HTTP_TLS_H

/* TLS 1.2 and 1.3 on sockets that do not block (RFC 8446, RFC 5246), by
 * OpenSSL; HTTP/1.1 is all that is agreed on by ALPN (RFC 7301). */

#include <sys/types.h>
#include <sys/uio.h>

#include "base/err.h"

#define TLS_SECRET_BYTES 32

struct conf;
struct tls;    /* what all connections share: certificate, key, ticket keys */
struct ssl_st; /* OpenSSL's SSL: one connection */

/* From conf's tls_certificate_pem and tls_key_pem.  Processes with the same
 * secret resume each other's sessions; NULL: nobody resumes.  NULL with
 * ERR_CONFIG when they are missing, malformed, or do not fit each other. */
struct tls *tls_new(const struct conf *conf,
    const unsigned char secret[TLS_SECRET_BYTES], struct err *e);
void tls_free(struct tls **t);
/* When the certificate is no longer valid, as Unix time. */
int64_t tls_not_after_s(const struct tls *t);

/* Begin on a socket, which stays the caller's. */
struct ssl_st *tls_accept(struct tls *t, int fd);
/* Say good-bye unless the connection is broken, and free it. */
void tls_end(struct ssl_st **c);

enum tls_step {
	TLS_DONE,
	TLS_WANTS_READ,
	TLS_WANTS_WRITE,
	TLS_FAILED,
	TLS_PLAIN, /* the client speaks HTTP without TLS */
};

/* Go on with the handshake; *why is told of a failure. */
enum tls_step tls_handshake(struct ssl_st *c, const char **why);
/* After it: 0 TLS 1.2, 1 TLS 1.3. */
unsigned tls_version(const struct ssl_st *c);
bool tls_was_resumed(const struct ssl_st *c);

/* Bytes; 0: none yet; -1: the client has gone. */
ssize_t tls_recv(struct ssl_st *c, void *p, size_t n);
/* Bytes taken; 0: none now; -1: the client has gone.  What was not taken is
 * given again, from its beginning. */
ssize_t tls_send(
    struct tls *t, struct ssl_st *c, const struct iovec *iov, int n);
/* There are bytes that the socket does not know of any more. */
bool tls_has_input(const struct ssl_st *c);

#endif

#ifndef HTTPC_HTTPC_IMPL_H
#define HTTPC_HTTPC_IMPL_H

/* Shared by the protocols that libcurl speaks for us. */

#include <curl/curl.h>

#include "httpc/httpc.h"
#include "loop/fiber.h"

/* One transfer that is under way; CURLOPT_PRIVATE is taken. */
struct httpc_transfer {
	struct fiber_gate gate;
	CURL *easy;
	CURLcode result;
	char error[CURL_ERROR_SIZE];
};

/* What every transfer has: no signals, no proxy, an end. */
void httpc_prepare(
    struct httpc_transfer *t, const char *url, int64_t timeout_ms);
/* Wait for the end: 0 and t->result; -1 when the fiber is cancelled, or nothing
 * came to an end.  Frees nothing. */
NODISCARD int httpc_transfer(struct httpc *h, struct httpc_transfer *t,
    int64_t timeout_ms, struct err *e);
/* Whom a URL names, for messages. */
const char *httpc_host(struct arena *a, const char *url);
/* What libcurl says of a transfer that failed. */
const char *httpc_why(const struct httpc_transfer *t);

#endif

#ifndef HTTP_PROXY_H
#define HTTP_PROXY_H

/* The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): what a
 * proxy says of its client before the client's first byte.  Pure: the header
 * is parsed from its beginning each time more of it is there. */

#include <sys/socket.h>

#include "base/base.h"

/* The longest header that is taken; version 1 ends at 107 bytes. */
#define PROXY_HEADER_MAX 2048

struct proxy_header {
	size_t n; /* its bytes */
	/* The client; AF_UNSPEC: the proxy speaks for itself, or cannot say. */
	struct sockaddr_storage client;
	const char *reason; /* of a refusal */
};

/* 1: it is whole; 0: all n bytes belong to it and more is to come; -1: it is
 * none, and reason says why. */
int proxy_parse(const char *p, size_t n, struct proxy_header *out);

#endif

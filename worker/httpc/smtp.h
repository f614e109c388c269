#ifndef HTTPC_SMTP_H
#define HTTPC_SMTP_H

/* Sending mail (RFC 5321) to the server that takes it from here, by libcurl on
 * the process' loop.  Nothing goes over the wire in clear: smtps://, or
 * STARTTLS, which the server has to offer. */

#include "httpc/httpc.h"

struct smtp_mail {
	const char *url;  /* smtp://host:587 or smtps://host:465 */
	const char *user; /* "": the server asks for nobody */
	const char *password;
	const char *ca_file; /* "": the system's */
	const char *hello;   /* what we call ourselves */
	const char *from;    /* addresses without name and brackets */
	const char *to;
	struct str text; /* head and body, lines ended by CR LF */
	int64_t timeout_ms;
};

/* From a fiber.  0: the server has it.  -1: ERR_DENIED, it will not take this
 * mail (a status from 500 on to what is no sign-in); ERR_UNAVAILABLE or
 * ERR_TIMEOUT, it may later; ERR_INVALID, the recipient is no address;
 * ERR_CANCELED.  Messages name the server and its status, not the recipient. */
NODISCARD int smtp_send(
    struct httpc *h, struct arena *a, const struct smtp_mail *m, struct err *e);

#endif

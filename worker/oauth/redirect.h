#ifndef OAUTH_REDIRECT_H
#define OAUTH_REDIRECT_H

/* Redirect URIs.  Pure. */

#include "base/buf.h"
#include "base/err.h"

#define REDIRECT_MAX 2048

/* Whether one may be registered: https to any host; http to this machine by
 * 127.0.0.1, [::1] or localhost; or a scheme of an app's own with a dot in it
 * (RFC 8252 section 7.1).  Printable, without user, fragment and wildcard.
 * ERR_INVALID says what is wrong. */
NODISCARD int redirect_check(struct str uri, struct err *e);
/* Byte for byte the same; only the port may differ where both lead to this
 * machine over http (RFC 8252 section 7.3). */
bool redirect_matches(struct str registered, struct str uri);
/* Its host, or its scheme when it has no host; without the port. */
struct str redirect_host(struct str uri);
/* Leads to a program on the person's own machine. */
bool redirect_is_loopback(struct str uri);
/* Append the URI with a query parameter more; value is percent-encoded. */
void redirect_add(struct buf *url, const char *name, struct str value);

#endif

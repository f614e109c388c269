#ifndef HTTPC_PUBLIC_H
#define HTTPC_PUBLIC_H

/* Which addresses belong to everybody.  Pure. */

#include <sys/socket.h>

#include "base/base.h"

/* false for what the IANA registries of special-purpose addresses (RFC 6890)
 * keep for one machine, one network, many receivers, documentation, or
 * translation to IPv4; and for anything but IPv4 and IPv6. */
bool address_is_public(const struct sockaddr *address);

#endif

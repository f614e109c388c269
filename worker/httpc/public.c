/* Special-purpose addresses: the IANA registries for IPv4 and IPv6, 2026. */

#include "httpc/public.h"

#include <netinet/in.h>
#include <string.h>

struct network4 {
	uint8_t prefix[4];
	unsigned bits;
};

struct network6 {
	uint8_t prefix[16];
	unsigned bits;
};

static const struct network4 special4[] = {
	{ { 0 }, 8 },		  /* this network */
	{ { 10 }, 8 },		  /* private */
	{ { 100, 64 }, 10 },	  /* carrier-grade NAT */
	{ { 127 }, 8 },		  /* loopback */
	{ { 169, 254 }, 16 },	  /* link-local, cloud metadata */
	{ { 172, 16 }, 12 },	  /* private */
	{ { 192, 0, 0 }, 24 },	  /* protocol assignments */
	{ { 192, 0, 2 }, 24 },	  /* documentation */
	{ { 192, 31, 196 }, 24 }, /* AS112 */
	{ { 192, 52, 193 }, 24 }, /* AMT */
	{ { 192, 88, 99 }, 24 },  /* 6to4 relays */
	{ { 192, 168 }, 16 },	  /* private */
	{ { 192, 175, 48 }, 24 }, /* AS112 */
	{ { 198, 18 }, 15 },	  /* benchmarks */
	{ { 198, 51, 100 }, 24 }, /* documentation */
	{ { 203, 0, 113 }, 24 },  /* documentation */
	{ { 224 }, 4 },		  /* multicast */
	{ { 240 }, 4 },		  /* reserved, broadcast */
};

/* Global unicast is 2000::/3, without these. */
static const struct network6 unicast6 = { { 0x20 }, 3 };
static const struct network6 special6[] = {
	{ { 0x20, 0x01 }, 23 },		    /* Teredo, ORCHID, and others */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
	{ { 0x20, 0x02 }, 16 },		    /* 6to4 */
	{ { 0x26, 0x20, 0x00, 0x4f, 0x80 }, 48 }, /* AS112 */
	{ { 0x3f, 0xff }, 20 },			  /* documentation */
};

static bool
is_within(const uint8_t *address, const uint8_t *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, prefix, whole) != 0)
		return false;
	return rest == 0 ||
	       ((address[whole] ^ prefix[whole]) >> (8 - rest)) == 0;
}

static bool
is_public4(const uint8_t *address)
{
	for (size_t i = 0; i < ARRAY_LEN(special4); i++) {
		if (is_within(address, special4[i].prefix, special4[i].bits))
			return false;
	}
	return true;
}

static bool
is_public6(const uint8_t *address)
{
	if (!is_within(address, unicast6.prefix, unicast6.bits))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(special6); i++) {
		if (is_within(address, special6[i].prefix, special6[i].bits))
			return false;
	}
	return true;
}

bool
address_is_public(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		return is_public4((const uint8_t *)&v4.sin_addr);
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof(v6));
		return is_public6(v6.sin6_addr.s6_addr);
	}
	return false;
}

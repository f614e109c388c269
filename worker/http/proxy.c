#include "http/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/str.h"

#define V1_MAX	107 /* with its line end */
#define V2_HEAD 16

static const char v1_sign[] = "PROXY ";
static const char v2_sign[] = "\r\n\r\n\0\r\nQUIT\n";
#define V1_SIGN_N (sizeof(v1_sign) - 1)
#define V2_SIGN_N (sizeof(v2_sign) - 1)

static int
refuse(struct proxy_header *out, const char *reason)
{
	out->reason = reason;
	return -1;
}

/* --- version 1 -------------------------------------------------------------
 */

/* As a number without ornament: no sign, no leading zero. */
static bool
is_port(struct str s, uint64_t *out)
{
	return s.n > 0 && s.n <= 5 && (s.n == 1 || s.p[0] != '0') &&
	       str_to_u64(s, out) && *out <= 65535;
}

static bool
set_address(int family, struct str text, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (void *)out;
	struct sockaddr_in6 *v6 = (void *)out;
	char copy[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof(copy))
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	out->ss_family = (sa_family_t)family;
	return inet_pton(family, copy,
		   family == AF_INET ? (void *)&v4->sin_addr
				     : (void *)&v6->sin6_addr) == 1;
}

/* "TCP4 192.0.2.1 198.51.100.1 56324 443" */
static int
parse_words(struct str line, struct proxy_header *out)
{
	struct sockaddr_storage server;
	struct str word[5], rest = line;
	uint64_t port;
	int family;

	if (str_is(line, "UNKNOWN") || str_starts(line, STR("UNKNOWN ")))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(word); i++) {
		if (rest.p == NULL)
			return refuse(out, "it has too few words");
		word[i] = str_cut(rest, ' ', &rest);
	}
	if (rest.p != NULL)
		return refuse(out, "it has too many words");
	if (!str_is(word[0], "TCP4") && !str_is(word[0], "TCP6"))
		return refuse(out, "it names an unknown protocol");
	family = str_is(word[0], "TCP4") ? AF_INET : AF_INET6;
	if (!set_address(family, word[2], &server) ||
	    !set_address(family, word[1], &out->client))
		return refuse(out, "it holds no such address");
	if (!is_port(word[3], &port) || !is_port(word[4], &port))
		return refuse(out, "it holds no such port");
	return 1;
}

static int
parse_v1(const char *p, size_t n, struct proxy_header *out)
{
	const char *end = memchr(p, '\n', MIN(n, (size_t)V1_MAX));

	if (memchr(p, '\0',
		end != NULL ? (size_t)(end - p) : MIN(n, (size_t)V1_MAX)) !=
	    NULL)
		return refuse(out, "it holds a NUL");
	if (end == NULL)
		return n < V1_MAX ? 0
				  : refuse(out, "it does not end in 107 bytes");
	if (end[-1] != '\r')
		return refuse(out, "its line ends without a carriage return");
	out->n = (size_t)(end - p) + 1;
	return parse_words(
	    str_make(p + V1_SIGN_N, out->n - 2 - V1_SIGN_N), out);
}

/* --- version 2 -------------------------------------------------------------
 */

#define V2_LOCAL 0x20
#define V2_PROXY 0x21

static size_t
length_of(const unsigned char *p)
{
	return (size_t)p[14] << 8 | p[15];
}

/* The bytes that the addresses of a family take; -1: there is no such. */
static int
addresses_of(unsigned char kind)
{
	switch (kind) {
	case 0x00: /* unspecified */
		return 0;
	case 0x11: /* TCP, UDP */
	case 0x12:
		return 12;
	case 0x21:
	case 0x22:
		return 36;
	case 0x31: /* local sockets */
	case 0x32:
		return 216;
	}
	return -1;
}

static void
take_client(const unsigned char *p, struct proxy_header *out)
{
	struct sockaddr_in *v4 = (void *)&out->client;
	struct sockaddr_in6 *v6 = (void *)&out->client;

	if (p[13] == 0x11) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, p + V2_HEAD, 4);
	} else if (p[13] == 0x21) {
		v6->sin6_family = AF_INET6;
		memcpy(&v6->sin6_addr, p + V2_HEAD, 16);
	}
}

static int
check_v2(const unsigned char *p, struct proxy_header *out)
{
	int needs = addresses_of(p[13]);

	if (p[12] != V2_LOCAL && p[12] != V2_PROXY)
		return refuse(out, "it names an unknown command or version");
	if (length_of(p) > PROXY_HEADER_MAX - V2_HEAD)
		return refuse(out, "it is longer than 2048 bytes");
	if (p[12] == V2_PROXY && needs < 0)
		return refuse(out, "it names an unknown protocol");
	if (p[12] == V2_PROXY && length_of(p) < (size_t)needs)
		return refuse(out, "it is too short for its addresses");
	return 1;
}

/* What follows the addresses (TLV) is passed over. */
static int
parse_v2(const unsigned char *p, size_t n, struct proxy_header *out)
{
	if (n < V2_HEAD)
		return 0;
	if (check_v2(p, out) < 0)
		return -1;
	if (n < V2_HEAD + length_of(p))
		return 0;
	out->n = V2_HEAD + length_of(p);
	if (p[12] == V2_PROXY)
		take_client(p, out);
	return 1;
}

int
proxy_parse(const char *p, size_t n, struct proxy_header *out)
{
	*out = (struct proxy_header){ .client.ss_family = AF_UNSPEC };
	if (memcmp(p, v1_sign, MIN(n, V1_SIGN_N)) == 0)
		return n < V1_SIGN_N ? 0 : parse_v1(p, n, out);
	if (memcmp(p, v2_sign, MIN(n, V2_SIGN_N)) == 0)
		return n < V2_SIGN_N ? 0 : parse_v2((const void *)p, n, out);
	return refuse(out, "it does not begin as one");
}

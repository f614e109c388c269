/* Addresses of clients: their text, and which of them are proxies whose word
 * is taken. */

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "http/http_impl.h"

/* An address as 16 bytes, IPv4 mapped into IPv6. */
struct addr {
	unsigned char b[16];
};

struct network {
	struct addr addr;
	unsigned bits;
};

struct peers {
	size_t n;
	struct network net[];
};

static struct addr
map_v4(const void *v4)
{
	struct addr a = { { [10] = 0xff, [11] = 0xff } };

	memcpy(a.b + 12, v4, 4);
	return a;
}

static bool
parse_addr(struct str s, struct addr *out, unsigned *bits_r)
{
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;

	if (s.n == 0 || s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	if (inet_pton(AF_INET, text, &v4) == 1) {
		*out = map_v4(&v4);
		*bits_r = 32;
		return true;
	}
	*bits_r = 128;
	return inet_pton(AF_INET6, text, out->b) == 1;
}

static bool
is_within(const struct addr *a, const struct network *net)
{
	unsigned bytes = net->bits / 8, rest = net->bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);

	if (memcmp(a->b, net->addr.b, bytes) != 0)
		return false;
	return rest == 0 || ((a->b[bytes] ^ net->addr.b[bytes]) & mask) == 0;
}

static const struct network v4_mapped = {
	{ { [10] = 0xff, [11] = 0xff } },
	96,
};

/* The lower half of an IPv6 address is the client's to choose. */
static void
make_key(const struct addr *a, unsigned char out[16])
{
	memcpy(out, a->b, sizeof(a->b));
	if (!is_within(a, &v4_mapped))
		memset(out + 8, 0, 8);
}

bool
peers_key(struct str text, unsigned char out[16])
{
	struct addr a;
	unsigned bits;

	if (!parse_addr(text, &a, &bits))
		return false;
	make_key(&a, out);
	return true;
}

static bool
parse_network(struct str s, struct network *out)
{
	struct str prefix, text = str_cut(s, '/', &prefix);
	uint64_t bits;
	unsigned max;

	if (!parse_addr(text, &out->addr, &max))
		return false;
	bits = max;
	if (prefix.p != NULL && (!str_to_u64(prefix, &bits) || bits > max))
		return false;
	out->bits = (unsigned)bits + (128 - max);
	return true;
}

struct peers *
peers_new(const struct conf_list *list)
{
	struct peers *p = xcalloc(1, sizeof(*p) + list->n * sizeof(p->net[0]));

	for (size_t i = 0; i < list->n; i++) {
		if (parse_network(str_of(list->item[i]), &p->net[p->n]))
			p->n++;
		else
			log_msg(LOG_WARN, "http",
			    "http.trusted_proxies: %s is no address",
			    list->item[i]);
	}
	return p;
}

void
peers_free(struct peers **p)
{
	free(*p);
	*p = NULL;
}

static bool
is_trusted(const struct peers *p, const struct addr *a)
{
	for (size_t i = 0; i < p->n; i++)
		if (is_within(a, &p->net[i]))
			return true;
	return false;
}

bool
peers_name(const struct peers *p, const struct sockaddr_storage *addr,
    char out[INET6_ADDRSTRLEN])
{
	const struct sockaddr_in *v4 = (const void *)addr;
	const struct sockaddr_in6 *v6 = (const void *)addr;
	struct addr a;

	if (addr->ss_family == AF_INET) {
		a = map_v4(&v4->sin_addr);
	} else if (addr->ss_family == AF_INET6) {
		memcpy(a.b, &v6->sin6_addr, sizeof(a.b));
	} else {
		/* Whom the permissions of the socket let in. */
		memcpy(out, "local", sizeof("local"));
		return true;
	}
	if (is_within(&a, &v4_mapped))
		inet_ntop(AF_INET, a.b + 12, out, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, a.b, out, INET6_ADDRSTRLEN);
	return is_trusted(p, &a);
}

bool
peers_forwarded(const struct peers *p, struct str list, struct str *peer)
{
	struct str word;
	struct addr a;
	unsigned bits;
	size_t at;

	for (;;) {
		for (at = list.n; at > 0 && list.p[at - 1] != ','; at--)
			;
		word = str_trim(str_make(list.p + at, list.n - at));
		if (!parse_addr(word, &a, &bits))
			return false;
		*peer = word;
		if (!is_trusted(p, &a))
			return false;
		if (at == 0)
			return true;
		list.n = at - 1;
	}
}

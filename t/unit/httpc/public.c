/* Which addresses a stranger may have us connect to. */

#include "httpc/public.h"

#include <arpa/inet.h>
#include <string.h>

#include "tap.h"

static bool
is_public(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return address_is_public((struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		printf("# %s is no address\n", text);
	return address_is_public((struct sockaddr *)&v6);
}

int
main(void)
{
	static const char *const forbidden[] = { "0.0.0.0", "0.255.255.255",
		"10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
		"127.0.0.1", "127.255.255.255", "169.254.0.1",
		"169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1",
		"192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255",
		"198.18.0.0", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
		"64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1",
		"2001:1ff:ffff::", "2001:db8::1", "2002:7f00:1::1",
		"2002:808:808::1", "3fff::1", "fc00::1", "fdff::1", "fe80::1",
		"febf::1", "fec0::1", "ff02::1", "1fff::1", "4000::1" };
	static const char *const open_to_all[] = { "1.1.1.1", "8.8.8.8",
		"9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
		"126.255.255.255", "128.0.0.0", "169.253.255.255",
		"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1",
		"192.167.255.255", "192.169.0.0", "198.17.255.255",
		"198.20.0.0", "223.255.255.255", "2606:4700::1111",
		"2001:4860:4860::8888", "2a00::1", "3ffe::1" };
	struct sockaddr other = { .sa_family = AF_UNIX };

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		ok(!is_public(forbidden[i]), "not to %s", forbidden[i]);
	for (size_t i = 0; i < ARRAY_LEN(open_to_all); i++)
		ok(is_public(open_to_all[i]), "to %s", open_to_all[i]);
	ok(!address_is_public(&other), "nor to a socket of this machine");
	return tap_done();
}

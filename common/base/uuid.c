/* UUIDs: version 7 with a counter so that ids of one process rise strictly. */

#include "base/uuid.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/rand.h"
#include "base/word.h"

static void
put_version(struct uuid *u, unsigned version)
{
	u->b[6] = (uint8_t)((u->b[6] & 0x0f) | version << 4);
	u->b[8] = (uint8_t)((u->b[8] & 0x3f) | 0x80);
}

/* Milliseconds and 12 bits below them: time's own fraction, pushed on by one
 * where the clock did not move (RFC 9562 6.2, method 3). */
static uint64_t
next_tick(void)
{
	static _Atomic uint64_t last;
	uint64_t us = (uint64_t)clock_wall_us();
	uint64_t now = (us / 1000) << 12 | (us % 1000) * 4096 / 1000;
	uint64_t was = atomic_load(&last);
	uint64_t next;

	do {
		next = now > was ? now : was + 1;
	} while (!atomic_compare_exchange_weak(&last, &was, next));
	return next;
}

struct uuid
uuid_new(void)
{
	struct uuid u;
	uint64_t tick = next_tick();

	rand_bytes(u.b + 8, 8);
	for (int i = 0; i < 6; i++)
		u.b[i] = (uint8_t)(tick >> 12 >> (40 - 8 * i));
	u.b[6] = (uint8_t)(tick >> 8 & 0x0f);
	u.b[7] = (uint8_t)tick;
	put_version(&u, 7);
	return u;
}

void
uuid_format(const struct uuid *u, char out[UUID_TEXT_LEN + 1])
{
	static const char dashes[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	char digits[32];

	for (int i = 0; i < 4; i++)
		word_hex(u->b + 4 * i, digits + 8 * i);
	memcpy(out, dashes, sizeof(dashes));
	memcpy(out, digits, 8);
	memcpy(out + 9, digits + 8, 4);
	memcpy(out + 14, digits + 12, 4);
	memcpy(out + 19, digits + 16, 4);
	memcpy(out + 24, digits + 20, 12);
}

bool
uuid_parse(struct str s, struct uuid *out)
{
	struct uuid u;
	size_t at = 0;

	if (s.n != UUID_TEXT_LEN)
		return false;
	for (int i = 0; i < 16; i++) {
		int high, low;

		if ((i == 4 || i == 6 || i == 8 || i == 10) && s.p[at++] != '-')
			return false;
		high = dec_hex_digit(s.p[at]);
		low = dec_hex_digit(s.p[at + 1]);
		if (high < 0 || low < 0)
			return false;
		u.b[i] = (uint8_t)(high << 4 | low);
		at += 2;
	}
	*out = u;
	return true;
}

bool
uuid_eq(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool
uuid_is_zero(const struct uuid *u)
{
	static const struct uuid zero;

	return uuid_eq(u, &zero);
}

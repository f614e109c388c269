/* The cache of proven tokens. */

#include "auth/proofs.h"

#include <unistd.h>

#include "base/clock.h"
#include "tap.h"

static const uint8_t *
hash_of(int n)
{
	static uint8_t hash[OPAQUE_HASH_BYTES];

	memcpy(hash, &n, sizeof(n));
	return hash;
}

int
main(void)
{
	struct proofs *p = proofs_new(INT64_C(60) * 1000000);
	struct who who = { .scopes = 5, .expires_us = INT64_MAX };
	struct who got;

	ok(!proofs_get(p, hash_of(1), 7, &got), "empty");
	proofs_put(p, hash_of(1), &who, 7);
	ok(proofs_get(p, hash_of(1), 7, &got) && got.scopes == 5, "there");
	ok(!proofs_get(p, hash_of(2), 7, &got), "another is not");
	ok(!proofs_get(p, hash_of(1), 8, &got), "the epoch moved");
	ok(!proofs_get(p, hash_of(1), 7, &got), "which is for good");
	who.expires_us = clock_wall_us() - 1;
	proofs_put(p, hash_of(1), &who, 7);
	ok(!proofs_get(p, hash_of(1), 7, &got), "the token expired");
	who.expires_us = INT64_MAX;
	for (int i = 0; i < PROOFS_MAX; i++)
		proofs_put(p, hash_of(i), &who, 7);
	ok(proofs_get(p, hash_of(0), 7, &got), "the first is still there");
	proofs_put(p, hash_of(PROOFS_MAX), &who, 7);
	is_int(proofs_count(p), PROOFS_MAX, "never more than the bound");
	ok(proofs_get(p, hash_of(0), 7, &got), "what was used stays");
	ok(!proofs_get(p, hash_of(1), 7, &got), "what was not makes room");
	proofs_put(p, hash_of(0), &who, 7);
	is_int(proofs_count(p), PROOFS_MAX, "putting again adds nothing");
	proofs_free(&p);

	p = proofs_new(1000);
	proofs_put(p, hash_of(1), &who, 7);
	usleep(2000);
	ok(!proofs_get(p, hash_of(1), 7, &got), "its time is over");
	proofs_free(&p);
	p = proofs_new(0);
	proofs_put(p, hash_of(1), &who, 7);
	is_int(proofs_count(p), 0, "a time of 0 keeps nothing");
	proofs_free(&p);
	proofs_free(&p);
	return tap_done();
}

/* The cache of proven tokens. */

#include "auth/proofs.h"

#include <unistd.h>

#include "base/clock.h"
#include "tap.h"

static const struct proof_key *
key_of(int n)
{
	static struct proof_key key;

	memcpy(key.b, &n, sizeof(n));
	return &key;
}

static void
test_keys(struct proofs *p)
{
	struct proofs *other = proofs_new(1);
	struct proof_key one = proofs_key(p, STR("token"));
	struct proof_key same = proofs_key(p, STR("token"));
	struct proof_key longer = proofs_key(p, STR("token2"));
	struct proof_key elsewhere = proofs_key(other, STR("token"));

	ok(memcmp(&one, &same, sizeof(one)) == 0, "a token has one key");
	ok(memcmp(&one, &longer, sizeof(one)) != 0, "another has another");
	ok(memcmp(&one, &elsewhere, sizeof(one)) != 0,
	    "and in another process, too");
	proofs_free(&other);
}

int
main(void)
{
	struct proofs *p = proofs_new(INT64_C(60) * 1000000);
	struct who who = { .scopes = 5, .expires_us = INT64_MAX };
	struct who got;

	test_keys(p);
	ok(!proofs_get(p, key_of(1), 7, &got), "empty");
	proofs_put(p, key_of(1), &who, 7);
	ok(proofs_get(p, key_of(1), 7, &got) && got.scopes == 5, "there");
	ok(!proofs_get(p, key_of(2), 7, &got), "another is not");
	ok(!proofs_get(p, key_of(1), 8, &got), "the epoch moved");
	ok(!proofs_get(p, key_of(1), 7, &got), "which is for good");
	who.expires_us = clock_wall_coarse_us();
	proofs_put(p, key_of(1), &who, 7);
	ok(!proofs_get(p, key_of(1), 7, &got), "the token expired");
	who.expires_us = INT64_MAX;
	for (int i = 0; i < PROOFS_MAX; i++)
		proofs_put(p, key_of(i), &who, 7);
	ok(proofs_get(p, key_of(0), 7, &got), "the first is still there");
	proofs_put(p, key_of(PROOFS_MAX), &who, 7);
	is_int(proofs_count(p), PROOFS_MAX, "never more than the bound");
	ok(proofs_get(p, key_of(0), 7, &got), "what was used stays");
	ok(!proofs_get(p, key_of(1), 7, &got), "what was not makes room");
	proofs_put(p, key_of(0), &who, 7);
	is_int(proofs_count(p), PROOFS_MAX, "putting again adds nothing");
	proofs_free(&p);

	p = proofs_new(1000);
	proofs_put(p, key_of(1), &who, 7);
	usleep(30000); /* more than a tick of the timer */
	ok(!proofs_get(p, key_of(1), 7, &got), "its time is over");
	proofs_free(&p);
	p = proofs_new(0);
	proofs_put(p, key_of(1), &who, 7);
	is_int(proofs_count(p), 0, "a time of 0 keeps nothing");
	proofs_free(&p);
	proofs_free(&p);
	return tap_done();
}

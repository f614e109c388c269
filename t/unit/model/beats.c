/* RR intervals: the same after storage, small, and nothing else is taken. */

#include "model/beats.h"

#include "base/rand.h"
#include "tap.h"

#define N 7200 /* an hour at 120 a minute */

static void
test_round_trip(struct arena *a)
{
	struct beats in = { .start_s = 7, .n = N };
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	const struct beats *back;
	struct prng g;

	in.ms = arena_many(a, N, uint16_t);
	prng_seed(&g, 1);
	for (size_t i = 0; i < N; i++)
		in.ms[i] = (uint16_t)(500 + 20 * prng_normal(&g));
	in.ms[100] = 1;
	in.ms[101] = 65534;
	beats_encode(&out, &in);
	ok(out.n < N * 5 / 4, "an hour in %zu bytes", out.n);
	back = beats_decode(a, buf_str(&out), &e);
	ok(back != NULL && back->start_s == 7 && back->n == N &&
		memcmp(back->ms, in.ms, N * sizeof(*in.ms)) == 0,
	    "every interval is there again");
	ok(beats_decode(a, str_make(out.p, out.n - 1), &e) == NULL &&
		e.code == ERR_CORRUPT,
	    "a byte short: %s", e.msg);
	buf_addc(&out, 'x');
	ok(beats_decode(a, buf_str(&out), &e) == NULL, "a byte too many");
	buf_free(&out);
}

/* Whatever the bytes are, an error or beats come of them. */
static void
test_noise(struct arena *a)
{
	struct prng g;
	char noise[64];
	size_t refused = 0;

	prng_seed(&g, 2);
	for (int i = 0; i < 2000; i++) {
		struct err e = ERR_INIT;
		size_t n = (size_t)(prng_u64(&g) % sizeof(noise));

		for (size_t k = 0; k < n; k++)
			noise[k] = (char)prng_u64(&g);
		refused += beats_decode(a, str_make(noise, n), &e) == NULL;
	}
	ok(refused > 1900, "noise is refused: %zu of 2000", refused);
	ok(beats_decode(a, STR_NULL, NULL) == NULL, "no bytes are no beats");
}

int
main(void)
{
	struct arena *a = arena_new();

	test_round_trip(a);
	test_noise(a);
	arena_free(&a);
	return tap_done();
}

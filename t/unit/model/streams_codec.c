/* Streams survive storage; anything else is refused. */

#include <stdlib.h>

#include "base/buf.h"
#include "model/streams.h"
#include "model/value.h"
#include "tap.h"

static struct streams *
round_trip(struct arena *a, const struct streams *s)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct streams *out;

	buf_adds(&b, "before");
	streams_encode(&b, s);
	out = streams_decode(a, str_make(b.p + 6, b.n - 6), &e);
	if (out == NULL)
		printf("# %s\n", e.msg);
	buf_free(&b);
	return out;
}

static bool
same(const struct streams *x, const struct streams *y)
{
	if (x == NULL || y == NULL || x->n != y->n ||
	    (x->n > 0 && memcmp(x->t_s, y->t_s, x->n * sizeof(*x->t_s)) != 0))
		return false;
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		double half = stream_resolution((enum stream_kind)k) * 0.5001;

		if ((x->v[k] == NULL) != (y->v[k] == NULL))
			return false;
		for (size_t i = 0; x->v[k] != NULL && i < x->n; i++)
			if (isnan(x->v[k][i]) != isnan(y->v[k][i]) ||
			    fabs(x->v[k][i] - y->v[k][i]) > half)
				return false;
	}
	return true;
}

static struct streams *
noise(struct arena *a, size_t n, unsigned *seed)
{
	struct streams *s = streams_new(a, n);
	int32_t t = rand_r(seed) % 3;

	for (size_t i = 0; i < n; i++) {
		s->t_s[i] = t;
		t += 1 + (rand_r(seed) % 20 == 0 ? rand_r(seed) % 200 : 0);
	}
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if (rand_r(seed) % 4 == 0)
			continue;
		streams_add(a, s, (enum stream_kind)k);
		for (size_t i = 0; i < n; i++)
			if (rand_r(seed) % 5 != 0)
				s->v[k][i] = rand_r(seed) % 36000 / 100.0 - 180;
	}
	return s;
}

static void
test_random(struct arena *a)
{
	unsigned seed = 7;
	bool good = true;

	for (int i = 0; i < 200; i++) {
		const struct streams *s =
		    noise(a, (size_t)(rand_r(&seed) % 300), &seed);

		good = good && same(s, round_trip(a, s));
	}
	ok(good, "200 random sets of samples");
}

static void
test_edges(struct arena *a)
{
	struct streams *s = streams_new(a, 6), *back;
	double *lat = streams_add(a, s, STREAM_LAT);
	double *hr = streams_add(a, s, STREAM_HR);

	for (int i = 0; i < 6; i++)
		s->t_s[i] = i;
	s->t_s[5] = STREAMS_MAX_SAMPLES - 1;
	lat[0] = 43.7185062;
	lat[1] = -90;
	lat[2] = 90;
	lat[3] = INFINITY;
	lat[4] = 1e300;
	hr[1] = value_restricted();
	hr[2] = 0;
	back = round_trip(a, s);
	ok(back != NULL, "decodes");
	if (back == NULL)
		return;
	is_int(back->t_s[5], STREAMS_MAX_SAMPLES - 1, "the latest time");
	ok(back->v[STREAM_LAT][0] == 43.7185062, "decimals come back exactly");
	ok(back->v[STREAM_LAT][1] == -90, "negative");
	ok(isnan(back->v[STREAM_LAT][3]) && isnan(back->v[STREAM_LAT][4]),
	    "what no instrument measures is missing");
	ok(isnan(back->v[STREAM_HR][1]) && back->v[STREAM_HR][2] == 0,
	    "restricted becomes missing, zero stays");
	ok(same(streams_new(a, 0), round_trip(a, streams_new(a, 0))), "empty");
}

static void
test_corrupt(struct arena *a)
{
	unsigned seed = 11;
	const struct streams *s = noise(a, 100, &seed);
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	bool refused = true;

	streams_encode(&b, s);
	for (size_t n = 0; n < b.n; n++) {
		char *copy = arena_memdup(a, b.p, n);

		refused =
		    refused && streams_decode(a, str_make(copy, n), &e) == NULL;
	}
	ok(refused, "every prefix is refused");
	is_str(err_name(e.code), err_name(ERR_CORRUPT), "as corrupt");
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] ^= 0x10;
		refused = refused && streams_decode(a, buf_str(&b), &e) == NULL;
		b.p[i] ^= 0x10;
	}
	ok(refused, "every flipped bit is refused");
	buf_addc(&b, 0);
	ok(streams_decode(a, buf_str(&b), &e) == NULL, "a byte too many");
	buf_free(&b);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_random(a);
	test_edges(a);
	test_corrupt(a);
	arena_free(&a);
	return tap_done();
}

/* Streams survive storage; anything else is refused. */

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
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
				s->v[k][i] = rand_r(seed) % 36000 / 99.7 - 180;
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

/* What the first version of the format wrote. */
static const char version_1[] =
    "0146510700000000000000000000000000000000000000000000000000000000"
    "000000000000006400000000000000000000000000000000000000000007013e"
    "0208f00200000000000213120000000000000011120000000000000011120000"
    "0000000000111200000000000000111200000000000000111200000000000000"
    "11120046020a00080a0000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000000000000000000000000000046021e80d99f389600"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "0000000000000000000000000000000000000000000000000000000000000000"
    "000000000000000000000094706852";

static void
test_version_1(struct arena *a)
{
	size_t n = strlen(version_1) / 2;
	uint8_t *bytes = arena_alloc(a, n);
	struct err e = ERR_INIT;
	struct streams *s;
	bool good = true;

	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)(dec_hex_digit(version_1[2 * i]) << 4 |
				     dec_hex_digit(version_1[2 * i + 1]));
	s = streams_decode(a, str_make((char *)bytes, n), &e);
	ok(s != NULL && s->n == 70, "version 1 is read: %s", e.msg);
	for (int i = 0; s != NULL && i < 70; i++) {
		good = good && s->t_s[i] == i + (i >= 40 ? 100 : 0) &&
		       fabs(s->v[STREAM_DISTANCE][i] - 3.21 * i) < 1e-9 &&
		       fabs(s->v[STREAM_LAT][i] - 47.5 - i * 3e-5) < 1e-9 &&
		       (i == 7 ? isnan(s->v[STREAM_HR][i])
			       : s->v[STREAM_HR][i] == 120 + i % 9);
	}
	ok(good, "every sample of it");
}

static double
walk(double v, double step, unsigned *seed)
{
	return v + step * (rand_r(seed) % 11 - 5);
}

/* Ten hours by the second. */
static struct streams *
long_ride(struct arena *a)
{
	static const double first[] = { 140, 200, 85, 9, 0, 300, 47, 8, 20 };
	static const double step[] = { 0.4, 12, 0.5, 0.05, 0, 0.05, 4e-6, 4e-6,
		0.001 };
	struct streams *s = streams_new(a, 36000);
	unsigned seed = 3;

	for (size_t i = 0; i < s->n; i++)
		s->t_s[i] = (int32_t)i;
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		double *v = streams_add(a, s, (enum stream_kind)k);

		v[0] = first[k];
		for (size_t i = 1; i < s->n; i++)
			v[i] = k == STREAM_DISTANCE
				   ? v[i - 1] + s->v[STREAM_SPEED][i]
				   : walk(v[i - 1], step[k], &seed);
	}
	return s;
}

/* Says how fast it is; how fast is enough depends on the machine. */
static void
test_long(struct arena *a)
{
	const struct streams *s = long_ride(a);
	struct arena *scratch = arena_new();
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	int64_t start = clock_mono_us();
	double values = (double)s->n * STREAM_KIND_COUNT * 20;

	streams_encode(&b, s);
	printf("# encoded in %lld us to %zu bytes an hour\n",
	    (long long)(clock_mono_us() - start), b.n / 10);
	ok(same(s, round_trip(a, s)), "ten hours with nine channels");
	start = clock_mono_us();
	for (int i = 0; i < 20; i++) {
		if (streams_decode(scratch, buf_str(&b), &e) == NULL)
			break;
		arena_reset(scratch);
	}
	is_str(e.msg, "", "decoded again and again");
	printf("# decoded %.0f million samples a second\n",
	    values / (double)MAX(clock_mono_us() - start, INT64_C(1)));
	buf_free(&b);
	arena_free(&scratch);
}

int
main(void)
{
	struct arena *a = arena_new();

	test_random(a);
	test_edges(a);
	test_corrupt(a);
	test_version_1(a);
	test_long(a);
	arena_free(&a);
	return tap_done();
}

/* Streams as bytes for storage.
 *
 *	version (1 byte), n (varint), mask of channels (varint)
 *	times: first second, then the steps less 1 (a column)
 *	each channel: runs of present and missing samples in turn (varints, n in
 *	    all), order of differences (1 byte: 1 or 2), the present samples as
 *	    differences (a column)
 *	CRC-32 of all that, 4 bytes, lowest first
 *
 * Heart rate wanders, so its first differences are small; distance and position
 * run on, so their second differences are.  The writer tries both. */

#include "base/check.h"
#include "base/enc.h"
#include "base/xalloc.h"
#include "model/bits.h"
#include "model/streams.h"
#include "model/value.h"

#include <stdlib.h>

#define VERSION	 1
#define Q_MAX	 INT64_C(1000000000000000) /* of a scaled sample */
#define CRC_SIZE 4

/* Steps in one unit.  Dividing by a whole number gives back the decimal that
 * was meant, which multiplying by 1e-7 would not. */
static double
steps_per_unit(int k)
{
	return round(1 / stream_resolution((enum stream_kind)k));
}

static bool
is_storable(double v, double steps)
{
	return value_has(v) && fabs(v * steps) <= (double)Q_MAX;
}

static void
put_presence(struct buf *out, const double *v, size_t n, double steps)
{
	bool present = true;
	size_t from = 0;

	while (from < n) {
		size_t i = from;

		while (i < n && is_storable(v[i], steps) == present)
			i++;
		bits_put_varint(out, i - from);
		from = i;
		present = !present;
	}
}

/* Differences of differences as unsigned; wraps harmlessly, as decoding wraps
 * back. */
static void
difference(uint64_t *out, const int64_t *q, size_t n, int order)
{
	uint64_t previous = 0, previous_step = 0, step;

	for (size_t i = 0; i < n; i++) {
		step = (uint64_t)q[i] - previous;
		previous = (uint64_t)q[i];
		out[i] = bits_zigzag(
		    (int64_t)(order == 1 || i < 2 ? step
						  : step - previous_step));
		previous_step = step;
	}
}

static void
integrate(int64_t *q, const uint64_t *d, size_t n, int order)
{
	uint64_t previous = 0, step = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t v = (uint64_t)bits_unzigzag(d[i]);

		step = order == 1 || i < 2 ? v : step + v;
		previous += step;
		q[i] = (int64_t)previous;
	}
}

static void
put_channel(
    struct buf *out, const struct streams *s, int k, int64_t *q, uint64_t *d)
{
	double steps = steps_per_unit(k);
	struct buf first = BUF_INIT, second = BUF_INIT;
	size_t n = 0;
	bool use_first;

	put_presence(out, s->v[k], s->n, steps);
	for (size_t i = 0; i < s->n; i++)
		if (is_storable(s->v[k][i], steps))
			q[n++] = llround(s->v[k][i] * steps);
	difference(d, q, n, 1);
	bits_put_column(&first, d, n);
	difference(d, q, n, 2);
	bits_put_column(&second, d, n);
	use_first = first.n <= second.n;
	buf_addc(out, use_first ? 1 : 2);
	buf_addstr(out, buf_str(use_first ? &first : &second));
	buf_free(&first);
	buf_free(&second);
}

static void
put_times(struct buf *out, const struct streams *s, uint64_t *d)
{
	for (size_t i = 0; i < s->n; i++)
		d[i] = i == 0 ? (uint64_t)s->t_s[0]
			      : (uint64_t)(s->t_s[i] - s->t_s[i - 1] - 1);
	bits_put_column(out, d, s->n);
}

void
streams_encode(struct buf *out, const struct streams *s)
{
	size_t start = out->n;
	int64_t *q = xmalloc(MAX(s->n, (size_t)1) * sizeof(*q));
	uint64_t *d = xmalloc(MAX(s->n, (size_t)1) * sizeof(*d));
	uint64_t mask = 0;
	uint32_t crc;

	CHECK(s->n <= STREAMS_MAX_SAMPLES);
	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		if (s->v[k] != NULL)
			mask |= UINT64_C(1) << k;
	buf_addc(out, VERSION);
	bits_put_varint(out, s->n);
	bits_put_varint(out, mask);
	put_times(out, s, d);
	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		if (s->v[k] != NULL)
			put_channel(out, s, k, q, d);
	crc = enc_crc32(out->p + start, out->n - start);
	for (int i = 0; i < CRC_SIZE; i++)
		buf_addc(out, (char)(crc >> (8 * i)));
	free(q);
	free(d);
}

static bool
get_times(struct bits_reader *r, struct streams *s, uint64_t *d)
{
	uint64_t t = 0;

	bits_get_column(r, d, s->n);
	for (size_t i = 0; i < s->n && !r->failed; i++) {
		if (d[i] >= STREAMS_MAX_SAMPLES)
			return false;
		t += d[i] + (i > 0);
		if (t >= STREAMS_MAX_SAMPLES)
			return false;
		s->t_s[i] = (int32_t)t;
	}
	return !r->failed;
}

/* Marks the present samples of v with 0; their number, or -1. */
static ptrdiff_t
get_presence(struct bits_reader *r, double *v, size_t n)
{
	bool present = true;
	size_t at = 0, count = 0;

	while (at < n) {
		uint64_t run = bits_get_varint(r);

		/* Only the first run may be empty. */
		if (r->failed || run > n - at || (run == 0 && at > 0) ||
		    (run == 0 && !present))
			return -1;
		for (uint64_t i = 0; present && i < run; i++)
			v[at + i] = 0;
		if (present)
			count += run;
		at += run;
		present = !present;
	}
	return (ptrdiff_t)count;
}

static bool
get_channel(
    struct bits_reader *r, double *v, size_t n, int k, int64_t *q, uint64_t *d)
{
	ptrdiff_t count = get_presence(r, v, n);
	double steps = steps_per_unit(k);
	size_t next = 0;
	int order;

	if (count < 0 || r->p == r->end)
		return false;
	order = *r->p++;
	if (order != 1 && order != 2)
		return false;
	bits_get_column(r, d, (size_t)count);
	if (r->failed)
		return false;
	integrate(q, d, (size_t)count, order);
	for (size_t i = 0; i < n; i++) {
		if (!value_has(v[i]))
			continue;
		if (q[next] > Q_MAX || q[next] < -Q_MAX)
			return false;
		v[i] = (double)q[next++] / steps;
	}
	return true;
}

static bool
get_channels(struct arena *a, struct bits_reader *r, struct streams *s,
    uint64_t mask, uint64_t *d)
{
	int64_t *q = xmalloc(MAX(s->n, (size_t)1) * sizeof(*q));
	bool good = true;

	for (int k = 0; good && k < STREAM_KIND_COUNT; k++)
		if ((mask >> k & 1) != 0)
			good = get_channel(r,
			    streams_add(a, s, (enum stream_kind)k), s->n, k, q,
			    d);
	free(q);
	return good;
}

static uint32_t
crc_at(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

struct streams *
streams_decode(struct arena *a, struct str bytes, struct err *e)
{
	struct bits_reader r = { (const uint8_t *)bytes.p, NULL, false };
	struct streams *s = NULL;
	uint64_t n, mask, *d;
	bool good;

	if (bytes.n < 1 + CRC_SIZE || *r.p != VERSION ||
	    crc_at(r.p + bytes.n - CRC_SIZE) !=
		enc_crc32(bytes.p, bytes.n - CRC_SIZE)) {
		err_set(e, ERR_CORRUPT,
		    "stored streams: bad version or "
		    "checksum in %zu bytes",
		    bytes.n);
		return NULL;
	}
	r.end = r.p + bytes.n - CRC_SIZE;
	r.p++;
	n = bits_get_varint(&r);
	mask = bits_get_varint(&r);
	/* A block of samples takes at least a byte, which bounds n. */
	good = !r.failed && n <= STREAMS_MAX_SAMPLES &&
	       mask >> STREAM_KIND_COUNT == 0 &&
	       (n + BITS_BLOCK - 1) / BITS_BLOCK <= (size_t)(r.end - r.p);
	if (good) {
		s = streams_new(a, n);
		d = xmalloc(MAX(n, (uint64_t)1) * sizeof(*d));
		good = get_times(&r, s, d) && get_channels(a, &r, s, mask, d) &&
		       r.p == r.end;
		free(d);
	}
	if (!good) {
		err_set(e, ERR_CORRUPT, "stored streams: bad data at byte %td",
		    r.p - (const uint8_t *)bytes.p);
		return NULL;
	}
	return s;
}

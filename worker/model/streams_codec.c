/* Streams as bytes for storage.
 *
 *	version 2 (1 byte), n (varint), mask of channels (varint)
 *	times: first second, then the steps less 1 (tokens)
 *	each channel: runs of present and missing samples in turn (varints, n in
 *	    all), mode (1 byte), the present samples by that mode (tokens)
 *	CRC-32 of all that, 4 bytes, lowest first
 *
 * Tokens are in bits.h.  A mode is how often differences are taken, 0 to 2, and
 * 4 for a speed less what the distance makes expect.  Heart rate wanders, so
 *its first differences are small; distance and position run on, so their second
 * differences are; many devices measure one of speed and distance only.  The
 * writer takes what is least.
 *
 * Version 1 had columns (bits.h) in place of tokens, modes 1 and 2, and the
 * channels in order of their kinds; it is read still. */

#include "base/check.h"
#include "base/enc.h"
#include "base/xalloc.h"
#include "model/bits.h"
#include "model/streams.h"
#include "model/value.h"

#include <stdlib.h>

#define VERSION	  2
#define VERSION_1 1
#define Q_MAX	  INT64_C(1000000000000000) /* of a scaled sample */
#define CRC_SIZE  4

#define MODE_ORDER    3 /* bits of a mode */
#define MODE_DISTANCE 4

/* Distance goes before speed, which may be told from it. */
static const int channel_order[STREAM_KIND_COUNT] = {
	STREAM_HR,
	STREAM_POWER,
	STREAM_CADENCE,
	STREAM_DISTANCE,
	STREAM_SPEED,
	STREAM_ALTITUDE,
	STREAM_LAT,
	STREAM_LON,
	STREAM_TEMP,
};

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

/* Differences as unsigned, taken `order` times; wraps harmlessly, as decoding
 * wraps back. */
static void
difference(uint64_t *out, const int64_t *q, size_t n, int order)
{
	uint64_t previous = 0, previous_step = 0, step;

	for (size_t i = 0; i < n; i++) {
		step = (uint64_t)q[i] - (order > 0 ? previous : 0);
		previous = (uint64_t)q[i];
		out[i] = bits_zigzag((
		    int64_t)(order < 2 || i < 2 ? step : step - previous_step));
		previous_step = step;
	}
}

static void
integrate(int64_t *q, const uint64_t *d, size_t n, int order)
{
	uint64_t previous = 0, step = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t v = (uint64_t)bits_unzigzag(d[i]);

		step = order < 2 || i < 2 ? v : step + v;
		previous = order > 0 ? previous + step : step;
		q[i] = (int64_t)previous;
	}
}

/* The speed to expect at sample i, in the channel's steps, by how far the
 * distance has come since the sample before; 0 when that is not known. */
static int64_t
expected_speed(const struct streams *s, size_t i)
{
	const double *d = s->v[STREAM_DISTANCE];
	double steps = steps_per_unit(STREAM_DISTANCE);
	int64_t way;

	if (i == 0 || !is_storable(d[i], steps) ||
	    !is_storable(d[i - 1], steps))
		return 0;
	/* As it is stored: whoever reads has no more. */
	way = llround(d[i] * steps) - llround(d[i - 1] * steps);
	return llround((double)way / steps * steps_per_unit(STREAM_SPEED) /
		       (s->t_s[i] - s->t_s[i - 1]));
}

/* Take what is expected from the present samples q of the speed, or add it. */
static void
shift_speed(const struct streams *s, int64_t *q, int64_t sign)
{
	double steps = steps_per_unit(STREAM_SPEED);
	size_t next = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (is_storable(s->v[STREAM_SPEED][i], steps))
			q[next++] += sign * expected_speed(s, i);
	}
}

/* Where a writer works. */
struct scratch {
	int64_t *q;
	uint64_t *d;
};

static int
best_order(const struct scratch *w, size_t n, double *cost_r)
{
	int best = 0;
	double cost;

	for (int order = 0; order <= 2; order++) {
		difference(w->d, w->q, n, order);
		cost = bits_tokens_cost(w->d, n);
		if (order == 0 || cost < *cost_r) {
			best = order;
			*cost_r = cost;
		}
	}
	return best;
}

static void
put_channel(
    struct buf *out, const struct streams *s, int k, const struct scratch *w)
{
	double steps = steps_per_unit(k), cost, shifted;
	int mode, other;
	size_t n = 0;

	put_presence(out, s->v[k], s->n, steps);
	for (size_t i = 0; i < s->n; i++)
		if (is_storable(s->v[k][i], steps))
			w->q[n++] = llround(s->v[k][i] * steps);
	mode = best_order(w, n, &cost);
	if (k == STREAM_SPEED && s->v[STREAM_DISTANCE] != NULL) {
		shift_speed(s, w->q, -1);
		other = best_order(w, n, &shifted);
		if (shifted < cost)
			mode = other | MODE_DISTANCE;
		else
			shift_speed(s, w->q, 1);
	}
	difference(w->d, w->q, n, mode & MODE_ORDER);
	buf_addc(out, (char)mode);
	bits_put_tokens(out, w->d, n);
}

static void
put_times(struct buf *out, const struct streams *s, uint64_t *d)
{
	for (size_t i = 0; i < s->n; i++)
		d[i] = i == 0 ? (uint64_t)s->t_s[0]
			      : (uint64_t)(s->t_s[i] - s->t_s[i - 1] - 1);
	bits_put_tokens(out, d, s->n);
}

void
streams_encode(struct buf *out, const struct streams *s)
{
	size_t start = out->n;
	size_t room = MAX(s->n, (size_t)1) * sizeof(uint64_t);
	struct scratch w = { xmalloc(room), xmalloc(room) };
	uint64_t mask = 0;
	uint32_t crc;

	CHECK(s->n <= STREAMS_MAX_SAMPLES);
	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		if (s->v[k] != NULL)
			mask |= UINT64_C(1) << k;
	buf_addc(out, VERSION);
	bits_put_varint(out, s->n);
	bits_put_varint(out, mask);
	put_times(out, s, w.d);
	for (int i = 0; i < STREAM_KIND_COUNT; i++)
		if (s->v[channel_order[i]] != NULL)
			put_channel(out, s, channel_order[i], &w);
	crc = enc_crc32(out->p + start, out->n - start);
	for (int i = 0; i < CRC_SIZE; i++)
		buf_addc(out, (char)(crc >> (8 * i)));
	free(w.q);
	free(w.d);
}

/* --- reading ------------------------------------------------------------- */

struct reading {
	struct bits_reader r;
	int version;
	struct streams *s;
	int64_t *q;
	uint64_t *d;
};

static void
get_numbers(struct reading *in, size_t n)
{
	if (in->version == VERSION_1)
		bits_get_column(&in->r, in->d, n);
	else
		bits_get_tokens(&in->r, in->d, n);
}

static bool
get_times(struct reading *in)
{
	const struct bits_reader *r = &in->r;
	struct streams *s = in->s;
	const uint64_t *d = in->d;
	uint64_t t = 0;

	get_numbers(in, s->n);
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
is_mode(const struct reading *in, int mode, int k)
{
	if (in->version == VERSION_1)
		return mode == 1 || mode == 2;
	if ((mode & MODE_DISTANCE) != 0 &&
	    (k != STREAM_SPEED || in->s->v[STREAM_DISTANCE] == NULL))
		return false;
	return (mode & ~MODE_DISTANCE) <= 2;
}

static bool
get_channel(struct reading *in, int k)
{
	double *v = in->s->v[k];
	ptrdiff_t count = get_presence(&in->r, v, in->s->n);
	double steps = steps_per_unit(k);
	size_t next = 0;
	int mode;

	if (count < 0 || in->r.p == in->r.end)
		return false;
	mode = *in->r.p++;
	if (!is_mode(in, mode, k))
		return false;
	get_numbers(in, (size_t)count);
	if (in->r.failed)
		return false;
	integrate(in->q, in->d, (size_t)count, mode & MODE_ORDER);
	if ((mode & MODE_DISTANCE) != 0)
		shift_speed(in->s, in->q, 1);
	for (size_t i = 0; i < in->s->n; i++) {
		if (!value_has(v[i]))
			continue;
		if (in->q[next] > Q_MAX || in->q[next] < -Q_MAX)
			return false;
		v[i] = (double)in->q[next++] / steps;
	}
	return true;
}

static bool
get_channels(struct arena *a, struct reading *in, uint64_t mask)
{
	bool good = true;

	for (int i = 0; good && i < STREAM_KIND_COUNT; i++) {
		int k = in->version == VERSION_1 ? i : channel_order[i];

		if ((mask >> k & 1) == 0)
			continue;
		streams_add(a, in->s, (enum stream_kind)k);
		good = get_channel(in, k);
	}
	return good;
}

static uint32_t
crc_at(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

/* The body behind the version, into in->s. */
static bool
get_body(struct arena *a, struct reading *in)
{
	uint64_t n = bits_get_varint(&in->r);
	uint64_t mask = bits_get_varint(&in->r);
	size_t room = MAX(n, (uint64_t)1) * sizeof(uint64_t);
	bool good;

	if (in->r.failed || n > STREAMS_MAX_SAMPLES ||
	    mask >> STREAM_KIND_COUNT != 0)
		return false;
	in->s = streams_new(a, n);
	in->q = xmalloc(room);
	in->d = xmalloc(room);
	good =
	    get_times(in) && get_channels(a, in, mask) && in->r.p == in->r.end;
	free(in->q);
	free(in->d);
	return good;
}

struct streams *
streams_decode(struct arena *a, struct str bytes, struct err *e)
{
	const uint8_t *p = (const uint8_t *)bytes.p;
	struct reading in = { .s = NULL };

	if (bytes.n < 1 + CRC_SIZE || (*p != VERSION && *p != VERSION_1) ||
	    crc_at(p + bytes.n - CRC_SIZE) !=
		enc_crc32(bytes.p, bytes.n - CRC_SIZE)) {
		err_set(e, ERR_CORRUPT,
		    "stored streams: bad version or "
		    "checksum in %zu bytes",
		    bytes.n);
		return NULL;
	}
	in.version = *p;
	in.r = (struct bits_reader){ p + 1, p + bytes.n - CRC_SIZE, false };
	if (!get_body(a, &in)) {
		err_set(e, ERR_CORRUPT, "stored streams: bad data at byte %td",
		    in.r.p - p);
		return NULL;
	}
	return in.s;
}

/* Stored streams: bytes with a checksum made to fit either are refused or come
 * out the same after another round. */

#include <stdlib.h>

#include "base/buf.h"
#include "base/enc.h"
#include "model/streams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check_round(struct arena *a, const struct streams *s)
{
	struct buf again = BUF_INIT;
	struct err e = ERR_INIT;
	const struct streams *back;

	streams_encode(&again, s);
	back = streams_decode(a, buf_str(&again), &e);
	if (back == NULL || back->n != s->n)
		abort();
	for (size_t i = 0; i < s->n; i++) {
		if (back->t_s[i] != s->t_s[i])
			abort();
		for (int k = 0; k < STREAM_KIND_COUNT; k++)
			if (s->v[k] != NULL &&
			    memcmp(&s->v[k][i], &back->v[k][i],
				sizeof(double)) != 0)
				abort();
	}
	buf_free(&again);
}

static void
use(struct arena *a, const struct streams *s)
{
	size_t n;

	for (int k = 0; k < STREAM_KIND_COUNT; k++)
		if (s->n < 1000 && (s->n == 0 || s->t_s[s->n - 1] < 10000))
			streams_resample(a, s, (enum stream_kind)k, 10, &n);
	streams_downsample(a, s, 0x1ff, 7, DOWNSAMPLE_LTTB);
	streams_downsample(a, s, 0x1ff, 7, DOWNSAMPLE_MEAN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena *a = arena_new();
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	const struct streams *s;
	uint32_t crc = enc_crc32(data, n);

	buf_add(&b, data, n);
	for (int i = 0; i < 4; i++)
		buf_addc(&b, (char)(crc >> (8 * i)));
	s = streams_decode(a, buf_str(&b), &e);
	if (s != NULL) {
		check_round(a, s);
		use(a, s);
	}
	buf_free(&b);
	arena_free(&a);
	return 0;
}

#ifndef MODEL_STREAMS_H
#define MODEL_STREAMS_H

/* Samples of one activity: seconds since its start, strictly increasing, and a
 * column a channel.  A missing sample is NaN; zero is a measured zero.  Gaps in
 * t_s are pauses or smart recording and stay gaps; streams_resample() fills
 * them by a stated policy. */

#include "base/arena.h"
#include "base/err.h"

enum stream_kind {
#define STREAM(id, name, resolution) STREAM_##id,
#include "model/streams.def"
#undef STREAM
	STREAM_KIND_COUNT
};

/* 11 days at 1 Hz; also the bound of t_s, which starts at 0 or later. */
#define STREAMS_MAX_SAMPLES 1000000
#define STREAMS_MAX_SPEED   60 /* m/s, what a person on skis does not exceed */

struct streams {
	size_t n;
	int32_t *t_s;
	double *v[STREAM_KIND_COUNT]; /* NULL: channel absent */
};

const char *stream_name(enum stream_kind k);
double stream_resolution(enum stream_kind k);
NODISCARD bool stream_parse(struct str name, enum stream_kind *out);

/* Room for n samples with no channel. */
struct streams *streams_new(struct arena *a, size_t n);
/* Add a channel of n NaN; returns it (or the one that is there). */
double *streams_add(struct arena *a, struct streams *s, enum stream_kind k);
bool streams_has(const struct streams *s, enum stream_kind k);
/* Share of samples that are present, 0 to 1. */
double streams_coverage(const struct streams *s, enum stream_kind k);

/* One channel on a 1-second grid from t 0 to the last sample.  A gap of at
 * most max_gap_s between two present samples is filled (power, cadence: the
 * earlier sample held; others: linear); a longer one stays NaN.  Returns the
 * array of *n_r values, or NULL when the channel is absent. */
double *streams_resample(struct arena *a, const struct streams *s,
    enum stream_kind k, int max_gap_s, size_t *n_r);

/* A channel of other samples at the seconds of `to`, where second 0 is second
 * shift_s of the others; gaps of up to 10 s are filled as by
 * streams_resample(). */
void streams_bring(struct arena *a, struct streams *to,
    const struct streams *from, int64_t shift_s, enum stream_kind k);

/* Metres between two points given in degrees, on the mean sphere. */
double streams_haversine(double lat0, double lon0, double lat1, double lon1);
/* Whether the time from sample i - 1 to sample i was a pause: longer than smart
 * recording leaves between samples (30 s), and nothing to show that the athlete
 * moved on (0.5 m/s and more by the distance channel). */
bool streams_is_pause(const struct streams *s, size_t i);
/* Add the distance channel from the positions and the speed channel from the
 * distance (over 5 s), where they are absent. */
void streams_derive(struct arena *a, struct streams *s);

/* Compact form for storage: per channel, scaled integers by the channel's
 * resolution, delta coded and bit-packed in blocks.  Appended to out.  A
 * restricted sample is stored as a missing one. */
struct buf;
void streams_encode(struct buf *out, const struct streams *s);
/* NULL and e (ERR_CORRUPT) when the bytes were not made by streams_encode. */
struct streams *streams_decode(
    struct arena *a, struct str bytes, struct err *e);

/* How streams_downsample() picks: the mean of each bucket; or the samples
 * that keep the line's shape (Largest Triangle Three Buckets, Steinarsson
 * 2013). */
enum downsample { DOWNSAMPLE_MEAN, DOWNSAMPLE_LTTB };

/* At most `points` samples (at least 2) of the given channels (bit per
 * stream_kind).  LTTB chooses sample times by the first channel named. */
struct streams *streams_downsample(struct arena *a, const struct streams *s,
    uint32_t channels, size_t points, enum downsample method);

#endif

/* Sample columns: making them and asking about them. */

#include "model/streams.h"

#include <math.h>

#include "base/check.h"
#include "model/value.h"

static const struct {
	const char *name;
	double resolution;
} kinds[STREAM_KIND_COUNT] = {
#define STREAM(id, name, resolution) [STREAM_##id] = { name, resolution },
#include "model/streams.def"
#undef STREAM
};

const char *
stream_name(enum stream_kind k)
{
	CHECK(k < STREAM_KIND_COUNT);
	return kinds[k].name;
}

double
stream_resolution(enum stream_kind k)
{
	CHECK(k < STREAM_KIND_COUNT);
	return kinds[k].resolution;
}

bool
stream_parse(struct str name, enum stream_kind *out)
{
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if (str_is(name, kinds[k].name)) {
			*out = (enum stream_kind)k;
			return true;
		}
	}
	return false;
}

struct streams *
streams_new(struct arena *a, size_t n)
{
	struct streams *s;

	CHECK(n <= STREAMS_MAX_SAMPLES);
	s = arena_one(a, struct streams);
	s->n = n;
	s->t_s = arena_zalloc(a, MAX(n, (size_t)1) * sizeof(*s->t_s));
	return s;
}

double *
streams_add(struct arena *a, struct streams *s, enum stream_kind k)
{
	CHECK(k < STREAM_KIND_COUNT);
	if (s->v[k] == NULL) {
		s->v[k] = arena_many(a, MAX(s->n, (size_t)1), double);
		for (size_t i = 0; i < s->n; i++)
			s->v[k][i] = VALUE_MISSING;
	}
	return s->v[k];
}

bool
streams_has(const struct streams *s, enum stream_kind k)
{
	CHECK(k < STREAM_KIND_COUNT);
	return s != NULL && s->v[k] != NULL;
}

double
streams_coverage(const struct streams *s, enum stream_kind k)
{
	size_t present = 0;

	if (!streams_has(s, k) || s->n == 0)
		return 0;
	for (size_t i = 0; i < s->n; i++)
		present += value_has(s->v[k][i]);
	return (double)present / (double)s->n;
}

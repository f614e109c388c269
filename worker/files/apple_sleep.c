/* Sleep of Apple Health: spans of each source put together. */

#include <stdlib.h>

#include "base/date.h"
#include "files/apple.h"
#include "files/apple_parts.h"

#define APART_S (90 * 60)
#define PREFIX	"HKCategoryValueSleepAnalysis"

static const struct {
	const char *value;
	int16_t kind;
} kinds[] = {
	{ PREFIX "InBed", -1 },
	{ PREFIX "Awake", SLEEP_AWAKE },
	{ PREFIX "Asleep", SLEEP_ASLEEP },
	{ PREFIX "AsleepUnspecified", SLEEP_ASLEEP },
	{ PREFIX "AsleepCore", SLEEP_LIGHT },
	{ PREFIX "AsleepDeep", SLEEP_DEEP },
	{ PREFIX "AsleepREM", SLEEP_REM },
};

bool
apple_sleep_kind(struct str value, int16_t *kind_r)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is(value, kinds[i].value)) {
			*kind_r = kinds[i].kind;
			return true;
		}
	}
	return false;
}

/* By source, then in time, the longer first. */
static int
compare(const void *a, const void *b)
{
	const struct apple_span *x = a, *y = b;

	if (x->source != y->source)
		return x->source - y->source;
	if (x->start_s != y->start_s)
		return (x->start_s > y->start_s) - (x->start_s < y->start_s);
	return (x->end_s < y->end_s) - (x->end_s > y->end_s);
}

/* What overlaps a stage before it is of no use any more; a source writes the
 * same span twice now and then. */
static void
add_stage(struct sleep *s, const struct apple_span *span)
{
	struct sleep_stage *last =
	    s->n_stages > 0 ? &s->stages[s->n_stages - 1] : NULL;
	int64_t base_s = s->start_us / DATE_US_PER_SECOND;
	int64_t at = last != NULL ? last->start_s + last->duration_s : 0;
	int64_t from = MAX(span->start_s - base_s, at);
	int64_t to = span->end_s - base_s;

	if (span->kind < 0 || to <= from || to > SLEEP_MAX_S)
		return;
	if (last != NULL && (int)last->kind == span->kind && from == at)
		last->duration_s += (int32_t)(to - from);
	else if (s->n_stages < SLEEP_MAX_STAGES)
		s->stages[s->n_stages++] =
		    (struct sleep_stage){ (int32_t)from, (int32_t)(to - from),
			    (enum sleep_stage_kind)span->kind };
}

static int
add_sleep(struct result *r, const struct apple_span *span, size_t n,
    int64_t end_s, const char *source, struct err *e)
{
	struct sleep s;

	sleep_init(&s);
	s.provider = APPLE_PROVIDER;
	s.device = source;
	s.external_id = arena_printf(
	    r->a, "sleep:%lld:%.80s", (long long)span->start_s, source);
	s.start_us = span->start_s * DATE_US_PER_SECOND;
	s.end_us = end_s * DATE_US_PER_SECOND;
	s.stages = arena_many(r->a, n, struct sleep_stage);
	for (size_t i = 0; i < n; i++)
		add_stage(&s, &span[i]);
	return result_sleep(r, &s, INT32_MIN, e);
}

int
apple_sleep_end(struct result *r, struct buf *spans, const char *const *sources,
    struct err *e)
{
	struct apple_span *span = buf_items(spans, struct apple_span);
	size_t n = buf_count(spans, *span), from = 0;
	int64_t end_s;

	if (n == 0)
		return 0;
	qsort(span, n, sizeof(*span), compare);
	end_s = span[0].end_s;
	for (size_t i = 1; i <= n; i++) {
		if (i < n && span[i].source == span[from].source &&
		    span[i].start_s - end_s <= APART_S) {
			end_s = MAX(end_s, span[i].end_s);
			continue;
		}
		if (add_sleep(r, &span[from], i - from, end_s,
			sources[span[from].source], e) < 0)
			return -1;
		from = i;
		if (i < n)
			end_s = span[i].end_s;
	}
	return 0;
}

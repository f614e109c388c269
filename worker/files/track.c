/* Tracks of GPX and TCX files. */

#include "files/track.h"

#include "base/date.h"

#define WORD_MAX 64

void
track_init(struct track *t, struct result *r)
{
	*t = (struct track){
		.result = r,
		.name = "",
		.device = "",
		.sport = SPORT_OTHER,
		.offset_s = INT32_MIN,
	};
	summary_init(&t->sum);
}

void
track_free(struct track *t)
{
	buf_free(&t->samples);
	buf_free(&t->laps);
}

int
track_sample(struct track *t, const struct sample *s, struct err *e)
{
	if (s->time_s == SAMPLE_TIME_MISSING) {
		t->untimed++;
		return 0;
	}
	if (result_count(t->result, e) < 0)
		return -1;
	buf_add(&t->samples, s, sizeof(*s));
	return 0;
}

static void
add_lap(struct track *t, struct track_lap lap)
{
	result_clean(t->result, &lap.sum);
	buf_add(&t->laps, &lap, sizeof(lap));
}

int
track_lap(struct track *t, const struct track_lap *lap, struct err *e)
{
	if (result_count(t->result, e) < 0)
		return -1;
	if (buf_count(&t->laps, *lap) == ACTIVITY_MAX_LAPS)
		result_warn(t->result, "laps beyond %d were left out",
		    ACTIVITY_MAX_LAPS);
	else
		add_lap(t, *lap);
	return 0;
}

static void
take_laps(struct activity *act, const struct track *t, int64_t start_s)
{
	const struct track_lap *lap = buf_items(&t->laps, struct track_lap);
	size_t n = buf_count(&t->laps, *lap);

	act->laps = arena_many(t->result->a, MAX(n, (size_t)1), struct lap);
	for (size_t i = 0; i < n; i++) {
		int64_t at = lap[i].start_s - start_s;

		/* Laps in order, as the streams are. */
		if (at < 0 || at >= STREAMS_MAX_SAMPLES ||
		    (act->n_laps > 0 &&
			at < act->laps[act->n_laps - 1].start_s))
			continue;
		act->laps[act->n_laps++] = (struct lap){
			.start_s = (int32_t)at,
			.sum = lap[i].sum,
		};
	}
}

static int64_t
start_of(const struct track *t)
{
	int64_t start_s = INT64_MAX;

	if (t->samples.n > 0)
		start_s = buf_items(&t->samples, struct sample)->time_s;
	if (t->laps.n > 0)
		start_s = MIN(
		    start_s, buf_items(&t->laps, struct track_lap)->start_s);
	return start_s;
}

int
track_finish(struct track *t, struct err *e)
{
	int64_t start_s = start_of(t);
	struct activity *act;

	if (t->untimed > 0)
		result_warn(t->result, "points without a time, left out: %zu",
		    t->untimed);
	if (start_s == INT64_MAX)
		return 0;
	act = result_activity(t->result, start_s, t->offset_s, e);
	if (act == NULL)
		return -1;
	act->name = t->name;
	act->device = t->device;
	act->sport = t->sport;
	act->sum = t->sum;
	result_clean(t->result, &act->sum);
	act->streams =
	    result_streams(t->result, buf_items(&t->samples, struct sample),
		buf_count(&t->samples, struct sample), start_s);
	if (act->streams != NULL)
		streams_derive(t->result->a, act->streams);
	take_laps(act, t, start_s);
	activity_complete(act);
	return 0;
}

double
track_number(struct result *r, struct str text)
{
	double v;

	if (text.n > 0 && text.p[0] == '+')
		text = str_make(text.p + 1, text.n - 1);
	if (str_to_f64(text, &v))
		return v;
	if (text.n > 0)
		result_warn(r, "numbers that are none were left out");
	return VALUE_MISSING;
}

int64_t
track_time(struct result *r, struct str text, int32_t *offset_r)
{
	char with_zone[WORD_MAX];
	int32_t offset = 0;
	int64_t us;

	if (text.n == 0)
		return SAMPLE_TIME_MISSING;
	if (!date_parse_rfc3339(text, &us, &offset)) {
		/* Some writers leave out the Z. */
		text.n = MIN(text.n, sizeof(with_zone) - 1);
		memcpy(with_zone, text.p, text.n);
		with_zone[text.n] = 'Z';
		if (!date_parse_rfc3339(
			str_make(with_zone, text.n + 1), &us, NULL)) {
			result_warn(r, "times that are none were left out");
			return SAMPLE_TIME_MISSING;
		}
	}
	if (offset != 0)
		*offset_r = offset;
	/* Rounded down, before 1970 too. */
	return us / DATE_US_PER_SECOND - (us % DATE_US_PER_SECOND < 0);
}

/* "Trail Running" as "trail_running". */
static struct str
to_word(struct str text, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < WORD_MAX; i++) {
		char c = text.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
			c = '_';
		out[n++] = c;
	}
	return str_make(out, n);
}

enum sport_type
track_sport(struct str text)
{
	static const struct {
		const char *word;
		enum sport_type type;
	} words[] = {
#define TRACK_SPORT(word, type) { word, SPORT_##type },
#include "files/track_sports.def"
#undef TRACK_SPORT
	};
	char buffer[WORD_MAX];
	struct str word = to_word(text, buffer);
	enum sport_type type;

	if (sport_type_parse(word, &type))
		return type;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(word, words[i].word))
			return words[i].type;
	return SPORT_OTHER;
}

/* Sleep: what follows from its stages, and its forms for storage and show. */

#include "model/sleep.h"

#include "base/check.h"
#include "base/date.h"
#include "base/jsonw.h"

static const struct {
	const char *name;
	char letter;
} kinds[SLEEP_STAGE_COUNT] = {
#define X(id, name, letter) [SLEEP_##id] = { name, letter },
	SLEEP_STAGES(X)
#undef X
};

static const struct {
	const char *name;
	double low, high;
	int digits;
} numbers[SLEEP_NUMBER_COUNT] = {
#define X(name, low, high, digits)                                             \
	[SLEEP_##name] = { #name, low, high, digits },
	SLEEP_NUMBERS(X)
#undef X
};

void
sleep_init(struct sleep *s)
{
	*s = (struct sleep){
		.provider = "",
		.external_id = "",
		.device = "",
	};
	for (int n = 0; n < SLEEP_NUMBER_COUNT; n++)
		s->v[n] = VALUE_MISSING;
}

const char *
sleep_stage_name(enum sleep_stage_kind k)
{
	CHECK(k < SLEEP_STAGE_COUNT);
	return kinds[k].name;
}

const char *
sleep_number_name(enum sleep_number n)
{
	CHECK(n < SLEEP_NUMBER_COUNT);
	return numbers[n].name;
}

int
sleep_number_digits(enum sleep_number n)
{
	CHECK(n < SLEEP_NUMBER_COUNT);
	return numbers[n].digits;
}

/* --- what follows from the stages ---------------------------------------- */

static void
fill(double *to, double v)
{
	if (isnan(*to) && !value_is_restricted(*to))
		*to = v;
}

void
sleep_complete(struct sleep *s)
{
	double of[SLEEP_STAGE_COUNT] = { 0 };
	double asleep;

	for (int n = 0; n < SLEEP_NUMBER_COUNT; n++)
		if (s->v[n] < numbers[n].low || s->v[n] > numbers[n].high)
			s->v[n] = VALUE_MISSING;
	for (size_t i = 0; i < s->n_stages; i++)
		of[s->stages[i].kind] += s->stages[i].duration_s;
	asleep =
	    of[SLEEP_LIGHT] + of[SLEEP_DEEP] + of[SLEEP_REM] + of[SLEEP_ASLEEP];
	if (s->n_stages > 0) {
		fill(&s->v[SLEEP_asleep_s], asleep);
		fill(&s->v[SLEEP_awake_s], of[SLEEP_AWAKE]);
	}
	/* Who does not tell stages apart did not measure none of them. */
	if (asleep > of[SLEEP_ASLEEP]) {
		fill(&s->v[SLEEP_light_s], of[SLEEP_LIGHT]);
		fill(&s->v[SLEEP_deep_s], of[SLEEP_DEEP]);
		fill(&s->v[SLEEP_rem_s], of[SLEEP_REM]);
	}
	if (value_has(s->v[SLEEP_deep_s]) && value_has(s->v[SLEEP_light_s]))
		fill(&s->v[SLEEP_asleep_s],
		    s->v[SLEEP_deep_s] + s->v[SLEEP_light_s] +
			(value_has(s->v[SLEEP_rem_s]) ? s->v[SLEEP_rem_s] : 0));
}

bool
sleep_same(const struct sleep *a, const struct sleep *b)
{
	int64_t common =
	    MIN(a->end_us, b->end_us) - MAX(a->start_us, b->start_us);
	int64_t shorter = MIN(a->end_us - a->start_us, b->end_us - b->start_us);

	return common > shorter / 2;
}

/* How many stages are told apart. */
static unsigned
kinds_of(const struct sleep *s)
{
	uint32_t set = 0;

	for (size_t i = 0; i < s->n_stages; i++)
		set |= 1u << s->stages[i].kind;
	return (unsigned)__builtin_popcount(set);
}

static unsigned
numbers_of(const struct sleep *s)
{
	unsigned n = 0;

	for (int i = 0; i < SLEEP_NUMBER_COUNT; i++)
		n += value_has(s->v[i]);
	return n;
}

bool
sleep_tells_more(const struct sleep *a, const struct sleep *b)
{
	int64_t long_a = a->end_us - a->start_us;
	int64_t long_b = b->end_us - b->start_us;
	int order;

	if (kinds_of(a) != kinds_of(b))
		return kinds_of(a) > kinds_of(b);
	if (numbers_of(a) != numbers_of(b))
		return numbers_of(a) > numbers_of(b);
	if (long_a != long_b)
		return long_a > long_b;
	if (a->n_stages != b->n_stages)
		return a->n_stages > b->n_stages;
	order = strcmp(a->provider, b->provider);
	if (order == 0)
		order = strcmp(a->external_id, b->external_id);
	return order < 0;
}

/* --- storage ------------------------------------------------------------- */

void
sleep_stages_format(struct buf *out, const struct sleep *s)
{
	int32_t at = 0;

	for (size_t i = 0; i < s->n_stages; i++) {
		const struct sleep_stage *st = &s->stages[i];

		if (st->start_s > at)
			buf_printf(
			    out, "%s-%d", at > 0 ? " " : "", st->start_s - at);
		buf_printf(out, "%s%c%d", i > 0 || st->start_s > at ? " " : "",
		    kinds[st->kind].letter, st->duration_s);
		at = st->start_s + st->duration_s;
	}
}

static int
kind_of(char letter)
{
	for (int k = 0; k < SLEEP_STAGE_COUNT; k++)
		if (kinds[k].letter == letter)
			return k;
	return -1;
}

/* One word of the text; false when it is none. */
static bool
parse_word(struct str word, int64_t *at, struct sleep *out)
{
	int64_t seconds;
	int kind;

	if (word.n < 2 || out->n_stages == SLEEP_MAX_STAGES ||
	    !str_to_i64(str_make(word.p + 1, word.n - 1), &seconds) ||
	    seconds < 1 || *at + seconds > SLEEP_MAX_S)
		return false;
	kind = kind_of(word.p[0]);
	if (kind >= 0)
		out->stages[out->n_stages++] =
		    (struct sleep_stage){ (int32_t)*at, (int32_t)seconds,
			    (enum sleep_stage_kind)kind };
	*at += seconds;
	return kind >= 0 || word.p[0] == '-';
}

bool
sleep_stages_parse(struct arena *a, struct str text, struct sleep *out)
{
	int64_t at = 0;

	out->n_stages = 0;
	/* A stage takes three characters and more. */
	out->stages = arena_many(a, text.n / 3 + 1, struct sleep_stage);
	while (text.n > 0) {
		struct str word = str_cut(text, ' ', &text);

		if (!parse_word(word, &at, out))
			return false;
	}
	return true;
}

void
sleep_format_restricted(struct buf *out, const struct sleep *s)
{
	for (int n = 0; n < SLEEP_NUMBER_COUNT; n++)
		if (value_is_restricted(s->v[n]))
			buf_printf(out, "%s%s", out->n > 0 ? " " : "",
			    numbers[n].name);
}

void
sleep_mark_restricted(struct sleep *s, struct str names)
{
	while (names.n > 0) {
		struct str name = str_cut(names, ' ', &names);

		for (int n = 0; n < SLEEP_NUMBER_COUNT; n++)
			if (str_is(name, numbers[n].name))
				s->v[n] = value_restricted();
	}
}

/* --- show ---------------------------------------------------------------- */

static void
show_time(struct jsonw *w, const char *key, int64_t us, int32_t offset_s)
{
	struct buf text = BUF_INIT;

	date_format_rfc3339(&text, us, false, offset_s);
	jsonw_kv_str(w, key, buf_str(&text));
	buf_free(&text);
}

static void
show_restricted(struct jsonw *w, const struct sleep *s)
{
	struct buf names = BUF_INIT;

	sleep_format_restricted(&names, s);
	if (names.n > 0)
		jsonw_kv_str(w, "restricted", buf_str(&names));
	buf_free(&names);
}

void
sleep_json(struct jsonw *w, const struct sleep *s, bool stages)
{
	jsonw_kv_uuid(w, "id", &s->id);
	jsonw_kv_day(w, "date", s->local_day);
	show_time(w, "start", s->start_us, s->utc_offset_s);
	show_time(w, "end", s->end_us, s->utc_offset_s);
	for (int n = 0; n < SLEEP_NUMBER_COUNT; n++)
		jsonw_kv_fixed_opt(
		    w, numbers[n].name, s->v[n], numbers[n].digits);
	show_restricted(w, s);
	jsonw_kv_cstr(w, "provider", s->provider);
	jsonw_kv_cstr_opt(w, "device", s->device);
	if (!stages)
		return;
	jsonw_kv_array(w, "stages");
	for (size_t i = 0; i < s->n_stages; i++) {
		jsonw_object(w);
		jsonw_kv_int(w, "start_s", s->stages[i].start_s);
		jsonw_kv_int(w, "duration_s", s->stages[i].duration_s);
		jsonw_kv_cstr(w, "stage", kinds[s->stages[i].kind].name);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

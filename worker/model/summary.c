/* The numbers of a summary, one after another. */

#include "model/summary.h"

#include "base/check.h"
#include "base/jsonw.h"

const struct summary_field summary_fields[SUMMARY_COUNT] = {
#define SUMMARY(name, digits, basic, part, low, high)                          \
	{ #name, digits, basic, PART_##part, low, high },
#include "model/summary.def"
#undef SUMMARY
};

static const size_t offsets[] = {
#define SUMMARY(name, digits, basic, part, low, high)                          \
	offsetof(struct summary, name),
#include "model/summary.def"
#undef SUMMARY
};

_Static_assert(SUMMARY_COUNT == sizeof(struct summary) / sizeof(double),
    "a field of struct summary has no line in summary.def");

static const struct {
	const char *name;
	uint32_t channels;
} parts[PART_COUNT] = {
#define PART(id, name, channels) [PART_##id] = { name, channels },
#include "model/parts.def"
#undef PART
};

double
summary_get(const struct summary *s, size_t i)
{
	double v;

	CHECK(i < SUMMARY_COUNT);
	memcpy(&v, (const char *)s + offsets[i], sizeof(v));
	return v;
}

void
summary_set(struct summary *s, size_t i, double v)
{
	CHECK(i < SUMMARY_COUNT);
	memcpy((char *)s + offsets[i], &v, sizeof(v));
}

unsigned
summary_clean(struct summary *s)
{
	unsigned n = 0;

	for (size_t i = 0; i < SUMMARY_COUNT; i++) {
		const struct summary_field *f = &summary_fields[i];
		double v = summary_get(s, i);

		if (!value_has(v) || (v >= f->low && v <= f->high))
			continue;
		summary_set(s, i, VALUE_MISSING);
		n++;
	}
	return n;
}

const char *
part_name(enum activity_part p)
{
	CHECK(p < PART_COUNT);
	return parts[p].name;
}

uint32_t
part_channels(enum activity_part p)
{
	CHECK(p < PART_COUNT);
	return parts[p].channels;
}

static void
add_name(struct buf *out, size_t start, const char *name)
{
	if (out->n > start)
		buf_addc(out, ' ');
	buf_adds(out, name);
}

void
parts_format(struct buf *out, uint32_t set)
{
	size_t start = out->n;

	for (size_t p = 0; p < PART_COUNT; p++) {
		if ((set >> p & 1) != 0)
			add_name(out, start, parts[p].name);
	}
}

uint32_t
parts_parse(struct str names)
{
	uint32_t set = 0;
	struct str one;

	while (names.p != NULL) {
		one = str_cut(names, ' ', &names);
		for (size_t p = 0; p < PART_COUNT; p++) {
			if (str_is(one, parts[p].name))
				set |= UINT32_C(1) << p;
		}
	}
	return set;
}

void
summary_format_restricted(struct buf *out, const struct summary *s)
{
	size_t start = out->n;

	for (size_t i = 0; i < SUMMARY_COUNT; i++) {
		if (value_is_restricted(summary_get(s, i)))
			add_name(out, start, summary_fields[i].name);
	}
}

void
summary_mark_restricted(struct summary *s, struct str names)
{
	struct str one;

	while (names.p != NULL) {
		one = str_cut(names, ' ', &names);
		for (size_t i = 0; i < SUMMARY_COUNT; i++) {
			if (str_is(one, summary_fields[i].name) &&
			    !value_has(summary_get(s, i)))
				summary_set(s, i, value_restricted());
		}
	}
}

static void
json_restricted(struct jsonw *w, const struct summary *s, bool all)
{
	bool open = false;

	for (size_t i = 0; i < SUMMARY_COUNT; i++) {
		if (!(all || summary_fields[i].basic) ||
		    !value_is_restricted(summary_get(s, i)))
			continue;
		if (!open)
			jsonw_kv_array(w, "restricted");
		open = true;
		jsonw_cstr(w, summary_fields[i].name);
	}
	if (open)
		jsonw_end_array(w);
}

void
summary_json(struct jsonw *w, const struct summary *s, bool all)
{
	for (size_t i = 0; i < SUMMARY_COUNT; i++) {
		const struct summary_field *f = &summary_fields[i];

		if (all || f->basic)
			jsonw_kv_fixed_opt(
			    w, f->name, summary_get(s, i), f->digits);
	}
	json_restricted(w, s, all);
}

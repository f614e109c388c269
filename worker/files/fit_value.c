/* Values of FIT fields. */

#include "files/fit_value.h"

#include "files/text.h"

#define TYPE_BITS 0x1f

enum number_class { UNSIGNED, SIGNED, FLOAT, TEXT };

static const struct {
	uint8_t size;
	enum number_class class;
	uint64_t missing;
} types[FIT_TYPE_COUNT] = {
	[FIT_ENUM] = { 1, UNSIGNED, 0xff },
	[FIT_SINT8] = { 1, SIGNED, 0x7f },
	[FIT_UINT8] = { 1, UNSIGNED, 0xff },
	[FIT_SINT16] = { 2, SIGNED, 0x7fff },
	[FIT_UINT16] = { 2, UNSIGNED, 0xffff },
	[FIT_SINT32] = { 4, SIGNED, 0x7fffffff },
	[FIT_UINT32] = { 4, UNSIGNED, 0xffffffff },
	[FIT_STRING] = { 1, TEXT, 0 },
	[FIT_FLOAT32] = { 4, FLOAT, 0xffffffff },
	[FIT_FLOAT64] = { 8, FLOAT, UINT64_MAX },
	[FIT_UINT8Z] = { 1, UNSIGNED, 0 },
	[FIT_UINT16Z] = { 2, UNSIGNED, 0 },
	[FIT_UINT32Z] = { 4, UNSIGNED, 0 },
	[FIT_BYTE] = { 1, UNSIGNED, 0xff },
	[FIT_SINT64] = { 8, SIGNED, INT64_MAX },
	[FIT_UINT64] = { 8, UNSIGNED, UINT64_MAX },
	[FIT_UINT64Z] = { 8, UNSIGNED, 0 },
};

const struct fit_field *
fit_find(const struct fit_message *m, uint8_t number)
{
	uint16_t i = m->def->native[number];

	return i > 0 ? &m->def->fields[i - 1] : NULL;
}

size_t
fit_count(const struct fit_field *f)
{
	unsigned type = f->type & TYPE_BITS;

	if (type >= FIT_TYPE_COUNT || f->size % types[type].size != 0)
		return 0;
	return f->size / types[type].size;
}

static uint64_t
get_raw(const uint8_t *p, size_t size, bool big_endian)
{
	uint64_t v = 0;

	for (size_t i = 0; i < size; i++)
		v |= (uint64_t)p[i] << 8 * (big_endian ? size - 1 - i : i);
	return v;
}

static double
to_float(uint64_t raw, size_t size)
{
	uint32_t raw32 = (uint32_t)raw;
	float single;
	double v;

	if (size == sizeof(single)) {
		memcpy(&single, &raw32, sizeof(single));
		v = single;
	} else {
		memcpy(&v, &raw, sizeof(v));
	}
	return isfinite(v) ? v : NAN;
}

double
fit_number(const struct fit_message *m, const struct fit_field *f, size_t i)
{
	unsigned type = f->type & TYPE_BITS;
	uint64_t raw;
	size_t size;

	if (i >= fit_count(f) || types[type].class == TEXT)
		return NAN;
	size = types[type].size;
	raw = get_raw(m->data + f->offset + i * size, size, m->def->big_endian);
	if (raw == types[type].missing)
		return NAN;
	if (types[type].class == FLOAT)
		return to_float(raw, size);
	if (types[type].class == UNSIGNED)
		return (double)raw;
	/* Move the sign to where C expects it. */
	return (double)((int64_t)(raw << (64 - 8 * size)) >> (64 - 8 * size));
}

const char *
fit_string(
    struct arena *a, const struct fit_message *m, const struct fit_field *f)
{
	const char *p = (const char *)m->data + f->offset;

	if ((f->type & TYPE_BITS) != FIT_STRING)
		return "";
	return text_clean(a, str_make(p, strnlen(p, f->size)), f->size);
}

#include "config/keys.h"

#include <stdarg.h>

const struct conf_key conf_keys[CONF_KEY_COUNT] = {
#define KEY(name, field, type, def, low, high, env, reload, about)             \
	{ name, CONF_##type, offsetof(struct conf, field), def, low, high,     \
		env, CONF_##reload, about },
#include "config/keys.def"
#undef KEY
};

const struct conf_key *
conf_key_find(struct str name)
{
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		if (str_is(name, conf_keys[i].name))
			return &conf_keys[i];
	}
	return NULL;
}

struct str
conf_key_nearest(struct str name)
{
	bool is_section = str_find(name, '.') < 0;
	struct str nearest = STR_NULL, member, last = name;
	unsigned best;

	if (!is_section)
		(void)str_cut(name, '.', &last);
	/* A short word is near to many. */
	best = 2 + (unsigned)MIN(last.n, 16) / 4;

	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		struct str candidate = str_of(conf_keys[i].name);
		unsigned d;

		if (is_section)
			candidate = str_cut(candidate, '.', &member);
		d = str_distance(name, candidate);
		if (d < best) {
			best = d;
			nearest = candidate;
		}
	}
	return nearest;
}

/* False when there were too many already. */
static bool
begin_complaint(
    struct conf_reader *r, const char *where, size_t line, size_t column)
{
	if (++r->n_errors > 20)
		return false;
	buf_adds(r->errors, where);
	if (line > 0)
		buf_printf(r->errors, ":%zu:%zu", line, column);
	buf_adds(r->errors, ": ");
	return true;
}

void
conf_complain(struct conf_reader *r, const char *where, size_t line,
    size_t column, const char *fmt, ...)
{
	va_list ap;

	if (!begin_complaint(r, where, line, column))
		return;
	va_start(ap, fmt);
	buf_vprintf(r->errors, fmt, ap);
	va_end(ap);
	buf_addc(r->errors, '\n');
}

void
conf_complain_of(
    struct conf_reader *r, enum conf_key_index i, const char *fmt, ...)
{
	const struct conf_place *p = &r->place[i];
	va_list ap;

	if (!begin_complaint(
		r, p->where != NULL ? p->where : r->file, p->line, p->column))
		return;
	buf_printf(r->errors, "%s: ", conf_keys[i].name);
	va_start(ap, fmt);
	buf_vprintf(r->errors, fmt, ap);
	va_end(ap);
	if (r->origin[i] == CONF_FROM_ENV && p->line > 0)
		buf_printf(r->errors, " (%s)", conf_keys[i].env);
	buf_addc(r->errors, '\n');
}

/* Names of scopes. */

#include "auth/scope.h"

#include "base/check.h"

static const struct {
	const char *name;
	const char *words;
} scopes[SCOPE_COUNT] = {
#define SCOPE(id, name, words) [SCOPE_INDEX_##id] = { name, words },
#include "auth/scopes.def"
#undef SCOPE
};

const char *
scope_name(enum scope_index i)
{
	CHECK(i < SCOPE_COUNT);
	return scopes[i].name;
}

const char *
scope_words(enum scope_index i)
{
	CHECK(i < SCOPE_COUNT);
	return scopes[i].words;
}

void
scope_format(struct buf *out, uint32_t set)
{
	bool first = true;

	for (unsigned i = 0; i < SCOPE_COUNT; i++) {
		if ((set & 1u << i) == 0)
			continue;
		if (!first)
			buf_addc(out, ' ');
		buf_adds(out, scopes[i].name);
		first = false;
	}
}

static bool
find_scope(struct str name, uint32_t *bit_r)
{
	for (unsigned i = 0; i < SCOPE_COUNT; i++) {
		if (str_is(name, scopes[i].name)) {
			*bit_r = 1u << i;
			return true;
		}
	}
	return false;
}

int
scope_parse(struct str text, uint32_t *out, struct err *e)
{
	uint32_t set = 0;

	while (text.n > 0) {
		struct str name = { text.p, 0 };
		uint32_t bit;

		while (name.n < text.n && text.p[name.n] != ' ' &&
		       text.p[name.n] != ',')
			name.n++;
		if (name.n > 0 && !find_scope(name, &bit))
			return err_set(e, ERR_INVALID, "unknown scope '%.*s'",
			    (int)MIN(name.n, (size_t)60), name.p);
		if (name.n > 0)
			set |= bit;
		text.p += name.n;
		text.n -= name.n;
		if (text.n > 0) {
			text.p++;
			text.n--;
		}
	}
	*out = set;
	return 0;
}

/* What laps were for. */

#include "model/lap.h"

#include "base/check.h"
#include "base/jsonw.h"

static const char *const names[LAP_KIND_COUNT] = {
	[LAP_UNKNOWN] = "",
	[LAP_ACTIVE] = "active",
	[LAP_REST] = "rest",
	[LAP_WARMUP] = "warmup",
	[LAP_COOLDOWN] = "cooldown",
	[LAP_RECOVERY] = "recovery",
	[LAP_INTERVAL] = "interval",
};

const char *
lap_kind_name(enum lap_kind k)
{
	CHECK(k < LAP_KIND_COUNT);
	return names[k];
}

enum lap_kind
lap_kind_parse(struct str name)
{
	for (int k = 0; k < LAP_KIND_COUNT; k++)
		if (str_is(name, names[k]))
			return (enum lap_kind)k;
	return LAP_UNKNOWN;
}

static void
text_json(struct jsonw *w, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		jsonw_kv_cstr(w, key, text);
}

void
lap_what_json(struct jsonw *w, const struct lap_what *what)
{
	text_json(w, "kind", lap_kind_name(what->kind));
	text_json(w, "name", what->name);
	text_json(w, "target", what->target);
	if (what->repetitions > 0)
		jsonw_kv_int(w, "repetitions", what->repetitions);
	if (what->weight_kg > 0) {
		jsonw_key(w, "weight_kg");
		jsonw_double(w, what->weight_kg);
	}
}

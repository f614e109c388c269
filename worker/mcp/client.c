#include "mcp/client.h"

#include "base/json.h"
#include "base/jsonw.h"

static const struct {
	const char *member;
	const char *inner;
	enum mcp_eras ours;
} abilities_of[CLIENT_COUNT] = {
#define CLIENT(id, member, inner, ours) { member, inner, ours },
#include "mcp/clients.def"
#undef CLIENT
};

static const char *
word_of(int i)
{
	return abilities_of[i].inner != NULL ? abilities_of[i].inner
					     : abilities_of[i].member;
}

/* An elicitation that says nothing of its modes means forms. */
static bool
has_forms(const cJSON *elicitation)
{
	return json_get(elicitation, "form") != NULL ||
	       json_get(elicitation, "url") == NULL;
}

uint32_t
client_read(const cJSON *capabilities)
{
	const cJSON *item;
	uint32_t bits = 0;

	for (int i = 0; i < CLIENT_COUNT; i++) {
		item = json_get(capabilities, abilities_of[i].member);
		if (i == CLIENT_INDEX_ELICIT && !has_forms(item))
			continue;
		if (abilities_of[i].inner != NULL)
			item = json_get(item, abilities_of[i].inner);
		if (cJSON_IsObject(item))
			bits |= UINT32_C(1) << i;
	}
	return bits;
}

static bool
has_bit(uint32_t bits, int i)
{
	return (bits >> i & 1) != 0;
}

static bool
is_first_of_member(uint32_t bits, int i)
{
	for (int j = 0; j < i; j++) {
		if (has_bit(bits, j) &&
		    strcmp(abilities_of[j].member, abilities_of[i].member) == 0)
			return false;
	}
	return true;
}

static void
write_inner(struct jsonw *w, uint32_t bits, const char *member)
{
	jsonw_kv_object(w, member);
	for (int i = 0; i < CLIENT_COUNT; i++) {
		if (!has_bit(bits, i) || abilities_of[i].inner == NULL ||
		    strcmp(abilities_of[i].member, member) != 0)
			continue;
		jsonw_kv_object(w, abilities_of[i].inner);
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
}

void
client_write(struct buf *out, uint32_t abilities)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	for (int i = 0; i < CLIENT_COUNT; i++) {
		if (has_bit(abilities, i) && is_first_of_member(abilities, i))
			write_inner(&w, abilities, abilities_of[i].member);
	}
	jsonw_end_object(&w);
}

void
client_write_extensions(struct buf *out, enum mcp_era era)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	for (int i = 0; i < CLIENT_COUNT; i++) {
		if ((abilities_of[i].ours >> era & 1) == 0)
			continue;
		jsonw_kv_object(&w, abilities_of[i].inner);
		jsonw_end_object(&w);
	}
	jsonw_end_object(&w);
}

void
client_format(struct buf *out, uint32_t abilities)
{
	for (int i = 0; i < CLIENT_COUNT; i++) {
		if (has_bit(abilities, i))
			buf_printf(
			    out, "%s%s", out->n > 0 ? " " : "", word_of(i));
	}
}

uint32_t
client_parse(struct str words)
{
	struct str rest = words, word;
	uint32_t bits = 0;

	while (rest.p != NULL) {
		word = str_cut(rest, ' ', &rest);
		for (int i = 0; i < CLIENT_COUNT; i++) {
			if (str_is(word, word_of(i)))
				bits |= UINT32_C(1) << i;
		}
	}
	return bits;
}

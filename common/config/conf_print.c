#include "config/keys.h"

#include "base/jsonw.h"
#include "base/mdoc.h"
#include "base/xalloc.h"

/* The same table as text: what is in force, and the manual's rows. */

/* What JSON escapes, YAML reads in double quotes too. */
static void
print_quoted(struct str s, FILE *out)
{
	struct buf text = BUF_INIT;

	jsonw_escape(&text, s);
	fprintf(out, "\"%s\"", buf_cstr(&text));
	buf_free(&text);
}

static void
print_yaml_value(const struct conf *c, const struct conf_key *k, FILE *out)
{
	struct buf text = BUF_INIT;

	if (k->type == CONF_LIST) {
		const struct conf_list *list = conf_field(c, k);

		for (size_t i = 0; i < list->n; i++) {
			fputs(i > 0 ? ", " : "[", out);
			print_quoted(str_of(list->item[i]), out);
		}
		fputs(list->n > 0 ? "]" : "[]", out);
		return;
	}
	conf_format(c, k, &text);
	if (k->type == CONF_SECRET && text.n > 0)
		fputs("\"********\"", out);
	else if (k->type == CONF_INT || k->type == CONF_BOOL)
		fputs(buf_cstr(&text), out);
	else
		print_quoted(buf_str(&text), out);
	wipe(text.p, text.n);
	buf_free(&text);
}

void
conf_print(const struct conf *c, FILE *out)
{
	struct str section = STR_NULL;

	fprintf(
	    out, "# %s%s\n", c->path[0] != '\0' ? "from " : "no file", c->path);
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		const struct conf_key *k = &conf_keys[i];
		struct str member;
		struct str part = str_cut(str_of(k->name), '.', &member);

		if (!str_eq(part, section))
			fprintf(out, "%.*s:\n", STR_ARG(part));
		section = part;
		fprintf(out, "  %.*s: ", STR_ARG(member));
		print_yaml_value(c, k, out);
		if (c->from[i] != NULL)
			fprintf(out, "  # from %s", c->from[i]);
		fputc('\n', out);
	}
}

static const char *
type_word(const struct conf_key *k)
{
	switch (k->type) {
	case CONF_BOOL:
		return "true or false";
	case CONF_INT:
		return "number";
	case CONF_TIME:
		return "time";
	case CONF_SIZE:
		return "size";
	case CONF_LIST:
		return "list";
	case CONF_PATH:
		return "path";
	case CONF_SECRET:
		return "secret";
	case CONF_ENUM:
		return k->low;
	case CONF_STR:
		break;
	}
	return "text";
}

void
conf_print_mdoc(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		const struct conf_key *k = &conf_keys[i];
		bool bounded = k->type == CONF_INT || k->type == CONF_TIME ||
			       k->type == CONF_SIZE;

		fprintf(out, ".It Ic %s\n", k->name);
		mdoc_text(out, k->about);
		fputs(".br\n", out);
		fprintf(out, "Type: %s", type_word(k));
		if (bounded)
			fprintf(out, " from %s to %s", k->low, k->high);
		fprintf(out, ".\nDefault: %s.\n",
		    k->def[0] != '\0' ? k->def : "empty");
		if (k->env[0] != '\0')
			fprintf(out, "Environment:\n.Ev %s .\n", k->env);
		if (k->reload == CONF_RESTART)
			fputs("A change needs a restart.\n", out);
	}
	fputs(".El\n", out);
}

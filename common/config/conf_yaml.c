#include "config/keys.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <yaml.h>

/* The YAML file: sections of keys, values that are scalars or lists of
 * scalars. */

#define MAX_ITEMS 256

struct walk {
	struct conf_reader *r;
	yaml_document_t doc;
};

static size_t
line_of(const yaml_node_t *node)
{
	return node->start_mark.line + 1;
}

static size_t
column_of(const yaml_node_t *node)
{
	return node->start_mark.column + 1;
}

static struct str
scalar_text(const yaml_node_t *node)
{
	return str_make(
	    (const char *)node->data.scalar.value, node->data.scalar.length);
}

/* 0, or -1 and a complaint. */
static int
expand_scalar(struct walk *w, const struct conf_key *k, const yaml_node_t *node,
    struct str *out)
{
	struct err e = ERR_INIT;

	if (node->type != YAML_SCALAR_NODE) {
		conf_complain(w->r, w->r->file, line_of(node), column_of(node),
		    "%s: must be a plain value", k->name);
		return -1;
	}
	if (conf_expand(w->r, scalar_text(node), out, &e) < 0) {
		conf_complain(w->r, w->r->file, line_of(node), column_of(node),
		    "%s: %s", k->name, e.msg);
		return -1;
	}
	return 0;
}

static void
read_list(struct walk *w, const struct conf_key *k, const yaml_node_t *node)
{
	struct str items[MAX_ITEMS];
	size_t n = 0;
	struct err e = ERR_INIT;
	const yaml_node_item_t *i;

	for (i = node->data.sequence.items.start;
	     i < node->data.sequence.items.top; i++) {
		const yaml_node_t *item = yaml_document_get_node(&w->doc, *i);

		if (n == MAX_ITEMS) {
			conf_complain(w->r, w->r->file, line_of(item),
			    column_of(item), "%s: more than %d items", k->name,
			    MAX_ITEMS);
			return;
		}
		if (expand_scalar(w, k, item, &items[n++]) < 0)
			return;
	}
	if (conf_set_list(w->r->conf, k, items, n, &e) < 0)
		conf_complain(w->r, w->r->file, line_of(node), column_of(node),
		    "%s: %s", k->name, e.msg);
}

static void
read_value(struct walk *w, const struct conf_key *k, const yaml_node_t *node)
{
	struct err e = ERR_INIT;
	struct str text;

	if (w->r->no_secrets && k->type == CONF_SECRET)
		return;
	if (node->type == YAML_SEQUENCE_NODE) {
		read_list(w, k, node);
		return;
	}
	if (expand_scalar(w, k, node, &text) < 0)
		return;
	if (conf_set(w->r->conf, k, text, false, &e) < 0)
		conf_complain(w->r, w->r->file, line_of(node), column_of(node),
		    "%s: %s", k->name, e.msg);
}

static void
unknown_key(struct walk *w, const yaml_node_t *node, struct str name)
{
	struct str nearest = conf_key_nearest(name);
	struct str member, section = str_cut(name, '.', &member);
	bool near = nearest.p != NULL;

	if (str_eq(nearest, name)) {
		conf_complain(w->r, w->r->file, line_of(node), column_of(node),
		    "%.*s: belongs into the section %.*s, as its key %.*s",
		    STR_ARG(name), STR_ARG(section), STR_ARG(member));
		return;
	}
	conf_complain(w->r, w->r->file, line_of(node), column_of(node),
	    "%.*s: unknown key%s%.*s%s", (int)MIN(name.n, 80), name.p,
	    near ? "; did you mean " : "", STR_ARG(nearest), near ? "?" : "");
}

/* Whether a pair before this one in the mapping has its name: a complaint. */
static bool
stands_twice(struct walk *w, const yaml_node_t *mapping,
    const yaml_node_pair_t *pair, struct str name)
{
	const yaml_node_t *key = yaml_document_get_node(&w->doc, pair->key);
	const yaml_node_pair_t *p;

	for (p = mapping->data.mapping.pairs.start; p < pair; p++) {
		const yaml_node_t *first =
		    yaml_document_get_node(&w->doc, p->key);

		if (first->type != YAML_SCALAR_NODE ||
		    !str_eq(scalar_text(first), scalar_text(key)))
			continue;
		conf_complain(w->r, w->r->file, line_of(key), column_of(key),
		    "%.*s: stands twice; the first is in line %zu",
		    STR_ARG(name), line_of(first));
		return true;
	}
	return false;
}

static void
read_member(struct walk *w, struct str section, const yaml_node_t *mapping,
    const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(&w->doc, pair->key);
	const yaml_node_t *value = yaml_document_get_node(&w->doc, pair->value);
	const struct conf_key *k;
	char name[200];
	struct str member = scalar_text(key);

	snprintf(name, sizeof(name), "%.*s.%.*s", STR_ARG(section),
	    (int)MIN(member.n, 100), member.p);
	k = conf_key_find(str_of(name));
	if (k == NULL) {
		unknown_key(w, key, str_of(name));
		return;
	}
	if (stands_twice(w, mapping, pair, str_of(name)))
		return;
	w->r->origin[k - conf_keys] = CONF_FROM_FILE;
	w->r->place[k - conf_keys].where = w->r->file;
	w->r->place[k - conf_keys].line = line_of(value);
	w->r->place[k - conf_keys].column = column_of(value);
	read_value(w, k, value);
}

static bool
section_exists(struct str section)
{
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		struct str rest;

		if (str_eq(str_cut(str_of(conf_keys[i].name), '.', &rest),
			section))
			return true;
	}
	return false;
}

static bool
is_empty_value(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0;
}

static bool
is_name(struct walk *w, const yaml_node_t *node)
{
	if (node->type == YAML_SCALAR_NODE)
		return true;
	conf_complain(w->r, w->r->file, line_of(node), column_of(node),
	    "a name must be plain text");
	return false;
}

static void
read_section(
    struct walk *w, const yaml_node_t *root, const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = yaml_document_get_node(&w->doc, pair->key);
	const yaml_node_t *value = yaml_document_get_node(&w->doc, pair->value);
	struct str section = scalar_text(key);
	const yaml_node_pair_t *p;

	if (section.n > 64 || !section_exists(section)) {
		unknown_key(w, key, section);
		return;
	}
	if (stands_twice(w, root, pair, section) || is_empty_value(value))
		return;
	if (value->type != YAML_MAPPING_NODE) {
		conf_complain(w->r, w->r->file, line_of(value),
		    column_of(value), "%.*s: must hold keys", STR_ARG(section));
		return;
	}
	for (p = value->data.mapping.pairs.start;
	     p < value->data.mapping.pairs.top; p++) {
		const yaml_node_t *member =
		    yaml_document_get_node(&w->doc, p->key);

		if (is_name(w, member))
			read_member(w, section, value, p);
	}
}

static void
read_document(struct walk *w)
{
	const yaml_node_t *root = yaml_document_get_root_node(&w->doc);
	const yaml_node_pair_t *p;

	if (root == NULL || is_empty_value(root))
		return;
	if (root->type != YAML_MAPPING_NODE) {
		conf_complain(w->r, w->r->file, line_of(root), column_of(root),
		    "the file must hold sections of keys");
		return;
	}
	for (p = root->data.mapping.pairs.start;
	     p < root->data.mapping.pairs.top; p++) {
		const yaml_node_t *key =
		    yaml_document_get_node(&w->doc, p->key);

		if (is_name(w, key))
			read_section(w, root, p);
	}
}

static void
complain_syntax(struct conf_reader *r, const yaml_parser_t *parser)
{
	conf_complain(r, r->file, parser->problem_mark.line + 1,
	    parser->problem_mark.column + 1, "%s",
	    parser->problem != NULL ? parser->problem : "not YAML");
}

/* Settings below a "---" would else be passed over in silence. */
static void
refuse_second_document(struct walk *w, yaml_parser_t *parser)
{
	const yaml_node_t *root;

	if (!yaml_parser_load(parser, &w->doc)) {
		complain_syntax(w->r, parser);
		return;
	}
	root = yaml_document_get_root_node(&w->doc);
	if (root != NULL)
		conf_complain(w->r, w->r->file, line_of(root), column_of(root),
		    "a second document; all settings must stand in one");
	yaml_document_delete(&w->doc);
}

int
conf_read_yaml(struct conf_reader *r, const char *path)
{
	struct walk w = { .r = r };
	yaml_parser_t parser;
	FILE *file = fopen(path, "re");
	struct stat st;

	/* A directory can be opened, and fails only when it is read. */
	if (file != NULL && fstat(fileno(file), &st) == 0 &&
	    S_ISDIR(st.st_mode)) {
		fclose(file);
		file = NULL;
		errno = EISDIR;
	}
	if (file == NULL) {
		conf_complain(r, path, 0, 0, "%s", strerror(errno));
		return -1;
	}
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_file(&parser, file);
	if (yaml_parser_load(&parser, &w.doc)) {
		read_document(&w);
		yaml_document_delete(&w.doc);
		refuse_second_document(&w, &parser);
	} else {
		complain_syntax(r, &parser);
	}
	yaml_parser_delete(&parser);
	fclose(file);
	return r->n_errors > 0 ? -1 : 0;
}

#include "config/keys.h"

/* The environment, and .env, over the file.  Values come as other programs
 * write them: times as plain seconds, the log level as a list of directives. */

/* "info,pierre_mcp_server=debug": the directive for this program, else the one
 * for all; "trace" is our debug. */
static struct str
level_of_directives(struct str text)
{
	struct str level = STR("info");

	while (text.p != NULL) {
		struct str value;
		struct str target = str_trim(str_cut(text, ',', &text));

		target = str_cut(target, '=', &value);
		if (value.p == NULL) {
			level = target;
		} else if (str_is(target, "pierre_mcp_server")) {
			level = value;
			break;
		}
	}
	return str_is(level, "trace") ? STR("debug") : level;
}

/* Where it was set, for complaints and for conf_print. */
static void
note_origin(
    struct conf_reader *r, size_t i, const struct conf_variable *variable)
{
	const char *name = conf_keys[i].env;
	bool in_file = variable->line > 0;

	r->origin[i] = CONF_FROM_ENV;
	r->place[i].where = in_file ? r->dotenv.path : name;
	r->place[i].line = variable->line;
	r->place[i].column = 1;
	r->conf->from[i] = in_file
			       ? arena_printf(r->conf->arena, "%s in %s:%zu",
				     name, r->dotenv.path, variable->line)
			       : name;
}

void
conf_read_env(struct conf_reader *r)
{
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		const struct conf_key *k = &conf_keys[i];
		struct conf_variable variable = { .value = STR_NULL };
		struct err e = ERR_INIT;

		if (k->env[0] != '\0' &&
		    !(r->no_secrets && k->type == CONF_SECRET))
			variable = conf_variable(r, k->env);
		if (variable.value.n == 0)
			continue;
		if (strcmp(k->env, "RUST_LOG") == 0)
			variable.value = level_of_directives(variable.value);
		note_origin(r, i, &variable);
		if (conf_set(r->conf, k, variable.value, true, &e) == 0)
			continue;
		if (variable.line > 0)
			conf_complain_of(r, i, "%s", e.msg);
		else
			conf_complain(r, k->env, 0, 0,
			    "%s (environment, for %s)", e.msg, k->name);
	}
}

#include "config/keys.h"

#include <stdlib.h>

/* The environment over the file.  Values come as other programs write them:
 * times as plain seconds, the log level as a list of directives. */

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

void
conf_read_env(struct conf_reader *r)
{
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		const struct conf_key *k = &conf_keys[i];
		const char *value = k->env[0] != '\0' ? getenv(k->env) : NULL;
		struct err e = ERR_INIT;
		struct str text;

		if (value == NULL || value[0] == '\0')
			continue;
		text = str_of(value);
		if (strcmp(k->env, "RUST_LOG") == 0)
			text = level_of_directives(text);
		r->origin[i] = CONF_FROM_ENV;
		if (conf_set(r->conf, k, text, true, &e) < 0)
			conf_complain(r, k->env, 0, 0,
			    "%s (environment, for %s)", e.msg, k->name);
	}
}

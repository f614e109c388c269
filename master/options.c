#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

void
options_usage(void)
{
	fputs("usage: pierre-mcp-server [-f] [-c file]\n"
	      "       pierre-mcp-server -s verb | -t | -T [-c file]\n"
	      "       pierre-mcp-server -h | -V\n"
	      "       pierre-mcp-server [-c file] mcp-stdio --user name\n"
	      "\n"
	      "  -c file  configuration (default /etc/pierre-mcp/pierre.yaml)\n"
	      "  -f       stay in the foreground\n"
	      "  -h       print this\n"
	      "  -s verb  reload, reopen, upgrade, quit, stop, status or "
	      "status-json\n           of the running server\n"
	      "  -t       check the configuration\n"
	      "  -T       check it and print what is in force, secrets masked\n"
	      "  -V       print the version\n"
	      "\nSee pierre-mcp-server(8), pierre.yaml(5) and pierrectl(8).\n",
	    stdout);
}

static bool
verb_exists(const char *verb)
{
	static const char *const verbs[] = { "reload", "reopen", "upgrade",
		"quit", "stop", "status", "status-json" };

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(verb, verbs[i]) == 0)
			return true;
	}
	fprintf(stderr,
	    "pierre-mcp-server: -s %s: not one of reload, reopen, upgrade, "
	    "quit, stop, status, status-json\n",
	    verb);
	return false;
}

/* What is asked for twice in different ways is a slip, and had better not be a
 * reload; only -T checks as well, like -t. */
static bool
choose(struct options *o, enum action action)
{
	bool both = (o->action == ACTION_TEST && action == ACTION_DUMP) ||
		    (o->action == ACTION_DUMP && action == ACTION_TEST);

	if (o->action == ACTION_RUN || o->action == action) {
		o->action = action;
	} else if (both) {
		o->action = ACTION_DUMP;
	} else {
		fputs("pierre-mcp-server: one of -h, -s, -t, -T and -V at a "
		      "time; see -h\n",
		    stderr);
		return false;
	}
	return true;
}

static bool
choose_verb(struct options *o, const char *verb)
{
	o->verb = verb;
	return verb_exists(verb) && choose(o, ACTION_SIGNAL);
}

/* An option, or what getopt() says of one that there is not. */
static bool
take_option(struct options *o, int option)
{
	switch (option) {
	case 'c':
		o->conf_path = optarg;
		return true;
	case 'f':
		o->foreground = true;
		return true;
	case 'h':
		return choose(o, ACTION_HELP);
	case 's':
		return choose_verb(o, optarg);
	case 't':
		return choose(o, ACTION_TEST);
	case 'T':
		return choose(o, ACTION_DUMP);
	case 'V':
		return choose(o, ACTION_VERSION);
	default:
		return false;
	}
}

int
options_parse(struct options *o, int argc, char **argv)
{
	static const struct option names[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct options){ .action = ACTION_RUN };
	while ((c = getopt_long(argc, argv, "c:fhs:tTV", names, NULL)) != -1) {
		if (!take_option(o, c))
			return -1;
	}
	if (optind == argc)
		return 0;
	fprintf(stderr, "pierre-mcp-server: %s: unknown command; see -h\n",
	    argv[optind]);
	return -1;
}

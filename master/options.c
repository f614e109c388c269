#include "options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
options_usage(void)
{
	fputs("usage: pierre-mcp-server [-fhtTV] [-c file] [-s verb]\n"
	      "       pierre-mcp-server [-c file] mcp-stdio --user name\n"
	      "\n"
	      "  -c file  configuration (default /etc/pierre-mcp/pierre.yaml)\n"
	      "  -f       stay in the foreground\n"
	      "  -s verb  reload, reopen, quit, stop, status or status-json of "
	      "the\n           running server\n"
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

int
options_parse(struct options *o, int argc, char **argv)
{
	int c;

	*o = (struct options){ .action = ACTION_RUN };
	while ((c = getopt(argc, argv, "c:fhs:tTV")) != -1) {
		switch (c) {
		case 'c':
			o->conf_path = optarg;
			break;
		case 'f':
			o->foreground = true;
			break;
		case 'h':
			o->action = ACTION_HELP;
			break;
		case 's':
			o->action = ACTION_SIGNAL;
			o->verb = optarg;
			if (!verb_exists(optarg))
				return -1;
			break;
		case 't':
			o->action = ACTION_TEST;
			break;
		case 'T':
			o->action = ACTION_DUMP;
			break;
		case 'V':
			o->action = ACTION_VERSION;
			break;
		default:
			return -1;
		}
	}
	if (optind == argc)
		return 0;
	fprintf(stderr, "pierre-mcp-server: %s: unknown command; see -h\n",
	    argv[optind]);
	return -1;
}

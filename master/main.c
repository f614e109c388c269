#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/version.h"
#include "config/conf.h"
#include "control.h"
#include "daemon.h"
#include "master.h"
#include "options.h"
#include "ownership.h"
#include "proc/heritage.h"
#include "proc/program.h"
#include "proc/stdfds.h"
#include "proc/title.h"

/* Which of the programs in this executable is meant: the daemon, or one of the
 * commands of the other side. */
static bool
is_command(int argc, char **argv)
{
	if (strcmp(program_name(argv[0]), "pierrectl") == 0)
		return true;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "mcp-stdio") == 0 ||
		    strcmp(argv[i], "--man") == 0)
			return true;
	}
	return false;
}

/* NULL after the errors went to standard error. */
static struct conf *
load_or_complain(const struct options *o)
{
	struct buf errors = BUF_INIT;
	struct conf *c = o->action == ACTION_SIGNAL
			     ? conf_load_public(o->conf_path, &errors)
			     : conf_load(o->conf_path, &errors);

	if (c == NULL)
		fputs(buf_cstr(&errors), stderr);
	buf_free(&errors);
	return c;
}

/* What the file says is good; now what it names. */
static int
test_configuration(struct conf *c)
{
	struct err e = ERR_INIT;

	if (conf_read_tls(c, &e) < 0 || conf_check_paths(c, &e) < 0 ||
	    check_main(c, &e) < 0 || ownership_check(c, &e) < 0) {
		fprintf(stderr, "%s: %s\n",
		    c->path[0] != '\0' ? c->path : "environment", e.msg);
		return 1;
	}
	printf("configuration %s is good\n",
	    c->path[0] != '\0' ? c->path : "(none, defaults)");
	return 0;
}

static int
with_configuration(const struct options *o)
{
	struct conf *c = load_or_complain(o);
	int status = 0;

	if (c == NULL)
		return o->action == ACTION_RUN ? EXIT_CONFIG : 1;
	if (o->action == ACTION_RUN)
		return daemon_run(&c, o);
	if (o->action == ACTION_SIGNAL)
		status = control_send(c, o->verb);
	else if (o->action == ACTION_DUMP)
		conf_print(c, stdout);
	else
		status = test_configuration(c);
	conf_free(&c);
	return status;
}

int
main(int argc, char **argv)
{
	struct options o;
	int status = 0;

	stdfds_fill();
	if (is_command(argc, argv))
		return stdfds_finish(
		    program_name(argv[0]), command_main(argc, argv));
	if (options_parse(&o, argc, argv) < 0)
		return 64; /* EX_USAGE */
	if (o.action == ACTION_HELP) {
		options_usage();
	} else if (o.action == ACTION_VERSION) {
		printf("pierre-mcp-server %s (%s)\n", version_text,
		    version_commit);
	} else {
		upgrade_note_program(argc, argv);
		title_init(argc, argv);
		status = with_configuration(&o);
		title_free();
		upgrade_forget_program();
	}
	return stdfds_finish("pierre-mcp-server", status);
}

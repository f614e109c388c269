#ifndef OPTIONS_H
#define OPTIONS_H

/* The daemon's command line. */

#include "base/base.h"

enum action {
	ACTION_RUN,
	ACTION_TEST,
	ACTION_DUMP,
	ACTION_VERSION,
	ACTION_SIGNAL,
	ACTION_HELP
};

struct options {
	enum action action;
	const char *conf_path; /* NULL: the default */
	const char *verb;      /* of -s */
	bool foreground;
};

/* 0, or -1 after a message on standard error. */
int options_parse(struct options *o, int argc, char **argv);
void options_usage(void);

#endif

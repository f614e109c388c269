#ifndef WEB_STATICS_H
#define WEB_STATICS_H

/* The files that pages refer to, worker/web/static/, in the program itself. */

#include "base/str.h"

struct web_file {
	const char *name;
	const char *type;
	struct str body;
};

/* Ends with name NULL; made by worker/web/embed.pl. */
extern const struct web_file web_files[];

/* Prepared to be answered; one a process. */
struct web_statics;
struct web_statics *web_statics_new(void);
void web_statics_free(struct web_statics **s);

#endif

/* The files of pages: style, script, mark. */

#include "web/statics.h"

#include <stdlib.h>

#include "app.h"
#include "base/xalloc.h"
#include "http/static.h"
#include "web/web.h"

#define FILES_MAX 16

struct web_statics {
	struct http_static *of[FILES_MAX];
};

struct web_statics *
web_statics_new(void)
{
	struct web_statics *s = xcalloc(1, sizeof(*s));

	for (size_t i = 0; i < FILES_MAX && web_files[i].name != NULL; i++)
		s->of[i] =
		    http_static_new(web_files[i].type, web_files[i].body, NULL);
	return s;
}

void
web_statics_free(struct web_statics **s)
{
	if (*s == NULL)
		return;
	for (size_t i = 0; i < FILES_MAX; i++)
		http_static_free(&(*s)->of[i]);
	free(*s);
	*s = NULL;
}

void
web_static(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct str name = http_param(req, "name");
	struct err e = ERR_INIT;

	for (size_t i = 0; i < FILES_MAX && app->statics->of[i] != NULL; i++) {
		if (str_is(name, web_files[i].name)) {
			http_static_reply(req, app->statics->of[i]);
			return;
		}
	}
	err_set(&e, ERR_NOT_FOUND, "there is no such file");
	http_reply_error(req, &e);
}

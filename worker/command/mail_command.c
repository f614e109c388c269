/* mail test: whether mail leaves this server. */

#include <stdio.h>

#include "command/command.h"
#include "config/conf.h"
#include "jobs/mail_send.h"
#include "loop/fiber.h"

struct trial {
	struct command *c;
	struct httpc *httpc;
	const char *to;
	struct err *e;
	int rc;
};

static void
send_test(void *arg)
{
	struct trial *t = arg;

	t->rc = mail_send(
	    t->httpc, t->c->arena, t->c->conf, MAIL_TEST, t->to, "", t->e);
}

int
command_mail_test(struct command *c, struct err *e)
{
	struct trial t = { .c = c, .e = e };
	struct loop *l;

	if (command_args(c, 1, e) < 0)
		return -1;
	t.to = c->argv[0];
	if (!mail_is_on(c->conf))
		return err_set(e, ERR_CONFIG, "mail.url is not set");
	if (!mail_is_address(str_of(t.to)))
		return err_set(
		    e, ERR_INVALID, "\"%s\" is not an address", t.to);
	l = loop_new(0);
	t.httpc = httpc_new(l);
	fiber_spawn(l, send_test, &t);
	loop_run_pending(l);
	httpc_free(&t.httpc);
	loop_free(&l);
	if (t.rc == 0)
		printf("%s has taken a mail to %s\n", c->conf->mail_url, t.to);
	return t.rc;
}

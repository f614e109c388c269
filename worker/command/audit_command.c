/* pierrectl audit: read the audit trail, and check it. */

#include <stdio.h>

#include "auth/accounts.h"
#include "base/date.h"
#include "command/command.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX     10000

static void
print_owner(const struct owner *o)
{
	char id[UUID_TEXT_LEN + 1];

	if (uuid_is_zero(&o->user_id))
		return;
	uuid_format(&o->user_id, id);
	printf(" account=%s", id);
}

static void
print_word(const char *name, const char *value)
{
	if (value[0] != '\0')
		printf(" %s=%s", name, value);
}

/* One line, in the order in which it is asked for: when, what, with what
 * outcome, to whose account, by whom, from where. */
static void
print_row(const struct audit_row *r)
{
	char actor[UUID_TEXT_LEN + 1] = "";
	struct buf when = BUF_INIT;

	date_format_rfc3339(&when, r->noted_us, false, 0);
	printf("%lld %s %s %s", (long long)r->seq, buf_cstr(&when), r->action,
	    r->result);
	print_owner(&r->subject);
	if (!uuid_is_zero(&r->actor_id))
		uuid_format(&r->actor_id, actor);
	print_word("by", actor);
	print_word("with", r->actor);
	print_word("object", r->object);
	print_word("detail", r->detail);
	print_word("from", r->address);
	print_word("request", r->request_id);
	putchar('\n');
	buf_free(&when);
}

static int
read_filter(struct command *c, struct audit_filter *f, struct owner *o,
    enum audit_action *action, struct err *e)
{
	const char *user = NULL, *name = NULL, *before = NULL, *limit = NULL;
	double n = LIMIT_DEFAULT, below = 0;
	struct user u;

	if (command_option(c, "--user", &user, e) < 0 ||
	    command_option(c, "--action", &name, e) < 0 ||
	    command_option(c, "--before", &before, e) < 0 ||
	    command_option(c, "--limit", &limit, e) < 0 ||
	    command_args(c, 0, e) < 0)
		return -1;
	if (user != NULL && name != NULL)
		return err_set(
		    e, ERR_INVALID, "--user and --action do not go together");
	if ((limit != NULL &&
		command_number("--limit", limit, 1, LIMIT_MAX, &n, e) < 0) ||
	    (before != NULL &&
		command_number("--before", before, 1, 1e15, &below, e) < 0) ||
	    (user != NULL && command_user(c, user, &u, e) < 0))
		return -1;
	if (name != NULL && !audit_action_parse(str_of(name), action))
		return err_set(e, ERR_INVALID,
		    "--action: \"%s\" is no action; pierrectl(8) lists them",
		    name);
	if (user != NULL)
		*o = owner_of(&u.athlete);
	*f = (struct audit_filter){
		.subject = user != NULL ? o : NULL,
		.action = name != NULL ? action : NULL,
		.before = (int64_t)below,
		.limit = (unsigned)n,
	};
	return 0;
}

int
command_audit(struct command *c, struct err *e)
{
	enum audit_action action;
	struct audit_filter f;
	struct audit_row *list;
	struct owner o;
	size_t n;

	if (read_filter(c, &f, &o, &action, e) < 0 ||
	    audit_list(c->db, c->arena, &f, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		print_row(&list[i]);
	return 0;
}

int
command_audit_verify(struct command *c, struct err *e)
{
	int64_t seq;
	int rc;

	if (command_args(c, 0, e) < 0 || command_accounts(c, e) == NULL)
		return -1;
	rc = audit_verify(accounts_audit(c->accounts), c->db, &seq, e);
	if (rc == 0)
		return err_set(e, ERR_CORRUPT,
		    "line %lld of the audit trail was changed, or one is "
		    "missing before it",
		    (long long)seq);
	if (rc > 0)
		printf("%lld lines, none changed\n", (long long)seq);
	return rc < 0 ? -1 : 0;
}

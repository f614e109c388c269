/* What the owner of a tenant does: who belongs to it, and who may come. */

#include "auth/accounts_impl.h"

int
accounts_check_owner(struct accounts *a, struct arena *arena,
    const struct owner *who, struct err *e)
{
	struct user u;

	if (accounts_get_user(a, arena, who, &u, e) < 0)
		return -1;
	if (u.tenant_role == TENANT_OWNER)
		return 0;
	return err_set(e, ERR_DENIED,
	    "only an owner says who belongs to a tenant; you are a member");
}

/* The same before a change; a refusal is noted. */
static int
check_owner(const struct deed *d, const struct owner *who, struct err *e)
{
	if (accounts_check_owner(d->accounts, d->arena, who, e) == 0)
		return 0;
	return e->code == ERR_DENIED ? deed_refused(d, e) : -1;
}

/* --- invitations --------------------------------------------------------- */

int
accounts_invitations(struct accounts *a, struct arena *arena,
    const struct owner *who, struct one_time_link **list_r, size_t *n_r,
    struct err *e)
{
	if (accounts_check_owner(a, arena, who, e) < 0)
		return -1;
	return links_list(a->db, arena, who, LINK_INVITE, list_r, n_r, e);
}

struct withdrawal {
	struct deed deed;
	const struct uuid *id;
	int rc;
};

static int
withdraw(struct db *tx, void *arg, struct err *e)
{
	struct withdrawal *w = arg;

	w->rc = links_end(
	    tx, w->deed.arena, &w->deed.note.subject, LINK_INVITE, w->id, e);
	return w->rc > 0 ? deed_note(&w->deed, tx, e) : w->rc;
}

int
accounts_withdraw(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *who, const struct uuid *id,
    struct err *e)
{
	char text[UUID_TEXT_LEN + 1];
	struct withdrawal w = {
		.deed = { a, arena, from,
		    { AUDIT_USER_INVITE, .subject = *who, .object = text,
			.detail = "withdrawn" } },
		.id = id,
	};

	uuid_format(id, text);
	if (check_owner(&w.deed, who, e) < 0 ||
	    db_write(a->db, withdraw, &w, e) < 0)
		return -1;
	return w.rc;
}

/* --- members ------------------------------------------------------------- */

int
accounts_remove_member(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *who,
    const struct uuid *member_id, struct err *e)
{
	struct owner member = { who->tenant_id, *member_id };
	struct deed d = { a, arena, from,
		{ AUDIT_USER_SUSPEND, .subject = member } };
	struct user u;
	int rc;

	/* Somebody of another tenant is nobody here, and stays out of the
	 * trail. */
	rc = users_get(a->db, arena, &member, &u, e);
	if (rc < 0 || (rc > 0 && check_owner(&d, who, e) < 0))
		return -1;
	if (rc == 0)
		return accounts_check_owner(a, arena, who, e);
	if (u.tenant_role == TENANT_MEMBER)
		return accounts_suspend_as(
		    a, arena, from, &member, "removed from the tenant", e);
	err_set(e, ERR_CONFLICT,
	    "an owner stays; an administrator can suspend the account");
	return deed_refused(&d, e);
}

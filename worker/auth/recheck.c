#include "auth/recheck.h"

#include "base/clock.h"
#include "store/grants.h"
#include "store/sessions.h"
#include "store/tokens.h"

static int
check_token(struct db *db, struct arena *a, const struct owner *o,
    const struct who *who, struct err *e)
{
	struct access_token *list;
	size_t n;

	if (tokens_list(db, a, o, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (uuid_eq(&list[i].id, &who->token_id) &&
		    list[i].revoked_us == 0)
			return 0;
	}
	return err_set(e, ERR_UNAUTHENTICATED, "the access token was revoked");
}

/* A client of its own credentials has no grant, but itself. */
static int
check_grant(
    struct db *db, struct arena *a, const struct who *who, struct err *e)
{
	struct oauth_client c;
	struct grant_holder h;
	bool good;
	int rc;

	if (uuid_eq(&who->token_id, &who->client_id)) {
		rc = oauth_clients_get(db, a, &who->client_id, &c, e);
		good = rc > 0 && !c.is_disabled;
	} else {
		rc = grants_find(db, a, &who->token_id, &h, e);
		good = rc > 0 && h.grant.revoked_us == 0 && !h.client_disabled;
	}
	if (rc < 0)
		return -1;
	return good ? 0
		    : err_set(e, ERR_UNAUTHENTICATED,
			  "the access token was revoked");
}

static int
check_session(struct db *db, struct arena *a, const struct owner *o,
    const struct who *who, struct err *e)
{
	struct session *list;
	size_t n;

	if (sessions_list(db, a, o, 0, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (uuid_eq(&list[i].id, &who->token_id))
			return 0;
	}
	return err_set(e, ERR_UNAUTHENTICATED, "the session has ended");
}

static int
check_user(struct db *db, struct arena *a, const struct owner *o, struct err *e)
{
	struct user u;
	int rc = users_get(db, a, o, &u, e);

	if (rc < 0)
		return -1;
	if (rc > 0 && u.status == USER_ACTIVE)
		return 0;
	return err_set(e, ERR_UNAUTHENTICATED, "the account is %s",
	    rc > 0 ? "suspended" : "no longer there");
}

static int
check(struct db *db, struct arena *a, const struct who *who, struct err *e)
{
	struct owner o = { who->tenant_id, who->user_id };

	if (who->expires_us <= clock_wall_us())
		return err_set(
		    e, ERR_UNAUTHENTICATED, "the access token has expired");
	if (check_user(db, a, &o, e) < 0)
		return -1;
	switch (who->proof) {
	case WHO_ACCESS_TOKEN:
	case WHO_API_KEY:
		return check_token(db, a, &o, who, e);
	case WHO_SESSION:
		return check_session(db, a, &o, who, e);
	case WHO_JWT:
		return check_grant(db, a, who, e);
	default:
		return 0;
	}
}

int
who_recheck(struct db *db, const struct who *who, struct err *e)
{
	struct arena *a = arena_new();
	int rc = check(db, a, who, e);

	arena_free(&a);
	return rc;
}

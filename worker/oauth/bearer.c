/* Access tokens that come back.
 *
 * A token names the revocation epoch that it was made in.  While that is the
 * epoch of now nothing at all was revoked since, and the token's word is
 * enough. After that its grant is asked for, once in a process and epoch. */

#include "auth/refused.h"
#include "oauth/oauth_impl.h"

static int
refuse(enum refused why, struct err *e, const char *what)
{
	refused_count(why);
	return err_set(e, ERR_UNAUTHENTICATED, "the access token %s", what);
}

static bool
claim_uuid(const struct jws *j, const char *name, struct uuid *out)
{
	return uuid_parse(str_of(jws_claim(j, name)), out);
}

static bool
claims_admin(const struct jws *j)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, json_get(j->claims, "roles")) {
		if (cJSON_IsString(item) &&
		    strcmp(item->valuestring, "admin") == 0)
			return true;
	}
	return false;
}

/* Who it is, by the token's own word. */
static int
read_who(const struct jws *j, struct who *out, struct err *e)
{
	*out = (struct who){
		.proof = WHO_JWT,
		.role = claims_admin(j) ? ROLE_ADMIN : ROLE_USER,
		.expires_us = jws_claim_time_us(j, "exp"),
	};
	if (!claim_uuid(j, "cid", &out->client_id))
		out->client_id = (struct uuid){ { 0 } };
	snprintf(
	    out->toolset, sizeof(out->toolset), "%s", jws_claim(j, "toolset"));
	/* A client of its own credentials has no grant. */
	if (!claim_uuid(j, "gid", &out->token_id))
		out->token_id = out->client_id;
	if (uuid_is_zero(&out->token_id))
		return refuse(REFUSED_MALFORMED, e, "names no grant");
	if (!claim_uuid(j, "sub", &out->user_id) ||
	    !claim_uuid(j, "tid", &out->tenant_id) ||
	    scope_parse(str_of(jws_claim(j, "scope")), &out->scopes, NULL) < 0)
		return refuse(REFUSED_MALFORMED, e, "is malformed");
	return 0;
}

/* --- the store's word ---------------------------------------------------- */

static int
refuse_suspended(struct err *e)
{
	return refuse(REFUSED_SUSPENDED, e,
	    "is of an account that is suspended or not approved");
}

static int
judge(const struct grant_holder *h, struct who *who, struct err *e)
{
	if (h->grant.revoked_us != 0 || h->client_disabled ||
	    h->grant.expires_us <= clock_wall_us())
		return refuse(REFUSED_REVOKED, e, "was revoked");
	if (h->status != USER_ACTIVE)
		return refuse_suspended(e);
	who->role = h->is_admin ? ROLE_ADMIN : ROLE_USER;
	return 1;
}

static int
judge_client(struct oauth *o, struct arena *a, const struct oauth_client *c,
    struct who *who, struct err *e)
{
	struct user u;
	int rc =
	    c->is_disabled ? 0 : users_get(o->parts.db, a, &c->acts_for, &u, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return refuse(REFUSED_REVOKED, e, "was revoked");
	if (u.status != USER_ACTIVE)
		return refuse_suspended(e);
	who->role = u.is_admin ? ROLE_ADMIN : ROLE_USER;
	return 1;
}

static int
ask_store(struct oauth *o, const struct jws *j, struct who *who, struct err *e)
{
	struct arena *a = arena_new();
	struct grant_holder h;
	struct oauth_client c;
	struct uuid id;
	bool by_grant = claim_uuid(j, "gid", &id);
	int rc;

	if (by_grant)
		rc = grants_find(o->parts.db, a, &id, &h, e);
	else
		rc = oauth_clients_get(o->parts.db, a, &who->token_id, &c, e);
	if (rc == 0)
		rc = refuse(REFUSED_REVOKED, e, "was revoked");
	else if (rc > 0)
		rc = by_grant ? judge(&h, who, e)
			      : judge_client(o, a, &c, who, e);
	arena_free(&a);
	return rc;
}

/* --- proving ------------------------------------------------------------- */

static bool
is_of_epoch(const struct jws *j, uint64_t epoch)
{
	const cJSON *rev = json_get(j->claims, "rev");

	return epoch != 0 && cJSON_IsNumber(rev) &&
	       rev->valuedouble == (double)epoch;
}

static int
count_failure(const struct err *e)
{
	if (e->code == ERR_UNAUTHENTICATED)
		refused_count(strstr(e->msg, "expired") != NULL
				  ? REFUSED_EXPIRED
				  : REFUSED_MALFORMED);
	return -1;
}

/* Claims of a token that was proven before; it is not verified again. */
static int
prove_known(struct arena *a, struct str token, struct jws *j, struct err *e)
{
	return jws_parse(a, token, j, e) == 0 ? 1 : -1;
}

int
bearer_prove(struct oauth *o, struct http_req *req, struct str token, bool wait,
    struct jws *j, struct who *out, struct err *e)
{
	struct proof_key key = proofs_key(o->proofs, token);
	uint64_t epoch = oauth_epoch(o);
	struct arena *a = http_arena(req);
	int rc;

	if (proofs_get(o->proofs, &key, epoch, out))
		return prove_known(a, token, j, e);
	rc = jwt_verify(o->parts.keys, a, ACCESS_TYP, token, wait, j, e);
	if (rc < 0)
		return count_failure(e);
	if (rc == 0)
		return 0;
	if (read_who(j, out, e) < 0)
		return -1;
	if (!is_of_epoch(j, epoch)) {
		rc = wait ? ask_store(o, j, out, e) : 0;
		if (rc <= 0)
			return rc;
	}
	proofs_put(o->proofs, &key, out, epoch);
	return 1;
}

/* --- what it is for ------------------------------------------------------ */

static const char *
bound_key(const struct jws *j)
{
	const cJSON *jkt = json_get(json_get(j->claims, "cnf"), "jkt");

	return cJSON_IsString(jkt) ? jkt->valuestring : "";
}

static int
check_place(
    struct oauth *o, struct http_req *req, const struct jws *j, struct err *e)
{
	const char *site = site_of(req, conf_of(o));

	if (strcmp(jws_claim(j, "iss"), site) != 0)
		return refuse(
		    REFUSED_UNKNOWN, e, "was issued by another server");
	if (!jws_is_for(j, site_resource(req, conf_of(o), http_path(req))))
		return refuse(REFUSED_UNKNOWN, e, "is for another resource");
	return 0;
}

/* 0 good, 1 the store has to be asked, -1. */
static int
check_possession(struct oauth *o, struct http_req *req, struct str scheme,
    struct str token, const char *jkt, bool wait, const char **error_r,
    struct err *e)
{
	char shown[JWK_THUMBPRINT_LEN + 1];
	bool by_proof = str_ieq(scheme, STR("DPoP"));
	struct fault f;

	if (by_proof != (jkt[0] != '\0'))
		return refuse(REFUSED_MALFORMED, e,
		    by_proof ? "is not bound to a key"
			     : "is bound to a key: the scheme is DPoP");
	if (!by_proof)
		return 0;
	if (!wait)
		return 1;
	if (dpop_check(o, req, token, shown, &f) < 0) {
		if (f.code == FAULT_SERVER_ERROR || f.code == FAULT_UNAVAILABLE)
			return err_set(e, ERR_UNAVAILABLE, "%s", f.text);
		refused_count(REFUSED_MALFORMED);
		*error_r = fault_name(f.code);
		return err_set(e, ERR_UNAUTHENTICATED, "%s", f.text);
	}
	return strcmp(shown, jkt) == 0
		   ? 0
		   : refuse(REFUSED_MALFORMED, e, "is bound to another key");
}

int
oauth_prove(void *oauth, struct http_req *req, struct str scheme,
    struct str token, bool wait, struct who *out, const char **error_r,
    struct err *e)
{
	struct oauth *o = oauth;
	struct err mine = ERR_INIT;
	struct jws j;
	int rc = bearer_prove(o, req, token, wait, &j, out, &mine);

	if (rc > 0)
		rc = check_place(o, req, &j, &mine) < 0 ? -1 : 1;
	if (rc > 0)
		rc = 1 - check_possession(o, req, scheme, token, bound_key(&j),
			     wait, error_r, &mine);
	if (rc > 1)
		rc = -1;
	if (rc < 0)
		*e = mine;
	return rc;
}

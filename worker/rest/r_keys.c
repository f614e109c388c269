/* /api/tokens and /api/keys: personal tokens and API keys, and their usage. */

#include "app.h"
#include "auth/keys.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/xalloc.h"
#include "rest/account_json.h"
#include "rest/rest.h"

#define DAYS_MAX 3650

/* --- making -------------------------------------------------------------- */

/* Nobody hands on more than they were given. */
static int
read_scopes(
    struct http_req *req, const cJSON *o, uint32_t *scopes, struct err *e)
{
	uint32_t own = http_who(req)->scopes;
	struct str text;
	int rc = body_text(o, "scope", false, &text, e);

	*scopes = SCOPES_DEFAULT & own;
	if (rc <= 0)
		return rc;
	if (scope_parse(text, scopes, e) < 0)
		return -1;
	if (*scopes & ~own)
		return err_set(e, ERR_DENIED,
		    "scope: more than what you asked with may do");
	return 0;
}

static int
read_days(const cJSON *o, int64_t *expires_us, struct err *e)
{
	const cJSON *v = json_get(o, "expires_in_days");
	double days;

	*expires_us = INT64_MAX;
	if (v == NULL || cJSON_IsNull(v))
		return 0;
	days = cJSON_IsNumber(v) ? v->valuedouble : 0;
	if (days < 1 || days > DAYS_MAX || days != (double)(int64_t)days)
		return err_set(e, ERR_INVALID,
		    "expires_in_days: a whole number from 1 to %d", DAYS_MAX);
	*expires_us = clock_wall_us() + (int64_t)days * DATE_US_PER_DAY;
	return 0;
}

static int
read_request(
    struct http_req *req, const cJSON *o, struct key_request *r, struct err *e)
{
	const char *members =
	    r->is_provisioned
		? "name description scope toolset expires_in_days tier"
		: "name description scope toolset expires_in_days";
	struct str toolset;

	if (body_members(o, members, e) < 0 ||
	    body_text(o, "name", true, &r->name, e) < 0 ||
	    body_text(o, "description", false, &r->description, e) < 0 ||
	    body_text(o, "toolset", false, &toolset, e) < 0 ||
	    read_scopes(req, o, &r->scopes, e) < 0)
		return -1;
	if (toolset.n > 0)
		r->toolset =
		    arena_strndup(http_arena(req), toolset.p, toolset.n);
	return read_days(o, &r->expires_us, e);
}

/* The whole of it is shown in this answer alone. */
static void
reply_made(struct http_req *req, const struct key_request *r, const char *name,
    const char *token, const struct uuid *id)
{
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_uuid(&w, "id", id);
	jsonw_kv_cstr(&w, name, token);
	jsonw_kv_str(&w, "prefix", str_make(token, OPAQUE_SHOWN_LEN));
	jsonw_kv_str(&w, "name", r->name);
	if (r->tier != TIER_NONE) {
		jsonw_kv_cstr(&w, "tier", tier_name(r->tier));
		jsonw_kv_int(&w, "monthly_quota", tier_quota(r->tier));
	}
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 201);
}

static int
make(struct http_req *req, const struct owner *o, const struct key_request *r,
    const char *name, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	char token[OPAQUE_LEN + 1];
	struct uuid id;
	int rc = keys_create(
	    app->accounts, http_arena(req), &from, o, r, token, &id, e);

	if (rc == 0)
		reply_made(req, r, name, token, &id);
	wipe(token, sizeof(token));
	return rc;
}

static void
make_own(struct http_req *req, enum key_tier tier, const char *name)
{
	struct key_request r = { .tier = tier };
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	const cJSON *body;

	if (check_first_party(req, &e) < 0 || body_object(req, &body, &e) < 0 ||
	    read_request(req, body, &r, &e) < 0 ||
	    make(req, &o, &r, name, &e) < 0)
		http_reply_error(req, &e);
}

void
rest_token_create(struct http_req *req)
{
	make_own(req, TIER_NONE, "token_value");
}

void
rest_key_create(struct http_req *req)
{
	const struct app *app = http_app_state(req);

	make_own(req, keys_own_tier(app->accounts), "api_key");
}

/* For whom the path names. */
void
rest_admin_key_create(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct key_request r = { .tier = TIER_STARTER, .is_provisioned = true };
	struct err e = ERR_INIT;
	const cJSON *body;
	struct str tier;
	struct owner o;
	struct user u;
	struct uuid id;
	int rc = -1;

	if (path_id(req, "id", &id, &e) == 0)
		rc = users_by_id(app->db, http_arena(req), &id, &u, &e);
	if (rc == 0)
		rc = err_set(&e, ERR_NOT_FOUND, "there is no such user");
	if (rc > 0 && (body_object(req, &body, &e) < 0 ||
			  read_request(req, body, &r, &e) < 0 ||
			  body_text(body, "tier", true, &tier, &e) < 0))
		rc = -1;
	if (rc > 0 && !tier_parse(tier, &r.tier))
		rc = err_set(&e, ERR_INVALID,
		    "tier: trial, starter, professional or enterprise");
	if (rc > 0) {
		o = owner_of(&u.athlete);
		r.scopes &= ~(u.is_admin ? 0 : (uint32_t)SCOPE_ADMIN);
		rc = make(req, &o, &r, "api_key", &e);
	}
	if (rc < 0)
		http_reply_error(req, &e);
}

/* --- listing ------------------------------------------------------------- */

static void
instant_or_null(struct jsonw *w, const char *name, int64_t us)
{
	jsonw_key(w, name);
	if (us == 0 || us == INT64_MAX)
		jsonw_null(w);
	else
		jsonw_instant(w, us);
}

static void
token_json(struct jsonw *w, const struct access_token *t)
{
	enum key_tier tier;

	jsonw_object(w);
	jsonw_kv_uuid(w, "id", &t->id);
	jsonw_kv_cstr(w, "name", t->name);
	jsonw_kv_cstr_opt(w, "description", t->description);
	jsonw_kv_cstr(w, "prefix", t->prefix);
	jsonw_kv_cstr(w, "scope", t->scopes);
	if (tier_parse(str_of(t->tier), &tier)) {
		jsonw_kv_cstr(w, "tier", t->tier);
		jsonw_kv_int(w, "monthly_quota", tier_quota(tier));
	}
	instant_or_null(w, "created_at", t->created_us);
	instant_or_null(w, "expires_at", t->expires_us);
	instant_or_null(w, "last_used_at", t->last_used_us);
	jsonw_kv_bool(w, "is_revoked", t->revoked_us != 0);
	jsonw_end_object(w);
}

static void
list(struct http_req *req, bool keys, const char *name)
{
	const struct app *app = http_app_state(req);
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	struct access_token *all;
	struct jsonw w;
	size_t n;

	if (check_first_party(req, &e) < 0 ||
	    tokens_list(app->db, http_arena(req), &o, &all, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, name);
	for (size_t i = 0; i < n; i++) {
		if ((all[i].tier[0] != '\0') == keys)
			token_json(&w, &all[i]);
	}
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_tokens(struct http_req *req)
{
	list(req, false, "tokens");
}

void
rest_keys(struct http_req *req)
{
	list(req, true, "api_keys");
}

void
rest_token_revoke(struct http_req *req)
{
	reply_end(req, keys_revoke, "there is no such token in force");
}

/* --- usage --------------------------------------------------------------- */

/* A token may ask after itself, whatever it may do else. */
static int
may_see_usage(struct http_req *req, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	const struct app *app = http_app_state(req);
	int rc;

	if (uuid_eq(id, &http_who(req)->token_id))
		return 0;
	if (check_first_party(req, e) < 0)
		return -1;
	rc = tokens_owned(app->db, http_arena(req), o, id, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such token");
	return rc < 0 ? -1 : 0;
}

void
rest_token_usage(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	struct token_usage *months;
	char month[16];
	struct uuid id;
	struct jsonw w;
	size_t n;

	if (path_id(req, "id", &id, &e) < 0 ||
	    may_see_usage(req, &o, &id, &e) < 0 ||
	    tokens_usage(app->db, http_arena(req), &o, &id, &months, &n, &e) <
		0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, "months");
	for (size_t i = 0; i < n; i++) {
		snprintf(month, sizeof(month), "%04d-%02d",
		    months[i].month / 100, months[i].month % 100);
		jsonw_object(&w);
		jsonw_kv_cstr(&w, "month", month);
		jsonw_kv_int(&w, "requests", months[i].used);
		jsonw_end_object(&w);
	}
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

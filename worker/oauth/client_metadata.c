/* What a client says of itself. */

#include "auth/jwk.h"
#include "auth/toolset.h"
#include "base/check.h"
#include "oauth/client.h"

static const char *const auth_names[CLIENT_AUTH_COUNT] = {
	[CLIENT_AUTH_NONE] = "none",
	[CLIENT_AUTH_BASIC] = "client_secret_basic",
	[CLIENT_AUTH_POST] = "client_secret_post",
	[CLIENT_AUTH_KEY] = "private_key_jwt",
};

static const struct {
	const char *name;
	enum client_grant grant;
} grant_names[] = {
	{ "authorization_code", CLIENT_GRANT_CODE },
	{ "refresh_token", CLIENT_GRANT_REFRESH },
	{ "client_credentials", CLIENT_GRANT_CREDENTIALS },
};

#define SCOPES_ALL (((uint32_t)1 << SCOPE_COUNT) - 1)

const char *
client_auth_name(enum client_auth auth)
{
	CHECK(auth < CLIENT_AUTH_COUNT);
	return auth_names[auth];
}

bool
client_auth_of(const char *name, enum client_auth *out)
{
	for (*out = 0; *out < CLIENT_AUTH_COUNT; (*out)++) {
		if (strcmp(auth_names[*out], name) == 0)
			return true;
	}
	return false;
}

/* --- reading ------------------------------------------------------------- */

static int
refuse(struct fault *f, const char *what)
{
	return fault_set(f, FAULT_INVALID_METADATA, "%s", what);
}

/* A member that is text, "" when absent; -1 when it is something else. */
static int
read_text(const cJSON *json, const char *name, size_t max, const char **out,
    struct fault *f)
{
	const cJSON *item = json_get(json, name);

	*out = "";
	if (item == NULL || cJSON_IsNull(item))
		return 0;
	if (!cJSON_IsString(item) || strlen(item->valuestring) > max)
		return fault_set(f, FAULT_INVALID_METADATA,
		    "%s is not text of at most %zu bytes", name, max);
	*out = item->valuestring;
	return 0;
}

static int
read_redirects(const cJSON *json, struct client_metadata *m, struct fault *f)
{
	const cJSON *list = json_get(json, "redirect_uris"), *item;
	struct err e = ERR_INIT;

	if (list != NULL && !cJSON_IsArray(list))
		return fault_set(f, FAULT_INVALID_REDIRECT_URI,
		    "redirect_uris is not a list");
	cJSON_ArrayForEach (item, list) {
		if (m->n_redirects == CLIENT_REDIRECTS_MAX)
			return fault_set(f, FAULT_INVALID_REDIRECT_URI,
			    "more than %d redirect URIs", CLIENT_REDIRECTS_MAX);
		if (!cJSON_IsString(item))
			return fault_set(f, FAULT_INVALID_REDIRECT_URI,
			    "a redirect URI is not text");
		if (redirect_check(str_of(item->valuestring), &e) < 0)
			return fault_set(
			    f, FAULT_INVALID_REDIRECT_URI, "%s", e.msg);
		m->redirect[m->n_redirects++] = item->valuestring;
	}
	return 0;
}

static bool
find_grant(const char *name, unsigned *out)
{
	for (size_t i = 0; i < ARRAY_LEN(grant_names); i++) {
		if (strcmp(grant_names[i].name, name) == 0) {
			*out |= grant_names[i].grant;
			return true;
		}
	}
	return false;
}

static int
read_grants(const cJSON *json, enum client_kind kind, struct client_metadata *m,
    struct fault *f)
{
	const cJSON *list = json_get(json, "grant_types"), *item;

	if (list != NULL && !cJSON_IsArray(list))
		return refuse(f, "grant_types is not a list");
	cJSON_ArrayForEach (item, list) {
		if (!cJSON_IsString(item) ||
		    !find_grant(item->valuestring, &m->grants))
			return refuse(f,
			    "grant_types: only authorization_code,"
			    " refresh_token and client_credentials are known");
	}
	if (list == NULL)
		m->grants = CLIENT_GRANT_CODE;
	if ((m->grants & CLIENT_GRANT_CREDENTIALS) != 0 &&
	    kind != CLIENT_REGISTERED)
		return refuse(f,
		    "client_credentials is for clients that an administrator"
		    " registered");
	if ((m->grants & CLIENT_GRANT_CODE) != 0 && m->n_redirects == 0)
		return fault_set(
		    f, FAULT_INVALID_REDIRECT_URI, "redirect_uris is missing");
	return 0;
}

static int
read_responses(const cJSON *json, struct fault *f)
{
	const cJSON *list = json_get(json, "response_types"), *item;

	if (list != NULL && !cJSON_IsArray(list))
		return refuse(f, "response_types is not a list");
	cJSON_ArrayForEach (item, list) {
		if (!cJSON_IsString(item) ||
		    strcmp(item->valuestring, "code") != 0)
			return refuse(f, "response_types: only code is known");
	}
	return 0;
}

/* Only what somebody who is signed in is asked about is fetched. */
static int
check_keys(enum client_kind kind, struct client_metadata *m, struct fault *f)
{
	bool has_keys = cJSON_GetArraySize(m->jwks) > 0;

	if (kind != CLIENT_DOCUMENT) {
		if (m->jwks_uri[0] != '\0' && !has_keys)
			return refuse(f,
			    "jwks_uri is fetched only for clients that are"
			    " known by a document; put the keys into jwks");
		m->jwks_uri = "";
	}
	if (m->auth == CLIENT_AUTH_KEY && !has_keys && m->jwks_uri[0] == '\0')
		return refuse(f, "private_key_jwt needs the keys in jwks");
	return 0;
}

static int
read_keys(struct arena *a, const cJSON *json, enum client_kind kind,
    struct client_metadata *m, struct fault *f)
{
	const cJSON *jwks = json_get(json, "jwks");
	const cJSON *item;
	struct err e = ERR_INIT;
	struct jwk key;

	if (read_text(json, "jwks_uri", REDIRECT_MAX, &m->jwks_uri, f) < 0)
		return -1;
	if (m->auth != CLIENT_AUTH_KEY)
		m->jwks_uri = "";
	m->jwks = json_get(jwks, "keys");
	if (jwks != NULL && !cJSON_IsArray(m->jwks))
		return refuse(f, "jwks is not a key set");
	cJSON_ArrayForEach (item, m->jwks) {
		if (jwk_read(a, item, &key, &e) < 0)
			return fault_set(
			    f, FAULT_INVALID_METADATA, "jwks: %s", e.msg);
	}
	return check_keys(kind, m, f);
}

static int
read_auth(const cJSON *json, enum client_kind kind, struct client_metadata *m,
    struct fault *f)
{
	const char *name;

	if (read_text(json, "token_endpoint_auth_method", 64, &name, f) < 0)
		return -1;
	if (name[0] == '\0')
		name = kind == CLIENT_DOCUMENT ? "none" : "client_secret_basic";
	if (!client_auth_of(name, &m->auth))
		return refuse(f, "token_endpoint_auth_method: only none,"
				 " client_secret_basic, client_secret_post and"
				 " private_key_jwt are known");
	if (kind == CLIENT_DOCUMENT && m->auth != CLIENT_AUTH_NONE &&
	    m->auth != CLIENT_AUTH_KEY)
		return refuse(
		    f, "a client known by its document shares no secret");
	if (kind == CLIENT_DOCUMENT &&
	    (json_get(json, "client_secret") != NULL ||
		json_get(json, "client_secret_expires_at") != NULL))
		return refuse(f, "a published document holds no secret");
	if ((m->grants & CLIENT_GRANT_CREDENTIALS) != 0 &&
	    m->auth == CLIENT_AUTH_NONE)
		return refuse(f, "client_credentials needs credentials");
	return 0;
}

/* Names that are none of ours are passed over, as openid is. */
static uint32_t
known_scopes(struct str text)
{
	uint32_t set = 0, one;

	while (text.p != NULL) {
		struct str name = str_cut(text, ' ', &text);

		if (scope_parse(name, &one, NULL) == 0)
			set |= one;
	}
	return set;
}

static int
read_scopes(const cJSON *json, enum client_kind kind, struct client_metadata *m,
    struct fault *f)
{
	uint32_t most = SCOPES_ALL;
	const char *text;

	if (kind != CLIENT_REGISTERED)
		most &= ~(uint32_t)SCOPE_ADMIN;
	if (read_text(json, "scope", 1000, &text, f) < 0)
		return -1;
	m->scopes = known_scopes(str_of(text));
	if (m->scopes == 0)
		m->scopes = most;
	if ((m->scopes & ~most) != 0)
		return refuse(f, "scope: admin is not to be had this way");
	return 0;
}

static int
read_flag(const cJSON *json, const char *name, bool *out, struct fault *f)
{
	const cJSON *item = json_get(json, name);

	if (item != NULL && !cJSON_IsBool(item))
		return fault_set(f, FAULT_INVALID_METADATA,
		    "%s is neither true nor false", name);
	*out = cJSON_IsTrue(item);
	return 0;
}

static int
read_toolset(const cJSON *json, struct client_metadata *m, struct fault *f)
{
	struct err e = ERR_INIT;

	if (read_text(json, "mcp_toolset", 20, &m->toolset, f) < 0)
		return -1;
	if (m->toolset[0] != '\0' && toolset_check(m->toolset, &e) < 0)
		return fault_set(f, FAULT_INVALID_METADATA, "mcp_%s", e.msg);
	return 0;
}

int
client_metadata_read(struct arena *a, const cJSON *json, enum client_kind kind,
    struct client_metadata *m, struct fault *f)
{
	memset(m, 0, sizeof(*m));
	if (!cJSON_IsObject(json))
		return refuse(f, "the metadata is not a JSON object");
	if (json_get(json, "software_statement") != NULL)
		return fault_set(f, FAULT_INVALID_STATEMENT,
		    "software statements are not taken");
	if (read_text(json, "client_name", CLIENT_NAME_MAX, &m->name, f) < 0 ||
	    read_text(json, "client_uri", REDIRECT_MAX, &m->uri, f) < 0 ||
	    read_redirects(json, m, f) < 0 ||
	    read_grants(json, kind, m, f) < 0 || read_responses(json, f) < 0 ||
	    read_auth(json, kind, m, f) < 0 ||
	    read_keys(a, json, kind, m, f) < 0 ||
	    read_scopes(json, kind, m, f) < 0)
		return -1;
	if (read_toolset(json, m, f) < 0 ||
	    read_flag(json, "require_pushed_authorization_requests",
		&m->requires_par, f) < 0)
		return -1;
	return read_flag(json, "dpop_bound_access_tokens", &m->binds_tokens, f);
}

/* --- writing ------------------------------------------------------------- */

void
client_metadata_write(struct jsonw *w, const struct client_metadata *m)
{
	struct buf scopes = BUF_INIT;

	jsonw_kv_cstr_opt(w, "client_name", m->name);
	jsonw_kv_cstr_opt(w, "client_uri", m->uri);
	jsonw_kv_array(w, "redirect_uris");
	for (size_t i = 0; i < m->n_redirects; i++)
		jsonw_cstr(w, m->redirect[i]);
	jsonw_end_array(w);
	jsonw_kv_cstr(
	    w, "token_endpoint_auth_method", client_auth_name(m->auth));
	jsonw_kv_array(w, "grant_types");
	for (size_t i = 0; i < ARRAY_LEN(grant_names); i++) {
		if ((m->grants & grant_names[i].grant) != 0)
			jsonw_cstr(w, grant_names[i].name);
	}
	jsonw_end_array(w);
	jsonw_kv_array(w, "response_types");
	if ((m->grants & CLIENT_GRANT_CODE) != 0)
		jsonw_cstr(w, "code");
	jsonw_end_array(w);
	scope_format(&scopes, m->scopes);
	jsonw_kv_str(w, "scope", buf_str(&scopes));
	buf_free(&scopes);
	if (m->jwks != NULL) {
		jsonw_kv_object(w, "jwks");
		jsonw_key(w, "keys");
		jsonw_tree(w, m->jwks);
		jsonw_end_object(w);
	}
	if (m->jwks_uri[0] != '\0')
		jsonw_kv_cstr(w, "jwks_uri", m->jwks_uri);
	if (m->toolset[0] != '\0')
		jsonw_kv_cstr(w, "mcp_toolset", m->toolset);
	if (m->requires_par)
		jsonw_kv_bool(w, "require_pushed_authorization_requests", true);
	if (m->binds_tokens)
		jsonw_kv_bool(w, "dpop_bound_access_tokens", true);
}

/* Documents that clients publish. */

#include "oauth/document.h"

#include "auth/jwk.h"
#include "base/enc.h"

#define HTTPS	STR("https://")
#define URL_MAX 1000

struct str
document_host(struct str id)
{
	return redirect_host(id);
}

static bool
is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~' ||
		    strchr("\"<>\\^`{|}#@", s.p[i]) != NULL)
			return false;
	}
	return true;
}

/* "." and "..", percent-encoded too. */
static bool
has_dot_segment(struct str path)
{
	bool found = false;

	while (path.p != NULL && !found) {
		struct str segment = str_cut(path, '/', &path);
		struct buf plain = BUF_INIT;

		found = !dec_percent(&plain, segment, false) ||
			str_is(buf_str(&plain), ".") ||
			str_is(buf_str(&plain), "..");
		buf_free(&plain);
	}
	return found;
}

bool
document_is_url(struct str id)
{
	struct str rest, path, query;

	if (!str_starts(id, HTTPS) || id.n > URL_MAX || !is_plain(id))
		return false;
	rest = str_make(id.p + HTTPS.n, id.n - HTTPS.n);
	if (str_cut(rest, '/', &path).n == 0 || path.p == NULL || path.n == 0)
		return false;
	path = str_cut(path, '?', &query);
	return !has_dot_segment(path);
}

int
document_read(struct arena *a, struct str url, struct str body,
    struct client_metadata *out, struct fault *f)
{
	struct err e = ERR_INIT;
	const cJSON *json = json_parse(a, body, &e);
	const cJSON *id = json_get(json, "client_id");

	if (json == NULL)
		return fault_set(f, FAULT_INVALID_CLIENT,
		    "the client's document is not JSON: %s", e.msg);
	if (!cJSON_IsString(id) || !str_is(url, id->valuestring))
		return fault_set(f, FAULT_INVALID_CLIENT,
		    "the client's document names another client_id");
	if (client_metadata_read(a, json, CLIENT_DOCUMENT, out, f) < 0) {
		f->code = FAULT_INVALID_CLIENT;
		return -1;
	}
	if (out->name[0] == '\0')
		return fault_set(f, FAULT_INVALID_CLIENT,
		    "the client's document has no client_name");
	if (out->jwks_uri[0] == '\0')
		return 0;
	if (out->jwks != NULL)
		return fault_set(f, FAULT_INVALID_CLIENT,
		    "the client's document has both jwks and jwks_uri");
	return document_is_url(str_of(out->jwks_uri))
		   ? 0
		   : fault_set(f, FAULT_INVALID_CLIENT,
			 "the client's document has a jwks_uri that is not"
			 " https with a host and a path");
}

/* Whoever publishes one of these has lost it. */
static bool
is_secret(const cJSON *key)
{
	return json_get(key, "d") != NULL || json_get(key, "k") != NULL;
}

/* A list of those keys that can be used. */
static const cJSON *
usable_keys(struct arena *a, const cJSON *keys)
{
	struct buf text = BUF_INIT;
	const cJSON *item, *out;
	struct jsonw w;
	struct jwk key;

	jsonw_init(&w, &text);
	jsonw_array(&w);
	cJSON_ArrayForEach (item, keys) {
		if (jwk_read(a, item, &key, NULL) == 0)
			jsonw_tree(&w, item);
	}
	jsonw_end_array(&w);
	jsonw_done(&w);
	out = json_parse(a, buf_str(&text), NULL);
	buf_free(&text);
	return out;
}

int
document_read_keys(struct arena *a, struct str body,
    struct client_metadata *out, struct fault *f)
{
	const cJSON *keys = json_get(json_parse(a, body, NULL), "keys"), *item;

	if (!cJSON_IsArray(keys))
		return fault_set(f, FAULT_INVALID_CLIENT,
		    "what the client's jwks_uri names is no key set");
	cJSON_ArrayForEach (item, keys) {
		if (is_secret(item))
			return fault_set(f, FAULT_INVALID_CLIENT,
			    "the client publishes a private key");
	}
	out->jwks = usable_keys(a, keys);
	return cJSON_GetArraySize(out->jwks) > 0
		   ? 0
		   : fault_set(f, FAULT_INVALID_CLIENT,
			 "the client's keys are none for ES256, EdDSA or"
			 " RS256");
}

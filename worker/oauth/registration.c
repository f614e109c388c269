/* Dynamic registration (RFC 7591) and its management (RFC 7592). */

#include "oauth/registration.h"

#include "oauth/connected.h"
#include "oauth/oauth_impl.h"
#include "oauth/scarce.h"
#include "store/driver.h"

#define JSON_TYPE "application/json"
#define HOUR_US	  (3600 * US_PER_S)
#define DAY_US	  (24 * HOUR_US)
/* Clients that were never used and may wait at once. */
#define UNUSED_MAX 5000

/* --- making -------------------------------------------------------------- */

static const char *
metadata_text(struct arena *a, const struct client_metadata *m)
{
	struct buf b = BUF_INIT;
	const char *out;
	struct jsonw w;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	client_metadata_write(&w, m);
	jsonw_end_object(&w);
	jsonw_done(&w);
	out = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return out;
}

static struct str
keep_hash(struct arena *a, const uint8_t hash[OAUTH_HASH_BYTES])
{
	return str_make(
	    arena_memdup(a, hash, OAUTH_HASH_BYTES), OAUTH_HASH_BYTES);
}

int
client_make(struct oauth *o, struct arena *a, const struct origin *from,
    struct new_client *n, struct err *e)
{
	struct client_deed d = {
		.db = o->parts.db, .audit = o->audit, .arena = a, .from = *from
	};
	char id[UUID_TEXT_LEN + 1];
	uint8_t hash[OAUTH_HASH_BYTES];

	n->row = (struct oauth_client){ .id = uuid_new(),
		.kind = n->kind,
		.name = n->meta.name,
		.acts_for = n->acts_for,
		.metadata = metadata_text(a, &n->meta),
		.is_verified = n->kind == CLIENT_REGISTERED };
	uuid_format(&n->row.id, id);
	n->row.client_id = arena_printf(a, "pmcp_client_%s", id);
	if (n->meta.auth == CLIENT_AUTH_BASIC ||
	    n->meta.auth == CLIENT_AUTH_POST) {
		n->secret = oauth_make(o, a, OPAQUE_CLIENT_SECRET, hash);
		n->row.secret_hash = keep_hash(a, hash);
	}
	if (n->kind == CLIENT_DYNAMIC) {
		n->registration = oauth_make(o, a, OPAQUE_REGISTRATION, hash);
		n->row.registration_hash = keep_hash(a, hash);
	}
	return client_add(&d, &n->row, e);
}

/* --- the answers --------------------------------------------------------- */

static void
reply_client(struct http_req *req, int status, const struct oauth_client *row,
    const struct client_metadata *meta, const char *secret,
    const char *registration)
{
	struct oauth *o = oauth_of(req);
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "client_id", row->client_id);
	jsonw_kv_int(&w, "client_id_issued_at", row->created_us / US_PER_S);
	if (secret != NULL)
		jsonw_kv_cstr(&w, "client_secret", secret);
	if (row->secret_hash.n > 0)
		jsonw_kv_int(&w, "client_secret_expires_at", 0);
	if (registration != NULL)
		jsonw_kv_cstr(&w, "registration_access_token", registration);
	jsonw_kv_cstr(&w, "registration_client_uri",
	    arena_printf(http_arena(req), "%s/%s",
		oauth_url(o, req, REGISTER_PATH), row->client_id));
	client_metadata_write(&w, meta);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, status, JSON_TYPE);
}

/* --- RFC 7591 ------------------------------------------------------------ */

static int
read_body(struct http_req *req, struct client_metadata *meta, struct fault *f)
{
	struct arena *a = http_arena(req);
	struct err e = ERR_INIT;
	const cJSON *json = json_parse(a, http_body(req), &e);

	if (json == NULL)
		return fault_set(f, FAULT_INVALID_METADATA, "%s", e.msg);
	return client_metadata_read(a, json, CLIENT_DYNAMIC, meta, f);
}

static int
check_open(struct oauth *o, struct fault *f)
{
	return strcmp(conf_of(o)->client_registration, "open") == 0
		   ? 0
		   : fault_set(f, FAULT_ACCESS_DENIED,
			 "clients do not register themselves here");
}

/* So that no one address fills the room that there is for all. */
static int
check_address(struct oauth *o, struct http_req *req, struct fault *f)
{
	int64_t most = conf_of(o)->registrations_per_hour;
	struct limit_rate rate = { most > 0 ? HOUR_US / most : 0, most };
	struct shm *shm = o->parts.shm;
	unsigned char key[16];
	struct limit_state s;

	if (most == 0 || !http_peer_key(req, key))
		return 0;
	s = limits_take(shm_limits(shm),
	    scarce_key(
		shm, SCARCE_CLIENT, str_make((const char *)key, sizeof(key))),
	    &rate, clock_mono_us());
	return s.allowed ? 0
			 : fault_wait(req, f, s.retry_us,
			       "too many clients were registered from this"
			       " address");
}

static int
check_room(
    struct oauth *o, struct http_req *req, struct arena *a, struct fault *f)
{
	struct err e = ERR_INIT;
	int64_t n;

	if (oauth_clients_unused(
		o->parts.db, a, clock_wall_us() - DAY_US, &n, &e) < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	return n < UNUSED_MAX
		   ? 0
		   : fault_wait(req, f, HOUR_US,
			 "too many clients registered and were not used");
}

void
oauth_http_register(struct http_req *req)
{
	struct oauth *o = oauth_of(req);
	struct arena *a = http_arena(req);
	struct new_client n = { .kind = CLIENT_DYNAMIC };
	struct origin from = origin_of(req);
	struct err e = ERR_INIT;
	struct fault f;
	int rc = check_open(o, &f);

	if (rc == 0)
		rc = read_body(req, &n.meta, &f);
	if (rc == 0)
		rc = check_room(o, req, a, &f);
	if (rc == 0)
		rc = check_address(o, req, &f);
	if (rc == 0 && client_make(o, a, &from, &n, &e) < 0)
		rc = fault_err(&f, FAULT_SERVER_ERROR, &e);
	if (rc < 0)
		fault_reply(req, &f);
	else
		reply_client(
		    req, 201, &n.row, &n.meta, n.secret, n.registration);
}

/* --- RFC 7592 ------------------------------------------------------------ */

static int
refuse(struct http_req *req, struct fault *f)
{
	http_add_header(req, "WWW-Authenticate",
	    "Bearer realm=\"pierre\", error=\"invalid_token\"");
	return fault_set(
	    f, FAULT_INVALID_TOKEN, "the registration token is not good");
}

/* The client in the path, if the token in Authorization is its own. */
static int
find_mine(struct oauth *o, struct http_req *req, struct oauth_client *row,
    struct fault *f)
{
	struct arena *a = http_arena(req);
	struct str id = http_param(req, "client");
	struct str token, scheme;
	uint8_t hash[OAUTH_HASH_BYTES];
	struct err e = ERR_INIT;
	int rc;

	scheme =
	    str_cut(str_trim(http_header(req, "Authorization")), ' ', &token);
	if (http_header_count(req, "Authorization") != 1 ||
	    !str_ieq(scheme, STR("Bearer")) ||
	    !opaque_is(OPAQUE_REGISTRATION, str_trim(token)))
		return refuse(req, f);
	rc = oauth_clients_find(
	    o->parts.db, a, arena_strndup(a, id.p, id.n), row, &e);
	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	oauth_hash(o, str_trim(token), hash);
	if (rc == 0 || row->is_disabled)
		return refuse(req, f);
	if (str_eq_const_time(row->registration_hash,
		str_make((const char *)hash, sizeof(hash))))
		return 0;
	refusal_of_client(o, req, row, "registration token");
	return refuse(req, f);
}

static int
read_stored(struct arena *a, const struct oauth_client *row,
    struct client_metadata *meta, struct fault *f)
{
	struct err e = ERR_INIT;
	const cJSON *json = json_parse(a, str_of(row->metadata), &e);

	return json != NULL ? client_metadata_read(a, json, row->kind, meta, f)
			    : fault_err(f, FAULT_SERVER_ERROR, &e);
}

void
oauth_http_client_get(struct http_req *req)
{
	struct oauth *o = oauth_of(req);
	struct client_metadata meta;
	struct oauth_client row;
	struct fault f;

	if (find_mine(o, req, &row, &f) < 0 ||
	    read_stored(http_arena(req), &row, &meta, &f) < 0)
		fault_reply(req, &f);
	else
		reply_client(req, 200, &row, &meta, NULL, NULL);
}

/* What is ours stays as it is: who sends another client_id or secret errs. */
static int
check_fixed(struct oauth *o, struct http_req *req,
    const struct oauth_client *row, struct fault *f)
{
	const cJSON *json = json_parse(http_arena(req), http_body(req), NULL);
	const cJSON *id = json_get(json, "client_id");
	const cJSON *secret = json_get(json, "client_secret");
	uint8_t hash[OAUTH_HASH_BYTES];

	if (id != NULL &&
	    (!cJSON_IsString(id) || strcmp(id->valuestring, row->client_id)))
		return fault_set(
		    f, FAULT_INVALID_METADATA, "client_id cannot be changed");
	if (secret == NULL)
		return 0;
	if (cJSON_IsString(secret)) {
		oauth_hash(o, str_of(secret->valuestring), hash);
		if (str_eq_const_time(row->secret_hash,
			str_make((const char *)hash, sizeof(hash))))
			return 0;
	}
	return fault_set(
	    f, FAULT_INVALID_METADATA, "client_secret cannot be changed");
}

static int
replace(struct oauth *o, struct http_req *req, struct oauth_client *row,
    struct client_metadata *meta, struct fault *f)
{
	struct arena *a = http_arena(req);
	struct err e = ERR_INIT;
	bool had_secret = row->secret_hash.n > 0, wants;
	struct client_deed d = client_deed_of(req);

	if (read_body(req, meta, f) < 0 || check_fixed(o, req, row, f) < 0)
		return -1;
	wants =
	    meta->auth == CLIENT_AUTH_BASIC || meta->auth == CLIENT_AUTH_POST;
	if (wants != had_secret)
		return fault_set(f, FAULT_INVALID_METADATA,
		    "whether there is a secret cannot be changed");
	row->name = meta->name;
	row->metadata = metadata_text(a, meta);
	if (client_update(&d, row, "by itself", &e) < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	clients_forget(o->clients, row->client_id);
	return 0;
}

void
oauth_http_client_put(struct http_req *req)
{
	struct oauth *o = oauth_of(req);
	struct client_metadata meta;
	struct oauth_client row;
	struct fault f;

	if (find_mine(o, req, &row, &f) < 0 ||
	    replace(o, req, &row, &meta, &f) < 0)
		fault_reply(req, &f);
	else
		reply_client(req, 200, &row, &meta, NULL, NULL);
}

void
oauth_http_client_delete(struct http_req *req)
{
	struct oauth *o = oauth_of(req);
	struct oauth_client row;
	struct client_deed deed = client_deed_of(req);
	struct err e = ERR_INIT;
	struct fault f;
	int rc = find_mine(o, req, &row, &f);

	deed.client = row.id;
	if (rc == 0 && client_delete(&deed, &e) < 0)
		rc = fault_err(&f, FAULT_SERVER_ERROR, &e);
	if (rc < 0) {
		fault_reply(req, &f);
		return;
	}
	clients_forget(o->clients, row.client_id);
	http_reply(req, 204, NULL);
}

/* Fetching what clients publish.
 *
 * How often is counted over all workers: one document once at a time, and of
 * one host ten in a minute, whatever comes of it.  What could not be fetched,
 * or is no document, leaves nothing behind. */

#include "oauth/client_fetch.h"

#include "base/clock.h"
#include "oauth/connected.h"
#include "oauth/document.h"
#include "oauth/oauth.h"
#include "oauth/scarce.h"
#include "shm/shm.h"

#define US_PER_S INT64_C(1000000)

static const struct limit_rate fetch_rate = { CLIENT_FETCH_WAIT_US, 1 };
static const struct limit_rate renewal_rate = { 60 * US_PER_S, 1 };
static const struct limit_rate host_rate = { 6 * US_PER_S, 10 };

static bool
take(const struct oauth_parts *p, enum scarce what, struct str name,
    const struct limit_rate *rate)
{
	return limits_take(shm_limits(p->shm), scarce_key(p->shm, what, name),
	    rate, clock_mono_us())
	    .allowed;
}

static int
fetch(const struct oauth_parts *p, struct arena *a, struct str url, size_t max,
    struct str *body_r, int64_t *fresh_s, struct fault *f)
{
	struct err e = ERR_INIT;
	int64_t fresh;

	if (!take(p, SCARCE_HOST, document_host(url), &host_rate))
		return fault_set(f, FAULT_SLOW_DOWN,
		    "documents of this host were fetched too often");
	if (p->fetch(p->fetch_arg, a, arena_strndup(a, url.p, url.n), max,
		body_r, &fresh, &e) < 0)
		return fault_err(f, FAULT_INVALID_CLIENT, &e);
	*fresh_s = MIN(*fresh_s, fresh);
	return 0;
}

static int
fetch_metadata(const struct oauth_parts *p, struct arena *a, struct str url,
    struct client_metadata *out, int64_t *fresh_s, struct fault *f)
{
	struct str body;

	if (fetch(p, a, url, DOCUMENT_MAX, &body, fresh_s, f) < 0 ||
	    document_read(a, url, body, out, f) < 0)
		return -1;
	if (out->jwks_uri[0] == '\0')
		return 0;
	if (fetch(p, a, str_of(out->jwks_uri), DOCUMENT_KEYS_MAX, &body,
		fresh_s, f) < 0)
		return -1;
	return document_read_keys(a, body, out, f);
}

/* Whether the document says something else than before: 1, 0, -1.  As JSON,
 * since the database writes it in its own way. */
static int
has_changed(const struct oauth_parts *p, struct arena *a,
    const struct oauth_client *row, struct err *e)
{
	struct oauth_client was;
	const cJSON *before, *now;
	int rc = oauth_clients_get(p->db, a, &row->id, &was, e);

	if (rc <= 0)
		return rc;
	before = json_parse(a, str_of(was.metadata), e);
	now = json_parse(a, str_of(row->metadata), e);
	return before != NULL && now != NULL ? !cJSON_Compare(before, now, true)
					     : -1;
}

static int
store(const struct oauth_parts *p, struct arena *a, struct oauth_client *row,
    struct err *e)
{
	struct client_deed d = { .db = p->db,
		.audit = p->audit,
		.arena = a,
		.from = origin_of_server() };
	int rc;

	if (!uuid_is_zero(&row->id)) {
		rc = has_changed(p, a, row, e);
		return rc < 0 ? -1
			      : client_update(
				    &d, row, rc > 0 ? "its document" : NULL, e);
	}
	rc = client_add(&d, row, e);
	/* Another node was quicker. */
	return rc < 0 && e->code == ERR_CONFLICT ? 0 : rc;
}

static int
fetch_and_store(const struct oauth_parts *p, struct arena *a, struct str url,
    const struct uuid *known, struct fault *f)
{
	struct oauth_client row = { .client_id = arena_strndup(a, url.p, url.n),
		.kind = CLIENT_DOCUMENT };
	int64_t fresh_s = DOCUMENT_FRESH_MAX_S;
	struct client_metadata meta;
	struct buf json = BUF_INIT;
	struct err e = ERR_INIT;
	struct jsonw w;
	int rc;

	if (fetch_metadata(p, a, url, &meta, &fresh_s, f) < 0)
		return -1;
	if (known != NULL)
		row.id = *known;
	fresh_s = MAX(fresh_s, DOCUMENT_FRESH_MIN_S);
	jsonw_init(&w, &json);
	jsonw_object(&w);
	client_metadata_write(&w, &meta);
	jsonw_end_object(&w);
	row.name = meta.name;
	row.metadata = buf_cstr(&json);
	row.fresh_until_us = clock_wall_us() + fresh_s * US_PER_S;
	rc = store(p, a, &row, &e);
	buf_free(&json);
	return rc < 0 ? fault_err(f, FAULT_SERVER_ERROR, &e) : 1;
}

int
client_fetch(const struct oauth_parts *p, struct arena *a, struct str url,
    const struct uuid *known, struct fault *f)
{
	return take(p, SCARCE_DOCUMENT, url, &fetch_rate)
		   ? fetch_and_store(p, a, url, known, f)
		   : 0;
}

int
client_fetch_again(const struct oauth_parts *p, struct arena *a, struct str url,
    const struct uuid *known, struct fault *f)
{
	return take(p, SCARCE_RENEWAL, url, &renewal_rate)
		   ? fetch_and_store(p, a, url, known, f)
		   : 0;
}

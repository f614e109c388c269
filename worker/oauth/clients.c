/* The clients that this process has read, by client_id; void when the
 * revocation epoch moves. */

#include <stdlib.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "oauth/client_fetch.h"
#include "oauth/document.h"
#include "oauth/oauth.h"
#include "shm/shm.h"
#include "store/users.h"

#define CLIENTS_MAX   1000
#define ID_MAX	      1000
#define FETCH_POLL_MS 50

struct entry {
	struct list link; /* least recently used first */
	struct client client;
	struct arena *arena;
	unsigned refs; /* ours, and one of each request that uses it */
};

struct clients {
	const struct oauth_parts *parts;
	struct map *by_id;
	struct list used;
};

/* --- keeping ------------------------------------------------------------- */

struct clients *
clients_new(const struct oauth_parts *parts)
{
	struct clients *c = xcalloc(1, sizeof(*c));

	c->parts = parts;
	c->by_id = map_new();
	list_init(&c->used);
	return c;
}

static void
release(void *arg)
{
	struct entry *one = arg;

	if (--one->refs > 0)
		return;
	arena_free(&one->arena);
	free(one);
}

static void
drop(struct clients *c, struct entry *one)
{
	map_del(c->by_id, str_of(one->client.row.client_id));
	list_del(&one->link);
	release(one);
}

void
clients_free(struct clients **c)
{
	if (*c == NULL)
		return;
	while (!list_empty(&(*c)->used))
		drop(*c, list_item((*c)->used.next, struct entry, link));
	map_free(&(*c)->by_id);
	free(*c);
	*c = NULL;
}

void
clients_forget(struct clients *c, const char *client_id)
{
	struct entry *one = map_get(c->by_id, str_of(client_id));

	if (one != NULL)
		drop(c, one);
}

static uint64_t
epoch_now(const struct clients *c)
{
	return c->parts->shm != NULL ? shm_auth_epoch(c->parts->shm) : 0;
}

static struct entry *
find_kept(struct clients *c, struct str id)
{
	struct entry *one = map_get(c->by_id, id);

	if (one != NULL && one->client.epoch != epoch_now(c)) {
		drop(c, one);
		one = NULL;
	}
	return one;
}

static void
keep(struct clients *c, struct entry *one)
{
	clients_forget(c, one->client.row.client_id);
	if (map_count(c->by_id) >= CLIENTS_MAX)
		drop(c, list_item(c->used.next, struct entry, link));
	list_add_tail(&c->used, &one->link);
	map_put(c->by_id, str_of(one->client.row.client_id), one);
}

static const struct client *
lend(struct clients *c, struct entry *one, struct arena *a)
{
	list_del(&one->link);
	list_add_tail(&c->used, &one->link);
	one->refs++;
	arena_cleanup(a, release, one);
	return &one->client;
}

/* --- reading ------------------------------------------------------------- */

static int
parse(struct entry *one, struct fault *f)
{
	const struct oauth_client *row = &one->client.row;
	struct err e = ERR_INIT;
	const cJSON *json = json_parse(one->arena, str_of(row->metadata), &e);

	if (json == NULL)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	return client_metadata_read(
	    one->arena, json, row->kind, &one->client.meta, f);
}

static int
read_person(struct clients *c, struct entry *one, struct fault *f)
{
	struct client *client = &one->client;
	struct err e = ERR_INIT;
	struct user u;
	int rc;

	if (uuid_is_zero(&client->row.acts_for.user_id))
		return 0;
	rc = users_get(c->parts->db, one->arena, &client->row.acts_for, &u, &e);
	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	client->acts_for_active = rc > 0 && u.status == USER_ACTIVE;
	client->acts_as_admin = rc > 0 && u.is_admin;
	return 0;
}

/* 1 and *out, 0 there is none, -1. */
static int
read_client(
    struct clients *c, struct str id, struct entry **out, struct fault *f)
{
	struct entry *one = xcalloc(1, sizeof(*one));
	struct err e = ERR_INIT;
	int rc;

	one->refs = 1;
	one->arena = arena_new();
	one->client.epoch = epoch_now(c);
	rc = oauth_clients_find(c->parts->db, one->arena,
	    arena_strndup(one->arena, id.p, id.n), &one->client.row, &e);
	if (rc < 0)
		fault_err(f, FAULT_SERVER_ERROR, &e);
	if (rc > 0 && (parse(one, f) < 0 || read_person(c, one, f) < 0))
		rc = -1;
	if (rc > 0) {
		keep(c, one);
		*out = one;
	} else {
		release(one);
	}
	return rc;
}

/* --- documents ----------------------------------------------------------- */

static bool
is_stale(const struct client *c)
{
	return c->row.kind == CLIENT_DOCUMENT &&
	       c->row.fresh_until_us <= clock_wall_us();
}

/* Fetch it, or wait for who does. */
static int
freshen(struct clients *c, struct arena *a, struct str url, struct entry **one,
    struct fault *f)
{
	int64_t until_us = clock_mono_us() + CLIENT_FETCH_WAIT_US;
	struct err e = ERR_INIT;
	const struct uuid none = { { 0 } };
	int rc = *one != NULL;

	while (rc == 0 || is_stale(&(*one)->client)) {
		/* The entry is not lent: others may drop it meanwhile. */
		struct uuid id = rc > 0 ? (*one)->client.row.id : none;
		int turn =
		    client_fetch(c->parts, a, url, rc > 0 ? &id : NULL, f);

		if (turn < 0)
			return -1;
		if (turn > 0) {
			clients_forget(c, arena_strndup(a, url.p, url.n));
		} else if (clock_mono_us() > until_us) {
			return fault_set(f, FAULT_INVALID_CLIENT,
			    "the client's document could not be fetched");
		} else if (fiber_sleep_ms(FETCH_POLL_MS, &e) < 0) {
			return fault_err(f, FAULT_UNAVAILABLE, &e);
		}
		rc = read_client(c, url, one, f);
		if (rc < 0)
			return -1;
	}
	return 1;
}

/* --- finding ------------------------------------------------------------- */

static int
look(struct clients *c, struct arena *a, struct str id,
    enum clients_fetch which, struct entry **one, struct fault *f)
{
	bool is_url = document_is_url(id) &&
		      strcmp(c->parts->conf->client_documents, "open") == 0;
	int rc = 1;

	*one = find_kept(c, id);
	if (*one == NULL)
		rc = read_client(c, id, one, f);
	if (rc < 0 || !is_url || (rc > 0 && !is_stale(&(*one)->client)))
		return rc;
	return which == FETCH_ANY ||
		       (which == FETCH_KEYS && rc > 0 &&
			   (*one)->client.meta.jwks_uri[0] != '\0')
		   ? freshen(c, a, id, one, f)
		   : rc;
}

int
clients_find(struct clients *c, struct arena *a, struct str id,
    enum clients_fetch which, const struct client **out, struct fault *f)
{
	struct entry *one = NULL;
	int rc;

	if (id.n == 0 || id.n > ID_MAX)
		return fault_set(f, FAULT_INVALID_CLIENT, "no such client");
	rc = look(c, a, id, which, &one, f);
	if (rc < 0)
		return -1;
	if (rc == 0 || one->client.row.is_disabled)
		return fault_set(f, FAULT_INVALID_CLIENT, "no such client");
	*out = lend(c, one, a);
	return 0;
}

int
clients_renew(struct clients *c, struct arena *a, const struct client **client,
    struct fault *f)
{
	struct str url = str_of((*client)->row.client_id);
	struct uuid id = (*client)->row.id;
	int rc;

	if ((*client)->meta.jwks_uri[0] == '\0')
		return 0;
	rc = client_fetch_again(c->parts, a, url, &id, f);
	if (rc <= 0)
		return rc;
	clients_forget(c, (*client)->row.client_id);
	return clients_find(c, a, url, FETCH_NONE, client, f) < 0 ? -1 : 1;
}

bool
client_is_trusted(const struct client *c)
{
	return c->row.kind == CLIENT_REGISTERED || c->row.is_verified;
}

bool
client_has_redirect(const struct client *c, struct str uri)
{
	for (size_t i = 0; i < c->meta.n_redirects; i++) {
		if (redirect_matches(str_of(c->meta.redirect[i]), uri))
			return true;
	}
	return false;
}

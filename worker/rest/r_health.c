#include "rest/rest.h"

#include <unistd.h>

#include "app.h"
#include "auth/who.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/version.h"
#include "config/conf.h"
#include "http/http.h"
#include "shm/shm.h"
#include "store/store.h"

/* A process whose heartbeat is older than this does not turn. */
#define STALE_US   INT64_C(10000000)
#define MEDIA_TYPE "application/json"

static const struct app *
app_of(const struct http_req *req)
{
	return http_app_state(req);
}

/* The few bytes of a probe; both answers are prepared. */
static void
answer_probe(struct http_req *req, bool good)
{
	if (good)
		http_reply_static(
		    req, 200, MEDIA_TYPE, STR("{\"status\":\"ok\"}"));
	else
		http_reply_static(
		    req, 503, MEDIA_TYPE, STR("{\"status\":\"unavailable\"}"));
}

static bool
turns(const struct board_slot *b, int64_t now_us)
{
	return now_us - b->heartbeat_us < STALE_US;
}

/* Asked on the admin socket, the answer is not a worker's own.  Slots are far
 * apart, and the first ones are those in use. */
static bool
a_worker_turns(struct shm *shm, int64_t now_us)
{
	for (unsigned i = 0; i < shm_slots(shm); i++) {
		const struct board_slot *b = shm_slot(shm, i);

		if (b->role == SLOT_WORKER && b->state != SLOT_DOWN &&
		    turns(b, now_us))
			return true;
	}
	return false;
}

void
rest_livez(struct http_req *req)
{
	const struct app *app = app_of(req);
	int64_t now_us = loop_now_us(app->loop);

	answer_probe(req, turns(shm_slot(app->shm, SHM_MASTER_SLOT), now_us) &&
			      a_worker_turns(app->shm, now_us));
}

static bool
is_ready(struct shm *shm)
{
	struct shm_health db = shm_db_health(shm);

	return shm_started_up(shm) && !shm_stopping(shm) && db.ok;
}

void
rest_readyz(struct http_req *req)
{
	answer_probe(req, is_ready(app_of(req)->shm));
}

void
rest_startupz(struct http_req *req)
{
	answer_probe(req, shm_started_up(app_of(req)->shm));
}

/* --- /admin/health ------------------------------------------------------- */

static void
write_service(struct jsonw *w, const struct app *app)
{
	jsonw_kv_object(w, "service");
	jsonw_kv_cstr(w, "name", "Pierre MCP Server");
	jsonw_kv_cstr(w, "version", version_text);
	jsonw_kv_cstr(w, "environment", app->conf->environment);
	jsonw_kv_int(w, "uptime_seconds",
	    (clock_mono_us() - shm_started_mono_us(app->shm)) / 1000000);
	jsonw_kv_cstr(w, "git_commit", version_commit);
	jsonw_end_object(w);
}

static void
write_database_check(
    struct jsonw *w, const struct app *app, const struct shm_health *db)
{
	jsonw_object(w);
	jsonw_kv_cstr(w, "name", "database");
	jsonw_kv_cstr(w, "status", db->ok ? "healthy" : "unhealthy");
	jsonw_key(w, "message");
	if (db->ok)
		jsonw_cstr(w, store_backend(app->db));
	else
		jsonw_cstr(w, "the database does not answer");
	jsonw_kv_fixed(w, "duration_ms", (double)db->took_us / 1e3, 3);
	jsonw_kv_instant(w, "checked_at", db->checked_wall_us);
	jsonw_end_object(w);
}

static void
write_workers_check(struct jsonw *w, struct shm *shm)
{
	unsigned ready = 0, stale = 0;

	for (unsigned i = 0; i < shm_slots(shm); i++) {
		const struct board_slot *b = shm_slot(shm, i);

		if (b->role != SLOT_WORKER || b->state != SLOT_READY)
			continue;
		ready++;
		stale += clock_mono_us() - b->heartbeat_us > STALE_US;
	}
	jsonw_object(w);
	jsonw_kv_cstr(w, "name", "workers");
	jsonw_kv_cstr(w, "status", stale > 0 ? "degraded" : "healthy");
	jsonw_kv_object(w, "metadata");
	jsonw_kv_int(w, "ready", ready);
	jsonw_kv_int(w, "stuck", stale);
	jsonw_end_object(w);
	jsonw_end_object(w);
}

void
rest_health(struct http_req *req)
{
	const struct app *app = app_of(req);
	const struct who *who = http_who(req);
	struct shm_health db = shm_db_health(app->shm);
	int64_t begun = clock_mono_us();
	struct jsonw w;

	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "status", db.ok ? "healthy" : "unhealthy");
	if (who != NULL && who->role == ROLE_ADMIN) {
		write_service(&w, app);
		jsonw_kv_array(&w, "checks");
		write_database_check(&w, app, &db);
		write_workers_check(&w, app->shm);
		jsonw_end_array(&w);
	}
	jsonw_kv_int(&w, "timestamp", clock_wall_us() / 1000000);
	jsonw_kv_fixed(
	    &w, "response_time_ms", (double)(clock_mono_us() - begun) / 1e3, 3);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, db.ok ? 200 : 503, MEDIA_TYPE);
}

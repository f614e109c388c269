/* For programs: names as in the metrics, units in the names. */

#include "base/jsonw.h"
#include "base/version.h"
#include "config/conf.h"
#include "shm/report.h"

static void
write_json_row(const struct report_row *row, struct jsonw *w)
{
	jsonw_object(w);
	jsonw_kv_int(w, "slot", row->slot);
	jsonw_kv_cstr(w, "role", slot_role_name(row->role));
	jsonw_kv_int(w, "index", row->index);
	jsonw_kv_int(w, "pid", row->pid);
	jsonw_kv_int(w, "generation", row->generation);
	jsonw_kv_cstr(w, "state", slot_state_name(row->state));
	jsonw_kv_bool(w, "stuck", row->stuck);
	jsonw_kv_fixed(w, "age_seconds", row->age_s, 1);
	jsonw_kv_fixed(w, "heartbeat_age_seconds", row->beat_s, 3);
	jsonw_kv_fixed(w, "cpu_seconds", row->cpu_s, 3);
	jsonw_kv_int(w, "resident_memory_bytes", (int64_t)row->rss_bytes);
	jsonw_kv_int(w, "open_files", row->open_files);
	if (row->role == SLOT_WORKER) {
		jsonw_kv_int(w, "connections", row->connections);
		jsonw_kv_int(w, "max_connections", row->max_connections);
		jsonw_kv_int(w, "requests", (int64_t)row->requests);
		jsonw_kv_int(w, "requests_in_flight", row->in_flight);
	}
	if (row->route != NULL) {
		jsonw_kv_object(w, "oldest_request");
		jsonw_kv_cstr(w, "route", row->route);
		jsonw_kv_fixed(w, "seconds", row->route_s, 3);
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
}

static void
write_json_totals(const struct report *r, struct jsonw *w)
{
	const struct report_totals *t = &r->totals;

	jsonw_kv_object(w, "totals");
	jsonw_kv_int(w, "workers_ready", t->ready);
	jsonw_kv_int(w, "processes_stuck", t->stuck);
	jsonw_kv_int(w, "connections", t->connections);
	jsonw_kv_int(w, "requests", (int64_t)t->requests);
	jsonw_kv_int(w, "requests_in_flight", t->in_flight);
	jsonw_kv_fixed(w, "cpu_seconds", t->cpu_s, 3);
	jsonw_kv_int(w, "resident_memory_bytes", (int64_t)t->rss_bytes);
	jsonw_kv_int(w, "open_files", t->open_files);
	jsonw_end_object(w);
}

static void
write_json_limits(const struct report *r, struct jsonw *w)
{
	jsonw_kv_object(w, "limits");
	jsonw_kv_int(w, "connections_per_worker", r->conf->max_connections);
	jsonw_kv_int(w, "header_bytes", r->conf->max_header_bytes);
	jsonw_kv_int(w, "body_bytes", r->conf->max_body_bytes);
	jsonw_kv_fixed(
	    w, "drain_seconds", (double)r->conf->drain_timeout_us / 1e6, 3);
	jsonw_kv_object(w, "rates");
	for (size_t i = 0; i < REPORT_RATES; i++) {
		jsonw_kv_object(w, r->rates[i].name);
		jsonw_kv_int(w, "per_minute", r->rates[i].per_minute);
		jsonw_kv_int(w, "burst", r->rates[i].burst);
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
	jsonw_kv_object(w, "refused");
	for (size_t i = 0; i < LIMIT_KIND_COUNT; i++)
		jsonw_kv_int(w, limit_names[i], (int64_t)r->refused[i]);
	jsonw_end_object(w);
	jsonw_kv_int(w, "keys", r->limit_keys);
	jsonw_end_object(w);
}

static void
write_json_database(const struct report *r, struct jsonw *w)
{
	jsonw_kv_object(w, "database");
	jsonw_kv_bool(w, "ok", r->database.ok);
	jsonw_kv_fixed(w, "duration_ms", (double)r->database.took_us / 1e3, 3);
	if (r->database.checked_wall_us != 0)
		jsonw_kv_instant(w, "checked_at", r->database.checked_wall_us);
	if (r->pool.max > 0) {
		jsonw_kv_object(w, "connections");
		jsonw_kv_int(w, "active", r->pool.active);
		jsonw_kv_int(w, "open", r->pool.open);
		jsonw_kv_int(w, "max", r->pool.max);
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
}

static void
write_json_panic(const struct shm_panic *p, struct jsonw *w)
{
	jsonw_key(w, "last_panic");
	if (p->wall_us == 0) {
		jsonw_null(w);
		return;
	}
	jsonw_object(w);
	jsonw_kv_instant(w, "at", p->wall_us);
	jsonw_kv_cstr(w, "role", slot_role_name(p->role));
	jsonw_kv_int(w, "index", p->index);
	jsonw_kv_int(w, "pid", p->pid);
	jsonw_kv_cstr(w, "message", p->message);
	jsonw_end_object(w);
}

static void
write_json_reload(const struct shm_reload *l, struct jsonw *w)
{
	jsonw_key(w, "last_reload");
	if (l->wall_us == 0) {
		jsonw_null(w);
		return;
	}
	jsonw_object(w);
	jsonw_kv_instant(w, "at", l->wall_us);
	jsonw_kv_bool(w, "ok", l->good);
	jsonw_kv_cstr(w, "message", l->message);
	jsonw_end_object(w);
}

void
report_json(const struct report *r, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "version", version_text);
	jsonw_kv_cstr(&w, "commit", version_commit);
	jsonw_kv_cstr(&w, "state", r->phase.name);
	jsonw_kv_int(&w, "generation", r->phase.generation);
	jsonw_kv_instant(&w, "now", r->wall_us);
	jsonw_kv_fixed(&w, "uptime_seconds", r->uptime_s, 1);
	jsonw_kv_cstr(&w, "configuration", r->conf->path);
	jsonw_kv_cstr(&w, "listen", r->conf->listen_text);
	write_json_database(r, &w);
	write_json_totals(r, &w);
	write_json_limits(r, &w);
	jsonw_kv_array(&w, "processes");
	for (size_t i = 0; i < r->n; i++)
		write_json_row(&r->rows[i], &w);
	jsonw_end_array(&w);
	write_json_reload(&r->reload, &w);
	write_json_panic(&r->panic, &w);
	jsonw_end_object(&w);
	jsonw_done(&w);
}

#include "shm/report.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/jsonw.h"
#include "base/version.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "shm/metrics.h"

/* --- reading ------------------------------------------------------------- */

static double
seconds(int64_t us)
{
	return (double)MAX(us, 0) / 1e6;
}

static void
read_row(struct report_row *row, struct shm *shm, unsigned slot)
{
	const struct board_slot *b = shm_slot(shm, slot);
	struct doing doing = board_read_doing(b);
	int64_t mono_us = clock_mono_us();

	*row = (struct report_row){
		.slot = slot,
		.role = MIN(b->role, SLOT_KEEPER),
		.index = b->index,
		.pid = b->pid,
		.generation = b->generation,
		.state = MIN(b->state, SLOT_DRAINING),
		.stuck = board_is_stuck(b),
		.age_s = seconds(clock_wall_us() - b->started_us),
		.beat_s = seconds(mono_us - b->heartbeat_us),
		.cpu_s = seconds((int64_t)b->cpu_us),
		.rss_bytes = b->rss_bytes,
		.open_files = b->open_files,
		.connections = b->connections,
		.max_connections = b->max_connections,
		.requests = b->requests,
		.in_flight =
		    metric_read(shm, slot, M_http_requests_in_flight, 0, 0),
		.route = doing.route,
		.route_s = seconds(mono_us - doing.since_us),
	};
}

static void
add_up(struct report_totals *t, const struct report_row *row)
{
	t->ready +=
	    row->role == SLOT_WORKER && row->state == SLOT_READY && !row->stuck;
	t->stuck += row->stuck;
	t->connections += row->connections;
	t->in_flight += row->in_flight;
	t->rss_bytes += row->rss_bytes;
	t->open_files += row->open_files;
}

void
report_take(struct report *r, struct shm *shm, const struct conf *conf)
{
	*r = (struct report){
		.conf = conf,
		.shm = shm,
		.wall_us = clock_wall_us(),
		.uptime_s = seconds(clock_mono_us() - shm_started_mono_us(shm)),
		.phase = shm_phase(shm),
		.database = shm_db_health(shm),
		.panic = shm_last_panic(shm),
		.rows = xcalloc(shm_slots(shm), sizeof(*r->rows)),
	};
	for (unsigned slot = 0; slot < shm_slots(shm); slot++) {
		const struct board_slot *b = shm_slot(shm, slot);

		r->totals.requests += b->requests;
		for (unsigned role = 0; role <= SLOT_KEEPER; role++)
			r->totals.cpu_s +=
			    seconds((int64_t)b->role_cpu_us[role]);
		if (b->state == SLOT_DOWN)
			continue;
		read_row(&r->rows[r->n], shm, slot);
		add_up(&r->totals, &r->rows[r->n++]);
	}
}

void
report_free(struct report *r)
{
	free(r->rows);
	r->rows = NULL;
}

/* --- text ---------------------------------------------------------------- */

static void
write_text_row(const struct report_row *row, struct buf *out)
{
	buf_printf(out,
	    "%4u  %-7s %2u  %7d  %3u  %-9s  %8.0f  %9.1f  %8.1f  %7.1f  %5u  "
	    "%9lld  %11u  %10llu",
	    row->slot, slot_role_name(row->role), row->index, row->pid,
	    row->generation, row->stuck ? "stuck" : slot_state_name(row->state),
	    row->age_s, row->beat_s, row->cpu_s,
	    (double)row->rss_bytes / 1048576, row->open_files,
	    (long long)row->in_flight, row->connections,
	    (unsigned long long)row->requests);
	if (row->route != NULL)
		buf_printf(out, "  %s for %.1f s", row->route, row->route_s);
	buf_addc(out, '\n');
}

static void
write_text_panic(const struct shm_panic *p, struct buf *out)
{
	if (p->wall_us == 0)
		return;
	buf_adds(out, "\nlast panic ");
	date_format_rfc3339(out, p->wall_us, true, 0);
	buf_printf(out, ", %s %u (%d): %s", slot_role_name(p->role), p->index,
	    p->pid, p->message);
	if (out->p[out->n - 1] != '\n')
		buf_addc(out, '\n');
}

void
report_text(const struct report *r, struct buf *out)
{
	const struct report_totals *t = &r->totals;

	buf_printf(out,
	    "pierre-mcp-server %s, master %d, %s, generation %u, up ",
	    version_text, (int)shm_slot(r->shm, SHM_MASTER_SLOT)->pid,
	    r->phase.name, r->phase.generation);
	date_format_duration(out, r->uptime_s);
	buf_printf(out,
	    "\nconfiguration %s, listening on %s\n"
	    "%u workers ready, %u processes stuck, database %s\n"
	    "%u connections of %lld a worker, %lld requests under way, "
	    "%llu answered\n\n",
	    r->conf->path[0] != '\0' ? r->conf->path : "(none)",
	    r->conf->listen, t->ready, t->stuck,
	    r->database.ok ? "well" : "ill", t->connections,
	    (long long)r->conf->max_connections, (long long)t->in_flight,
	    (unsigned long long)t->requests);
	buf_adds(out,
	    "slot  role     #      pid  gen  state         age s  "
	    "beat s ago     cpu s      MiB  files  under way  connections    "
	    "requests  oldest request\n");
	for (size_t i = 0; i < r->n; i++)
		write_text_row(&r->rows[i], out);
	write_text_panic(&r->panic, out);
}

/* --- JSON ---------------------------------------------------------------- */

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
	jsonw_kv_object(w, "limits");
	jsonw_kv_int(w, "connections_per_worker", r->conf->max_connections);
	jsonw_kv_int(w, "header_bytes", r->conf->max_header_bytes);
	jsonw_kv_int(w, "body_bytes", r->conf->max_body_bytes);
	jsonw_kv_fixed(
	    w, "drain_seconds", seconds(r->conf->drain_timeout_us), 3);
	jsonw_end_object(w);
}

static void
write_json_panic(const struct shm_panic *p, struct jsonw *w)
{
	size_t n = strcspn(p->message, "\n");

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
	jsonw_kv_str(w, "message", str_make(p->message, n));
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
	jsonw_kv_cstr(&w, "listen", r->conf->listen);
	jsonw_kv_object(&w, "database");
	jsonw_kv_bool(&w, "ok", r->database.ok);
	jsonw_kv_fixed(&w, "duration_ms", (double)r->database.took_us / 1e3, 3);
	if (r->database.checked_wall_us != 0)
		jsonw_kv_instant(&w, "checked_at", r->database.checked_wall_us);
	jsonw_end_object(&w);
	write_json_totals(r, &w);
	jsonw_kv_array(&w, "processes");
	for (size_t i = 0; i < r->n; i++)
		write_json_row(&r->rows[i], &w);
	jsonw_end_array(&w);
	write_json_panic(&r->panic, &w);
	jsonw_end_object(&w);
	jsonw_done(&w);
}

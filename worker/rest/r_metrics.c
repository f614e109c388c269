#include "rest/rest.h"

#include "app.h"
#include "base/version.h"
#include "http/http.h"
#include "shm/metrics.h"

#define OPEN_VERSION "1.0.0"
#define OPEN_TYPE    "application/openmetrics-text"
#define TEXT_TYPE    "text/plain"

static void
write_build(struct buf *out, enum metrics_format format)
{
	metrics_render_head(
	    out, format, "build_info", "What is running.", "info");
	buf_printf(out, "pierre_build_info{version=\"%s\",commit=\"%s\"} 1\n",
	    version_text, version_commit);
}

/* Processes by role and state, as the board has them. */
static void
write_processes(struct buf *out, enum metrics_format format, struct shm *shm)
{
	unsigned count[SLOT_KEEPER + 1][SLOT_DRAINING + 1] = { { 0 } };
	uint32_t generation = 0;

	for (unsigned i = 0; i < shm_slots(shm); i++) {
		const struct board_slot *b = shm_slot(shm, i);

		uint32_t role = b->role, state = b->state;

		if (role > SLOT_KEEPER || state > SLOT_DRAINING)
			continue;
		count[role][state]++;
		if (state != SLOT_DOWN)
			generation = MAX(generation, b->generation);
	}
	metrics_render_head(
	    out, format, "processes", "Processes by role and state.", "gauge");
	for (unsigned r = SLOT_WORKER; r <= SLOT_KEEPER; r++) {
		for (unsigned s = SLOT_STARTING; s <= SLOT_DRAINING; s++)
			buf_printf(out,
			    "pierre_processes{role=\"%s\",state=\"%s\"} %u\n",
			    slot_role_name(r), slot_state_name(s), count[r][s]);
	}
	metrics_render_one(out, format, "generation",
	    "Configuration generation; a reload adds one.", "gauge",
	    generation);
}

/* One family by role; what(slot, role) is what a slot adds to it. */
static void
write_by_role(struct buf *out, enum metrics_format format, struct shm *shm,
    const char *name, const char *kind, const char *help,
    double (*what)(const struct board_slot *b, unsigned role))
{
	metrics_render_head(out, format, name, help, kind);
	for (unsigned role = SLOT_MASTER; role <= SLOT_KEEPER; role++) {
		double sum = 0;

		for (unsigned i = 0; i < shm_slots(shm); i++)
			sum += what(shm_slot(shm, i), role);
		buf_printf(out, "pierre_%s{role=\"%s\"} %.15g\n", name,
		    slot_role_name(role), sum);
	}
}

static bool
has_role(const struct board_slot *b, unsigned role)
{
	return b->role == role && b->state != SLOT_DOWN;
}

static double
cpu_of(const struct board_slot *b, unsigned role)
{
	return (double)b->role_cpu_us[role] / 1e6;
}

static double
memory_of(const struct board_slot *b, unsigned role)
{
	return has_role(b, role) ? (double)b->rss_bytes : 0;
}

static double
files_of(const struct board_slot *b, unsigned role)
{
	return has_role(b, role) ? (double)b->open_files : 0;
}

static void
write_usage(struct buf *out, enum metrics_format format, struct shm *shm)
{
	write_by_role(out, format, shm, "process_cpu_seconds_total", "counter",
	    "CPU time of processes, those that ended too.", cpu_of);
	write_by_role(out, format, shm, "process_resident_memory_bytes",
	    "gauge", "Memory of processes; what they share is counted in each.",
	    memory_of);
	write_by_role(out, format, shm, "process_open_fds", "gauge",
	    "Open descriptors of processes.", files_of);
}

/* The older format is the default; the newer goes to who wants it as much. */
static enum metrics_format
wanted(const struct http_req *req)
{
	struct str accept = http_header(req, "Accept");
	double open =
	    rest_media_weight(accept, STR(OPEN_TYPE), STR(OPEN_VERSION));
	double text = rest_media_weight(accept, STR(TEXT_TYPE), STR_NULL);

	return open > 0 && open >= text ? METRICS_OPEN : METRICS_TEXT;
}

void
rest_metrics(struct http_req *req)
{
	static const char *const types[] = {
		[METRICS_TEXT] = TEXT_TYPE "; version=0.0.4; charset=utf-8",
		[METRICS_OPEN] =
		    OPEN_TYPE "; version=" OPEN_VERSION "; charset=utf-8",
	};
	const struct app *app = http_app_state(req);
	struct shm_health db = shm_db_health(app->shm);
	enum metrics_format format = wanted(req);
	struct buf *out = http_out(req);

	write_build(out, format);
	write_processes(out, format, app->shm);
	write_usage(out, format, app->shm);
	metrics_render_one(out, format, "start_time_seconds",
	    "When the master started, as Unix time.", "gauge",
	    (double)shm_started_wall_us(app->shm) / 1e6);
	if (shm_certificate_not_after_s(app->shm) != 0)
		metrics_render_one(out, format,
		    "tls_certificate_expiry_timestamp_seconds",
		    "When the certificate of the listener ends, as Unix time.",
		    "gauge", (double)shm_certificate_not_after_s(app->shm));
	metrics_render_one(out, format, "db_up", "1 when the database answers.",
	    "gauge", db.ok);
	metrics_render(out, format, app->shm);
	metrics_render_end(out, format);
	http_add_header(req, "Vary", "Accept");
	http_reply(req, 200, types[format]);
}

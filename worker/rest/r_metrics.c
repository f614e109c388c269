#include "rest/rest.h"

#include "app.h"
#include "base/version.h"
#include "http/http.h"
#include "shm/metrics.h"

static void
write_build(struct buf *out)
{
	buf_printf(out,
	    "# HELP pierre_build_info What is running.\n"
	    "# TYPE pierre_build_info gauge\n"
	    "pierre_build_info{version=\"%s\",commit=\"%s\"} 1\n",
	    version_text, version_commit);
}

/* Processes by role and state, as the board has them. */
static void
write_processes(struct buf *out, struct shm *shm)
{
	unsigned count[SLOT_KEEPER + 1][SLOT_DRAINING + 1] = { { 0 } };
	uint32_t generation = 0;

	for (unsigned i = 0; i < shm_slots(shm); i++) {
		const struct board_slot *b = shm_slot(shm, i);

		count[b->role][b->state]++;
		if (b->state != SLOT_DOWN)
			generation = MAX(generation, b->generation);
	}
	buf_adds(out, "# HELP pierre_processes Processes by role and state.\n"
		      "# TYPE pierre_processes gauge\n");
	for (unsigned r = SLOT_WORKER; r <= SLOT_KEEPER; r++) {
		for (unsigned s = SLOT_STARTING; s <= SLOT_DRAINING; s++)
			buf_printf(out,
			    "pierre_processes{role=\"%s\",state=\"%s\"} %u\n",
			    slot_role_name(r), slot_state_name(s), count[r][s]);
	}
	metrics_render_one(out, "generation",
	    "Configuration generation; a reload adds one.", "gauge",
	    generation);
}

/* One family by role; what(slot, role) is what a slot adds to it. */
static void
write_by_role(struct buf *out, struct shm *shm, const char *name,
    const char *kind, const char *help,
    double (*what)(const struct board_slot *b, unsigned role))
{
	buf_printf(out, "# HELP pierre_%s %s\n# TYPE pierre_%s %s\n", name,
	    help, name, kind);
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
write_usage(struct buf *out, struct shm *shm)
{
	write_by_role(out, shm, "process_cpu_seconds_total", "counter",
	    "CPU time of processes, those that ended too.", cpu_of);
	write_by_role(out, shm, "process_resident_memory_bytes", "gauge",
	    "Memory of processes; what they share is counted in each.",
	    memory_of);
	write_by_role(out, shm, "process_open_fds", "gauge",
	    "Open descriptors of processes.", files_of);
}

void
rest_metrics(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct shm_health db = shm_db_health(app->shm);
	struct buf *out = http_out(req);

	write_build(out);
	write_processes(out, app->shm);
	write_usage(out, app->shm);
	metrics_render_one(out, "start_time_seconds",
	    "When the master started, as Unix time.", "gauge",
	    (double)shm_started_wall_us(app->shm) / 1e6);
	metrics_render_one(
	    out, "db_up", "1 when the database answers.", "gauge", db.ok);
	metrics_render(out, app->shm);
	http_reply(req, 200, "text/plain; version=0.0.4; charset=utf-8");
}

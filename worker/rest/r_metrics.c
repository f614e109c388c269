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

void
rest_metrics(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct shm_health db = shm_db_health(app->shm);
	struct buf *out = http_out(req);

	write_build(out);
	write_processes(out, app->shm);
	metrics_render_one(out, "start_time_seconds",
	    "When the master started, as Unix time.", "gauge",
	    (double)shm_started_wall_us(app->shm) / 1e6);
	metrics_render_one(
	    out, "db_up", "1 when the database answers.", "gauge", db.ok);
	metrics_render(out, app->shm);
	http_reply(req, 200, "text/plain; version=0.0.4; charset=utf-8");
}

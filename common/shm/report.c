#include "shm/report.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/date.h"
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

static int64_t
sum_of(struct shm *shm, enum metric m, unsigned d1)
{
	int64_t sum = 0;

	for (unsigned slot = 0; slot < shm_slots(shm); slot++)
		sum += metric_read(shm, slot, m, d1, 0);
	return sum;
}

static void
read_limits(struct report *r)
{
	const struct conf *c = r->conf;
	const struct report_rate rates[REPORT_RATES] = {
		{ "address", c->address_per_minute, c->address_burst },
		{ "token", c->token_per_minute, c->token_burst },
		{ "user", c->user_per_minute, c->user_burst },
		{ "mcp", c->mcp_per_minute, c->mcp_burst },
		{ "api", c->api_per_minute, c->api_burst },
		{ "auth", c->auth_per_minute, c->auth_burst },
	};

	memcpy(r->rates, rates, sizeof(rates));
	for (unsigned i = 0; i < LIMIT_KIND_COUNT; i++)
		r->refused[i] =
		    (uint64_t)sum_of(r->shm, M_rate_limited_total, i);
	r->limit_keys = sum_of(r->shm, M_rate_limit_keys, 0);
	r->pool = (struct report_pool){
		.active = sum_of(r->shm, M_db_connections_active, 0),
		.open = sum_of(r->shm, M_db_connections_open, 0),
		.max = sum_of(r->shm, M_db_connections_max, 0),
	};
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
		.reload = shm_last_reload(shm),
		.rows = xcalloc(shm_slots(shm), sizeof(*r->rows)),
	};
	read_limits(r);
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
	buf_printf(out, ", %s %u (%d): %s\n", slot_role_name(p->role), p->index,
	    p->pid, p->message);
}

static void
write_text_reload(const struct shm_reload *l, struct buf *out)
{
	if (l->wall_us == 0)
		return;
	buf_adds(out, "last reload ");
	date_format_rfc3339(out, l->wall_us, true, 0);
	buf_printf(out, "%s: %s\n", l->good ? "" : ", refused", l->message);
}

static void
write_text_limits(const struct report *r, struct buf *out)
{
	if (r->pool.max > 0)
		buf_printf(out,
		    "%lld of %lld database connections in use, %lld open\n",
		    (long long)r->pool.active, (long long)r->pool.max,
		    (long long)r->pool.open);
	buf_adds(out, "refused by limits: ");
	for (size_t i = 0; i < LIMIT_KIND_COUNT; i++)
		buf_printf(out, "%s%s %llu", i > 0 ? ", " : "", limit_names[i],
		    (unsigned long long)r->refused[i]);
	buf_adds(out, "\n\n");
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
	    "%llu answered\n",
	    r->conf->path[0] != '\0' ? r->conf->path : "(none)",
	    r->conf->listen_text, t->ready, t->stuck,
	    r->database.ok ? "well" : "ill", t->connections,
	    (long long)r->conf->max_connections, (long long)t->in_flight,
	    (unsigned long long)t->requests);
	write_text_reload(&r->reload, out);
	write_text_limits(r, out);
	buf_adds(out,
	    "slot  role     #      pid  gen  state         age s  "
	    "beat s ago     cpu s      MiB  files  under way  connections    "
	    "requests  oldest request\n");
	for (size_t i = 0; i < r->n; i++)
		write_text_row(&r->rows[i], out);
	write_text_panic(&r->panic, out);
}

#include "status.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/version.h"
#include "config/conf.h"
#include "master.h"
#include "shm/shm.h"

static void
write_child(struct master *m, const struct child *c, struct buf *out)
{
	const struct board_slot *b = shm_slot(m->shm, c->slot);
	double age = (double)(clock_wall_us() - b->started_us) / 1e6;
	double beat = (double)(clock_mono_us() - b->heartbeat_us) / 1e6;

	buf_printf(out,
	    "%4u  %-7s %2u  %7d  %3u  %-9s  %8.0f  %9.1f  %11u  %10llu\n",
	    c->slot, child_role_name(c->role), c->index, (int)c->pid,
	    c->generation, child_state_name(c->state), age, beat,
	    b->connections, (unsigned long long)b->requests);
}

static void
write_panic(struct master *m, unsigned slot, struct buf *out)
{
	const struct board_slot *b = shm_slot(m->shm, slot);

	if (b->panic_len > 0)
		buf_printf(out, "slot %u panicked: %s\n", slot, b->panic);
}

void
status_write(struct master *m, struct buf *out)
{
	buf_printf(out,
	    "pierre-mcp-server %s, master %d, %s, generation %u, up ",
	    version_text, (int)getpid(), master_state_name(m->state),
	    m->generation);
	date_format_duration(
	    out, (double)(clock_mono_us() - shm_started_mono_us(m->shm)) / 1e6);
	buf_printf(out, "\nconfiguration %s, listening on %s\n\n",
	    m->conf->path[0] != '\0' ? m->conf->path : "(none)",
	    m->conf->listen);
	buf_adds(out, "slot  role     #      pid  gen  state         age s  "
		      "beat s ago  connections    requests\n");
	for (unsigned i = 0; i < m->n_children; i++) {
		if (m->children[i].state != CHILD_FREE)
			write_child(m, &m->children[i], out);
	}
	for (unsigned i = 0; i < m->n_children; i++)
		write_panic(m, m->children[i].slot, out);
}

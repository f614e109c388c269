#include "generation.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "control.h"
#include "master.h"
#include "notify.h"
#include "shm/metrics.h"

static void
finish(struct master *m, bool good, const char *message)
{
	m->state = MASTER_RUNNING;
	master_note_configuration(m, good);
	metric_add(M_reloads_total, good ? 0 : 1, 0, 1);
	shm_set_reload(m->shm, good, message);
	control_done(m->control, CONTROL_RELOAD, good, message);
	notify_ready(m);
}

/* A line of the log for each line of the configuration's errors. */
static void
log_lines(struct str text)
{
	while (text.p != NULL && text.n > 0) {
		struct str line = str_cut(text, '\n', &text);

		if (line.n > 0)
			log_msg(LOG_ERROR, "config", "%.*s", STR_ARG(line));
	}
}

static struct conf *
read_configuration(struct master *m)
{
	const struct conf *old = m->serving->conf;
	struct buf text = BUF_INIT;
	struct conf *c =
	    conf_load(old->path[0] != '\0' ? old->path : NULL, &text);
	struct err e = ERR_INIT;

	if (c != NULL && conf_read_tls(c, &e) < 0) {
		buf_adds(&text, e.msg);
		conf_free(&c);
	}
	if (c == NULL) {
		log_lines(buf_str(&text));
		log_msg(LOG_ERROR, "master",
		    "reload refused: the configuration is bad, nothing has "
		    "changed");
		finish(m, false, buf_cstr(&text));
		buf_free(&text);
		return NULL;
	}
	buf_free(&text);
	conf_keep_restart_keys(c, old);
	if (c->waiting != NULL)
		log_msg(LOG_WARN, "config", "waiting for a restart: %s",
		    c->waiting);
	return c;
}

static bool
slots_suffice(struct master *m, const struct conf *c)
{
	/* One beside them, so that the old generation can be mended. */
	return child_count_free(m) > conf_worker_count(c) + 1;
}

static void
start_all(struct master *m)
{
	struct generation *g = m->next;
	struct err e = ERR_INIT;

	for (unsigned i = 0; i < g->n_posts; i++) {
		struct post *p = &g->posts[i];

		p->current = child_start(m, g, p->role, p->index, &e);
		if (p->current == NULL) {
			reload_abandon(m, e.msg);
			return;
		}
	}
}

void
reload_begin(struct master *m)
{
	struct err e = ERR_INIT;
	struct sockets *sockets;
	struct conf *c;

	if (!slots_suffice(m, m->serving->conf))
		return;
	m->reload_wanted = false;
	notify_reloading(m);
	log_msg(LOG_NOTICE, "master", "reloading");
	c = read_configuration(m);
	if (c == NULL)
		return;
	sockets =
	    sockets_open(c, conf_worker_count(c), m->serving->sockets, &e);
	if (sockets == NULL || !slots_suffice(m, c)) {
		log_msg(LOG_ERROR, "master", "reload refused: %s",
		    sockets == NULL ? e.msg : "too many processes");
		sockets_retire(&sockets, m->serving->sockets);
		finish(
		    m, false, sockets == NULL ? e.msg : "too many processes");
		conf_free(&c);
		return;
	}
	m->state = MASTER_RELOADING;
	m->next = generation_new(m->serving->number + 1, &c, sockets);
	m->reload_until_us =
	    clock_mono_us() + m->next->conf->startup_timeout_us;
	start_all(m);
}

void
reload_abandon(struct master *m, const char *why)
{
	struct buf text = BUF_INIT;

	for (unsigned i = 0; i < m->next->n_posts; i++) {
		if (m->next->posts[i].current != NULL)
			child_stop(m->next->posts[i].current);
	}
	sockets_retire(&m->next->sockets, m->serving->sockets);
	generation_free(&m->next);
	log_msg(LOG_ERROR, "master",
	    "reload rolled back: %s; generation %u goes on", why,
	    m->serving->number);
	buf_printf(&text, "rolled back: %s\n", why);
	finish(m, false, buf_cstr(&text));
	buf_free(&text);
}

static void
drain_generation(struct master *m, struct generation *g)
{
	for (unsigned i = 0; i < g->n_posts; i++) {
		if (g->posts[i].current != NULL)
			child_drain(m, g->posts[i].current);
		if (g->posts[i].successor != NULL)
			child_stop(g->posts[i].successor);
	}
}

static void
commit(struct master *m)
{
	struct buf text = BUF_INIT;
	struct generation *old = m->serving;

	drain_generation(m, old);
	sockets_retire(&old->sockets, m->next->sockets);
	generation_free(&old);
	m->serving = m->next;
	m->next = NULL;
	conf_configure_log(m->serving->conf);
	log_msg(LOG_NOTICE, "master", "generation %u is serving",
	    m->serving->number);
	buf_printf(&text, "generation %u is serving", m->serving->number);
	if (m->serving->conf->waiting != NULL)
		buf_printf(&text, "; waiting for a restart: %s",
		    m->serving->conf->waiting);
	buf_addc(&text, '\n');
	finish(m, true, buf_cstr(&text));
	buf_free(&text);
}

void
reload_advance(struct master *m)
{
	if (generation_is_ready(m->next))
		commit(m);
	else if (clock_mono_us() >= m->reload_until_us)
		reload_abandon(m, "a new process was not ready within "
				  "server.startup_timeout");
}

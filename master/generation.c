#include "generation.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "control.h"
#include "master.h"
#include "shm/metrics.h"

static void
finish(struct master *m, bool good, const char *message)
{
	m->state = MASTER_RUNNING;
	metric_add(M_reloads_total, good ? 0 : 1, 0, 1);
	control_reload_done(m->control, good, message);
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

static bool
read_configuration(struct master *m)
{
	struct buf text = BUF_INIT;
	struct conf *c =
	    conf_load(m->conf->path[0] != '\0' ? m->conf->path : NULL, &text);

	if (c == NULL) {
		log_lines(buf_str(&text));
		log_msg(LOG_ERROR, "master",
		    "reload refused: the configuration is "
		    "bad, nothing has changed");
		finish(m, false, buf_cstr(&text));
		buf_free(&text);
		return false;
	}
	conf_keep_restart_keys(c, m->conf, &text);
	if (text.n > 0)
		log_msg(LOG_WARN, "config", "waiting for a restart: %s",
		    buf_cstr(&text));
	buf_free(&text);
	m->next_conf = c;
	return true;
}

static bool
slots_suffice(const struct master *m)
{
	/* One beside them, so that the old generation can be mended. */
	return m->n_children - child_count(m) > m->n_posts;
}

void
generation_begin(struct master *m)
{
	struct err e = ERR_INIT;

	if (!slots_suffice(m))
		return;
	m->reload_wanted = false;
	log_msg(LOG_NOTICE, "master", "reloading");
	if (!read_configuration(m))
		return;
	m->state = MASTER_RELOADING;
	m->reload_until_us = clock_mono_us() + m->next_conf->startup_timeout_us;
	for (unsigned i = 0; i < m->n_posts; i++) {
		struct post *p = &m->posts[i];

		p->next = child_start(
		    m, p->role, p->index, m->next_conf, m->generation + 1, &e);
		if (p->next == NULL) {
			generation_abandon(m, e.msg);
			return;
		}
	}
}

void
generation_abandon(struct master *m, const char *why)
{
	struct buf text = BUF_INIT;

	for (unsigned i = 0; i < m->n_posts; i++) {
		if (m->posts[i].next != NULL)
			child_stop(m->posts[i].next);
		m->posts[i].next = NULL;
	}
	conf_free(&m->next_conf);
	log_msg(LOG_ERROR, "master",
	    "reload rolled back: %s; generation %u goes on", why,
	    m->generation);
	buf_printf(&text, "rolled back: %s\n", why);
	finish(m, false, buf_cstr(&text));
	buf_free(&text);
}

static void
apply_log_settings(const struct conf *c)
{
	enum log_level level = LOG_INFO;

	if (log_level_parse(str_of(c->log_level), &level))
		log_configure(level, str_is(str_of(c->log_format), "json")
					 ? LOG_JSON
					 : LOG_TEXT);
}

static void
commit(struct master *m)
{
	struct buf text = BUF_INIT;

	for (unsigned i = 0; i < m->n_posts; i++) {
		struct post *p = &m->posts[i];

		if (p->current != NULL)
			child_drain(m, p->current);
		p->current = p->next;
		p->next = NULL;
		p->failures = 0;
		p->given_up = false;
	}
	conf_free(&m->conf);
	m->conf = m->next_conf;
	m->next_conf = NULL;
	m->generation++;
	apply_log_settings(m->conf);
	log_msg(
	    LOG_NOTICE, "master", "generation %u is serving", m->generation);
	buf_printf(&text, "generation %u is serving\n", m->generation);
	finish(m, true, buf_cstr(&text));
	buf_free(&text);
}

void
generation_advance(struct master *m)
{
	for (unsigned i = 0; i < m->n_posts; i++) {
		if (m->posts[i].next->state != CHILD_READY) {
			if (clock_mono_us() >= m->reload_until_us)
				generation_abandon(m,
				    "a new process was not "
				    "ready within server.startup_timeout");
			return;
		}
	}
	commit(m);
}

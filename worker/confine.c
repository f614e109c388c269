#include "confine.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "config/conf.h"
#include "proc/heritage.h"
#include "proc/sandbox.h"
#include "store/driver.h"
#include "store/store.h"

/* Descriptors beside those of the connections: log, loop, threads, database,
 * and what libraries open for a moment. */
#define SPARE_FILES 512

/* What SQLite, libpq, OpenSSL and the C library read while they work. */
static const char *const readable[] = {
	"/usr",
	"/lib",
	"/lib64",
	"/etc/ssl",
	"/etc/localtime",
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/gai.conf",
	"/etc/nsswitch.conf",
	"/etc/services",
	"/etc/protocols",
	"/etc/passwd",
	"/etc/ld.so.cache",
	"/run/systemd/resolve",
	"/dev/urandom",
	"/proc/sys/vm/overcommit_memory",
	NULL,
};

struct places {
	char database[PATH_MAX];
	char log[PATH_MAX];
	const char *write[4];
	const char *append[2];
	const char *read[ARRAY_LEN(readable) + 17];
	struct arena *arena;
};

/* "/a/b" of "/a/b/c". */
static void
folder_of(char *out, size_t size, const char *path)
{
	const char *slash = strrchr(path, '/');
	int n = slash == NULL ? 1 : slash == path ? 1 : (int)(slash - path);

	snprintf(out, size, "%.*s", n, slash == NULL ? "." : path);
}

static void
find_places(struct places *p, const struct conf *c)
{
	struct db_location at;
	struct err e = ERR_INIT;
	size_t n;

	*p = (struct places){ .write = { c->data_dir, "/dev/null" },
		.arena = arena_new() };
	memcpy(p->read, readable, sizeof(readable));
	n = store_files(c, p->arena, p->read + ARRAY_LEN(readable) - 1, 16);
	if (c->mail_ca_file[0] != '\0')
		p->read[ARRAY_LEN(readable) - 1 + n] = c->mail_ca_file;
	if (db_locate(c, &at, &e) == 0 && !at.is_memory) {
		folder_of(p->database, sizeof(p->database), at.path);
		p->write[2] = p->database;
	}
	if (c->log_file[0] != '\0') {
		folder_of(p->log, sizeof(p->log), c->log_file);
		p->append[0] = p->log;
	}
}

static struct sandbox_plan
plan_for(const struct heritage *h, struct places *p)
{
	find_places(p, h->conf);
	return (struct sandbox_plan){
		.wanted = strcmp(h->conf->sandbox, "auto") == 0,
		.user = h->conf->user,
		.max_files = (uint64_t)h->conf->max_connections + SPARE_FILES,
		.paths = { p->write, p->append, p->read },
	};
}

int
confine(const struct heritage *h, struct err *e)
{
	struct places places;
	struct sandbox_plan plan = plan_for(h, &places);
	struct sandbox_state state;
	int rc = sandbox_enter(&plan, &state, e);

	arena_free(&places.arena);
	if (rc < 0)
		return -1;
	if (state.max_files < plan.max_files)
		log_msg(LOG_WARN, "sandbox",
		    "http.max_connections wants %llu descriptors, the limit is "
		    "%llu",
		    (unsigned long long)plan.max_files,
		    (unsigned long long)state.max_files);
	return 0;
}

/* Without its capabilities root is an account like any other. */
static void
warn_of_owner(const struct conf *c)
{
	struct stat st;

	if (geteuid() == 0 && c->user[0] == '\0' &&
	    stat(c->data_dir, &st) == 0 && st.st_uid != 0)
		log_msg(LOG_WARN, "sandbox",
		    "%s belongs to account %d; set server.user to it",
		    c->data_dir, (int)st.st_uid);
}

static void
tell(const struct sandbox_trial *t, const struct sandbox_state *state)
{
	char text[64];

	snprintf(text, sizeof(text), "level %d, %u of %u attempts refused",
	    (int)state->level, t->refused, t->attempts);
	log_with(LOG_NOTICE, "sandbox", text,
	    F_INT("landlock", state->landlock),
	    F_INT("seccomp", state->seccomp));
	if (t->refused < t->attempts)
		log_msg(LOG_WARN, "sandbox", "not refused: %s", t->passed);
}

static int
enter_aloud(
    const struct heritage *h, const struct sandbox_plan *plan, struct err *e)
{
	struct sandbox_trial trial;
	struct sandbox_state state;

	warn_of_owner(h->conf);
	if (!plan->wanted || !sandbox_is_built()) {
		log_msg(LOG_NOTICE, "sandbox", "level 0: %s",
		    plan->wanted ? "a build with sanitizers"
				 : "server.sandbox is off");
		return sandbox_enter(plan, &state, e);
	}
	sandbox_try(plan, &trial);
	if (sandbox_enter(plan, &state, e) < 0)
		return -1;
	tell(&trial, &state);
	return 0;
}

int
confine_aloud(const struct heritage *h, struct err *e)
{
	struct places places;
	struct sandbox_plan plan = plan_for(h, &places);
	int rc = enter_aloud(h, &plan, e);

	arena_free(&places.arena);
	return rc;
}

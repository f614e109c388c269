#include <unistd.h>

#include "auth/accounts.h"
#include "auth/masterkey.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "confine.h"
#include "proc/heritage.h"
#include "shm/board.h"
#include "store/store.h"

#define RETRY_US 250000

/* Runs to its end before the first worker starts: the schema is brought up to
 * date, and there is a master key that fits the database. */

/* A server that nobody administers takes its first administrator from whoever
 * has read this line. */
static int
offer_setup(
    const struct conf *conf, struct db *db, struct keyring *keys, struct err *e)
{
	struct accounts *accounts = accounts_new(conf, db, keys, e);
	struct arena *a = arena_new();
	char token[OPAQUE_LEN + 1];
	int rc = -1;

	if (accounts != NULL)
		rc = accounts_make_setup(accounts, a, false, token, e);
	if (rc > 0)
		log_msg(LOG_NOTICE, "setup",
		    "there is no administrator yet: within a day, open "
		    "%s/setup and enter %s",
		    conf->public_url, token);
	wipe(token, sizeof(token));
	arena_free(&a);
	accounts_free(&accounts);
	return rc < 0 ? -1 : 0;
}

static int
prepare(const struct conf *conf, struct err *e)
{
	unsigned applied = 0;
	struct keyring *keys = NULL;
	struct db *db;
	int r;

	/* A wrong key leaves everything as it is. */
	if (masterkey_check(conf, e) < 0)
		return -1;
	if (conf->migrate_at_start && store_migrate(conf, &applied, e) < 0)
		return -1;
	if (applied > 0)
		log_with(LOG_NOTICE, "setup", "schema brought up to date",
		    F_INT("migrations", applied));
	db = store_open(conf, NULL, e);
	if (db != NULL)
		keys = keyring_open(conf, db, NULL, e);
	r = keys != NULL ? offer_setup(conf, db, keys, e) : -1;
	keyring_free(&keys);
	store_close(&db);
	return r;
}

/* The database may start at the same time as we do. */
static int
prepare_in_time(const struct conf *conf, struct err *e)
{
	int64_t deadline_us = clock_mono_us() + conf->startup_timeout_us;
	bool told = false;

	while (prepare(conf, e) < 0) {
		if (e->code != ERR_UNAVAILABLE ||
		    clock_mono_us() >= deadline_us)
			return -1;
		if (!told)
			log_err(
			    LOG_WARN, "setup", "waiting for the database", e);
		told = true;
		usleep(RETRY_US);
	}
	return 0;
}

int
setup_main(const struct heritage *h)
{
	struct err e = ERR_INIT;
	int status = 0;

	if (confine_aloud(h, &e) < 0 || prepare_in_time(h->conf, &e) < 0) {
		log_err(LOG_ERROR, "setup", "cannot start", &e);
		board_refuse(e.msg);
		status = e.code == ERR_CONFIG ? EXIT_CONFIG : 1;
	}
	close(h->chan_fd);
	return status;
}

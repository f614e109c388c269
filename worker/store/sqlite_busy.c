/* Locks between processes, and the write-ahead log's size. */

#include "store/sqlite.h"

#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/rand.h"

/* Short naps of random length give every waiter the same chance at each
 * release, whoever held the lock before. */
#define NAP_MIN_US    50
#define NAP_SPREAD_US 200

/* Frames (pages of 4 KiB) in the log.  Above the first, what no reader needs
 * any more is copied back; above the second the log has not been emptied for
 * long, and readers are waited for. */
#define LOG_PASSIVE_FRAMES 1000
#define LOG_RESTART_FRAMES 16000
#define RESTART_WAIT_US	   100000

static int
on_busy(void *arg, int count)
{
	struct sqlite_conn *c = arg;
	int64_t left_us = c->deadline_us - clock_mono_us();
	struct timespec nap = { 0, 0 };

	(void)count;
	if (left_us <= 0)
		return 0;
	nap.tv_nsec = (NAP_MIN_US + (long)(rand_u64() % NAP_SPREAD_US)) * 1000;
	nanosleep(&nap, NULL);
	c->waits++;
	return 1;
}

void
sqlite_busy_install(struct sqlite_conn *c)
{
	sqlite3_busy_handler(c->handle, on_busy, c);
}

static int
on_commit(void *arg, sqlite3 *handle, const char *schema, int frames)
{
	struct sqlite_conn *c = arg;
	int mode = SQLITE_CHECKPOINT_PASSIVE;
	int rc;

	if (frames < LOG_PASSIVE_FRAMES)
		return SQLITE_OK;
	if (frames >= LOG_RESTART_FRAMES) {
		mode = SQLITE_CHECKPOINT_TRUNCATE;
		sqlite_conn_wait(c, RESTART_WAIT_US);
	}
	rc = sqlite3_wal_checkpoint_v2(handle, schema, mode, NULL, NULL);
	if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY &&
	    (rc & 0xff) != SQLITE_LOCKED)
		log_with(LOG_WARN, "store", "checkpoint failed",
		    F_STR("reason", sqlite3_errstr(rc)),
		    F_INT("frames", frames));
	/* The commit itself is done and stays so. */
	return SQLITE_OK;
}

void
sqlite_checkpoint_install(struct sqlite_conn *c)
{
	sqlite3_wal_hook(c->handle, on_commit, c);
}

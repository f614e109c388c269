#ifndef WORKER_APP_H
#define WORKER_APP_H

/* What every handler of this process can reach, through http_app_state().
 * Made once by worker.c; never changes while the process lives. */

#include "base/uuid.h"
#include "shm/board.h"

struct app {
	/* How rows call this node and this process; empty in a command. */
	char node[UUID_TEXT_LEN + 1];
	char name[BOARD_NAME_BYTES];
	const struct conf *conf;
	struct shm *shm;
	struct loop *loop;
	struct db *db;
	struct events *events;
	struct places *places;	 /* events/places.h */
	struct keyring *keyring; /* auth/seal.h */
	struct guard *guard;
	struct accounts *accounts;
	struct httpc *httpc;
	struct jwt_keys *jwt_keys;
	struct oauth *oauth;
	struct csrf *csrf;
	struct web_statics *statics;
	struct throttle *throttle;
	struct mcp *mcp;
	struct jobs *jobs;
	struct feeds *feeds; /* rest/feeds.h */
};

#endif

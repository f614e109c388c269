#ifndef SHM_BOARD_H
#define SHM_BOARD_H

/* What a process says of itself on the board, and how it is read.  A process
 * that hangs has said before what it hangs in. */

#include "base/str.h"
#include "shm/shm.h"

/* Speak for this slot from now on; before that all saying is ignored.  Opens
 * what tells of the process's use, so it comes before the sandbox. */
void board_attach(struct shm *s, unsigned slot);
/* The last word on use; close what was opened. */
void board_detach(void);

/* What route `label` is called; beyond SHM_ROUTES it is ignored. */
void board_route(unsigned label, const char *name);
/* The oldest request under way: its route, and when it began (monotonic). */
void board_doing(unsigned label, int64_t since_us);
void board_idle(void);
/* This process cannot start, and why: the master tells who waits for it. */
void board_refuse(const char *why);
/* Connections that the process takes at most. */
void board_limit(int64_t max_connections);
/* CPU time, memory and descriptors; unless forced, only once a second.  Ignored
 * for a slot other than one's own. */
void board_tell_usage(unsigned slot, bool force);

/* What a process is called where other nodes read it: "node/slot.pid". */
#define BOARD_NAME_BYTES 80
void board_name(char out[BOARD_NAME_BYTES], const char *node, unsigned slot);
/* Whether a process of this name was one of this node, and is no more. */
bool board_has_lost(struct shm *s, const char *node, const char *name);

struct doing {
	const char *route; /* NULL: nothing */
	int64_t since_us;
};
struct doing board_read_doing(const struct board_slot *b);
/* Its heartbeat is older than that of a process that turns. */
bool board_is_stuck(const struct board_slot *b);

#endif

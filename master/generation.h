#ifndef GENERATION_H
#define GENERATION_H

/* A generation: a configuration, and the processes that work by it.  A reload
 * builds the next one beside the one that serves, which leaves only when every
 * new process is ready. */

#include "child.h"
#include "listen.h"

struct conf;
struct master;

/* A place that is to be filled: worker 0 to n-1, and the keeper. */
/* In the order of the labels of worker_exits_total. */
enum end_reason { END_CLEAN, END_FAILED, END_KILLED, END_PANICKED };

struct post {
	enum child_role role;
	unsigned index;
	struct child *current;
	/* Takes over from a worker that asked to be replaced. */
	struct child *successor;
	unsigned failures;	    /* since it last was ready */
	int64_t spawn_at_us;	    /* monotonic; when current is NULL */
	enum end_reason end_reason; /* of the last one that ended */
	bool given_up; /* its process said that a new one would fail too */
};

struct generation {
	unsigned number;
	struct conf *conf;
	struct sockets *sockets;
	unsigned n_workers;
	unsigned n_posts;
	struct post *posts;
};

/* Takes *conf; the sockets are lent. */
struct generation *generation_new(
    unsigned number, struct conf **conf, struct sockets *sockets);
/* The processes are not touched, the sockets not closed. */
void generation_free(struct generation **g);
/* All its processes are ready. */
bool generation_is_ready(const struct generation *g);

/* --- reload ----------------------------------------------------------------
 */

/* Read the configuration and start the new processes.  Waits for free slots
 * when earlier generations are still draining. */
void reload_begin(struct master *m);
/* Look at the new processes: all ready, or out of time? */
void reload_advance(struct master *m);
/* Stop the new processes; the old generation goes on. */
void reload_abandon(struct master *m, const char *why);

#endif

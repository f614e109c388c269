#ifndef STORE_JOBS_H
#define STORE_JOBS_H

/* Work in the background.  A job is a row that outlives every process: whoever
 * runs it holds a lease and renews it; when the lease runs out another takes it
 * up.  Nobody waits for a lock: a row is changed only by one who knows its
 * revision. */

#include "store/owner.h"

/* Call it out (events/signals.h) after a job became due, and it is taken up at
 * once; else within a second. */
#define JOBS_SIGNAL UINT64_C(0x6a6f62733200)

/* The kind of job that its person neither sees nor waits for; queries name
 * it. */
#define JOB_MAIL "mail"
/* The kind that takes in files; its items are they. */
#define JOB_IMPORT "import"
/* The kind that runs a tool (mcp/tasks.h). */
#define JOB_TASK "mcp_task"

/* JOB_STATE(id, name) */
#define JOB_STATES(X)                                                          \
	X(QUEUED, "queued")                                                    \
	X(RUNNING, "running")                                                  \
	X(DONE, "done")                                                        \
	X(FAILED, "failed")                                                    \
	X(CANCELED, "canceled")

enum job_state {
#define X(id, name) JOB_##id,
	JOB_STATES(X)
#undef X
	    JOB_STATE_COUNT
};

struct job {
	struct owner owner;
	struct uuid id;
	const char *kind; /* JOB_IMPORT, JOB_TASK, JOB_MAIL */
	enum job_state state;
	const char *input;  /* JSON, "": none */
	const char *node;   /* that has what it needs; "": any */
	const char *worker; /* "node/slot.pid" that runs it, or ran it last */
	int64_t lease_us;   /* not to be taken up before */
	int attempts;
	bool cancel_wanted;
	int64_t items_done;
	int64_t items_all;
	const char *result; /* JSON, "": none */
	const char *error;  /* JSON with code and message, "": none */
	int64_t revision;
	int64_t created_us;
	int64_t started_us;  /* 0: not yet */
	int64_t finished_us; /* 0: not yet */
};

struct job_item {
	int position;
	const char *name;
	int64_t size;
	const char *state;  /* JOB_ITEM_WAITING, or how it ended */
	const char *result; /* JSON, "" while it waits */
};

#define JOB_ITEM_WAITING "waiting"

const char *job_state_name(enum job_state s);
NODISCARD bool job_state_parse(struct str name, enum job_state *out);
bool job_is_finished(const struct job *j);

/* The only place where a state changes; in memory, jobs_save() writes it.
 * worker: who takes it up, NULL otherwise; lease_us: until when it is not to be
 * taken up.  ERR_CONFLICT when its state does not lead there. */
NODISCARD int job_move(struct job *j, enum job_state to, const char *worker,
    int64_t lease_us, struct err *e);

/* Queue a job with its items; id, times and revision are filled in, the id when
 * it is zero.  ERR_LIMITED when the person has max_open unfinished ones. */
NODISCARD int jobs_insert(struct db *db, struct arena *a, struct job *j,
    const struct job_item *items, size_t n, int64_t max_open, struct err *e);
/* The same refusal, before there is a job. */
NODISCARD int jobs_may_queue(struct db *db, struct arena *a,
    const struct owner *o, int64_t max_open, struct err *e);
/* 1 found, 0, -1. */
NODISCARD int jobs_get(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct job *out, struct err *e);
/* Newest first, those before this id (NULL: all). */
NODISCARD int jobs_list(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *before, unsigned limit, struct job **list_r, size_t *n_r,
    struct err *e);
NODISCARD int jobs_items(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct job_item **list_r, size_t *n_r,
    struct err *e);
/* Write a job back; 1 done and its revision moved on, 0 somebody else has
 * changed it since it was read, -1. */
NODISCARD int jobs_save(
    struct db *db, struct arena *a, struct job *j, struct err *e);
/* An item has ended.  1; 0 it had already; -1. */
NODISCARD int jobs_item_done(struct db *db, struct arena *a,
    const struct job *j, const struct job_item *item, struct err *e);

struct job_claim {
	const char *node;
	const char *worker; /* begins with node and '/' */
	int64_t now_us;
	int64_t lease_us; /* until */
	int64_t max_on_node;
	int64_t max_of_user; /* of one kind */
	int max_attempts;
};

/* Take up the job that has waited longest, as the limits allow; mail, of the
 * kind JOB_MAIL, has as many places of its own on a node, and none of a
 * person's.  1 it runs in
 * the caller's name from now on; 0 there is none; -1.  One that was taken up
 * too often becomes FAILED instead, one that was to be cancelled CANCELED. */
NODISCARD int jobs_claim(struct db *db, struct arena *a,
    const struct job_claim *c, struct job *out, struct err *e);

/* Those that processes of a node hold, whether or not these still live. */
NODISCARD int jobs_running_on(struct db *db, struct arena *a, const char *node,
    struct job **list_r, size_t *n_r, struct err *e);
/* Fail those that only another node could run, and has not since before_us. */
NODISCARD int jobs_fail_abandoned(struct db *db, struct arena *a,
    const char *node, int64_t before_us, int64_t *n_r, struct err *e);
/* Delete those that ended before an instant. */
NODISCARD int jobs_purge(struct db *db, struct arena *a, int64_t before_us,
    int64_t *n_r, struct err *e);
/* Whether somebody may still run it.  1, 0, -1. */
NODISCARD int jobs_is_open(
    struct db *db, struct arena *a, const struct uuid *id, struct err *e);

#endif

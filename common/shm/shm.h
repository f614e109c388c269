#ifndef SHM_SHM_H
#define SHM_SHM_H

/* The segment that the master makes and every process shares: the board of
 * processes, the words they tell each other, the limits and the metrics.  No
 * pointers, no locks: each word has one writer or changes in one atomic step.
 */

#include <stdatomic.h>
#include <sys/types.h>

#include "base/err.h"

struct limits;
struct metric_block;
struct metric_names;
struct ring;
struct shm;
struct usage;

#define SHM_MASTER_SLOT	  0
#define SHM_PANIC_BYTES	  512
#define SHM_REFUSAL_BYTES 256
#define SHM_ROUTES	  256
#define SHM_ROUTE_BYTES	  64

enum slot_role { SLOT_UNUSED, SLOT_MASTER, SLOT_WORKER, SLOT_KEEPER };
enum slot_state { SLOT_DOWN, SLOT_STARTING, SLOT_READY, SLOT_DRAINING };

/* One process.  The master writes role, index, pid, generation, started and
 * DOWN; the process itself the rest, see board.h. */
struct board_slot {
	_Atomic uint32_t role;
	_Atomic uint32_t index; /* which worker */
	_Atomic uint32_t state;
	_Atomic int32_t pid;
	_Atomic uint32_t generation;
	_Atomic int64_t started_us;   /* wall clock */
	_Atomic int64_t heartbeat_us; /* monotonic */
	_Atomic uint32_t connections;
	_Atomic uint64_t requests; /* a process goes on from its predecessor */
	_Atomic uint64_t doing;	   /* the oldest request under way, or 0 */
	_Atomic uint64_t cpu_us;
	_Atomic uint64_t rss_bytes;
	_Atomic uint32_t open_files;
	_Atomic uint32_t max_connections;
	/* CPU time of all processes that this slot has had, by role. */
	_Atomic uint64_t role_cpu_us[SLOT_KEEPER + 1];
	/* Last words of a process whose CHECK failed; valid once the length
	 * is not 0. */
	_Atomic uint32_t panic_len;
	char panic[SHM_PANIC_BYTES];
	/* Why a process cannot start, in the same way. */
	_Atomic uint32_t refusal_len;
	char refusal[SHM_REFUSAL_BYTES];
	/* What `doing` counts in; written before the process is READY. */
	char route[SHM_ROUTES][SHM_ROUTE_BYTES];
};

/* A segment with n slots, by memfd; shared with all children. */
struct shm *shm_new(unsigned n_slots, struct err *e);
/* Map the segment of another master, whose descriptors it takes.  NULL when it
 * is laid out differently or has another number of slots. */
struct shm *shm_adopt(int fd, int wake_fd, unsigned n_slots);
int shm_fd(const struct shm *s);
/* The eventfd that every process watches for edges: a write to it says that
 * there are new keys in the ring.  Nobody reads it. */
int shm_wake_fd(const struct shm *s);
/* A child needs the mapping alone. */
void shm_drop_fd(struct shm *s);
void shm_free(struct shm **s);
unsigned shm_slots(const struct shm *s);
struct board_slot *shm_slot(struct shm *s, unsigned slot);
struct metric_block *shm_metrics(struct shm *s, unsigned slot);
struct metric_names *shm_metric_names(struct shm *s);
struct limits *shm_limits(struct shm *s);
struct ring *shm_ring(struct shm *s);
struct usage *shm_usage(struct shm *s);
const char *slot_role_name(enum slot_role r);
const char *slot_state_name(enum slot_state s);

/* Take a slot that is DOWN for a process about to begin; false when another
 * master was quicker. */
NODISCARD bool shm_slot_claim(struct shm *s, unsigned slot);
/* Slots from this one on were never used. */
unsigned shm_slots_used(struct shm *s);
/* Before the process in a slot begins / after it has ended: gauges back to 0,
 * counters stay. */
void shm_slot_begin(
    struct shm *s, unsigned slot, enum slot_role role, uint32_t generation);
void shm_slot_end(struct shm *s, unsigned slot);
/* Say that this process is alive, where it stands, and once a second what it
 * uses. */
void shm_beat(struct shm *s, unsigned slot, enum slot_state state);
/* Keep what the process in a slot left as its last words, for -s status; by the
 * master, before the slot is used again. */
void shm_keep_panic(struct shm *s, unsigned slot);
struct shm_panic {
	int64_t wall_us; /* 0: there was none */
	enum slot_role role;
	unsigned index;
	int pid;
	char message[SHM_PANIC_BYTES];
};
struct shm_panic shm_last_panic(const struct shm *s);
/* Leave last words, from check_set_hook(). */
void shm_panic(struct shm *s, unsigned slot, const char *message);

/* How the last reload went; by the master. */
struct shm_reload {
	int64_t wall_us; /* 0: there was none */
	bool good;
	char message[SHM_PANIC_BYTES]; /* one line */
};
void shm_set_reload(struct shm *s, bool good, const char *message);
struct shm_reload shm_last_reload(const struct shm *s);

/* When the master started: wall clock and monotonic. */
int64_t shm_started_wall_us(const struct shm *s);
int64_t shm_started_mono_us(const struct shm *s);

/* Where the service as a whole stands, in the master's word, and which
 * generation serves. */
struct shm_phase {
	char name[16];
	uint32_t generation;
};
void shm_set_phase(struct shm *s, const char *name, uint32_t generation);
struct shm_phase shm_phase(const struct shm *s);

/* Revocation epoch as the keeper last read it from the database; a cached proof
 * of an older epoch is void. */
uint64_t shm_auth_epoch(const struct shm *s);
void shm_set_auth_epoch(struct shm *s, uint64_t epoch);

#define SHM_SECRET_BYTES 32
/* Random bytes that all processes share for as long as the segment lives, for
 * what they seal for each other. */
const unsigned char *shm_secret(const struct shm *s);

/* When the certificate of the listener ends, Unix time; 0: there is none. */
int64_t shm_certificate_not_after_s(const struct shm *s);
void shm_set_certificate_not_after_s(struct shm *s, int64_t unix_s);

/* The newest timeline of a PostgreSQL cluster that any process has seen. */
_Atomic uint64_t *shm_db_timeline(struct shm *s);

/* The keeper's word on the database, debounced. */
struct shm_health {
	bool ok;
	int64_t checked_wall_us; /* 0: not yet */
	int64_t took_us;
};
struct shm_health shm_db_health(const struct shm *s);
void shm_set_db_health(struct shm *s, const struct shm_health *h);

/* The whole service leaves: /readyz says so before anything closes. */
bool shm_stopping(const struct shm *s);
void shm_set_stopping(struct shm *s);
/* The first generation has been ready. */
bool shm_started_up(const struct shm *s);
void shm_set_started_up(struct shm *s);

#endif

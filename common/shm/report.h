#ifndef SHM_REPORT_H
#define SHM_REPORT_H

/* The state of the service, read from the board: the same for the master, which
 * answers -s status, and for a worker, which answers /admin/status. */

#include "base/buf.h"
#include "shm/board.h"
#include "shm/limits.h"

struct conf;

/* One process at the moment of reading. */
struct report_row {
	unsigned slot;
	enum slot_role role;
	unsigned index;
	int pid;
	unsigned generation;
	enum slot_state state;
	bool stuck;
	double age_s;
	double beat_s; /* since its last heartbeat */
	double cpu_s;
	uint64_t rss_bytes;
	unsigned open_files;
	unsigned connections;
	unsigned max_connections;
	uint64_t requests;
	int64_t in_flight;
	const char *route; /* of the oldest request under way; NULL: none */
	double route_s;
};

struct report_totals {
	unsigned ready; /* workers that serve, and turn */
	unsigned stuck;
	unsigned connections;
	uint64_t requests; /* since the master started */
	int64_t in_flight;
	double cpu_s; /* of all, ended ones too */
	uint64_t rss_bytes;
	unsigned open_files;
};

#define REPORT_RATES 6

/* A limit as it is configured; per_minute 0: none. */
struct report_rate {
	const char *name;
	int64_t per_minute;
	int64_t burst;
};

/* Connections to a database server, where there is one. */
struct report_pool {
	int64_t active;
	int64_t open;
	int64_t max;
};

struct report {
	const struct conf *conf;
	struct shm *shm;
	int64_t wall_us;
	double uptime_s;
	struct shm_phase phase;
	struct shm_health database;
	struct shm_panic panic;
	struct shm_reload reload;
	struct report_totals totals;
	struct report_pool pool;
	struct report_rate rates[REPORT_RATES];
	uint64_t refused[LIMIT_KIND_COUNT];
	int64_t limit_keys;
	size_t n;
	struct report_row *rows;
};

void report_take(struct report *r, struct shm *shm, const struct conf *conf);
void report_free(struct report *r);

void report_text(const struct report *r, struct buf *out);
void report_json(const struct report *r, struct buf *out);
/* A page that needs nothing else; report_style is the text of its style
 * element. */
void report_html(const struct report *r, struct buf *out);
extern const char report_style[];

#endif

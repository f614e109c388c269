#ifndef SHM_SHM_IMPL_H
#define SHM_SHM_IMPL_H

/* The segment, as its own files see it. */

#include "shm/shm.h"

struct board_slot;
struct metric_block;

struct header {
	uint64_t magic;
	uint64_t layout; /* of this program's structs */
	uint32_t n_slots;
	int64_t started_wall_us;
	int64_t started_mono_us;
	unsigned char secret[SHM_SECRET_BYTES];
	_Atomic int64_t certificate_not_after_s;
	_Atomic uint64_t auth_epoch;
	_Atomic uint64_t db_timeline;
	_Atomic bool stopping;
	_Atomic bool started_up;
	_Atomic bool db_ok;
	_Atomic int64_t db_checked_wall_us;
	_Atomic int64_t db_took_us;
	/* One word, so that name and generation belong together. */
	_Atomic uint64_t phase;
	/* Odd while the master writes what follows. */
	_Atomic uint32_t turn;
	struct shm_panic panic;
	struct shm_reload reload;
};

struct shm {
	int fd;
	int wake_fd;
	void *map;
	size_t size;
	struct header *header;
	struct board_slot *slots;
	struct metric_block *metrics;
	struct limits *limits;
	struct ring *ring;
	struct metric_names *names;
	struct usage *usage;
};

#endif

#include "shm/shm.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/rand.h"
#include "base/xalloc.h"
#include "shm/board.h"
#include "shm/limits.h"
#include "shm/metric_block.h"
#include "shm/ring.h"
#include "shm/usage.h"

/* Children inherit the mapping.  The descriptor is kept for the program that
 * takes over in an upgrade; it adopts the segment when the layout is its own.
 */

#define MAGIC UINT64_C(0x7069657272653031)

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

#define ALIGN64(n) (((n) + 63) & ~(size_t)63)

/* Differs when a program would read the segment differently. */
static uint64_t
layout_of(unsigned n_slots)
{
	return (uint64_t)sizeof(struct header) << 48 ^
	       (uint64_t)sizeof(struct board_slot) << 32 ^
	       (uint64_t)sizeof(struct metric_block) << 8 ^
	       (uint64_t)limits_size() << 20 ^ (uint64_t)ring_size() << 12 ^
	       (uint64_t)sizeof(struct metric_names) << 4 ^
	       (uint64_t)usage_size() << 6 ^ n_slots;
}

/* Map n slots of a segment that is as large as it has to be, or is made so. */
static struct shm *
map_segment(int fd, unsigned n_slots, bool make, struct err *e)
{
	struct shm *s = xcalloc(1, sizeof(*s));
	size_t board = ALIGN64(sizeof(struct header));
	size_t metrics = ALIGN64(board + n_slots * sizeof(struct board_slot));
	size_t limits =
	    ALIGN64(metrics + n_slots * sizeof(struct metric_block));
	size_t ring = ALIGN64(limits + limits_size());
	size_t usage = ALIGN64(ring + ring_size());
	size_t names = ALIGN64(usage + usage_size());
	struct stat st;

	s->fd = fd;
	s->wake_fd = -1;
	s->size = names + sizeof(struct metric_names);
	s->map = MAP_FAILED;
	if ((!make || ftruncate(fd, (off_t)s->size) == 0) &&
	    fstat(fd, &st) == 0 && (size_t)st.st_size == s->size)
		s->map = mmap(
		    NULL, s->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s->map == MAP_FAILED) {
		err_sys(e, ERR_IO, "shared memory of %zu bytes", s->size);
		free(s);
		return NULL;
	}
	s->header = s->map;
	s->slots = (struct board_slot *)(void *)((char *)s->map + board);
	s->metrics = (struct metric_block *)(void *)((char *)s->map + metrics);
	s->limits = (struct limits *)(void *)((char *)s->map + limits);
	s->ring = (struct ring *)(void *)((char *)s->map + ring);
	s->usage = (struct usage *)(void *)((char *)s->map + usage);
	s->names = (struct metric_names *)(void *)((char *)s->map + names);
	return s;
}

static int
make_wake_fd(void)
{
	return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

static void
close_both(int fd, int wake_fd)
{
	if (fd >= 0)
		close(fd);
	if (wake_fd >= 0)
		close(wake_fd);
}

struct shm *
shm_new(unsigned n_slots, struct err *e)
{
	int fd = memfd_create("pierre", MFD_CLOEXEC);
	int wake_fd = make_wake_fd();
	struct shm *s;

	if (fd < 0 || wake_fd < 0) {
		err_sys(e, ERR_IO, "memfd_create and eventfd");
		close_both(fd, wake_fd);
		return NULL;
	}
	s = map_segment(fd, n_slots, true, e);
	if (s == NULL) {
		close_both(fd, wake_fd);
		return NULL;
	}
	s->wake_fd = wake_fd;
	limits_init(s->limits);
	s->header->magic = MAGIC;
	s->header->layout = layout_of(n_slots);
	s->header->n_slots = n_slots;
	s->header->started_wall_us = clock_wall_us();
	s->header->started_mono_us = clock_mono_us();
	rand_bytes(s->header->secret, SHM_SECRET_BYTES);
	return s;
}

struct shm *
shm_adopt(int fd, int wake_fd, unsigned n_slots)
{
	struct shm *s = map_segment(fd, n_slots, false, NULL);

	if (s != NULL && (s->header->magic != MAGIC ||
			     s->header->layout != layout_of(n_slots))) {
		munmap(s->map, s->size);
		free(s);
		s = NULL;
	}
	if (s == NULL)
		close_both(fd, wake_fd);
	else
		s->wake_fd = wake_fd;
	return s;
}

void
shm_drop_fd(struct shm *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

int
shm_fd(const struct shm *s)
{
	return s->fd;
}

void
shm_free(struct shm **s)
{
	if (*s == NULL)
		return;
	munmap((*s)->map, (*s)->size);
	close_both((*s)->fd, (*s)->wake_fd);
	free(*s);
	*s = NULL;
}

int
shm_wake_fd(const struct shm *s)
{
	return s->wake_fd;
}

unsigned
shm_slots(const struct shm *s)
{
	return s->header->n_slots;
}

struct board_slot *
shm_slot(struct shm *s, unsigned slot)
{
	CHECK(slot < s->header->n_slots);
	return &s->slots[slot];
}

struct metric_block *
shm_metrics(struct shm *s, unsigned slot)
{
	CHECK(slot < s->header->n_slots);
	return &s->metrics[slot];
}

struct metric_names *
shm_metric_names(struct shm *s)
{
	return s->names;
}

struct usage *
shm_usage(struct shm *s)
{
	return s->usage;
}

struct limits *
shm_limits(struct shm *s)
{
	return s->limits;
}

struct ring *
shm_ring(struct shm *s)
{
	return s->ring;
}

const char *
slot_role_name(enum slot_role r)
{
	static const char *const names[] = { "unused", "master", "worker",
		"keeper" };

	return names[r];
}

const char *
slot_state_name(enum slot_state s)
{
	static const char *const names[] = { "down", "starting", "ready",
		"draining" };

	return names[s];
}

bool
shm_slot_claim(struct shm *s, unsigned slot)
{
	uint32_t down = SLOT_DOWN;

	return atomic_compare_exchange_strong(
	    &shm_slot(s, slot)->state, &down, SLOT_STARTING);
}

unsigned
shm_slots_used(struct shm *s)
{
	unsigned n = shm_slots(s);

	while (n > 0 && s->slots[n - 1].role == SLOT_UNUSED)
		n--;
	return n;
}

void
shm_slot_begin(
    struct shm *s, unsigned slot, enum slot_role role, uint32_t generation)
{
	struct board_slot *b = shm_slot(s, slot);

	b->role = role;
	b->generation = generation;
	b->started_us = clock_wall_us();
	b->heartbeat_us = clock_mono_us();
	b->panic_len = b->refusal_len = 0;
	b->doing = 0;
	b->cpu_us = b->rss_bytes = 0;
	b->open_files = 0;
	b->connections = 0;
	b->state = SLOT_STARTING;
}

void
shm_slot_end(struct shm *s, unsigned slot)
{
	struct board_slot *b = shm_slot(s, slot);

	b->state = SLOT_DOWN;
	b->pid = 0;
	b->connections = 0;
	b->doing = 0;
	metric_block_clear_gauges(shm_metrics(s, slot));
}

void
shm_beat(struct shm *s, unsigned slot, enum slot_state state)
{
	struct board_slot *b = shm_slot(s, slot);

	b->heartbeat_us = clock_mono_us();
	b->state = state;
	board_tell_usage(slot, false);
}

void
shm_panic(struct shm *s, unsigned slot, const char *message)
{
	struct board_slot *b = shm_slot(s, slot);
	size_t n = strnlen(message, SHM_PANIC_BYTES - 1);

	memcpy(b->panic, message, n);
	b->panic[n] = '\0';
	b->panic_len = (uint32_t)n;
}

/* One line, whatever was written last. */
static void
copy_line(char out[SHM_PANIC_BYTES], const char *from)
{
	size_t n = strnlen(from, SHM_PANIC_BYTES - 1);

	memcpy(out, from, n);
	while (n > 0 && (unsigned char)out[n - 1] <= ' ')
		n--;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)out[i] < ' ')
			out[i] = ' ';
	}
	out[n] = '\0';
}

/* The master alone writes; who reads while it does reads once more. */
void
shm_keep_panic(struct shm *s, unsigned slot)
{
	const struct board_slot *b = shm_slot(s, slot);
	struct shm_panic *p = &s->header->panic;

	s->header->turn++;
	p->wall_us = clock_wall_us();
	p->role = b->role;
	p->index = b->index;
	p->pid = b->pid;
	copy_line(p->message, b->panic);
	s->header->turn++;
}

void
shm_set_reload(struct shm *s, bool good, const char *message)
{
	struct shm_reload *r = &s->header->reload;

	s->header->turn++;
	r->wall_us = clock_wall_us();
	r->good = good;
	copy_line(r->message, message);
	s->header->turn++;
}

/* A copy that nobody wrote into meanwhile. */
static void
read_stable(const struct header *h, const void *from, void *to, size_t n)
{
	uint32_t turn;
	int tries = 0;

	do {
		turn = h->turn;
		atomic_thread_fence(memory_order_acquire);
		memcpy(to, from, n);
		atomic_thread_fence(memory_order_acquire);
	} while ((turn % 2 != 0 || turn != h->turn) && ++tries < 1000);
}

struct shm_panic
shm_last_panic(const struct shm *s)
{
	struct shm_panic p;

	read_stable(s->header, &s->header->panic, &p, sizeof(p));
	p.message[sizeof(p.message) - 1] = '\0';
	return p;
}

struct shm_reload
shm_last_reload(const struct shm *s)
{
	struct shm_reload r;

	read_stable(s->header, &s->header->reload, &r, sizeof(r));
	r.message[sizeof(r.message) - 1] = '\0';
	return r;
}

static const char *const phases[] = { "starting", "running", "reloading",
	"stopping" };

void
shm_set_phase(struct shm *s, const char *name, uint32_t generation)
{
	uint64_t i = 0;

	while (i < ARRAY_LEN(phases) - 1 && strcmp(phases[i], name) != 0)
		i++;
	s->header->phase = i << 32 | generation;
}

struct shm_phase
shm_phase(const struct shm *s)
{
	uint64_t word = s->header->phase;
	struct shm_phase p = { .generation = (uint32_t)word };

	snprintf(p.name, sizeof(p.name), "%s",
	    phases[MIN(word >> 32, ARRAY_LEN(phases) - 1)]);
	return p;
}

int64_t
shm_started_wall_us(const struct shm *s)
{
	return s->header->started_wall_us;
}

int64_t
shm_started_mono_us(const struct shm *s)
{
	return s->header->started_mono_us;
}

const unsigned char *
shm_secret(const struct shm *s)
{
	return s->header->secret;
}

int64_t
shm_certificate_not_after_s(const struct shm *s)
{
	return s->header->certificate_not_after_s;
}

void
shm_set_certificate_not_after_s(struct shm *s, int64_t unix_s)
{
	s->header->certificate_not_after_s = unix_s;
}

_Atomic uint64_t *
shm_db_timeline(struct shm *s)
{
	return &s->header->db_timeline;
}

uint64_t
shm_auth_epoch(const struct shm *s)
{
	return s->header->auth_epoch;
}

void
shm_set_auth_epoch(struct shm *s, uint64_t epoch)
{
	s->header->auth_epoch = epoch;
}

struct shm_health
shm_db_health(const struct shm *s)
{
	return (struct shm_health){
		.ok = s->header->db_ok,
		.checked_wall_us = s->header->db_checked_wall_us,
		.took_us = s->header->db_took_us,
	};
}

void
shm_set_db_health(struct shm *s, const struct shm_health *h)
{
	s->header->db_took_us = h->took_us;
	s->header->db_ok = h->ok;
	s->header->db_checked_wall_us = h->checked_wall_us;
}

bool
shm_stopping(const struct shm *s)
{
	return s->header->stopping;
}

void
shm_set_stopping(struct shm *s)
{
	s->header->stopping = true;
}

bool
shm_started_up(const struct shm *s)
{
	return s->header->started_up;
}

void
shm_set_started_up(struct shm *s)
{
	s->header->started_up = true;
}

#include "shm/shm_impl.h"

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

/* What all processes know of the whole: its phase, the last panic and reload,
 * the database's health, the epoch of revocation. */

#include "shm/shm_impl.h"

#include <stdio.h>

#include "base/clock.h"
#include "shm/board.h"

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

#include "shm/board.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

/* `doing` is the label in the upper 8 bits, one more than its number, and the
 * time in the others. */
#define LABEL_SHIFT 56
#define TIME_MASK   ((UINT64_C(1) << LABEL_SHIFT) - 1)
#define TELL_US	    INT64_C(1000000)
#define STUCK_US    INT64_C(10000000)

static struct board_slot *own;
static unsigned own_slot;
static int64_t told_us;
static uint64_t told_cpu_us;
static int statm = -1;
static int files = -1;

void
board_attach(struct shm *s, unsigned slot)
{
	own = shm_slot(s, slot);
	own_slot = slot;
	told_us = 0;
	told_cpu_us = 0;
	/* Those of the parent tell of the parent, and are its own to close. */
	statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	files = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void
board_detach(void)
{
	if (own == NULL)
		return;
	board_tell_usage(own_slot, true);
	if (statm >= 0)
		close(statm);
	if (files >= 0)
		close(files);
	statm = files = -1;
	own = NULL;
}

void
board_name(char out[BOARD_NAME_BYTES], const char *node, unsigned slot)
{
	snprintf(out, BOARD_NAME_BYTES, "%s/%u.%d", node, slot, (int)getpid());
}

bool
board_has_lost(struct shm *s, const char *node, const char *name)
{
	struct str place, slot_text, pid_text;
	int64_t slot, pid;
	const struct board_slot *b;

	if (!str_is(str_cut(str_of(name), '/', &place), node))
		return false;
	slot_text = str_cut(place, '.', &pid_text);
	if (!str_to_i64(slot_text, &slot) || !str_to_i64(pid_text, &pid))
		return false;
	if (slot < 0 || slot >= shm_slots(s))
		return true;
	b = shm_slot(s, (unsigned)slot);
	return b->state == SLOT_DOWN || b->pid != pid;
}

void
board_route(unsigned label, const char *name)
{
	size_t n = strnlen(name, SHM_ROUTE_BYTES - 1);

	if (own == NULL || label >= SHM_ROUTES)
		return;
	memcpy(own->route[label], name, n);
	own->route[label][n] = '\0';
}

void
board_doing(unsigned label, int64_t since_us)
{
	if (own != NULL)
		atomic_store_explicit(&own->doing,
		    (uint64_t)(MIN(label, SHM_ROUTES - 1) + 1) << LABEL_SHIFT |
			((uint64_t)since_us & TIME_MASK),
		    memory_order_relaxed);
}

void
board_idle(void)
{
	if (own != NULL)
		atomic_store_explicit(&own->doing, 0, memory_order_relaxed);
}

void
board_refuse(const char *why)
{
	size_t n = strnlen(why, SHM_REFUSAL_BYTES - 1);

	if (own == NULL)
		return;
	memcpy(own->refusal, why, n);
	own->refusal[n] = '\0';
	own->refusal_len = (uint32_t)n;
}

void
board_limit(int64_t max_connections)
{
	if (own != NULL)
		own->max_connections = (uint32_t)max_connections;
}

/* --- use ----------------------------------------------------------------- */

static uint64_t
cpu_now_us(void)
{
	struct timespec ts = { 0, 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* The second number of statm. */
static uint64_t
rss_now_bytes(void)
{
	char text[128];
	ssize_t n = pread(statm, text, sizeof(text), 0);
	struct str rest, pages;
	int64_t count = 0;

	if (n <= 0)
		return 0;
	str_cut(str_make(text, (size_t)n), ' ', &rest);
	pages = str_cut(rest, ' ', &rest);
	if (!str_to_i64(pages, &count) || count < 0)
		return 0;
	return (uint64_t)count * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Newer kernels tell the number as the directory's size; elsewhere its entries
 * are counted, without "." and "..". */
static uint32_t
files_now(void)
{
	_Alignas(struct dirent64) char entries[4096];
	struct stat st;
	uint32_t count = 0;
	ssize_t n;

	if (fstat(files, &st) < 0)
		return 0;
	if (st.st_size > 0)
		return (uint32_t)st.st_size;
	if (lseek(files, 0, SEEK_SET) != 0)
		return 0;
	while ((n = getdents64(files, entries, sizeof(entries))) > 0) {
		for (ssize_t at = 0; at < n; count++)
			at += ((struct dirent64 *)(void *)(entries + at))
				  ->d_reclen;
	}
	return count > 2 ? count - 2 : 0;
}

void
board_tell_usage(unsigned slot, bool force)
{
	int64_t now_us = clock_mono_us();
	uint64_t cpu_us;

	if (own == NULL || slot != own_slot ||
	    (!force && now_us - told_us < TELL_US))
		return;
	told_us = now_us;
	cpu_us = cpu_now_us();
	own->cpu_us = cpu_us;
	own->role_cpu_us[MIN(own->role, SLOT_KEEPER)] += cpu_us - told_cpu_us;
	told_cpu_us = cpu_us;
	own->rss_bytes = rss_now_bytes();
	own->open_files = files_now();
}

/* --- reading ------------------------------------------------------------- */

struct doing
board_read_doing(const struct board_slot *b)
{
	uint64_t word = b->doing;
	struct doing d = { NULL, 0 };

	if (word != 0) {
		d.route =
		    b->route[MIN((word >> LABEL_SHIFT) - 1, SHM_ROUTES - 1)];
		d.since_us = (int64_t)(word & TIME_MASK);
	}
	return d;
}

bool
board_is_stuck(const struct board_slot *b)
{
	return b->state != SLOT_DOWN &&
	       clock_mono_us() - b->heartbeat_us > STUCK_US;
}

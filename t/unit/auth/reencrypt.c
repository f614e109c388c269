/* Sealing anew: killed anywhere it goes on where it was, and every value opens
 * at any moment, however often keys turn meanwhile. */

#include "auth/reencrypt.h"

#include <signal.h>
#include <sys/wait.h>

#include "auth/aead.h"
#include "auth/keytree.h"
#include "base/check.h"
#include "base/log.h"
#include "base/rand.h"
#include "store/data_keys.h"
#include "store/temp_db.h"
#include "tap.h"

#define VALUES 1500

static struct temp_db t;

static struct sealed_place
place_of(int i)
{
	return (struct sealed_place){ .column = SEALED_secrets_sealed,
		.row = arena_printf(t.arena, "value %04d", i) };
}

static struct str values[VALUES];

static int
insert_all(struct db *tx, UNUSED void *arg, struct err *e)
{
	for (int i = 0; i < VALUES; i++) {
		if (secrets_insert(tx, t.arena, place_of(i).row, values[i], e) <
		    0)
			return -1;
	}
	return 0;
}

static void
make_values(struct keyring *k)
{
	for (int i = 0; i < VALUES; i++) {
		struct sealed_place at = place_of(i);
		struct buf out = BUF_INIT;

		if (seal(k, &at, str_of(at.row), &out, &t.e) < 0)
			BUG("seal");
		values[i] =
		    str_make(arena_memdup(t.arena, out.p, out.n), out.n);
		buf_free(&out);
	}
	ok(db_write(t.db, insert_all, NULL, &t.e) == 0, "%d values: %s", VALUES,
	    t.e.msg);
}

/* How many of the values open to what they are. */
static int
count_open(void)
{
	struct keyring *k = keyring_open(&t.conf, t.db, NULL, &t.e);
	int n = 0;

	for (int i = 0; k != NULL && i < VALUES; i++) {
		struct sealed_place at = place_of(i);
		struct buf plain = BUF_INIT;
		struct str sealed;

		if (secrets_get(t.db, t.arena, at.row, &sealed, &t.e) == 1 &&
		    unseal(k, &at, sealed, &plain, &t.e) == 0 &&
		    str_is(buf_str(&plain), at.row))
			n++;
		buf_wipe(&plain);
	}
	keyring_free(&k);
	return n;
}

static void
rotate(void)
{
	struct masterkey *m = masterkey_open(&t.conf, t.db, &t.e);
	struct uuid id;

	if (m == NULL || keytree_rotate(m, t.db, &id, &t.e) < 0)
		printf("# %s\n", t.e.msg);
	masterkey_free(&m);
}

/* A process of its own that seals anew, `times` over. */
static pid_t
start_sealing(int times)
{
	pid_t pid = fork();
	struct reencrypted done;
	struct keyring *k;
	struct db *db;

	if (pid != 0)
		return pid;
	db = store_open(&t.conf, NULL, &t.e);
	for (int i = 0; db != NULL && i < times; i++) {
		k = keyring_open(&t.conf, db, NULL, &t.e);
		if (k == NULL || reencrypt(k, db, NULL, NULL, &done, &t.e) < 0)
			_exit(1);
		keyring_free(&k);
	}
	_exit(db == NULL);
}

static int64_t
left(void)
{
	int64_t n = -1;

	if (reencrypt_left(t.db, &n, &t.e) < 0)
		printf("# %s\n", t.e.msg);
	return n;
}

/* Until the process has sealed something, or has ended. */
static void
await_progress(pid_t pid, int64_t before)
{
	siginfo_t info = { .si_pid = 0 };

	while (info.si_pid == 0 && left() == before) {
		usleep(200);
		if (waitid(P_PID, (id_t)pid, &info,
			WEXITED | WNOHANG | WNOWAIT) < 0)
			return;
	}
}

/* Every other kill is at some moment, later and later; the rest are after the
 * first page, since how long that takes depends on the machine. */
static void
test_kill(void)
{
	int kills = 0, in_middle = 0, lost = 0;
	int64_t before, after;
	int status;

	for (int round = 0; round < 30; round++) {
		pid_t pid;

		if (left() == 0)
			rotate();
		before = left();
		pid = start_sealing(1);
		if (round % 2 == 0)
			usleep((unsigned)(rand_u64() %
					  (6000 * (unsigned)(round + 1))));
		else
			await_progress(pid, before);
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		kills += WIFSIGNALED(status);
		after = left();
		in_middle += after > 0 && after < before;
		lost += VALUES - count_open();
	}
	ok(lost == 0, "after each of %d kills every value opens", kills);
	ok(in_middle > 0, "%d of them fell into the middle", in_middle);
	waitpid(start_sealing(1), &status, 0);
	ok(status == 0 && left() == 0, "the next run seals the rest");
	ok(count_open() == VALUES, "which opens");
}

/* Keys turn while one seals anew. */
static void
test_rotate(void)
{
	pid_t pid = start_sealing(6);
	int lost = 0;
	int status;

	for (int i = 0; i < 10; i++) {
		rotate();
		lost += VALUES - count_open();
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "sealing anew while keys turn ten times");
	ok(lost == 0, "every value opens all the time");
	waitpid(start_sealing(1), &status, 0);
	ok(status == 0 && left() == 0, "and then all are sealed by the last");
}

static void
test_values(void)
{
	struct sealed_value *list;
	struct keyring *k;
	struct reencrypted done;
	size_t n;

	ok(sealed_walk(t.db, t.arena, SEALED_secrets_sealed, NULL, &list, &n,
	       &t.e) == 0 &&
		n == SEALED_PAGE,
	    "a page of values");
	ok(sealed_swap(t.db, t.arena, &list[0], STR("damaged"), &t.e) == 1,
	    "one is changed");
	ok(sealed_swap(t.db, t.arena, &list[0], STR("late"), &t.e) == 0,
	    "who read it before does not overwrite it");
	k = keyring_open(&t.conf, t.db, NULL, &t.e);
	t.e = ERR_INIT;
	ok(reencrypt(k, t.db, NULL, NULL, &done, &t.e) < 0 &&
		strstr(t.e.msg, list[0].place.row) != NULL,
	    "what does not open is named: %s", t.e.msg);
	keyring_free(&k);
}

int
main(void)
{
	struct keyring *k;

	log_configure(LOG_ERROR, LOG_TEXT);
	temp_open(&t);
	k = keyring_open(&t.conf, t.db, NULL, &t.e);
	make_values(k);
	keyring_free(&k);
	ok(left() == 0, "nothing to do at first");
	test_kill();
	test_rotate();
	test_values();
	temp_close(&t);
	return tap_done();
}

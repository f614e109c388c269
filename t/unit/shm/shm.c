#include "shm/shm.h"
#include "child.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"

static struct shm *s;
static struct err e;

static void
test_slots(void)
{
	struct board_slot *b = shm_slot(s, 3);

	is_int(shm_slots(s), 5, "slots");
	ok(shm_slot(s, 0) != shm_slot(s, 4) &&
		(uintptr_t)shm_slot(s, 1) % _Alignof(struct board_slot) == 0,
	    "apart and aligned");
	is_int(b->state, SLOT_DOWN, "down at first");
	is_int(b->role, SLOT_UNUSED, "and unused");

	b->panic_len = 7;
	b->connections = 9;
	b->requests = 100;
	shm_slot_begin(s, 3, SLOT_WORKER, 2);
	b->pid = 1234;
	is_int(b->role, SLOT_WORKER, "a worker begins");
	is_int(b->state, SLOT_STARTING, "starting");
	is_int(b->generation, 2, "its generation");
	is_int(b->panic_len, 0, "without last words");
	is_int(b->connections, 0, "or connections");
	is_int(b->requests, 100, "the slot's requests go on");
	ok(clock_wall_us() - b->started_us < 5000000, "began just now");

	b->heartbeat_us = 1;
	shm_beat(s, 3, SLOT_READY);
	ok(b->heartbeat_us > 1 && b->state == SLOT_READY, "a heartbeat");
	b->connections = 4;
	shm_slot_end(s, 3);
	is_int(b->state, SLOT_DOWN, "down again");
	is_int(b->pid, 0, "no process");
	is_int(b->connections, 0, "no connections");
	is_int(b->requests, 100, "the requests stay");
	is_str(slot_role_name(SLOT_KEEPER), "keeper", "a role's name");
	is_str(slot_state_name(SLOT_DRAINING), "draining", "a state's name");
}

static void
panic_in_child(void)
{
	char wide[1000];

	shm_panic(s, 2, "panic: here");
	memset(wide, 'w', sizeof(wide) - 1);
	wide[sizeof(wide) - 1] = '\0';
	shm_panic(s, 4, wide);
	kill(getpid(), SIGKILL);
}

/* What a process wrote before it was killed is there for the others. */
static void
test_last_words(void)
{
	child_wait_status(panic_in_child, -1);
	is_str(shm_slot(s, 2)->panic, "panic: here", "last words");
	is_int(shm_slot(s, 2)->panic_len, 11, "their length");
	is_int(shm_slot(s, 4)->panic_len, SHM_PANIC_BYTES - 1, "cut");
	is_int(strlen(shm_slot(s, 4)->panic), SHM_PANIC_BYTES - 1, "and ended");
}

static void
tell_in_child(void)
{
	shm_set_auth_epoch(s, 77);
	shm_set_db_health(s, &(struct shm_health){ true, 1234567, 89 });
	shm_set_stopping(s);
	shm_set_started_up(s);
}

static void
test_words(void)
{
	struct shm_health h = shm_db_health(s);

	ok(!h.ok && h.checked_wall_us == 0, "nothing known of the database");
	ok(!shm_stopping(s) && !shm_started_up(s), "nor of the service");
	is_int(shm_auth_epoch(s), 0, "the first epoch");
	child_wait_status(tell_in_child, -1);
	h = shm_db_health(s);
	ok(h.ok && h.checked_wall_us == 1234567 && h.took_us == 89,
	    "the database is well, says another process");
	ok(shm_stopping(s) && shm_started_up(s), "so does the service");
	is_int(shm_auth_epoch(s), 77, "and this is the epoch");
	ok(clock_mono_us() - shm_started_mono_us(s) < 60000000 &&
		clock_wall_us() - shm_started_wall_us(s) < 60000000,
	    "started");
}

static void
slot_beyond(void)
{
	shm_slot(s, 5);
}

int
main(void)
{
	struct shm *none = NULL;

	s = shm_new(5, &e);
	ok(s != NULL, "made: %s", e.msg);
	test_slots();
	test_last_words();
	test_words();
	ok(child_dies(slot_beyond), "there is no slot beyond the last");
	shm_free(&s);
	ok(s == NULL, "freed");
	shm_free(&none);
	ok(1, "freeing nothing");
	return tap_done();
}

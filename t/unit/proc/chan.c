#include "proc/chan.h"
#include "child.h"
#include "tap.h"

static int master, child;

static void
say_ready(void)
{
	close(master);
	chan_say(child, CHAN_READY);
}

static void
say_nothing(void)
{
	close(master);
}

int
main(void)
{
	struct err e = ERR_INIT;
	int again = -1;

	is_int(chan_pair(&master, &child, &e), 0, "a pair: %s", e.msg);
	ok((fcntl(master, F_GETFD) & FD_CLOEXEC) != 0 &&
		(fcntl(child, F_GETFL) & O_NONBLOCK) != 0,
	    "its descriptors");
	is_int(chan_read(master), CHAN_NOTHING, "nothing was said yet");
	is_int(chan_read(child), CHAN_NOTHING, "the other way neither");
	child_wait_status(say_ready, -1);
	is_int(chan_read(master), CHAN_READY, "the child is ready");
	is_int(chan_read(master), CHAN_NOTHING, "which is told once");
	close(child);
	is_int(chan_read(master), CHAN_GONE, "the child has gone");
	close(master);

	is_int(chan_pair(&master, &child, &e), 0, "another pair");
	again = dup(child);
	child_wait_status(say_nothing, -1);
	is_int(
	    chan_read(master), CHAN_NOTHING, "open while one of us holds it");
	close(master);
	is_int(chan_read(child), CHAN_GONE, "the master has gone");
	chan_say(again, CHAN_READY);
	ok(1, "and saying READY to nobody does not end us");
	close(child);
	close(again);
	return tap_done();
}

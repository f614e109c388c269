#include "notify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "master.h"

static void
send_text(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t size;
	int fd;

	if (path == NULL || (path[0] != '/' && path[0] != '@') ||
	    strlen(path) >= sizeof(addr.sun_path))
		return;
	memcpy(addr.sun_path, path, strlen(path));
	if (path[0] == '@')
		addr.sun_path[0] = '\0'; /* the abstract name space */
	size =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL,
		(struct sockaddr *)&addr, size) < 0)
		log_msg(LOG_WARN, "master",
		    "the service manager does not listen "
		    "at %s: %s",
		    path, strerror(errno));
	close(fd);
}

void
notify_ready(const struct master *m)
{
	char text[200];

	snprintf(text, sizeof(text),
	    "READY=1\nMAINPID=%d\nSTATUS=Generation %u serves with %u workers",
	    (int)getpid(), m->serving->number, m->serving->n_workers);
	send_text(text);
}

void
notify_reloading(UNUSED const struct master *m)
{
	char text[100];

	snprintf(text, sizeof(text),
	    "RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=Reloading",
	    (long long)clock_mono_us());
	send_text(text);
}

void
notify_stopping(UNUSED const struct master *m)
{
	send_text("STOPPING=1\nSTATUS=Draining");
}

void
notify_main_pid(int pid)
{
	char text[40];

	snprintf(text, sizeof(text), "MAINPID=%d", pid);
	send_text(text);
}

/* Half of the interval that the manager asks for, 0: it does not. */
static int64_t
ping_interval_us(void)
{
	const char *text = getenv("WATCHDOG_USEC");
	int64_t us;

	return text != NULL && str_to_i64(str_of(text), &us) ? us / 2 : 0;
}

void
notify_watchdog(struct master *m)
{
	int64_t interval = ping_interval_us();
	int64_t now = clock_mono_us();

	if (interval == 0 || now < m->next_ping_us)
		return;
	for (unsigned i = 0; i < MASTER_CHILDREN; i++) {
		const struct child *c = &m->children[i];

		if (c->role != CHILD_WORKER || c->state != CHILD_READY ||
		    now - shm_slot(m->shm, c->slot)->heartbeat_us > interval)
			continue;
		send_text("WATCHDOG=1");
		m->next_ping_us = now + interval;
		return;
	}
}

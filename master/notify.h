#ifndef NOTIFY_H
#define NOTIFY_H

/* What the service manager is told: sd_notify(3), spoken directly, since it is
 * one datagram.  Does nothing where NOTIFY_SOCKET is not set. */

struct master;

/* Generation so-and-so serves / a reload has begun / the service leaves. */
void notify_ready(const struct master *m);
void notify_reloading(const struct master *m);
void notify_stopping(const struct master *m);
/* A new master has taken over: it is the main process from now on. */
void notify_main_pid(int pid);
/* Ping the manager's watchdog when it is due and a worker turns; called each
 * turn of the loop. */
void notify_watchdog(struct master *m);

#endif

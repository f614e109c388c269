#ifndef CONTROL_H
#define CONTROL_H

/* The control socket: pierre.sock in the data directory, for the owner alone.
 * A client sends one verb and a line feed; the answer begins with "ok" or
 * "error" and comes when the outcome is known. */

#include "base/err.h"

struct conf;
struct control;
struct master;
struct pollfd;

#define CONTROL_MAX_CLIENTS 16

/* What a client may wait for. */
enum control_topic { CONTROL_RELOAD, CONTROL_UPGRADE, CONTROL_TOPICS };

struct control *control_new(const struct conf *c, struct err *e);
/* The listening descriptor of another master. */
struct control *control_adopt(const struct conf *c, int fd, struct err *e);
int control_fd(const struct control *ctl);
/* Take no more clients; those there are keep their connection. */
void control_close_listener(struct control *ctl);
/* Lets all its descriptors go; a child just forked does that too. */
void control_free(struct control **ctl);
/* Remove the socket from the file system. */
void control_unlink(const struct control *ctl);
/* Descriptors to wait for, at most CONTROL_MAX_CLIENTS + 1. */
size_t control_poll(const struct control *ctl, struct pollfd *fds);
/* Take and serve clients; cheap when there is nothing. */
void control_serve(struct control *ctl, struct master *m);
/* Tell those who wait what became of it. */
void control_done(struct control *ctl, enum control_topic topic, bool good,
    const char *message);

/* The client: send a verb to the running server, print its answer, and return
 * the exit status. */
int control_send(const struct conf *c, const char *verb);

#endif

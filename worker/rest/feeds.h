#ifndef REST_FEEDS_H
#define REST_FEEDS_H

/* The open streams on which people's apps are told what happens: those of one
 * worker.  Each holds a connection and a subscription, and neither fiber nor
 * arena; it ends with its connection, with the worker, or within a second of
 * the end of the token it was opened with. */

#include "auth/who.h"
#include "base/err.h"

struct app;
struct feeds;
struct http_req;

/* What an event looks like. */
enum feed_form {
	FEED_EVENTS,	    /* named by their kind; data is the payload */
	FEED_NOTIFICATIONS, /* all named "notification"; data tells the kind */
};

/* Keeps app, whose members may be filled in later. */
struct feeds *feeds_new(const struct app *app);
/* No stream is open any more. */
void feeds_free(struct feeds **f);

struct feed_start {
	enum feed_form form;
	int64_t after;	/* number of the event before the first */
	int64_t wanted; /* what the client asked for, -1: nothing; when that is
			   not `after`, it is told that it missed some */
	uint64_t epoch; /* of revocations, when the request came */
};

/* Answer the request with the stream of its person's events; -1, and no answer,
 * with ERR_LIMITED when the person has too many streams. */
NODISCARD int feeds_open(struct feeds *f, struct http_req *req,
    const struct feed_start *from, struct err *e);

#endif

/* An answer out of a file, piece by piece: memory holds one, however large the
 * file and however slow the client. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "http/http_impl.h"

#define PIECE_BYTES (64 * 1024)

struct piece {
	int fd;
	int64_t at;
	size_t want;
	ssize_t n;
	int sys;
	char bytes[PIECE_BYTES];
};

static void
read_in_thread(void *arg)
{
	struct piece *p = arg;

	do {
		p->n = pread(p->fd, p->bytes, p->want, p->at);
	} while (p->n < 0 && errno == EINTR);
	p->sys = errno;
}

static int
read_piece(struct piece *p, int64_t size, struct err *e)
{
	p->want = (size_t)MIN(size - p->at, (int64_t)PIECE_BYTES);
	if (fiber_offload(read_in_thread, p, e) < 0)
		return -1;
	errno = p->sys;
	if (p->n < 0)
		return err_sys(e, ERR_IO, "the file that is sent");
	if (p->n == 0)
		return err_set(e, ERR_IO, "the file that is sent has shrunk");
	return 0;
}

/* Until the client has taken it. */
static int
send_piece(struct http_req *req, const struct piece *p, struct err *e)
{
	conn_send_str(req->conn, str_make(p->bytes, (size_t)p->n));
	req->body_sent += (size_t)p->n;
	while (!req->gone && conn_pending(req->conn) != 0)
		if (fiber_wait_ms(req->srv->conf->write_timeout_us / 1000, e) <
		    0)
			return -1;
	return req->gone ? err_set(e, ERR_CANCELED, "the client has gone") : 0;
}

static void
begin(struct http_req *req, const char *content_type, int64_t size)
{
	char length[48];

	CHECK(!req->replied && fiber_self() == req->fiber);
	snprintf(length, sizeof(length), "Content-Length: %lld\r\n",
	    (long long)size);
	reply_head(req, 200, content_type, length);
	req->replied = req->sending = true;
	req->status = 200;
	reply_send(req, NULL, 0);
}

void
http_reply_file(
    struct http_req *req, const char *content_type, int fd, int64_t size)
{
	struct piece *p = xcalloc(1, sizeof(*p));
	struct err e = ERR_INIT;
	int rc = 0;

	begin(req, content_type, size);
	p->fd = fd;
	while (rc == 0 && p->at < size && req->method != HTTP_HEAD) {
		rc = read_piece(p, size, &e);
		if (rc == 0)
			rc = send_piece(req, p, &e);
		p->at += rc == 0 ? p->n : 0;
	}
	free(p);
	req->sending = false;
	if (rc == 0)
		return;
	if (e.code != ERR_CANCELED)
		log_err(LOG_WARN, "http", "an answer was cut off", &e);
	conn_hang_up(req->conn);
}

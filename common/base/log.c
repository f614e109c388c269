#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/jsonw.h"

#define LINE_MAX_BYTES ((size_t)PIPE_BUF) /* atomic on pipes */

/* How a sink is kept from stopping us. */
enum guard {
	GUARD_NONBLOCK, /* its description is ours, and does not block */
	GUARD_SEND,	/* a socket: each call says that it must not block */
	GUARD_POLL,	/* shared with others: asked first */
};

static struct {
	int fd;
	enum guard guard;
	bool torn; /* the last line was taken in part */
	char path[PATH_MAX];
	enum log_level min;
	enum log_format format;
	char process[32];
	_Atomic uint64_t dropped;
	_Atomic uint64_t *dropped_too;
} sink = { .fd = STDERR_FILENO, .guard = GUARD_POLL, .min = LOG_INFO };

static const char *const level_names[] = { "debug", "info", "notice", "warn",
	"error", "alert" };

/* --- the sink ------------------------------------------------------------ */

static int
open_sink(const char *path, struct err *e)
{
	const int flags =
	    O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	int fd = open(path, O_WRONLY | flags, 0640);

	/* A pipe with a name that nobody reads yet: being a reader ourselves
	 * we can write, as much as it holds. */
	if (fd < 0 && errno == ENXIO)
		fd = open(path, O_RDWR | flags, 0640);
	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "cannot open the log %s", path);
	return fd;
}

/* Standard error is shared with others, so it is not made non-blocking; a pipe
 * is opened once more instead, and a socket told with each line. */
static int
open_stderr(enum guard *guard)
{
	struct stat st;
	int fd = -1;

	*guard = GUARD_POLL;
	if (fstat(STDERR_FILENO, &st) < 0)
		return STDERR_FILENO;
	if (S_ISSOCK(st.st_mode))
		*guard = GUARD_SEND;
	else if (S_ISFIFO(st.st_mode))
		fd = open("/proc/self/fd/2",
		    O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return STDERR_FILENO;
	*guard = GUARD_NONBLOCK;
	return fd;
}

int
log_open(const char *path, struct err *e)
{
	enum guard guard = GUARD_NONBLOCK;
	int fd;

	if (path != NULL) {
		if (strlen(path) >= sizeof(sink.path))
			return err_set(e, ERR_CONFIG, "log path is too long");
		fd = open_sink(path, e);
		if (fd < 0)
			return -1;
		memcpy(sink.path, path, strlen(path) + 1);
	} else {
		sink.path[0] = '\0';
		fd = open_stderr(&guard);
	}
	if (sink.fd != STDERR_FILENO)
		close(sink.fd);
	sink.fd = fd;
	sink.guard = guard;
	sink.torn = false;
	return 0;
}

int
log_reopen(struct err *e)
{
	int fd, rc = 0;

	if (sink.path[0] == '\0')
		return 0;
	fd = open_sink(sink.path, e);
	if (fd < 0)
		return -1;
	/* Under the same number in one step: a thread that writes meanwhile
	 * must not hit what has taken the number since. */
	if (dup3(fd, sink.fd, O_CLOEXEC) < 0)
		rc = err_sys(e, ERR_IO, "cannot reopen the log %s", sink.path);
	else
		sink.torn = false;
	close(fd);
	return rc;
}

int
log_fd(void)
{
	return sink.fd;
}

void
log_configure(enum log_level min, enum log_format format)
{
	sink.min = min;
	sink.format = format;
}

void
log_set_process(const char *name)
{
	snprintf(sink.process, sizeof(sink.process), "%s", name);
}

bool
log_enabled(enum log_level level)
{
	return level >= sink.min;
}

uint64_t
log_dropped(void)
{
	return atomic_load_explicit(&sink.dropped, memory_order_relaxed);
}

void
log_count_dropped(_Atomic uint64_t *word)
{
	sink.dropped_too = word;
}

bool
log_level_parse(struct str s, enum log_level *out)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (str_ieq(s, str_of(level_names[i]))) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* --- lines --------------------------------------------------------------- */

/* A line that is too long is written again with its texts cut to these
 * lengths. */
static const size_t text_limits[] = { 1024, 128, 16 };

struct event {
	enum log_level level;
	const char *target;
	const char *message;
	const struct log_field *fields;
	size_t n;
	size_t limit;
};

static void
write_timestamp(struct buf *line)
{
	date_format_rfc3339(line, clock_wall_us(), true, 0);
}

/* Escaped as in JSON; "..." shows where it was cut. */
static void
write_escaped(struct buf *line, struct str s, size_t limit)
{
	size_t n = MIN(s.n, limit);

	while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	jsonw_escape(line, str_make(s.p, n));
	if (n < s.n)
		buf_adds(line, "...");
}

static void
write_quoted(struct buf *line, struct str s, size_t limit)
{
	buf_addc(line, '"');
	write_escaped(line, s, limit);
	buf_addc(line, '"');
}

static void
write_text_json(struct jsonw *w, const char *name, struct str s, size_t limit)
{
	struct buf text = BUF_INIT;

	write_quoted(&text, s, limit);
	jsonw_key(w, name);
	jsonw_raw(w, buf_str(&text));
	buf_free(&text);
}

static void
write_field_json(struct jsonw *w, const struct log_field *f, size_t limit)
{
	if (f->type == LOG_F_STR) {
		write_text_json(w, f->name, f->v.s, limit);
		return;
	}
	jsonw_key(w, f->name);
	if (f->type == LOG_F_INT)
		jsonw_int(w, f->v.i);
	else
		jsonw_fixed(w, f->v.d, 6);
}

static void
write_json(struct buf *line, const struct event *ev)
{
	static const char *const names[] = { "DEBUG", "INFO", "INFO", "WARN",
		"ERROR", "ERROR" };
	struct buf time = BUF_INIT;
	char where[64];
	struct jsonw w;

	write_timestamp(&time);
	jsonw_init(&w, line);
	jsonw_object(&w);
	jsonw_kv_str(&w, "timestamp", buf_str(&time));
	jsonw_kv_cstr(&w, "level", names[ev->level]);
	snprintf(where, sizeof(where), "pierre_mcp_server::%s", ev->target);
	jsonw_kv_cstr(&w, "target", where);
	write_text_json(&w, "message", str_of(ev->message), ev->limit);
	jsonw_kv_object(&w, "fields");
	if (ev->level == LOG_ALERT)
		jsonw_kv_bool(&w, "alert", true);
	jsonw_kv_cstr_opt(&w, "process", sink.process);
	jsonw_kv_int(&w, "pid", getpid());
	for (size_t i = 0; i < ev->n; i++)
		write_field_json(&w, &ev->fields[i], ev->limit);
	jsonw_end_object(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	buf_free(&time);
}

/* Quoted as in JSON when it holds a space, a quote or a control byte. */
static void
write_text_value(struct buf *line, struct str s, size_t limit)
{
	bool plain = s.n > 0;

	for (size_t i = 0; i < s.n && plain; i++)
		plain = (unsigned char)s.p[i] > ' ' && s.p[i] != '"' &&
			s.p[i] != '\\' && s.p[i] != '=' &&
			(unsigned char)s.p[i] < 0x7f;
	if (plain)
		write_escaped(line, s, limit);
	else
		write_quoted(line, s, limit);
}

static void
write_text(struct buf *line, const struct event *ev)
{
	write_timestamp(line);
	buf_printf(line, " %-6s %s[%d] %s: ", level_names[ev->level],
	    sink.process[0] != '\0' ? sink.process : "pierre", (int)getpid(),
	    ev->target);
	write_escaped(line, str_of(ev->message), ev->limit);
	for (size_t i = 0; i < ev->n; i++) {
		const struct log_field *f = &ev->fields[i];

		buf_printf(line, " %s=", f->name);
		if (f->type == LOG_F_STR)
			write_text_value(line, f->v.s, ev->limit);
		else if (f->type == LOG_F_INT)
			buf_printf(line, "%lld", (long long)f->v.i);
		else
			buf_printf(line, "%.6g", f->v.d);
	}
}

static void
compose(struct buf *line, struct event *ev)
{
	for (size_t i = 0; i < ARRAY_LEN(text_limits); i++) {
		ev->limit = text_limits[i];
		buf_clear(line);
		if (sink.format == LOG_JSON)
			write_json(line, ev);
		else
			write_text(line, ev);
		if (line->n < LINE_MAX_BYTES)
			break;
	}
	line->n = MIN(line->n, LINE_MAX_BYTES - 1);
	buf_addc(line, '\n');
}

static bool
sink_is_ready(void)
{
	struct pollfd p = { .fd = sink.fd, .events = POLLOUT };

	if (sink.guard != GUARD_POLL)
		return true;
	return poll(&p, 1, 0) > 0 && (p.revents & POLLOUT) != 0;
}

static ssize_t
write_some(struct str text)
{
	ssize_t done;

	do {
		if (sink.guard == GUARD_SEND)
			done = send(sink.fd, text.p, text.n,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
		else
			done = write(sink.fd, text.p, text.n);
	} while (done < 0 && errno == EINTR);
	return done;
}

/* A disk that is full may take a part of a line: what comes next begins on a
 * line of its own. */
static bool
write_line(struct str line)
{
	ssize_t done;

	if (!sink_is_ready() || (sink.torn && write_some(STR("\n")) != 1))
		return false;
	done = write_some(line);
	sink.torn = done > 0 && done < (ssize_t)line.n;
	return done == (ssize_t)line.n;
}

static void
count_dropped(void)
{
	_Atomic uint64_t *too = sink.dropped_too;

	atomic_fetch_add_explicit(&sink.dropped, 1, memory_order_relaxed);
	if (too != NULL)
		atomic_fetch_add_explicit(too, 1, memory_order_relaxed);
}

void
log_event(enum log_level level, const char *target, const char *message,
    const struct log_field *fields, size_t n)
{
	struct event ev = { level, target, message, fields, n, 0 };
	struct buf line = BUF_INIT;
	int saved = errno;

	if (!log_enabled(level))
		return;
	compose(&line, &ev);
	if (!write_line(buf_str(&line)))
		count_dropped();
	buf_free(&line);
	errno = saved;
}

void
log_msg(enum log_level level, const char *target, const char *fmt, ...)
{
	char message[1024];
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	log_event(level, target, message, NULL, 0);
}

void
log_err(enum log_level level, const char *target, const char *what,
    const struct err *e)
{
	char message[512];

	if (!log_enabled(level))
		return;
	snprintf(message, sizeof(message), "%s: %s", what, e->msg);
	log_with(level, target, message, F_STR("code", err_name(e->code)));
}

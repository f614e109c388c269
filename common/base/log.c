#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/jsonw.h"

#define LINE_MAX_BYTES 16384 /* under PIPE_BUF lines are atomic on pipes */

static struct {
	int fd;
	char path[PATH_MAX];
	enum log_level min;
	enum log_format format;
	char process[32];
	atomic_uint_fast64_t dropped;
} sink = { .fd = STDERR_FILENO, .min = LOG_INFO };

static const char *const level_names[] = { "debug", "info", "notice", "warn",
	"error", "alert" };

/* --- the sink --------------------------------------------------------------- */

static int
open_sink(const char *path, struct err *e)
{
	int fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
	    0640);

	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "cannot open the log %s", path);
	return fd;
}

int
log_open(const char *path, struct err *e)
{
	int fd = STDERR_FILENO;

	if (path != NULL) {
		if (strlen(path) >= sizeof(sink.path))
			return err_set(e, ERR_CONFIG, "log path is too long");
		fd = open_sink(path, e);
		if (fd < 0)
			return -1;
		memcpy(sink.path, path, strlen(path) + 1);
	} else {
		sink.path[0] = '\0';
	}
	if (sink.fd != STDERR_FILENO)
		close(sink.fd);
	sink.fd = fd;
	return 0;
}

int
log_reopen(struct err *e)
{
	int fd;

	if (sink.path[0] == '\0')
		return 0;
	fd = open_sink(sink.path, e);
	if (fd < 0)
		return -1;
	close(sink.fd);
	sink.fd = fd;
	return 0;
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

const char *
log_level_name(enum log_level level)
{
	return level_names[level];
}

/* --- lines ------------------------------------------------------------------ */

static void
write_timestamp(struct buf *line)
{
	date_format_rfc3339(line, clock_wall_us(), true, 0);
}

static void
write_field_json(struct jsonw *w, const struct log_field *f)
{
	jsonw_key(w, f->name);
	if (f->type == LOG_F_STR)
		jsonw_str(w, f->v.s);
	else if (f->type == LOG_F_INT)
		jsonw_int(w, f->v.i);
	else
		jsonw_fixed(w, f->v.d, 6);
}

static void
write_json(struct buf *line, enum log_level level, const char *target,
    const char *message, const struct log_field *fields, size_t n)
{
	static const char *const names[] = { "DEBUG", "INFO", "INFO", "WARN",
		"ERROR", "ERROR" };
	char where[64];
	struct jsonw w;

	jsonw_init(&w, line);
	jsonw_object(&w);
	jsonw_key(&w, "timestamp");
	buf_addc(line, '"');
	write_timestamp(line);
	buf_addc(line, '"');
	w.have_key = false;
	jsonw_kv_cstr(&w, "level", names[level]);
	snprintf(where, sizeof(where), "pierre_mcp_server::%s", target);
	jsonw_kv_cstr(&w, "target", where);
	jsonw_kv_cstr(&w, "message", message);
	jsonw_kv_object(&w, "fields");
	if (level == LOG_ALERT)
		jsonw_kv_bool(&w, "alert", true);
	jsonw_kv_cstr_opt(&w, "process", sink.process);
	jsonw_kv_int(&w, "pid", getpid());
	for (size_t i = 0; i < n; i++)
		write_field_json(&w, &fields[i]);
	jsonw_end_object(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
}

/* Quoted as in JSON when it holds a space, a quote or a control byte. */
static void
write_text_value(struct buf *line, struct str s)
{
	bool plain = s.n > 0;

	for (size_t i = 0; i < s.n && plain; i++)
		plain = (unsigned char)s.p[i] > ' ' && s.p[i] != '"' &&
		    s.p[i] != '\\' && s.p[i] != '=' &&
		    (unsigned char)s.p[i] < 0x7f;
	if (plain) {
		buf_addstr(line, s);
		return;
	}
	buf_addc(line, '"');
	jsonw_escape(line, s);
	buf_addc(line, '"');
}

static void
write_text(struct buf *line, enum log_level level, const char *target,
    const char *message, const struct log_field *fields, size_t n)
{
	write_timestamp(line);
	buf_printf(line, " %-6s %s[%d] %s: ", level_names[level],
	    sink.process[0] != '\0' ? sink.process : "pierre", (int)getpid(),
	    target);
	jsonw_escape(line, str_of(message));
	for (size_t i = 0; i < n; i++) {
		buf_printf(line, " %s=", fields[i].name);
		if (fields[i].type == LOG_F_STR)
			write_text_value(line, fields[i].v.s);
		else if (fields[i].type == LOG_F_INT)
			buf_printf(line, "%lld", (long long)fields[i].v.i);
		else
			buf_printf(line, "%.6g", fields[i].v.d);
	}
}

void
log_event(enum log_level level, const char *target, const char *message,
    const struct log_field *fields, size_t n)
{
	struct buf line = BUF_INIT;
	int saved = errno;
	ssize_t done;

	if (!log_enabled(level))
		return;
	if (sink.format == LOG_JSON)
		write_json(&line, level, target, message, fields, n);
	else
		write_text(&line, level, target, message, fields, n);
	if (line.n > LINE_MAX_BYTES - 1)
		line.n = LINE_MAX_BYTES - 1;
	buf_addc(&line, '\n');
	do
		done = write(sink.fd, line.p, line.n);
	while (done < 0 && errno == EINTR);
	if (done != (ssize_t)line.n)
		atomic_fetch_add_explicit(&sink.dropped, 1,
		    memory_order_relaxed);
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

#ifndef BASE_LOG_H
#define BASE_LOG_H

/* One line, one write(2): text, or JSON as
 * {"timestamp","level","target","message","fields":{}}.  Fields are typed
 * values, so nothing has to be escaped by the caller and a secret type has no
 * way in.  A sink that blocks or is full never stops service: the line is
 * dropped and counted. */

#include "base/err.h"
#include "base/str.h"

enum log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_NOTICE,
	LOG_WARN,
	LOG_ERROR,
	LOG_ALERT, /* a bug of ours; fails any test */
};

enum log_format { LOG_TEXT, LOG_JSON };

struct log_field {
	const char *name;
	enum { LOG_F_STR, LOG_F_INT, LOG_F_DOUBLE } type;
	union {
		struct str s;
		int64_t i;
		double d;
	} v;
};

#define F_STR(name, cstr)                                                      \
	((struct log_field){ name, LOG_F_STR, { .s = str_of(cstr) } })
#define F_SLICE(name, slice)                                                   \
	((struct log_field){ name, LOG_F_STR, { .s = (slice) } })
#define F_INT(name, val) ((struct log_field){ name, LOG_F_INT, { .i = (val) } })
#define F_DOUBLE(name, val)                                                    \
	((struct log_field){ name, LOG_F_DOUBLE, { .d = (val) } })

/* path NULL: standard error.  Opens with O_APPEND, mode 0640.  A pipe with a
 * name need not have a reader yet. */
NODISCARD int log_open(const char *path, struct err *e);
/* Open the same path again (after rotation), under the same descriptor: what
 * other threads write meanwhile goes to the old file or the new.  On failure
 * the old stays. */
NODISCARD int log_reopen(struct err *e);
/* The descriptor that lines go to. */
int log_fd(void);
void log_configure(enum log_level min, enum log_format format);
/* How this process is called in its lines, as "worker 3"; copied. */
void log_set_process(const char *name);
bool log_enabled(enum log_level level);
/* Lines dropped by this process because the sink did not take them. */
uint64_t log_dropped(void);
/* Add each of them to this word too, from now on; NULL: no more. */
void log_count_dropped(_Atomic uint64_t *word);
NODISCARD bool log_level_parse(struct str s, enum log_level *out);

/* target: the room, as "http" or "mcp"; JSON shows it as
 * "pierre_mcp_server::http". */
void log_event(enum log_level level, const char *target, const char *message,
    const struct log_field *fields, size_t n);
void log_msg(enum log_level level, const char *target, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* "what: message", with the error's code as a field. */
void log_err(enum log_level level, const char *target, const char *what,
    const struct err *e);

/* log_with(LOG_INFO, "mcp", "Tool execution completed",
 *     F_STR("tool_name", name), F_INT("duration_ms", ms)); */
#define log_with(level, target, message, ...)                                  \
	do {                                                                   \
		if (log_enabled(level)) {                                      \
			const struct log_field log_f_[] = { __VA_ARGS__ };     \
			log_event(level, target, message, log_f_,              \
			    ARRAY_LEN(log_f_));                                \
		}                                                              \
	} while (0)

#endif

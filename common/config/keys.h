#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

/* The table behind conf.h, for the files of this folder. */

#include "base/err.h"
#include "config/conf.h"

enum conf_type {
	CONF_BOOL,
	CONF_INT,
	CONF_TIME,
	CONF_SIZE,
	CONF_STR,
	CONF_PATH,
	CONF_SECRET,
	CONF_ENUM,
	CONF_LIST,
};

enum conf_reload { CONF_RELOAD, CONF_RESTART };

enum conf_origin { CONF_FROM_DEFAULT, CONF_FROM_FILE, CONF_FROM_ENV };

struct conf_key {
	const char *name;
	enum conf_type type;
	size_t offset; /* in struct conf */
	const char *def;
	const char *low;
	const char *high;
	const char *env;
	enum conf_reload reload;
	const char *about;
};

enum conf_key_index {
#define KEY(name, field, type, def, low, high, env, reload, about)             \
	CONF_KEY_##field,
#include "config/keys.def"
#undef KEY
	CONF_KEY_COUNT
};

extern const struct conf_key conf_keys[CONF_KEY_COUNT];

/* A variable of the environment, or of the file .env. */
struct conf_variable {
	struct str name;
	struct str value; /* STR_NULL: there is no such variable */
	size_t line;	  /* in .env; 0: of the environment */
};

struct conf_dotenv {
	const char *path;
	struct conf_variable *v;
	size_t n;
};

/* A configuration while it is read. */
struct conf_reader {
	struct conf *conf;
	const char *file;
	struct buf *errors;
	unsigned n_errors;
	enum conf_origin origin[CONF_KEY_COUNT];
	/* Where a key was set, as conf_complain names it; no line: not there.
	 */
	struct conf_place {
		const char *where;
		size_t line, column;
	} place[CONF_KEY_COUNT];
	struct conf_dotenv dotenv;
	bool no_secrets; /* they keep their defaults */
};

/* Note "file:line:column: what: reason"; line 0 leaves the position out. */
void conf_complain(struct conf_reader *r, const char *where, size_t line,
    size_t column, const char *fmt, ...) PRINTF_LIKE(5, 6);
/* The same of a key's value: where it stands in a file, or the variable that
 * it came from. */
void conf_complain_of(struct conf_reader *r, enum conf_key_index i,
    const char *fmt, ...) PRINTF_LIKE(3, 4);
const struct conf_key *conf_key_find(struct str name);
/* The name nearest to one that does not exist: a key's for "section.key", a
 * section's for a name without a dot; STR_NULL when none is near. */
struct str conf_key_nearest(struct str name);

/* Set a key from text.  bare_time_ok: "30" is thirty seconds. */
int conf_set(struct conf *c, const struct conf_key *k, struct str text,
    bool bare_time_ok, struct err *e);
/* Set a LIST key from its items. */
int conf_set_list(struct conf *c, const struct conf_key *k,
    const struct str *items, size_t n, struct err *e);
/* Replace ${NAME} and a leading file:PATH; the result is the arena's. */
int conf_expand(
    struct conf_reader *r, struct str text, struct str *out, struct err *e);
/* Text form that conf_set reads back to the same value. */
void conf_format(
    const struct conf *c, const struct conf_key *k, struct buf *out);
bool conf_same(
    const struct conf *a, const struct conf *b, const struct conf_key *k);

/* server.listen and tls as a whole; and listen_text. */
void conf_check_listen(struct conf_reader *r);
/* mail as a whole. */
void conf_check_mail(struct conf_reader *r);
void conf_check_names(struct conf_reader *r);
int conf_read_yaml(struct conf_reader *r, const char *path);
void conf_read_env(struct conf_reader *r);
/* Read .env in the directory of r->file, where there is one. */
void conf_read_dotenv(struct conf_reader *r);
/* A variable of the environment, else of .env, without a comment behind it.
 * Where the environment has no more than what .env says, .env is named. */
struct conf_variable conf_variable(struct conf_reader *r, const char *name);

static inline void *
conf_field(const struct conf *c, const struct conf_key *k)
{
	return (char *)(uintptr_t)c + k->offset;
}

#endif

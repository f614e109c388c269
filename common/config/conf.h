#ifndef CONFIG_CONF_H
#define CONFIG_CONF_H

/* The configuration: one YAML file, environment variables over it, defaults
 * under it; all three by the one table keys.def. Read whole or not at all. */

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define CONF_DEFAULT_PATH "/etc/pierre-mcp/pierre.yaml"

struct conf_list {
	size_t n;
	const char **item;
};

/* C types of the key types; times are microseconds, sizes bytes. */
#define CONF_C_BOOL   bool
#define CONF_C_INT    int64_t
#define CONF_C_TIME   int64_t
#define CONF_C_SIZE   int64_t
#define CONF_C_STR    const char *
#define CONF_C_PATH   const char *
#define CONF_C_SECRET const char *
#define CONF_C_ENUM   const char *
#define CONF_C_LIST   struct conf_list

struct conf {
#define KEY(name, field, type, def, low, high, env, reload, about)             \
	CONF_C_##type field;
#include "config/keys.def"
#undef KEY
	struct arena *arena;
	const char *path;	 /* file it came from, "" when there was none */
	const char *listen_text; /* server.listen on one line */
	/* What conf_keep_restart_keys() has named, or NULL. */
	const char *waiting;
	/* What conf_read_tls() has read; empty before. */
	struct str tls_certificate_pem;
	struct str tls_key_pem;
	/* By key of the table: the variable that set it, or NULL. */
	const char **from;
};

/* Read `path`; NULL: the default path, which may be absent.  Paths become
 * absolute.  NULL on failure, and `errors` gets a line for each thing wrong:
 * "file:line:column: key: reason". */
struct conf *conf_load(const char *path, struct buf *errors);
/* The same without the secrets, which are neither read nor checked: for who
 * only speaks to a running server and may not be allowed to read them. */
struct conf *conf_load_public(const char *path, struct buf *errors);
void conf_free(struct conf **c);

/* Read the files of tls.certificate and tls.key, where they are set: once, by
 * who may, so that all processes of a configuration have the same pair, and
 * those without privileges need not read them.  ERR_CONFIG. */
NODISCARD int conf_read_tls(struct conf *c, struct err *e);
/* Whether server.data_dir is a directory, or can become one, and log.file
 * stands in one; nothing is made.  ERR_CONFIG. */
NODISCARD int conf_check_paths(const struct conf *c, struct err *e);

/* What is in force, as a YAML file with the origin of each value; secrets are
 * masked. */
void conf_print(const struct conf *c, FILE *out);
/* The rows of the table in pierre.yaml(5). */
void conf_print_mdoc(FILE *out);

/* Carry over from `old` what only a restart may change; c->waiting gets the
 * comma-separated names of the keys whose new value has to wait, if any. */
void conf_keep_restart_keys(struct conf *c, const struct conf *old);

/* Let this process log by log.level and log.format. */
void conf_configure_log(const struct conf *c);

#define CONF_LISTEN_MAX	 16
#define CONF_LISTEN_NAME 128

/* An item of server.listen. */
struct conf_listener {
	char name[CONF_LISTEN_NAME]; /* "::1 port 8081" or "unix:/path" */
	const char *path;	     /* in name; NULL: an address */
	struct str host;	     /* a slice of c->listen */
	int port;
	bool tls;
	bool proxy; /* the PROXY protocol comes first */
};

/* Item i; what conf_load() took does not fail.  Not to be copied: path points
 * into it. */
int conf_listener(
    const struct conf *c, size_t i, struct conf_listener *out, struct err *e);
/* The address of mail.from, a slice of it. */
struct str conf_mail_sender(const struct conf *c);
/* Whether database.url names PostgreSQL. */
bool conf_uses_postgres(const struct conf *c);
/* Worker processes, with 0 resolved to the processors there are. */
unsigned conf_worker_count(const struct conf *c);
/* Make the data directory, for the owner alone, and those above it. */
NODISCARD int conf_make_data_dir(const struct conf *c, struct err *e);
/* Path of a file in the data directory. */
char *conf_data_path(struct arena *a, const struct conf *c, const char *name);

#endif

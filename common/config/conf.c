#include "config/conf.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "config/keys.h"

static void
set_defaults(struct conf *c)
{
	struct err e = ERR_INIT;

	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		if (conf_set(c, &conf_keys[i], str_of(conf_keys[i].def), false,
			&e) < 0)
			BUG(e.msg);
	}
}

/* --- what one key alone cannot say --------------------------------------- */

static void
check_database(struct conf_reader *r)
{
	const struct conf *c = r->conf;
	struct str url = str_of(c->database_url);

	if (conf_uses_postgres(c)) {
		if (c->pg_min_connections > c->pg_max_connections)
			conf_complain_of(r, CONF_KEY_pg_min_connections,
			    "must not be above database.max_connections");
		if (c->workers + 1 > c->pg_max_connections)
			conf_complain_of(r, CONF_KEY_pg_max_connections,
			    "must be above server.workers: each needs one and "
			    "the keeper another");
	} else if (url.n > 0 && !str_starts(url, STR("sqlite:"))) {
		/* Not the URL itself: it may hold a password. */
		conf_complain_of(r, CONF_KEY_database_url,
		    "is neither sqlite:PATH nor postgresql://...");
	}
}

static void
check_master_key(
    struct conf_reader *r, const char *text, enum conf_key_index which)
{
	struct buf key = BUF_INIT;

	if (text[0] == '\0')
		return;
	if (!dec_base64(&key, str_of(text)) || key.n != 32)
		conf_complain_of(r, which,
		    "must be 32 bytes in base64 (openssl rand -base64 32)");
	buf_wipe(&key);
}

/* "10.0.0.0/8", "::1". */
static bool
is_network(struct str s)
{
	struct str prefix, address = str_cut(s, '/', &prefix);
	char text[INET6_ADDRSTRLEN];
	unsigned char bytes[16];
	uint64_t bits = 0;
	bool v4;

	if (address.n >= sizeof(text))
		return false;
	memcpy(text, address.p, address.n);
	text[address.n] = '\0';
	v4 = inet_pton(AF_INET, text, bytes) == 1;
	if (!v4 && inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	return prefix.p == NULL ||
	       (str_to_u64(prefix, &bits) && bits <= (v4 ? 32 : 128));
}

static void
check_proxies(struct conf_reader *r)
{
	const struct conf_list *list = &r->conf->trusted_proxies;

	for (size_t i = 0; i < list->n; i++) {
		if (!is_network(str_of(list->item[i])))
			conf_complain_of(r, CONF_KEY_trusted_proxies,
			    "\"%s\" is not an address or a network such as "
			    "10.0.0.0/8",
			    list->item[i]);
	}
}

static void
check_tls(struct conf_reader *r)
{
	const struct conf *c = r->conf;

	if (c->tls_certificate[0] != '\0' && c->tls_key[0] == '\0')
		conf_complain_of(
		    r, CONF_KEY_tls_certificate, "needs tls.key beside it");
	if (c->tls_key[0] != '\0' && c->tls_certificate[0] == '\0')
		conf_complain_of(
		    r, CONF_KEY_tls_key, "needs tls.certificate beside it");
}

static void
check_whole(struct conf_reader *r)
{
	conf_check_listen(r);
	conf_check_names(r);
	check_database(r);
	check_master_key(r, r->conf->master_key, CONF_KEY_master_key);
	check_master_key(
	    r, r->conf->former_master_key, CONF_KEY_former_master_key);
	check_proxies(r);
	conf_check_mail(r);
	check_tls(r);
}

/* --- the interface ------------------------------------------------------- */

static struct conf *
load(const char *path, bool no_secrets, struct buf *errors)
{
	struct arena *a = arena_new_secret();
	struct conf *c = arena_one(a, struct conf);
	struct conf_reader r = {
		.conf = c, .errors = errors, .no_secrets = no_secrets
	};
	struct stat st;

	c->arena = a;
	c->from = arena_zalloc(a, CONF_KEY_COUNT * sizeof(*c->from));
	set_defaults(c);
	/* One that may not be read is told below. */
	if (path == NULL &&
	    (stat(CONF_DEFAULT_PATH, &st) == 0 || errno == EACCES))
		path = CONF_DEFAULT_PATH;
	c->path = path != NULL ? arena_strdup(a, path) : "";
	r.file = path != NULL ? c->path : CONF_DEFAULT_PATH;
	conf_read_dotenv(&r);
	if (path == NULL)
		r.file = "environment";
	if (path == NULL || conf_read_yaml(&r, path) == 0) {
		conf_read_env(&r);
		check_whole(&r);
	}
	if (r.n_errors > 0)
		conf_free(&c);
	return c;
}

struct conf *
conf_load(const char *path, struct buf *errors)
{
	return load(path, false, errors);
}

struct conf *
conf_load_public(const char *path, struct buf *errors)
{
	return load(path, true, errors);
}

void
conf_free(struct conf **c)
{
	struct arena *a;

	if (*c == NULL)
		return;
	a = (*c)->arena;
	*c = NULL;
	arena_free(&a);
}

void
conf_keep_restart_keys(struct conf *c, const struct conf *old)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		const struct conf_key *k = &conf_keys[i];
		struct buf text = BUF_INIT;

		if (k->reload != CONF_RESTART || conf_same(c, old, k))
			continue;
		buf_printf(&names, "%s%s", names.n > 0 ? ", " : "", k->name);
		conf_format(old, k, &text);
		if (conf_set(c, k, buf_str(&text), false, NULL) < 0)
			BUG("a value in force cannot be set again");
		wipe(text.p, text.n);
		buf_free(&text);
	}
	if (names.n > 0)
		c->waiting = arena_strdup(c->arena, buf_cstr(&names));
	buf_free(&names);
}

bool
conf_uses_postgres(const struct conf *c)
{
	struct str url = str_of(c->database_url);

	return str_starts(url, STR("postgresql://")) ||
	       str_starts(url, STR("postgres://"));
}

unsigned
conf_worker_count(const struct conf *c)
{
	long n = c->workers;

	if (n == 0) {
		n = sysconf(_SC_NPROCESSORS_ONLN);
		/* Each needs a connection, and so does the keeper. */
		if (conf_uses_postgres(c))
			n = MIN(n, c->pg_max_connections - 1);
	}
	return (unsigned)MAX(1, MIN(n, 64));
}

static int
no_data_dir(const struct conf *c, const char *verb, struct err *e)
{
	return err_set(e, ERR_CONFIG,
	    "server.data_dir: cannot %s %s: %s; PIERRE_DATA_DIR or the "
	    "configuration may name another directory",
	    verb, c->data_dir, strerror(errno));
}

void
conf_configure_log(const struct conf *c)
{
	bool json = strcmp(c->log_format, "json") == 0;
	enum log_level level;

	CHECK(log_level_parse(str_of(c->log_level), &level));
	log_configure(level, json ? LOG_JSON : LOG_TEXT);
}

int
conf_make_data_dir(const struct conf *c, struct err *e)
{
	struct arena *a = arena_new();
	char *path = arena_strdup(a, c->data_dir);
	int r = 0;

	for (char *p = path + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			break; /* the last one says why */
		*p = '/';
	}
	if (mkdir(c->data_dir, 0700) < 0 && errno != EEXIST)
		r = no_data_dir(c, "make", e);
	else if (access(c->data_dir, R_OK | W_OK | X_OK) < 0)
		r = no_data_dir(c, "use", e);
	arena_free(&a);
	return r;
}

char *
conf_data_path(struct arena *a, const struct conf *c, const char *name)
{
	return arena_printf(a, "%s/%s", c->data_dir, name);
}

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "auth/accounts.h"
#include "auth/keytree.h"
#include "auth/reencrypt.h"
#include "base/date.h"
#include "base/log.h"
#include "command/command.h"
#include "config/conf.h"

/* pierrectl keys: the key tree of a database, while its server runs or not. */

/* What was done is done, whether the audit trail can be told or not.  The
 * accounts are open: what can fail is tried before. */
static void
note(struct command *c, enum audit_action what, const char *object)
{
	struct origin from = origin_of_command();
	struct audit_note n = { .action = what, .object = object };
	struct err e = ERR_INIT;

	if (audit_note_alone(accounts_audit(c->accounts), c->db, c->arena,
		&from, &n, &e) < 0)
		log_err(LOG_WARN, "keys", "noting it in the audit trail", &e);
}

/* --- status -------------------------------------------------------------- */

/* How many values of all columns a data key has sealed. */
static int
count_of(struct command *c, const struct uuid *id, int64_t *n_r, struct err *e)
{
	struct sealed_count *counts;
	size_t n;

	*n_r = 0;
	for (int i = 0; i < SEALED_COLUMN_COUNT; i++) {
		if (sealed_count(c->db, c->arena, i, &counts, &n, e) < 0)
			return -1;
		for (size_t j = 0; j < n; j++) {
			if (uuid_eq(&counts[j].key_id, id))
				*n_r += counts[j].n;
		}
	}
	return 0;
}

static int
print_key(struct command *c, const struct data_key_row *row, struct err *e)
{
	char id[UUID_TEXT_LEN + 1];
	struct buf times = BUF_INIT;
	int64_t n;

	if (count_of(c, &row->id, &n, e) < 0)
		return -1;
	uuid_format(&row->id, id);
	buf_adds(&times, "made ");
	date_format_rfc3339(&times, row->created_us, false, 0);
	if (!row->is_active) {
		buf_adds(&times, ", retired ");
		date_format_rfc3339(&times, row->retired_us, false, 0);
	}
	printf("data key %s %-7s seals %lld value%s, %s\n", id,
	    row->is_active ? "active" : "retired", (long long)n,
	    n == 1 ? "" : "s", buf_cstr(&times));
	buf_free(&times);
	return 0;
}

int
command_keys_status(struct command *c, struct err *e)
{
	struct masterkey *master;
	struct data_key_row *rows;
	int64_t left;
	size_t n;

	if (command_args(c, 0, e) < 0 ||
	    (master = masterkey_open(c->conf, c->db, e)) == NULL)
		return -1;
	masterkey_free(&master);
	if (data_keys_list(c->db, c->arena, &rows, &n, e) < 0 ||
	    reencrypt_left(c->db, &left, e) < 0)
		return -1;
	puts("the master key is the database's");
	for (size_t i = 0; i < n; i++) {
		if (print_key(c, &rows[i], e) < 0)
			return -1;
	}
	if (left > 0)
		printf("%lld values are sealed by retired keys: pierrectl keys "
		       "reencrypt seals them anew\n",
		    (long long)left);
	return 0;
}

/* --- rotate, reencrypt --------------------------------------------------- */

int
command_keys_rotate(struct command *c, struct err *e)
{
	struct masterkey *master;
	char text[UUID_TEXT_LEN + 1];
	struct uuid id;
	int rc;

	if (command_args(c, 0, e) < 0 || command_accounts(c, e) == NULL ||
	    (master = masterkey_open(c->conf, c->db, e)) == NULL)
		return -1;
	rc = keytree_rotate(master, c->db, &id, e);
	masterkey_free(&master);
	if (rc < 0)
		return -1;
	uuid_format(&id, text);
	note(c, AUDIT_DATA_KEY, text);
	printf("data key %s is in force\n", text);
	return 0;
}

static void
show_progress(UNUSED void *arg, int64_t done, int64_t all)
{
	command_progress(
	    "sealing anew", (unsigned)MIN(done, all), (unsigned)MAX(all, 1));
}

/* Until no value is left, unless others turn the keys all the time. */
static int
reencrypt_all(struct command *c, struct reencrypted *sum, struct err *e)
{
	int64_t left;

	if (reencrypt_left(c->db, &left, e) < 0)
		return -1;
	for (int round = 0; round < 10 && left > 0; round++) {
		struct keyring *keys = keyring_open(c->conf, c->db, NULL, e);
		struct reencrypted done = { 0 };
		int rc = keys != NULL ? reencrypt(keys, c->db, show_progress,
					    NULL, &done, e)
				      : -1;

		keyring_free(&keys);
		if (rc < 0 || reencrypt_left(c->db, &left, e) < 0)
			return -1;
		sum->sealed += done.sealed;
	}
	return left == 0 ? 0
			 : err_set(e, ERR_CONFLICT,
			       "%lld values are still sealed by retired keys: "
			       "the keys change too fast",
			       (long long)left);
}

int
command_keys_reencrypt(struct command *c, struct err *e)
{
	struct reencrypted sum = { 0 };
	struct masterkey *master;
	int rc;

	if (command_args(c, 0, e) < 0 ||
	    (master = masterkey_open(c->conf, c->db, e)) == NULL)
		return -1;
	masterkey_free(&master);
	rc = reencrypt_all(c, &sum, e);
	command_progress_clear();
	if (rc == 0)
		printf("%lld values sealed anew; all are sealed by the data "
		       "key in force\n",
		    (long long)sum.sealed);
	return rc;
}

/* --- rekey --------------------------------------------------------------- */

static int
change_master(struct command *c, const struct masterkey *old,
    const struct masterkey *fresh, struct err *e)
{
	size_t n;

	if (keytree_rekey(old, fresh, c->db, &n, e) < 0)
		return -1;
	note(c, AUDIT_MASTER_KEY, NULL);
	printf("%zu data key%s sealed by the new master key\n", n,
	    n == 1 ? "" : "s");
	return 0;
}

/* The key is in the configuration, and the one before it is there too, by which
 * the database was opened. */
static int
rekey_configured(struct command *c, const struct masterkey *present,
    const struct masterkey *configured, struct err *e)
{
	if (masterkey_equal(present, configured)) {
		puts(
		    "security.master_key is the database's master key already");
		return 0;
	}
	if (change_master(c, present, configured, e) < 0)
		return -1;
	puts("security.former_master_key is not needed any more");
	return 0;
}

/* The key is in a file.  The new one waits beside it while the database
 * changes, so that one of both fits at any moment. */
static int
rekey_file(struct command *c, const struct masterkey *present,
    const struct masterkey *configured, const struct masterkey *fresh,
    struct err *e)
{
	if (!masterkey_equal(present, configured)) {
		if (masterkey_settle(c->conf, e) < 0)
			return -1;
		puts("an earlier change of the master key was completed");
		return 0;
	}
	if (masterkey_stage(c->conf, fresh, e) < 0 ||
	    change_master(c, present, fresh, e) < 0 ||
	    masterkey_settle(c->conf, e) < 0)
		return -1;
	printf(
	    "%s/" MASTERKEY_FILE " holds it: keep a copy\n", c->conf->data_dir);
	return 0;
}

static int
rekey(struct command *c, const char *path, struct err *e)
{
	struct masterkey *present = masterkey_open(c->conf, c->db, e);
	struct masterkey *configured =
	    present != NULL ? masterkey_configured(c->conf, e) : NULL;
	struct masterkey *fresh = NULL;
	int rc = -1;

	if (configured != NULL)
		fresh =
		    path != NULL ? masterkey_read(path, e) : masterkey_random();
	if (fresh != NULL)
		rc = c->conf->master_key[0] != '\0'
			 ? rekey_configured(c, present, configured, e)
			 : rekey_file(c, present, configured, fresh, e);
	masterkey_free(&fresh);
	masterkey_free(&configured);
	masterkey_free(&present);
	return rc;
}

int
command_keys_rekey(struct command *c, struct err *e)
{
	const char *path = NULL;

	if (command_option(c, "--to", &path, e) < 0 ||
	    command_args(c, 0, e) < 0)
		return -1;
	if (path != NULL && c->conf->master_key[0] != '\0')
		return err_set(e, ERR_INVALID,
		    "--to is for a key in a file: put the new key into "
		    "security.master_key and the present one into "
		    "security.former_master_key");
	return command_accounts(c, e) != NULL ? rekey(c, path, e) : -1;
}

/* --- export, check ------------------------------------------------------- */

static int
write_new_file(const char *path, struct str text, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n;

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot make %s", path);
	n = write(fd, text.p, text.n);
	if (n != (ssize_t)text.n || fsync(fd) < 0) {
		err_sys(e, ERR_IO, "cannot write %s", path);
		unlink(path);
		close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

int
command_keys_export(struct command *c, struct err *e)
{
	struct masterkey *master;
	struct buf line = BUF_INIT;
	int rc = 0;

	if (command_args_min(c, 0, e) < 0)
		return -1;
	if (c->argc > 1)
		return command_args(c, 1, e);
	if ((master = masterkey_open(c->conf, c->db, e)) == NULL)
		return -1;
	masterkey_format(master, &line);
	masterkey_free(&master);
	if (c->argc == 1)
		rc = write_new_file(c->argv[0], buf_str(&line), e);
	else if (write(STDOUT_FILENO, line.p, line.n) != (ssize_t)line.n)
		rc = err_sys(e, ERR_IO, "standard output");
	buf_wipe(&line);
	return rc;
}

int
command_keys_check(struct command *c, struct err *e)
{
	struct masterkey *k;
	int fits;

	if (command_args(c, 1, e) < 0 ||
	    (k = masterkey_read(c->argv[0], e)) == NULL)
		return -1;
	fits = masterkey_fits(k, c->db, e);
	masterkey_free(&k);
	if (fits < 0)
		return -1;
	if (fits == 0)
		return err_set(e, ERR_CONFIG,
		    "%s holds a master key, but not this database's",
		    c->argv[0]);
	printf("%s holds the database's master key\n", c->argv[0]);
	return 0;
}

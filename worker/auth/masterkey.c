/* The master key: where it comes from, and what is derived from it. */

#include "auth/masterkey.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "store/dbmeta.h"
#include "store/store.h"

#define SALT	    "pierre-mcp-server"
#define CHECK_LABEL "key check v1"
#define FILE_MAX    128
#define NEXT_FILE   MASTERKEY_FILE ".next"
#define EXPORT_MARK "pierre-master-key:"

struct masterkey {
	uint8_t b[MASTERKEY_BYTES];
};

/* Decode base64 into *k; false when it is no key. */
static bool
decode_key(struct str text, struct masterkey *k)
{
	struct buf bytes = BUF_INIT;
	bool good = dec_base64(&bytes, text) && bytes.n == sizeof(k->b);

	if (good)
		memcpy(k->b, bytes.p, sizeof(k->b));
	buf_wipe(&bytes);
	return good;
}

static void
write_checksum(const struct masterkey *k, char out[9])
{
	snprintf(out, 9, "%08x", (unsigned)enc_crc32(k->b, sizeof(k->b)));
}

/* Plain base64, or the line that masterkey_format() writes. */
static bool
decode_line(struct str line, struct masterkey *k)
{
	struct str sum;
	char right[9];

	if (!str_starts(line, STR(EXPORT_MARK)))
		return decode_key(line, k);
	line.p += strlen(EXPORT_MARK);
	line.n -= strlen(EXPORT_MARK);
	line = str_cut(line, ':', &sum);
	if (!decode_key(line, k))
		return false;
	write_checksum(k, right);
	return str_is(sum, right);
}

void
masterkey_format(const struct masterkey *k, struct buf *out)
{
	char sum[9];

	write_checksum(k, sum);
	buf_reserve(out, FILE_MAX);
	buf_adds(out, EXPORT_MARK);
	enc_base64(out, k->b, sizeof(k->b));
	buf_printf(out, ":%s\n", sum);
}

static int
check_mode(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, ERR_CONFIG, "%s", path);
	if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
		return err_set(e, ERR_CONFIG,
		    "%s must be a file that only its owner may read (mode "
		    "0600)",
		    path);
	return 0;
}

/* 1 read, 0 no such file, -1. */
static int
read_file(const char *path, struct masterkey *k, struct err *e)
{
	char text[FILE_MAX];
	struct str key = { text, 0 };
	ssize_t n;
	int rc;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "cannot read %s", path);
	rc = check_mode(fd, path, e);
	n = read(fd, text, sizeof(text));
	close(fd);
	if (rc == 0) {
		key.n = n > 0 ? (size_t)n : 0;
		while (key.n > 0 &&
		       (text[key.n - 1] == '\n' || text[key.n - 1] == '\r'))
			key.n--;
		rc = decode_line(key, k)
			 ? 1
			 : err_set(e, ERR_CONFIG,
			       "%s does not hold %d bytes in base64, or not"
			       " those that its checksum was made for",
			       path, MASTERKEY_BYTES);
	}
	wipe(text, sizeof(text));
	return rc;
}

static int
write_all(int fd, struct str text)
{
	return write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0
		   ? 0
		   : -1;
}

/* Write a new key under another name and link it, so that of several processes
 * one wins and no one reads half a file.  Returns 0 also when another won. */
static int
make_file(const char *path, struct err *e)
{
	uint8_t key[MASTERKEY_BYTES];
	struct buf text = BUF_INIT;
	char *temp = xmalloc(strlen(path) + 8);
	int rc = -1;
	int fd;

	snprintf(temp, strlen(path) + 8, "%s.XXXXXX", path);
	rand_bytes(key, sizeof(key));
	enc_base64(&text, key, sizeof(key));
	buf_addc(&text, '\n');
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd >= 0) {
		rc = write_all(fd, buf_str(&text));
		close(fd);
		if (rc == 0 && link(temp, path) < 0 && errno != EEXIST)
			rc = -1;
	}
	if (rc < 0)
		err_sys(e, ERR_CONFIG, "cannot write the master key %s", path);
	if (fd >= 0)
		unlink(temp);
	wipe(key, sizeof(key));
	buf_wipe(&text);
	free(temp);
	return rc;
}

static int
load_file(
    const struct conf *conf, bool may_make, struct masterkey *k, struct err *e)
{
	struct arena *a = arena_new();
	const char *path = conf_data_path(a, conf, MASTERKEY_FILE);
	int rc = read_file(path, k, e);

	if (rc == 0 && !may_make)
		rc = err_set(e, ERR_CONFIG,
		    "%s is missing, and the database was set up with a master "
		    "key: put it back, or give security.master_key its value",
		    path);
	if (rc == 0 && (rc = make_file(path, e)) == 0) {
		log_with(LOG_WARN, "auth",
		    "no master key was configured: one was made; keep a copy, "
		    "without it nobody can sign in",
		    F_STR("file", path));
		rc = read_file(path, k, e);
		if (rc == 0)
			rc = err_set(e, ERR_CONFIG, "%s went away", path);
	}
	arena_free(&a);
	return rc;
}

static int
load_key(
    const struct conf *conf, bool may_make, struct masterkey *k, struct err *e)
{
	if (conf->master_key[0] == '\0')
		return load_file(conf, may_make, k, e);
	if (!decode_key(str_of(conf->master_key), k))
		return err_set(e, ERR_CONFIG,
		    "security.master_key does not hold %d bytes in base64",
		    MASTERKEY_BYTES);
	return 0;
}

struct masterkey *
masterkey_configured(const struct conf *conf, struct err *e)
{
	struct masterkey *k = xcalloc(1, sizeof(*k));

	if (load_key(conf, false, k, e) < 0)
		masterkey_free(&k);
	return k;
}

struct masterkey *
masterkey_random(void)
{
	struct masterkey *k = xcalloc(1, sizeof(*k));

	rand_bytes(k->b, sizeof(k->b));
	return k;
}

void
masterkey_free(struct masterkey **k)
{
	if (*k == NULL)
		return;
	wipe(*k, sizeof(**k));
	free(*k);
	*k = NULL;
}

bool
masterkey_equal(const struct masterkey *a, const struct masterkey *b)
{
	return str_eq_const_time(str_make((const char *)a->b, sizeof(a->b)),
	    str_make((const char *)b->b, sizeof(b->b)));
}

void
masterkey_derive(
    const struct masterkey *k, const char *label, uint8_t out[MASTERKEY_BYTES])
{
	char digest[] = "SHA256";
	char salt[] = SALT;
	struct masterkey key = *k;
	char *info = xstrdup(label);
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_KEY, key.b, sizeof(key.b)),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_SALT, salt, sizeof(salt) - 1),
		OSSL_PARAM_construct_octet_string(
		    OSSL_KDF_PARAM_INFO, info, strlen(info)),
		OSSL_PARAM_construct_end(),
	};

	CHECK(EVP_KDF_derive(ctx, out, MASTERKEY_BYTES, params) == 1);
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	free(info);
	wipe(&key, sizeof(key));
}

void
masterkey_proof(const struct masterkey *k, uint8_t out[MASTERKEY_BYTES])
{
	masterkey_derive(k, CHECK_LABEL, out);
}

static bool
fits(const struct masterkey *k, struct str proof)
{
	uint8_t mine[MASTERKEY_BYTES];

	masterkey_proof(k, mine);
	return str_eq_const_time(
	    proof, str_make((const char *)mine, sizeof(mine)));
}

int
masterkey_fits(const struct masterkey *k, struct db *db, struct err *e)
{
	struct arena *a = arena_new();
	struct str there = STR_NULL;
	int rc = meta_key_check(db, a, &there, e);

	if (rc > 0)
		rc = fits(k, there);
	arena_free(&a);
	return rc;
}

/* Of several that set it, one does; all read what it set. */
static int
set_proof(const struct masterkey *k, struct db *db, struct arena *a,
    struct str *there, struct err *e)
{
	uint8_t mine[MASTERKEY_BYTES];

	masterkey_proof(k, mine);
	return meta_set_key_check(
		   db, a, str_make((const char *)mine, sizeof(mine)), e) < 0 ||
		       meta_key_check(db, a, there, e) < 0
		   ? -1
		   : 0;
}

/* While the key is being changed, the database's is the one or the other. */
static bool
find_other(const struct conf *conf, struct arena *a, struct str proof,
    struct masterkey *k)
{
	const char *next = conf_data_path(a, conf, NEXT_FILE);

	if (conf->former_master_key[0] != '\0' &&
	    decode_key(str_of(conf->former_master_key), k) && fits(k, proof))
		return true;
	return conf->master_key[0] == '\0' && read_file(next, k, NULL) == 1 &&
	       fits(k, proof);
}

/* has_proof: `there` is the database's. */
static int
prove(const struct conf *conf, struct masterkey *k, struct db *db,
    struct arena *a, bool has_proof, struct str there, struct err *e)
{
	if (!has_proof && set_proof(k, db, a, &there, e) < 0)
		return -1;
	if (!fits(k, there) && !find_other(conf, a, there, k))
		return err_set(e, ERR_CONFIG,
		    "the master key is not the one this database was set up "
		    "with: "
		    "give security.master_key or %s its former value",
		    MASTERKEY_FILE);
	return 0;
}

struct masterkey *
masterkey_open(const struct conf *conf, struct db *db, struct err *e)
{
	struct arena *a = arena_new();
	struct masterkey *k = xcalloc(1, sizeof(*k));
	struct str there = STR_NULL;
	int has_proof = meta_key_check(db, a, &there, e);

	if (has_proof < 0 || load_key(conf, has_proof == 0, k, e) < 0 ||
	    prove(conf, k, db, a, has_proof == 1, there, e) < 0)
		masterkey_free(&k);
	arena_free(&a);
	return k;
}

int
masterkey_check_proof(const struct conf *conf, struct str proof, struct err *e)
{
	struct arena *a = arena_new();
	struct masterkey *k = xcalloc(1, sizeof(*k));
	int rc = load_key(conf, false, k, e);

	if (rc >= 0)
		rc = prove(conf, k, NULL, a, true, proof, e);
	masterkey_free(&k);
	arena_free(&a);
	return rc;
}

int
masterkey_check(const struct conf *conf, struct err *e)
{
	struct arena *a = arena_new();
	struct str there = STR_NULL;
	int rc = store_key_check(conf, a, &there, e);

	if (rc > 0)
		rc = masterkey_check_proof(conf, there, e);
	arena_free(&a);
	return rc;
}

struct masterkey *
masterkey_read(const char *path, struct err *e)
{
	struct masterkey *k = xcalloc(1, sizeof(*k));
	int rc;

	if (str_starts(str_of(path), STR("file:")))
		path += strlen("file:");
	rc = read_file(path, k, e);
	if (rc == 0)
		err_set(e, ERR_CONFIG, "there is no file %s", path);
	if (rc != 1)
		masterkey_free(&k);
	return k;
}

int
masterkey_stage(
    const struct conf *conf, const struct masterkey *k, struct err *e)
{
	struct arena *a = arena_new();
	const char *path = conf_data_path(a, conf, NEXT_FILE);
	struct buf text = BUF_INIT;
	int rc = -1;
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	buf_reserve(&text, FILE_MAX);
	enc_base64(&text, k->b, sizeof(k->b));
	buf_addc(&text, '\n');
	if (fd >= 0) {
		rc = write_all(fd, buf_str(&text));
		close(fd);
	}
	if (rc < 0)
		err_sys(e, ERR_IO, "cannot write the master key %s", path);
	buf_wipe(&text);
	arena_free(&a);
	return rc;
}

int
masterkey_settle(const struct conf *conf, struct err *e)
{
	struct arena *a = arena_new();
	const char *from = conf_data_path(a, conf, NEXT_FILE);
	const char *to = conf_data_path(a, conf, MASTERKEY_FILE);
	int dir = open(conf->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = dir >= 0 && rename(from, to) == 0 && fsync(dir) == 0
		     ? 0
		     : err_sys(e, ERR_IO, "cannot put %s in the place of %s",
			   from, to);

	if (dir >= 0)
		close(dir);
	arena_free(&a);
	return rc;
}

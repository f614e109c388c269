/* The master key: configured, made, refused, derived from. */

#include "auth/masterkey.h"

#include <sys/stat.h>

#include "base/enc.h"
#include "base/log.h"
#include "store/temp_db.h"
#include "tap.h"

/* Bytes 0 to 31, and what Python's hmac makes of them. */
#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define DERIVED                                                                \
	"e8084b2ceded378b8d2a6735cdcf284d89e859f6f5154db5cf216f097c193b20"

static struct temp_db t;

static void
test_derive(void)
{
	struct masterkey *k;
	uint8_t a[MASTERKEY_BYTES], b[MASTERKEY_BYTES];
	struct buf hex = BUF_INIT;

	t.conf.master_key = KEY;
	k = masterkey_open(&t.conf, t.db, &t.e);
	ok(k != NULL, "from the configuration");
	masterkey_derive(k, "access token hash v1", a);
	enc_hex(&hex, a, sizeof(a));
	is_str(buf_cstr(&hex), DERIVED, "HKDF-SHA256");
	masterkey_derive(k, "key check v1", b);
	ok(memcmp(a, b, sizeof(a)) != 0, "another label, another key");
	buf_free(&hex);

	masterkey_free(&k);
	ok(k == NULL, "freed");
	k = masterkey_open(&t.conf, t.db, &t.e);
	ok(k != NULL, "the database knows it again");
	masterkey_free(&k);

	t.conf.master_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4=";
	k = masterkey_open(&t.conf, t.db, &t.e);
	ok(k == NULL && t.e.code == ERR_CONFIG, "another key: %s", t.e.msg);
	t.conf.master_key = "AAECAwQFBgcICQoLDA0ODw==";
	ok(masterkey_open(&t.conf, t.db, &t.e) == NULL &&
		t.e.code == ERR_CONFIG,
	    "16 bytes: %s", t.e.msg);
	t.conf.master_key = "";
}

static void
test_file(void)
{
	char path[80];
	struct stat st;
	struct masterkey *k;
	uint8_t a[MASTERKEY_BYTES], b[MASTERKEY_BYTES];
	FILE *f;

	snprintf(path, sizeof(path), "%s/master.key", t.dir);
	k = masterkey_open(&t.conf, t.db, &t.e);
	ok(k != NULL, "made: %s", t.e.msg);
	ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600 &&
		st.st_nlink == 1,
	    "its file is for the owner only");
	masterkey_derive(k, "x", a);
	masterkey_free(&k);
	k = masterkey_open(&t.conf, t.db, &t.e);
	masterkey_derive(k, "x", b);
	masterkey_free(&k);
	ok(memcmp(a, b, sizeof(a)) == 0, "read again, it is the same");

	chmod(path, 0640);
	ok(masterkey_open(&t.conf, t.db, &t.e) == NULL &&
		t.e.code == ERR_CONFIG,
	    "readable by others: %s", t.e.msg);
	chmod(path, 0600);
	f = fopen(path, "w");
	fputs("hello\n", f);
	fclose(f);
	ok(masterkey_open(&t.conf, t.db, &t.e) == NULL &&
		t.e.code == ERR_CONFIG,
	    "spoilt: %s", t.e.msg);
	unlink(path);
	ok(masterkey_open(&t.conf, t.db, &t.e) == NULL &&
		t.e.code == ERR_CONFIG && access(path, F_OK) < 0,
	    "lost: %s", t.e.msg);
	t.conf.data_dir = "/nonexistent";
	ok(masterkey_open(&t.conf, t.db, &t.e) == NULL &&
		t.e.code == ERR_CONFIG,
	    "no directory: %s", t.e.msg);
	t.conf.data_dir = t.dir;
}

int
main(void)
{
	log_configure(LOG_ERROR, LOG_TEXT);
	temp_open(&t);
	test_derive();
	temp_close(&t);
	temp_open(&t);
	test_file();
	temp_close(&t);
	return tap_done();
}

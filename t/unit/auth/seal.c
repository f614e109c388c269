/* The key tree: what is sealed opens in its place only, and goes on opening
 * when keys change. */

#include "auth/seal.h"

#include <sys/stat.h>

#include "auth/aead.h"
#include "auth/keytree.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;

static const uint8_t one_key[AEAD_KEY_BYTES] = { 1, 2, 3 };
static const struct uuid one_id = { { 9 } };

static void
test_form(void)
{
	struct aead *a = aead_new(&one_id, one_key);
	struct buf sealed = BUF_INIT, again = BUF_INIT, plain = BUF_INIT;
	unsigned opened = 0;

	aead_seal(a, STR("here"), STR("a secret"), &sealed);
	ok(sealed.n == 8 + AEAD_OVERHEAD, "45 bytes longer");
	ok(aead_open(a, STR("here"), buf_str(&sealed), &plain) &&
		str_eq(buf_str(&plain), STR("a secret")),
	    "opened");
	ok(!aead_open(a, STR("there"), buf_str(&sealed), &plain) &&
		plain.n == 8,
	    "in another place it does not open");
	for (size_t i = 0; i < sealed.n * 8; i++) {
		sealed.p[i / 8] ^= (char)(1 << i % 8);
		opened += aead_open(a, STR("here"), buf_str(&sealed), &plain);
		sealed.p[i / 8] ^= (char)(1 << i % 8);
	}
	for (size_t n = 0; n < sealed.n; n++)
		opened +=
		    aead_open(a, STR("here"), str_make(sealed.p, n), &plain);
	ok(opened == 0, "nor with any bit changed or byte missing");
	aead_seal(a, STR("here"), STR("a secret"), &again);
	ok(memcmp(sealed.p + 17, again.p + 17, 12) != 0,
	    "each has its own nonce");
	buf_clear(&plain);
	buf_clear(&sealed);
	aead_seal(a, STR(""), STR(""), &sealed);
	ok(aead_open(a, STR(""), buf_str(&sealed), &plain) && plain.n == 0,
	    "nothing can be sealed too");
	buf_wipe(&plain);
	buf_free(&sealed);
	buf_free(&again);
	aead_free(&a);
}

static bool
opens(struct keyring *k, const char *row, struct str sealed, const char *plain)
{
	struct sealed_place at = { .column = SEALED_secrets_sealed,
		.row = row };
	struct buf out = BUF_INIT;
	bool good;

	t.e = ERR_INIT;
	good = unseal(k, &at, sealed, &out, &t.e) == 0 &&
	       str_is(buf_str(&out), plain);
	buf_wipe(&out);
	return good;
}

static struct buf
sealed_by(struct keyring *k, const char *row, const char *plain)
{
	struct sealed_place at = { .column = SEALED_secrets_sealed,
		.row = row };
	struct buf out = BUF_INIT;

	if (seal(k, &at, str_of(plain), &out, &t.e) < 0)
		printf("# %s\n", t.e.msg);
	return out;
}

/* Two processes; one turns the keys. */
static void
test_rotate(void)
{
	struct keyring *k = keyring_open(&t.conf, t.db, NULL, &t.e);
	struct keyring *other = keyring_open(&t.conf, t.db, NULL, &t.e);
	struct masterkey *m = masterkey_open(&t.conf, t.db, &t.e);
	struct buf before, after;
	struct uuid id, used;

	ok(k != NULL && other != NULL, "opened: %s", t.e.msg);
	before = sealed_by(k, "x", "before");
	ok(opens(other, "x", buf_str(&before), "before"), "another opens it");
	ok(!opens(other, "y", buf_str(&before), "before"),
	    "in another row it does not open: %s", t.e.msg);
	ok(keytree_rotate(m, t.db, &id, &t.e) == 0, "rotated");
	keyring_free(&k);
	k = keyring_open(&t.conf, t.db, NULL, &t.e);
	after = sealed_by(k, "x", "after");
	ok(aead_key_of(buf_str(&after), &used) && uuid_eq(&used, &id),
	    "the new key seals");
	ok(opens(k, "x", buf_str(&before), "before"), "the old one opens");
	ok(opens(other, "x", buf_str(&after), "after"),
	    "who did not know of it finds it");
	after.p[3] ^= 1;
	ok(!opens(other, "x", buf_str(&after), "after"), "no such key: %s",
	    t.e.msg);
	buf_free(&before);
	buf_free(&after);
	masterkey_free(&m);
	keyring_free(&k);
	keyring_free(&other);
}

static void
write_key(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
	chmod(path, 0600);
}

static void
test_rekey(void)
{
	static const char text[] =
	    "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
	struct masterkey *old = masterkey_open(&t.conf, t.db, &t.e);
	struct keyring *k = keyring_open(&t.conf, t.db, NULL, &t.e);
	const char *path = arena_printf(t.arena, "%s/new", t.dir);
	struct buf sealed = sealed_by(k, "x", "kept");
	struct buf line = BUF_INIT;
	struct masterkey *fresh;
	uint8_t a[SECRET_BYTES], b[SECRET_BYTES];
	size_t n;

	ok(keyring_secret(k, "some secret", a, &t.e) == 0, "a secret");
	keyring_free(&k);
	write_key(path, text);
	fresh = masterkey_read(path, &t.e);
	ok(fresh != NULL, "another master key: %s", t.e.msg);
	ok(keytree_rekey(fresh, old, t.db, &n, &t.e) < 0 &&
		t.e.code == ERR_CONFIG,
	    "the wrong way round: %s", t.e.msg);
	ok(masterkey_stage(&t.conf, fresh, &t.e) == 0 &&
		keytree_rekey(old, fresh, t.db, &n, &t.e) == 0 && n == 2,
	    "both data keys sealed by it");
	t.e = ERR_INIT;
	k = keyring_open(&t.conf, t.db, NULL, &t.e);
	ok(k != NULL, "the file that waits is tried: %s", t.e.msg);
	ok(masterkey_settle(&t.conf, &t.e) == 0, "put in place");
	keyring_free(&k);
	k = keyring_open(&t.conf, t.db, NULL, &t.e);
	ok(k != NULL && opens(k, "x", buf_str(&sealed), "kept"),
	    "what was sealed opens: %s", t.e.msg);
	ok(keyring_secret(k, "some secret", b, &t.e) == 0 &&
		memcmp(a, b, sizeof(a)) == 0,
	    "the secret is the same");
	masterkey_format(fresh, &line);
	masterkey_free(&fresh);
	write_key(path, buf_cstr(&line));
	fresh = masterkey_read(path, &t.e);
	ok(fresh != NULL, "exported, it reads");
	line.p[20] = line.p[20] == 'A' ? 'B' : 'A';
	write_key(path, buf_cstr(&line));
	ok(masterkey_read(path, &t.e) == NULL && t.e.code == ERR_CONFIG,
	    "mistyped: %s", t.e.msg);
	unlink(path);
	buf_wipe(&line);
	buf_free(&sealed);
	masterkey_free(&fresh);
	masterkey_free(&old);
	keyring_free(&k);
}

/* A former key opens the database, another does not. */
static void
test_former(void)
{
	const char *path = arena_printf(t.arena, "%s/master.key", t.dir);
	char line[100] = "";
	FILE *f = fopen(path, "r");

	if (fgets(line, sizeof(line), f) != NULL)
		line[strcspn(line, "\n")] = '\0';
	fclose(f);
	t.conf.master_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
	ok(masterkey_check(&t.conf, &t.e) < 0 && t.e.code == ERR_CONFIG,
	    "another key: %s", t.e.msg);
	t.conf.former_master_key = line;
	ok(masterkey_check(&t.conf, &t.e) == 0, "the former is tried");
	t.conf.master_key = t.conf.former_master_key = "";
	write_key(path, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
	ok(masterkey_check(&t.conf, &t.e) < 0 && t.e.code == ERR_CONFIG,
	    "another key in the file: %s", t.e.msg);
	write_key(path, line);
	ok(masterkey_check(&t.conf, &t.e) == 0, "the right one");
}

int
main(void)
{
	log_configure(LOG_ERROR, LOG_TEXT);
	test_form();
	temp_open(&t);
	test_rotate();
	test_rekey();
	test_former();
	temp_close(&t);
	return tap_done();
}

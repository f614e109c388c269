/* Hashing of passwords, and which are refused. */

#include "auth/password.h"

#include <time.h>

#include "auth/seal.h"
#include "loop/fiber.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;
static struct hasher *hasher;

#define GOOD "seven lakes and a fjord"
/* Of "U*U", from the test vectors that come with crypt_blowfish. */
#define BCRYPT "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"

static int
verify(const char *password, const char *hash, bool *stale)
{
	t.e = ERR_INIT;
	return password_verify(hasher, str_of(password), hash, stale, &t.e);
}

static void
test_hash(void)
{
	char a[PASSWORD_HASH_MAX], b[PASSWORD_HASH_MAX];
	bool stale = true;

	is_int(password_hash(hasher, STR(GOOD), a, &t.e), 0, "hashed");
	is_int(password_hash(hasher, STR(GOOD), b, &t.e), 0, "again");
	ok(strncmp(a, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0,
	    "argon2id, 19 MiB, 2 passes, 1 lane: %s", a);
	ok(strcmp(a, b) != 0, "with another salt");
	is_int(verify(GOOD, a, &stale), 1, "it is");
	ok(!stale, "and need not be hashed anew");
	is_int(verify("seven lakes and a fjorD", a, &stale), 0, "it is not");
	is_int(verify("", a, &stale), 0, "nor is nothing");
	is_int(verify(GOOD, NULL, &stale), 0, "nobody's");
	is_int(verify(GOOD, "", &stale), 0, "one who has none");
	is_int(verify(GOOD, "$argon2id$v=19$m=1", &stale), 0, "rubbish");
	is_int(verify(GOOD, "plain", &stale), 0, "more rubbish");
}

/* Another key opens nothing, so a stolen table cannot be guessed at. */
static void
test_pepper(void)
{
	char hash[PASSWORD_HASH_MAX];
	struct hasher *mine = hasher, *other;
	struct keyring *k;
	struct temp_db u;
	bool stale;

	temp_open(&u);
	k = keyring_open(&u.conf, u.db, NULL, &u.e);
	other = hasher_new(k, &u.e);
	is_int(password_hash(mine, STR(GOOD), hash, &t.e), 0, "hashed");
	is_int(password_verify(other, STR(GOOD), hash, &stale, &u.e), 0,
	    "another server's key does not verify it");
	hasher_free(&other);
	keyring_free(&k);
	temp_close(&u);
}

static void
test_bcrypt(void)
{
	bool stale = false;
	static const char *const bad[] = {
		"$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		"$2b$04$short", "$2x$04$abcdefghijklmnopqrstuu0fvKKf6xUQ0iQaq",
		"$1$abc$def"
	};

	is_int(verify("U*U", BCRYPT, &stale), 1, "a hash of the Rust system");
	ok(stale, "is to be hashed anew");
	is_int(verify("U*V", BCRYPT, &stale), 0, "another");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_int(verify("U*U", bad[i], &stale), 0, "refused: %s", bad[i]);
}

/* Of the processor: what else the machine does is not counted. */
static int64_t
cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* An unknown name takes as long as a wrong password: the same computation. */
static void
test_time(void)
{
	char hash[PASSWORD_HASH_MAX];
	int64_t known = INT64_MAX, unknown = INT64_MAX;
	bool stale;

	is_int(password_hash(hasher, STR(GOOD), hash, &t.e), 0, "hashed");
	for (int i = 0; i < 9; i++) {
		int64_t t0 = cpu_us(), t1, t2;

		(void)verify("wrong wrong wrong", hash, &stale);
		t1 = cpu_us();
		(void)verify("wrong wrong wrong", NULL, &stale);
		t2 = cpu_us();
		known = MIN(known, t1 - t0);
		unknown = MIN(unknown, t2 - t1);
	}
	ok(unknown > known / 2 && unknown < known * 2,
	    "known %lld us, unknown %lld us", (long long)known,
	    (long long)unknown);
}

static void
test_check(void)
{
	static const struct password_owner owner = { "grete.waitz",
		"grete@oslo.example", "Grete Waitz" };
	static const char *const good[] = { GOOD, "8Jk!pz93Lqx_",
		"ærlig talt, "
		"det går",
		"correct pony battery glue", "waitz runs nine marathons",
		"271828182845904523" };
	static const char *const bad[] = { "", "short", "elevenchars",
		"password1234", "P@ssw0rd!!!!", "123456789012", "aaaaaaaaaaaa",
		"abcabcabcabc", "abcdefghijkl", "qwertyuiop12", "iloveyou2024!",
		"qwertyuiopasdfgh", "LKJHGFDSA987654", "grete.waitz1",
		"GRETE.WAITZ12", "grete@oslo.example", "waitzwaitz12",
		"\xff\xfe valid length" };
	char longest[PASSWORD_MAX + 2];

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		is_int(password_check(str_of(good[i]), 12, &owner, &t.e), 0,
		    "\"%s\" is taken", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(password_check(str_of(bad[i]), 12, &owner, &t.e) < 0 &&
			t.e.code == ERR_INVALID,
		    "case %zu is refused: %s", i, t.e.msg);
	for (size_t i = 0; i < sizeof(longest); i++)
		longest[i] = (char)('!' + (i * 37) % 90);
	is_int(
	    password_check(str_make(longest, PASSWORD_MAX), 12, &owner, &t.e),
	    0, "128 characters");
	ok(password_check(
	       str_make(longest, PASSWORD_MAX + 1), 12, &owner, &t.e) < 0,
	    "and no more: %s", t.e.msg);
	ok(password_check(STR("a NUL\0within it"), 12, NULL, &t.e) < 0,
	    "a NUL: %s", t.e.msg);
	is_int(password_check(STR(GOOD), 12, NULL, &t.e), 0, "for nobody");
}

/* --- many at once -------------------------------------------------------- */

#define CROWD 40

static unsigned refused, served;

static void
sign_in(void *arg)
{
	struct err e = ERR_INIT;
	bool stale;

	(void)arg;
	if (password_verify(hasher, STR(GOOD), NULL, &stale, &e) == 0)
		served++;
	else if (e.code == ERR_UNAVAILABLE)
		refused++;
}

static void
test_crowd(void)
{
	struct loop *l = loop_new(2);

	for (int i = 0; i < CROWD; i++)
		fiber_spawn(l, sign_in, NULL);
	loop_run_pending(l);
	loop_free(&l);
	is_int(served, 32, "so many are served one after another");
	is_int(refused, CROWD - 32, "the rest is refused at once");
}

int
main(void)
{
	struct keyring *k;

	temp_open(&t);
	k = keyring_open(&t.conf, t.db, NULL, &t.e);
	hasher = k != NULL ? hasher_new(k, &t.e) : NULL;
	if (hasher == NULL) {
		printf("Bail out! %s\n", t.e.msg);
		return 1;
	}
	test_hash();
	test_pepper();
	test_bcrypt();
	test_time();
	test_check();
	test_crowd();
	hasher_free(&hasher);
	keyring_free(&k);
	temp_close(&t);
	return tap_done();
}

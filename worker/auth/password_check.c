/* Which passwords are refused: NIST SP 800-63B, 5.1.1.2, asks for a length and
 * a list of those that are guessed first, and for no rules beyond. */

#include "auth/password.h"

#include "base/buf.h"

#define BYTES_MAX (PASSWORD_MAX * 4)
/* Fewer different characters than this are a pattern. */
#define VARIETY_MIN 5
/* Of a password that holds its owner's name, so much has to be something
 * else. */
#define BESIDE_NAME_MIN 8
#define NAME_MIN	3

static const char *const common[] = {
#define COMMON(word) word,
#include "auth/common_passwords.def"
#undef COMMON
};

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t
count_characters(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* The word that people put digits and signs around, and in whose middle some
 * stand for letters. */
static void
write_word(struct str password, bool translate, struct buf *out)
{
	static const char from[] = "013457@$!";
	static const char to[] = "oleastasi";

	while (password.n > 0 && !is_letter(fold(password.p[password.n - 1])))
		password.n--;
	for (size_t i = 0; i < password.n; i++) {
		char c = fold(password.p[i]);
		const char *at = c != '\0' ? strchr(from, c) : NULL;

		if (translate && out->n > 0 && at != NULL)
			c = to[at - from];
		if (is_letter(c))
			buf_addc(out, c);
	}
}

static bool
is_common(struct str password)
{
	struct buf word = BUF_INIT;
	bool found = false;

	for (int translate = 0; translate < 2 && !found; translate++) {
		buf_reserve(&word, BYTES_MAX + 1);
		buf_clear(&word);
		write_word(password, translate, &word);
		for (size_t i = 0; i < ARRAY_LEN(common) && !found; i++)
			found = str_is(buf_str(&word), common[i]);
	}
	buf_wipe(&word);
	return found;
}

/* The same, or neighbours in the alphabet or on a keyboard. */
static bool
is_step(char a, char b)
{
	static const char rows[] = "qwertyuiop\nasdfghjkl\nzxcvbnm\n1234567890";
	const char *from = a != '\0' ? strchr(rows, fold(a)) : NULL;
	const char *to = b != '\0' ? strchr(rows, fold(b)) : NULL;
	int step = (unsigned char)b - (unsigned char)a;

	if (step >= -1 && step <= 1)
		return true;
	return from != NULL && to != NULL && to - from >= -1 && to - from <= 1;
}

/* Each character a step from the one before; or few characters again and
 * again. */
static bool
is_pattern(struct str s)
{
	bool seen[256] = { false };
	size_t variety = 0, steps = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		variety += !seen[c];
		seen[c] = true;
		steps += i > 0 && is_step(s.p[i - 1], s.p[i]);
	}
	return variety < VARIETY_MIN || steps * 4 >= s.n * 3;
}

/* The password without case, with `word` taken out where it stands. */
static bool
leans_on(struct str password, struct str word)
{
	size_t left = password.n;

	if (word.n < NAME_MIN)
		return false;
	for (size_t i = 0; i + word.n <= password.n;) {
		if (str_ieq(str_make(password.p + i, word.n), word)) {
			left -= word.n;
			i += word.n;
		} else {
			i++;
		}
	}
	return left < password.n && left < BESIDE_NAME_MIN;
}

static bool
leans_on_any_word(struct str password, const char *text)
{
	struct str rest = str_of(text), word;

	while (rest.p != NULL) {
		word = str_cut(rest, ' ', &rest);
		if (leans_on(password, word))
			return true;
	}
	return false;
}

static bool
leans_on_owner(struct str password, const struct password_owner *o)
{
	struct str rest;

	if (o == NULL)
		return false;
	return leans_on(password, str_of(o->username)) ||
	       leans_on(password, str_of(o->email)) ||
	       leans_on(password, str_cut(str_of(o->email), '@', &rest)) ||
	       leans_on_any_word(password, o->display_name);
}

int
password_check(struct str password, int64_t min,
    const struct password_owner *owner, struct err *e)
{
	size_t n = count_characters(password);

	if (password.n > BYTES_MAX || n > PASSWORD_MAX)
		return err_set(e, ERR_INVALID,
		    "a password has at most %d characters", PASSWORD_MAX);
	if (!str_is_utf8(password) || str_find(password, '\0') >= 0)
		return err_set(
		    e, ERR_INVALID, "the password is no well-formed text");
	if (n < (size_t)min)
		return err_set(e, ERR_INVALID,
		    "a password has at least %d characters; several words are "
		    "easy to keep in mind",
		    (int)min);
	if (is_common(password) || is_pattern(password))
		return err_set(e, ERR_INVALID,
		    "that password is among the first that are guessed");
	if (leans_on_owner(password, owner))
		return err_set(e, ERR_INVALID,
		    "that password is made of the name or the address it is "
		    "for");
	return 0;
}

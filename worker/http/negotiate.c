#include "http/negotiate.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "base/check.h"
#include "base/enc.h"

#define TAG_BYTES 16 /* of the digest */

/* --- entity tags ---------------------------------------------------------- */

void
etag_make(struct str bytes, const char *suffix, char out[ETAG_MAX])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	struct buf text = BUF_INIT;

	CHECK(EVP_Digest(bytes.p, bytes.n, digest, NULL, EVP_sha256(), NULL) ==
	      1);
	enc_base64url(&text, digest, TAG_BYTES);
	snprintf(out, ETAG_MAX, "\"%s%s\"", buf_cstr(&text), suffix);
	buf_free(&text);
}

/* One tag, with its W/, from the front of *rest; false when there is none. */
static bool
take_tag(struct str *rest, struct str *tag, bool *weak)
{
	ptrdiff_t end;

	*weak = str_starts(*rest, STR("W/"));
	if (*weak)
		*rest = str_make(rest->p + 2, rest->n - 2);
	if (rest->n < 2 || rest->p[0] != '"')
		return false;
	end = str_find(str_make(rest->p + 1, rest->n - 1), '"');
	if (end < 0)
		return false;
	*tag = str_make(rest->p, (size_t)end + 2);
	*rest = str_make(rest->p + tag->n, rest->n - tag->n);
	return true;
}

/* To the next item; false at the end, or where no comma parts two items. */
static bool
next_item(struct str *rest)
{
	*rest = str_trim(*rest);
	if (rest->n == 0 || rest->p[0] != ',')
		return false;
	while (rest->n > 0 && rest->p[0] == ',')
		*rest = str_trim(str_make(rest->p + 1, rest->n - 1));
	return rest->n > 0;
}

bool
etag_is_listed(struct str list, struct str etag, enum etag_comparison how)
{
	struct str rest = str_trim(list), tag;
	bool weak;

	if (str_is(rest, "*"))
		return true;
	if (rest.n == 0)
		return false;
	do {
		if (!take_tag(&rest, &tag, &weak))
			return false;
		if (str_eq(tag, etag) && (how == ETAG_WEAK || !weak))
			return true;
	} while (next_item(&rest));
	return false;
}

/* --- ranges ----------------------------------------------------------------
 */

/* "-500": the last 500 bytes. */
static int
read_suffix(struct str count, size_t n, size_t *from_r, size_t *count_r)
{
	uint64_t last;

	if (!str_to_u64(count, &last))
		return 0;
	if (last == 0 || n == 0)
		return -1;
	*count_r = (size_t)MIN(last, (uint64_t)n);
	*from_r = n - *count_r;
	return 1;
}

int
range_read(struct str header, size_t n, size_t *from_r, size_t *count_r)
{
	struct str last, first, unit = str_cut(str_trim(header), '=', &last);
	uint64_t from, to = UINT64_MAX;

	if (!str_ieq(unit, STR("bytes")) || last.p == NULL ||
	    str_find(last, ',') >= 0)
		return 0;
	first = str_trim(str_cut(last, '-', &last));
	if (last.p == NULL)
		return 0;
	last = str_trim(last);
	if (first.n == 0)
		return read_suffix(last, n, from_r, count_r);
	if (!str_to_u64(first, &from) ||
	    (last.n != 0 && !str_to_u64(last, &to)) || to < from)
		return 0;
	if (from >= n)
		return -1;
	*from_r = (size_t)from;
	*count_r = (size_t)MIN(to - from, (uint64_t)n - from - 1) + 1;
	return 1;
}

/* --- codings ----------------------------------------------------------------
 */

/* The weight of an item after its name; what is no weight refuses. */
static bool
is_wanted(struct str parameters)
{
	struct str value, name = str_trim(str_cut(parameters, '=', &value));
	double q;

	if (parameters.p == NULL)
		return true;
	return str_ieq(name, STR("q")) && str_to_f64(str_trim(value), &q) &&
	       q > 0;
}

bool
accepts_gzip(struct str header)
{
	struct str rest = header, item, parameters, name;
	bool any = false;

	while (rest.p != NULL) {
		item = str_cut(rest, ',', &rest);
		name = str_trim(str_cut(item, ';', &parameters));
		if (str_ieq(name, STR("gzip")) || str_ieq(name, STR("x-gzip")))
			return is_wanted(parameters);
		if (str_is(name, "*"))
			any = is_wanted(parameters);
	}
	return any;
}

/* Kinds of archives by how they begin. */

#include "files/unpack_kind.h"

#include "files/unpack.h"

#define TAR_MAGIC_AT 257

_Static_assert(UNPACK_TAR_HEAD == TAR_MAGIC_AT + 5, "with the magic's letters");

static bool
begins(struct str s, const char *magic, size_t n)
{
	return s.n >= n && memcmp(s.p, magic, n) == 0;
}

bool
unpack_is_gzip(struct str s)
{
	return begins(s, "\x1f\x8b", 2);
}

bool
unpack_is_zip(struct str s)
{
	return begins(s, "PK\3\4", 4) || begins(s, "PK\5\6", 4) ||
	       begins(s, "PK\7\x8", 4);
}

bool
unpack_is_tar(struct str s)
{
	return s.n >= UNPACK_TAR_HEAD &&
	       memcmp(s.p + TAR_MAGIC_AT, "ustar", 5) == 0;
}

bool
unpack_is_archive(struct str s)
{
	return unpack_is_gzip(s) || unpack_is_zip(s) || unpack_is_tar(s);
}

const char *
unpack_foreign(struct str s)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *name;
	} kinds[] = {
		{ "7z\xbc\xaf\x27\x1c", 6, "7-Zip" },
		{ "Rar!\x1a\x07", 6, "RAR" },
		{ "\xfd"
		  "7zXZ",
		    5, "xz" },
		{ "BZh", 3, "bzip2" },
		{ "\x28\xb5\x2f\xfd", 4, "Zstandard" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (begins(s, kinds[i].magic, kinds[i].n))
			return kinds[i].name;
	return NULL;
}

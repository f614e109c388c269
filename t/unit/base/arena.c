#include "base/arena.h"
#include "child.h"
#include "tap.h"

#include <stdlib.h>

static char order[8];

static void
note_end(void *arg)
{
	strncat(order, arg, sizeof(order) - strlen(order) - 1);
}

static void
test_kinds(void)
{
	struct arena *a = arena_new();
	unsigned char *z;
	int misaligned = 0, dirty = 0;
	int *many;

	for (size_t n = 0; n < 300; n++) {
		void *p = arena_alloc(a, n);

		misaligned += (uintptr_t)p % _Alignof(max_align_t) != 0;
		if (n > 0)
			memset(p, 0xa5, n);
	}
	is_int(misaligned, 0, "every allocation is aligned");
	arena_reset(a);
	z = arena_zalloc(a, 1000);
	for (size_t i = 0; i < 1000; i++)
		dirty += z[i] != 0;
	is_int(dirty, 0, "cleared, also where memory is used again");
	many = arena_many(a, 4, int);
	many[3] = 4;
	is_int(*(int *)arena_memdup(a, &many[3], sizeof(int)), 4, "memdup");
	is_str(arena_strdup(a, "hello"), "hello", "strdup");
	is_str(arena_strndup(a, "hello", 4), "hell", "strndup");
	is_str(arena_strndup(a, NULL, 0), "", "strndup of nothing");
	is_str(arena_printf(a, "%d-%s", 7, "x"), "7-x", "printf");
	is_int(strlen(arena_printf(a, "%5000d", 1)), 5000, "printf of much");
	ok(arena_used(a) > 6000, "counts what it hands out");
	ok(arena_memdup(a, "", 0) != NULL, "nothing has a place, too");
	arena_free(&a);
	ok(a == NULL, "freed");
	arena_free(&a);
	ok(1, "freeing nothing");
}

/* Objects keep their contents whatever is allocated after them. */
static void
test_growth(void)
{
	struct arena *a = arena_new();
	unsigned char *p[200];
	size_t sizes[200];
	int wrong = 0;

	for (size_t i = 0; i < 200; i++) {
		sizes[i] = i % 10 == 9 ? 100000 : 1 + i * 13;
		p[i] = arena_alloc(a, sizes[i]);
		memset(p[i], (int)i, sizes[i]);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t k = 0; k < sizes[i]; k++)
			wrong += p[i][k] != (unsigned char)i;
	is_int(wrong, 0, "small and large objects stand apart");
	arena_reset(a);
	is_int(arena_used(a), 0, "reset");
	arena_free(&a);
}

static void
test_cleanups(void)
{
	struct arena *a = arena_new();

	arena_cleanup(a, note_end, (char[]){ "1" });
	arena_cleanup(a, note_end, (char[]){ "2" });
	arena_cleanup(a, note_end, (char[]){ "3" });
	arena_reset(a);
	is_str(order, "321", "clean-ups run backwards");
	arena_reset(a);
	is_str(order, "321", "and once");
	arena_cleanup(a, note_end, (char[]){ "4" });
	arena_free(&a);
	is_str(order, "3214", "free runs them too");
}

static void
test_secret(void)
{
#ifndef ARENA_DEBUG
	struct arena *a = arena_new_secret();
	char *p = arena_strdup(a, "correct horse battery staple");

	/* The first chunk stays with the arena, so this is still ours. */
	arena_reset(a);
	is_int(p[0] | p[10] | p[27], 0, "a secret arena is wiped");
	arena_free(&a);
#endif
}

static void
overflow(void)
{
	struct arena *a = arena_new();
	volatile size_t huge = SIZE_MAX / 2;

	arena_array(a, huge, 3);
	arena_free(&a);
}

int
main(void)
{
	test_kinds();
	test_growth();
	test_cleanups();
	test_secret();
	ok(child_dies(overflow), "an overflow ends the process");
	return tap_done();
}

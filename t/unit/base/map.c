#include "base/map.h"
#include "tap.h"

#include <stdio.h>

#define N 5000

static int values[N];

static struct str
key_of(int i, char buf[16])
{
	snprintf(buf, 16, "key-%d", i);
	return str_of(buf);
}

int
main(void)
{
	struct map *m = map_new();
	char buf[16];
	size_t pos = 0, seen = 0;
	struct str key;
	void *value;
	int wrong = 0;

	for (int i = 0; i < N; i++)
		wrong += map_put(m, key_of(i, buf), &values[i]) != NULL;
	is_int(wrong, 0, "all were new");
	ok(map_put(m, STR("key-7"), &values[8]) == &values[7], "replaced");
	map_put(m, STR("key-7"), &values[7]);
	for (int i = 0; i < N; i += 3)
		wrong += map_del(m, key_of(i, buf)) != &values[i];
	is_int(wrong, 0, "every third taken out");
	for (int i = 0; i < N; i++)
		wrong += map_get(m, key_of(i, buf)) !=
			 (i % 3 == 0 ? NULL : (void *)&values[i]);
	is_int(wrong, 0, "the others are still found");
	while (map_next(m, &pos, &key, &value))
		seen++;
	is_int(seen, map_count(m), "iteration sees each once");
	ok(map_del(m, STR("none")) == NULL, "deleting nothing");
	ok(map_put(m, STR(""), m) == NULL && map_get(m, STR("")) == m,
	    "empty key");
	map_free(&m);
	ok(m == NULL, "freed");
	return tap_done();
}

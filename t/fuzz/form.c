/* Any bytes as a form, and as a Cookie header: what is found lies where it may,
 * and is what a browser could have meant. */

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "http/cookie.h"
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_form(struct str text)
{
	struct arena *a = arena_new();
	struct form f;

	if (form_parse(a, text, &f, NULL) == 0) {
		CHECK(f.n <= FORM_FIELDS_MAX);
		for (size_t i = 0; i < f.n; i++) {
			CHECK(f.field[i].value.p[f.field[i].value.n] == '\0');
			CHECK(strlen(f.field[i].value.p) == f.field[i].value.n);
			CHECK(str_is_utf8(f.field[i].name));
			CHECK(str_is_utf8(f.field[i].value));
		}
	}
	arena_free(&a);
}

static void
check_cookie(struct str text)
{
	struct str value;

	if (cookie_find(text, "session", &value) <= 0)
		return;
	CHECK(value.p >= text.p && value.p + value.n <= text.p + text.n);
	for (size_t i = 0; i < value.n; i++)
		CHECK(value.p[i] > 0x20 && value.p[i] < 0x7f &&
		      strchr("\",;\\", value.p[i]) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Of just that size, so that reading beyond is seen. */
	char *copy = malloc(size + (size == 0));

	CHECK(copy != NULL);
	memcpy(copy, data, size);
	check_form(str_make(copy, size));
	check_cookie(str_make(copy, size));
	free(copy);
	return 0;
}

#ifndef T_UNIT_TAP_H
#define T_UNIT_TAP_H

/* Test Anything Protocol for the unit programs: ok(), is_*(), and `return
 * tap_done()` from main(). */

#include <math.h>
#include <stdio.h>
#include <string.h>

static int tap_count;
static int tap_failed;

#define ok(cond, ...) tap_ok((cond) ? 1 : 0, __FILE__, __LINE__, __VA_ARGS__)

__attribute__((format(printf, 4, 5))) static inline int
tap_ok(int pass, const char *file, int line, const char *fmt, ...)
{
	__builtin_va_list ap;

	printf("%sok %d - ", pass ? "" : "not ", ++tap_count);
	__builtin_va_start(ap, fmt);
	vprintf(fmt, ap);
	__builtin_va_end(ap);
	printf("\n");
	if (!pass) {
		tap_failed++;
		printf("#   failed at %s line %d\n", file, line);
	}
	return pass;
}

#define is_int(got, want, ...)                                                 \
	do {                                                                   \
		long long tap_g = (long long)(got), tap_w = (long long)(want); \
		if (!ok(tap_g == tap_w, __VA_ARGS__))                          \
			printf("#   got %lld, want %lld\n", tap_g, tap_w);     \
	} while (0)

#define is_str(got, want, ...)                                                 \
	do {                                                                   \
		const char *tap_g = (got), *tap_w = (want);                    \
		if (!ok(tap_g != NULL && strcmp(tap_g, tap_w) == 0,            \
			__VA_ARGS__))                                          \
			printf("#   got '%s', want '%s'\n",                    \
			    tap_g != NULL ? tap_g : "(null)", tap_w);          \
	} while (0)

/* Equal within tol (absolute). */
#define is_near(got, want, tol, ...)                                           \
	do {                                                                   \
		double tap_g = (got), tap_w = (want);                          \
		if (!ok(fabs(tap_g - tap_w) <= (tol), __VA_ARGS__))            \
			printf("#   got %.10g, want %.10g\n", tap_g, tap_w);   \
	} while (0)

static inline int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed != 0;
}

#endif

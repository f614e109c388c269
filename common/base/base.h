#ifndef BASE_BASE_H
#define BASE_BASE_H

/* Attributes and small macros that every file may use. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODISCARD		__attribute__((warn_unused_result))
#define NORETURN		__attribute__((noreturn))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define UNUSED			__attribute__((unused))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))

/* The struct of type `type` whose member `member` is at `ptr`. */
#define container_of(ptr, type, member)                                        \
	((type *)((char *)(ptr)-offsetof(type, member)))

#endif

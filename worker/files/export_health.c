/* Apple Health's file, piece by piece. */

#include "files/export_health.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "files/apple.h"
#include "files/result.h"

#define PIECE (1u << 20)

void
export_health_init(struct export_health *h, struct arena *a,
    const struct tz *zone, export_progress *progress, void *arg)
{
	*h = (struct export_health){
		.arena = a,
		.zone = zone,
		.progress = progress,
		.arg = arg,
	};
}

void
export_health_free(struct export_health *h)
{
	free(h->taken);
	h->taken = NULL;
}

/* The rest of it, whose first bytes are in p. */
static int
read_pieces(struct export_health *h, struct apple *apple, struct unpack *from,
    char *p, ptrdiff_t n)
{
	while (n > 0) {
		if (apple_feed(apple, str_make(p, (size_t)n)) < 0)
			return -1;
		if (h->progress != NULL)
			h->progress(h->arg, unpack_progress(from));
		n = unpack_some(from, p, PIECE, &h->problem);
	}
	return n < 0 ? -1 : apple_end(apple);
}

static void
read_file(struct export_health *h, struct unpack *from, char *p, ptrdiff_t n)
{
	struct apple *apple;
	struct result r;

	result_init(&r, h->arena, &h->decoded, h->zone);
	h->decoded.format = FILE_APPLE;
	apple = apple_new(&r, &h->problem);
	if (read_pieces(h, apple, from, p, n) == 0)
		result_finish(&r);
	apple_free(&apple);
	result_free(&r);
	if (h->problem.code == ERR_NONE)
		h->taken = xcalloc(h->decoded.n_activities + 1, sizeof(bool));
}

bool
export_health_read(
    struct export_health *h, struct unpack *from, const char *path)
{
	struct err e = ERR_INIT;
	char *p;
	ptrdiff_t n;
	bool is;

	if (h->path != NULL)
		return false;
	p = xmalloc(PIECE);
	n = unpack_some(from, p, PIECE, &e);
	is = n > 0 && apple_is_export(str_make(p, (size_t)n));
	if (is) {
		h->path = arena_strdup(h->arena, path);
		read_file(h, from, p, n);
	}
	free(p);
	return is;
}

void
export_health_pulse(struct export_health *h, struct unpack *from)
{
	struct err e = ERR_INIT;
	struct apple_pulse *pulse = apple_pulse_new(h->arena, &h->decoded, &e);
	char *p = xmalloc(PIECE);
	ptrdiff_t n;
	int rc = 0;

	while (rc == 0 && (n = unpack_some(from, p, PIECE, &e)) > 0) {
		rc = apple_pulse_feed(pulse, str_make(p, (size_t)n));
		if (h->progress != NULL)
			h->progress(h->arg, unpack_progress(from));
	}
	if (rc == 0)
		rc = apple_pulse_end(pulse);
	/* It was read before, to its end. */
	h->problem = rc < 0 ? e : h->problem;
	free(p);
	apple_pulse_free(&pulse);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

const struct activity *
export_health_take(struct export_health *h, const char *path)
{
	const struct decoded *d = &h->decoded;

	if (h->taken == NULL || strstr(path, "workout-routes/") == NULL)
		return NULL;
	for (size_t i = 0; i < d->n_activities; i++) {
		if (h->taken[i] || d->routes[i][0] == '\0' ||
		    strcmp(base_name(d->routes[i]), base_name(path)) != 0)
			continue;
		h->taken[i] = true;
		return &d->activities[i];
	}
	return NULL;
}

struct decoded *
export_health_rest(struct export_health *h)
{
	struct decoded *rest =
	    arena_memdup(h->arena, &h->decoded, sizeof(h->decoded));
	size_t n = 0;

	/* Those that were taken are still pointed to. */
	rest->activities =
	    arena_many(h->arena, h->decoded.n_activities + 1, struct activity);
	for (size_t i = 0; i < h->decoded.n_activities; i++)
		if (!h->taken[i])
			rest->activities[n++] = h->decoded.activities[i];
	rest->n_activities = n;
	return rest;
}

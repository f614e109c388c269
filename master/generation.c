#include "generation.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "config/conf.h"

struct generation *
generation_new(unsigned number, struct conf **conf, struct sockets *sockets)
{
	struct generation *g = xcalloc(1, sizeof(*g));

	g->number = number;
	g->conf = *conf;
	*conf = NULL;
	g->sockets = sockets;
	g->n_workers = conf_worker_count(g->conf);
	g->n_posts = g->n_workers + 1;
	g->posts = xcalloc(g->n_posts, sizeof(*g->posts));
	for (unsigned i = 0; i < g->n_workers; i++)
		g->posts[i] = (struct post){ .role = CHILD_WORKER, .index = i };
	g->posts[g->n_workers].role = CHILD_KEEPER;
	return g;
}

void
generation_free(struct generation **g)
{
	if (*g == NULL)
		return;
	conf_free(&(*g)->conf);
	free((*g)->posts);
	free(*g);
	*g = NULL;
}

bool
generation_is_ready(const struct generation *g)
{
	for (unsigned i = 0; i < g->n_posts; i++) {
		const struct child *c = g->posts[i].current;

		if (c == NULL || c->state != CHILD_READY)
			return false;
	}
	return true;
}

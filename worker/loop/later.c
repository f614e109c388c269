/* Calls put off to the end of the turn.  What such a call puts off in turn
 * waits for the next one, so that events are never starved. */

#include <stdlib.h>

#include "base/xalloc.h"
#include "loop/loop_impl.h"

void
loop_later(struct loop *l, void (*fn)(void *arg), void *arg)
{
	struct later_queue *q = &l->later;

	if (q->n == q->cap) {
		q->cap = q->cap == 0 ? 64 : q->cap * 2;
		q->item = xreallocarray(q->item, q->cap, sizeof(*q->item));
	}
	q->item[q->n++] = (struct later){ fn, arg };
}

void
later_run(struct later_queue *q)
{
	struct later *batch = q->item;
	size_t n = q->n, cap = q->cap;

	if (n == 0)
		return;
	q->item = q->batch;
	q->cap = q->batch_cap;
	q->n = 0;
	for (size_t i = 0; i < n; i++)
		batch[i].fn(batch[i].arg);
	q->batch = batch;
	q->batch_cap = cap;
}

void
later_fini(struct later_queue *q)
{
	free(q->item);
	free(q->batch);
}

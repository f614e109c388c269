#ifndef BASE_LIST_H
#define BASE_LIST_H

/* Intrusive doubly linked list.  A node is in at most one list. */

#include "base/base.h"

struct list {
	struct list *next;
	struct list *prev;
};

static inline void
list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool
list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void
list_add_tail(struct list *head, struct list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

/* The node may be freed or added elsewhere afterwards; removing a node that
 * is in no list (but initialised) does nothing. */
static inline void
list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

#define list_item(node, type, member) container_of(node, type, member)

/* The current node may be removed in the body. */
#define list_each(node, tmp, head)                                             \
	for ((node) = (head)->next, (tmp) = (node)->next; (node) != (head);    \
	     (node) = (tmp), (tmp) = (node)->next)

#endif

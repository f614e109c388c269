#ifndef EVENTS_NODES_H
#define EVENTS_NODES_H

/* What is published elsewhere, on another node or by a command, is called out
 * to the workers of this one.  One process of a node does this, the keeper: it
 * asks the database which streams have moved.  Not by NOTIFY, which makes all
 * transactions of a PostgreSQL cluster commit one after another, and which
 * neither a standby nor a pooler of transactions delivers. */

#include "base/err.h"

struct db;
struct loop;
struct nodes;
struct shm;

/* Begins at once. */
struct nodes *nodes_new(struct loop *l, struct db *db, struct shm *shm);
/* Ask no more; what is being asked ends by itself. */
void nodes_stop(struct nodes *n);
/* Stopped, and the loop has settled. */
void nodes_free(struct nodes **n);

#endif

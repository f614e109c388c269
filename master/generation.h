#ifndef GENERATION_H
#define GENERATION_H

/* Reload: a whole new generation beside the old one, which leaves only when
 * every new process is ready. */

struct master;

/* Read the configuration and start the new processes.  Waits for free slots
 * when earlier generations are still draining. */
void generation_begin(struct master *m);
/* Look at the new processes: all ready, one dead, or out of time? */
void generation_advance(struct master *m);
/* A process of the new generation ended before it was ready. */
void generation_abandon(struct master *m, const char *why);

#endif

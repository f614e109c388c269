#ifndef PROC_PANIC_H
#define PROC_PANIC_H

/* Last words: a process that fails a CHECK, takes a fatal signal or is aborted
 * by the watchdog leaves what happened, and where, on its slot of the board. */

struct shm;

/* From now on, for this process. */
void panic_init(struct shm *shm, unsigned slot);

#endif

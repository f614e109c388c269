#ifndef PROC_STDFDS_H
#define PROC_STDFDS_H

/* Standard input, output and error of a program that somebody may have started
 * without one of them, or with an output that takes no more. */

/* Put something in the place of each that is closed, so that no file or socket
 * that is opened later becomes one and is written to by mistake.  To read or
 * write it still fails.  First of all in main(). */
void stdfds_fill(void);
/* The status to end with: `status`, or 1 when that is 0 and not all of standard
 * output could be written, which standard error then says as `program`. */
int stdfds_finish(const char *program, int status);

#endif

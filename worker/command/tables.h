#ifndef COMMAND_TABLES_H
#define COMMAND_TABLES_H

/* The tables of the manual pages, printed by the program itself: keys,
 * commands, metrics, tools, resources, prompts, thresholds, scopes, routes. */

#include <stdio.h>

/* To standard output; the exit status. */
int tables_print(const char *table);
/* In command.c. */
void command_print_mdoc(FILE *out);

#endif

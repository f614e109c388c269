#ifndef BASE_MDOC_H
#define BASE_MDOC_H

/* Rows of the manual's tables, which the program prints itself. */

#include <stdio.h>

/* Text on lines of its own, a sentence a line, with nothing in it that mdoc(7)
 * would take for a request or an escape. */
void mdoc_text(FILE *out, const char *text);

#endif

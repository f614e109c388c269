#ifndef BASE_VERSION_H
#define BASE_VERSION_H

/* "1.0.0" and the commit it was built from ("unknown" outside a checkout). */
extern const char version_text[];
extern const char version_commit[];

#endif

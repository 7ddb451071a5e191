/*
 * import: files into the services, row by row. A header names fields of the
 * import method's request; the whole file is checked for its form before
 * anything is sent, then read again and sent in batches. What the service
 * refuses is told row by row and disturbs no other row.
 *
 * Returns an exit code: 1 when the file is malformed (nothing was sent), when
 * a row was rejected, or when a service failed.
 */
#ifndef TOOLS_IMPORT_H
#define TOOLS_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

struct import_options {
	const char *kind, *file;
	const char *errors;  /* where rejected rows go, or NULL */
	size_t batch;        /* rows an envelope */
	bool dry_run;
	const char *session; /* of a Zoom export, as resolve.h takes it */
	const char *reason;  /* likewise, "" for none */
};

int import_file(const struct import_options *options);
int import_zoom(const struct import_options *options);

#endif

/*
 * import: files into the services, row by row. What kind of file it is says the
 * user, or its header (reader.h); the whole file is checked for its form before
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

#define IMPORT_SETS_MAX 32

struct import_options {
	const char *kind;    /* of reader.h; NULL: the header says */
	const char *file;
	/* What all rows say that have no cell of their own for it. */
	struct import_set {
		const char *field, *value;
	} sets[IMPORT_SETS_MAX];
	size_t set_count;
	/* Columns (field) and what they are (value): a field, a column that
	 * such files have, or "" for nothing. */
	struct import_set maps[IMPORT_SETS_MAX];
	size_t map_count;
	const char *errors;  /* where rejected rows go, or NULL */
	size_t batch;        /* rows an envelope */
	bool dry_run;
	const char *session; /* of a Zoom export, as resolve.h takes it */
	const char *reason;  /* likewise, "" for none */
};

int import_file(const struct import_options *options);
int import_zoom(const struct import_options *options);

#endif

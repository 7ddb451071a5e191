/*
 * import_private: what the parts of an import share: the header
 * (import_header.c), the rows (import.c), the job (import_job.c).
 */
#ifndef TOOLS_IMPORT_PRIVATE_H
#define TOOLS_IMPORT_PRIVATE_H

#include <stdio.h>

#include "services/common/base/id.h"
#include "tools/batch.h"
#include "tools/client.h"
#include "tools/csv_file.h"
#include "tools/import.h"
#include "tools/reader.h"

#define TALLIES_MAX 32

/* How often something came out: "membership created". */
struct tally {
	const char *field, *word;
	size_t count;
};

/* A column says a field. */
struct import_target {
	size_t column;
	const field_type *field;
	const struct reader_column *map; /* NULL: as it stands */
	/* What a ticked choice says, which is no answer: the column is called
	 * by it. NULL: anything is one. */
	const char *tick;
};

struct import {
	const struct import_options *options;
	const struct reader *reader; /* NULL: the header will say */
	bool named;                  /* the user said which */
	struct client_method method;
	const char **heads[2]; /* the header's records, as they stand */
	size_t head_count;
	bool settled; /* the columns are known */
	/* Each column as complaints name it; its question, and what tells it
	 * from the question's other columns. The same text, outside a form. */
	const char *names[CSV_COLUMNS_MAX];
	const char *questions[CSV_COLUMNS_MAX];
	const char *answers[CSV_COLUMNS_MAX];
	struct import_target targets[2 * CSV_COLUMNS_MAX];
	size_t target_count, columns, rows;
	char import_id[ID_TEXT]; /* "": there is no job */
	struct batch_line *line;
	size_t done, rejected;
	struct tally tallies[TALLIES_MAX];
	FILE *errors;      /* NULL: nobody asked for it */
	bool errors_whole; /* it was closed, and nothing is missing */
};

/* Is this record the header? Finds the reader when nobody named it. */
csv_header import_is_header;
/* A record of it, for import_take_header to read when all are there: false,
 * and told, when the file cannot be imported. */
void import_keep_head(struct import *import, size_t count,
		      const char *const cells[]);
bool import_take_header(struct import *import);
/* A column of ours: what an earlier import said about a rejected row. */
bool import_is_ours(const char *name);
/* What a field's column is called in the file. */
const char *import_column(const struct import *import, const char *field);

/* Register the import with the registry, if it is one of its files. */
bool import_begin(struct import *import);
void import_finish(const struct import *import);

#endif

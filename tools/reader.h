/*
 * reader: the kinds of files that can be imported, and where their columns go.
 *
 * A kind is a row of a table: the method that takes its rows, the columns by
 * which such a file is known, and a map from its columns to the method's
 * fields. Our own files call their columns as the fields are called; the
 * exports of other programs are foreign: columns that are not in the map are
 * left out and named, and whatever stands before the header is skipped.
 *
 * A form's answers have two records of header, questions and what may be
 * answered under each; a question stands in the first of its columns only.
 *
 * Everything is constant; what is made lives in the caller's arena.
 */
#ifndef TOOLS_READER_H
#define TOOLS_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/base/arena.h"

struct reader_column {
	/* In the file, other names for it behind a | each; without the signs
	 * that end a question. NULL: the same text for all rows. */
	const char *column;
	const char *field; /* NULL ends the map; "": known, and not needed */
	/* "Their word=ours;Another=ours": other words stay as they are. For a
	 * column NULL the text itself. */
	const char *words;
	const char *(*convert)(struct arena *arena, const char *cell);
};

struct reader {
	const char *name, *service, *method;
	const char *mark;     /* columns of its header, separated by | */
	const char *required; /* fields without which no row can be right */
	const struct reader_column *columns;
	bool foreign;
	bool form;         /* two records of header */
	const char *tells; /* a column that is empty in rows of another kind */
};

/* NULL: there is no such kind. */
const struct reader *reader_named(const char *name);
/* The kind that this header gives away, or NULL. */
const struct reader *reader_of(size_t count, const char *const cells[]);
bool reader_knows(const struct reader *reader, size_t count,
		  const char *const cells[]);
/* All names, with blanks between. */
const char *reader_names(struct arena *arena);

/* The map's first row for a column, or the next one after that; NULL: there is
 * no more. One column may say several fields. */
const struct reader_column *reader_column(const struct reader *reader,
					  const char *column,
					  const struct reader_column *after);
/* A field as the map reads it from the first column that says it; NULL: as it
 * stands. */
const struct reader_column *reader_field(const struct reader *reader,
					 const char *field);
/* What the cell means to us, without blanks around it; itself when nobody says
 * otherwise. */
const char *reader_value(const struct reader_column *column,
			 struct arena *arena, const char *cell);

#endif

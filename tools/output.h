/*
 * output: any message as a table for people, CSV for spreadsheets or JSON for
 * programs. A message whose first field is a repeated message prints one row
 * for each element, any other is one record. The descriptors give the columns.
 *
 * In a table, long values are cut and control characters do not reach the
 * terminal. CSV keeps formulas from running in a spreadsheet: text that begins
 * like one gets an apostrophe in front. JSON is proto3's mapping, whole.
 */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "services/common/wire/field.h"

enum output_format { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSON };

/* What the user wants to see. Columns are fields in the wanted order, space or
 * comma separated; NULL: the command's choice in a table, all in CSV. */
struct output_style {
	enum output_format format;
	const char *columns;
};

/* The options --format and --columns; the input is a struct output_style. */
extern const struct argp output_argp;

/* False, and told, when there is no such column. table_columns: what a table
 * shows when nobody chose (NULL: all). */
bool output_message(FILE *out, const ProtobufCMessage *message,
		    const char *table_columns,
		    const struct output_style *style);

/* The elements of a message's first field; count 0 when it has none such. */
ProtobufCMessage **output_rows(const ProtobufCMessage *message, size_t *count);

/* A new file that only who made it reads; one of that name is an error when
 * it must be new, and otherwise stays as it is until output_empty. NULL, and
 * told, when there is none. */
FILE *output_open(const char *path, bool must_be_new);
/* What stands in it goes, before anything is written. False, and told, when it
 * stays. */
bool output_empty(FILE *file, const char *path);
/* Everything is written, or it is told and the answer is false. */
bool output_close(FILE *file, const char *path);

/* One cell of a CSV line, quoted if need be; guard: against formulas. */
void output_csv_cell(FILE *out, const char *value, bool guard);
/* Would it run in a spreadsheet, be it behind apostrophes? */
bool output_is_formula(const char *value);

/* A grid of count rows of width cells (the first is the header); cells of a
 * column marked in right are aligned to the right. */
void output_grid(FILE *out, size_t count, size_t width,
		 const char *const cells[], const bool right[]);

#endif

/*
 * output: any message as a table for people, CSV for spreadsheets or JSON for
 * programs. A message whose first field is a repeated message prints one row
 * for each element, any other is one record. The descriptors give the columns.
 *
 * In a table, columns names the ones to show (space separated, NULL: all),
 * long values are cut, and control characters do not reach the terminal. CSV
 * has all columns and keeps formulas from running in a spreadsheet: text that
 * begins like one gets an apostrophe in front. JSON is proto3's mapping.
 */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

#include "services/common/wire/field.h"

enum output_format { OUTPUT_TABLE, OUTPUT_CSV, OUTPUT_JSON };

/* The option --format; its input is an enum output_format. */
extern const struct argp output_argp;

void output_message(FILE *out, const ProtobufCMessage *message,
		    const char *columns, enum output_format format);

/* The elements of a message's first field; count 0 when it has none such. */
ProtobufCMessage **output_rows(const ProtobufCMessage *message, size_t *count);

/* One cell of a CSV line, quoted if need be; guard: against formulas. */
void output_csv_cell(FILE *out, const char *value, bool guard);

/* A grid of count rows of width cells (the first is the header); cells of a
 * column marked in right are aligned to the right. */
void output_grid(FILE *out, size_t count, size_t width,
		 const char *const cells[], const bool right[]);

#endif

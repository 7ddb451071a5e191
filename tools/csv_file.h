/*
 * csv_file: reading a table that somebody exported from somewhere.
 *
 * The file is UTF-8 (a byte order mark is taken away), comma separated, quoted
 * as RFC 4180 says, lines ended by LF or CR LF; empty lines do not count. The
 * first record is the header, or the first ones, and every record has as many
 * fields as it. All else is malformed: told row by row (rows count from 1 after
 * the header), and the answer is false. Memory does not grow with the file.
 */
#ifndef TOOLS_CSV_FILE_H
#define TOOLS_CSV_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define CSV_COLUMNS_MAX 1000

/* number 0 is the header, or each record of it. Cells live until the next row;
 * false stops. */
typedef bool csv_take(void *context, size_t number, size_t count,
		      const char *const cells[]);

/* Is this record of the header, place of which came before? Until one is,
 * records are left out, however many fields they have. */
typedef bool csv_header(void *context, size_t place, size_t count,
			const char *const cells[]);

/* Hand each well-formed record to take. False: malformed, or take said so.
 * is_header NULL: the first record is it, alone. */
bool csv_read(const char *path, csv_header *is_header, csv_take *take,
	      void *context);

/* "FILE:row 17: email: text", "FILE: text" for row 0 without a field. */
void csv_complain(const char *path, size_t row, const char *field,
		  const char *text);

#endif

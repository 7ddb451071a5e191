/*
 * script_line: a .rpc script as commands. A line that begins with white space
 * continues the one before; # begins a comment; empty lines end nothing.
 */
#ifndef ECHO_TESTS_SCRIPT_LINE_H
#define ECHO_TESTS_SCRIPT_LINE_H

#include <stdio.h>

struct script_line {
	int number;      /* of its first line in the file */
	char *text;      /* the whole command; malloc'd */
};

/* The next command, or 0 at the end. */
int script_read(FILE *file, int *line_number, struct script_line *line);
void script_line_free(struct script_line *line);
/* What follows the nth word (1: the first) in text. */
const char *script_after(const struct script_line *line, int words);

#endif

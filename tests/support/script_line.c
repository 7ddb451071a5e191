/* script_line: reading commands. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/script_line.h"

static int peek(FILE *file)
{
	int c = getc(file);

	if (c != EOF)
		ungetc(c, file);
	return c;
}

static void append(char **text, const char *piece)
{
	size_t length = *text ? strlen(*text) : 0;
	char *grown = realloc(*text, length + strlen(piece) + 1);

	if (!grown)
		abort();
	strcpy(grown + length, piece);
	*text = grown;
}

static void trim_end(char *text)
{
	size_t length = strlen(text);

	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
}

int script_read(FILE *file, int *line_number, struct script_line *line)
{
	char *buffer = NULL;
	size_t size = 0;

	memset(line, 0, sizeof(*line));
	while (getline(&buffer, &size, file) > 0) {
		const char *start = buffer + strspn(buffer, " \t\r\n");

		++*line_number;
		if (*start == '#' || (!*start && !line->text))
			continue;
		if (!line->text)
			line->number = *line_number;
		append(&line->text, buffer);
		if (peek(file) != ' ' && peek(file) != '\t')
			break;
	}
	free(buffer);
	if (!line->text)
		return 0;
	trim_end(line->text);
	return 1;
}

void script_line_free(struct script_line *line)
{
	free(line->text);
	line->text = NULL;
}

const char *script_after(const struct script_line *line, int words)
{
	const char *text = line->text;

	while (words-- > 0) {
		text += strcspn(text, " \t\n");
		text += strspn(text, " \t\n");
	}
	return text;
}

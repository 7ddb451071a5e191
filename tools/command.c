/* What all commands share: memory, complaints, options. */
#include <stdarg.h>
#include <stdio.h>

#include "tools/calls.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"
#include "tools/progress.h"

struct arena *memory;

int complain(const char *format, ...)
{
	va_list args;

	progress_hide();
	fflush(stdout);
	va_start(args, format);
	fputs("superhub: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return EXIT_FAILED;
}

const struct argp_option *command_options(const struct command *command)
{
	return command->remote != NULL ? calls_options(command->remote)
				       : command->options;
}

void command_parse(const struct command *command, int argc, char **argv,
		   void *input)
{
	const struct argp_child children[] = {
		{ command->calls ? &client_argp : NULL },
		{ command->prints ? &output_argp : NULL },
		{ NULL },
	};
	struct argp argp = {
		.children = children,
		.options = command_options(command),
		.parser = command->parser,
		.args_doc = command->arguments,
		.doc = arena_printf(memory, "%s\v%s", command->about,
				    command->details ? command->details : ""),
	};

	argv[0] = arena_printf(memory, "superhub %s", command->name);
	argp_parse(&argp, argc, argv, 0, NULL, input);
}

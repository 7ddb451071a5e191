/* superhub completion: what the shell needs to know, from the same table. */
#include <stdio.h>
#include <string.h>

#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"

static error_t parse(int key, char *argument, struct argp_state *state)
{
	const char **shell = state->input;

	if (key == ARGP_KEY_ARG && *shell == NULL) {
		*shell = argument;
		return 0;
	}
	if (key == ARGP_KEY_END &&
	    (*shell == NULL || strcmp(*shell, "bash") != 0))
		argp_error(state, "for which shell? There is bash.");
	return key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

static void print_options(const struct argp_option *options)
{
	for (; options != NULL && (options->name != NULL || options->key != 0);
	     options++)
		if (options->name != NULL)
			printf(" --%s%s", options->name,
			       options->arg != NULL ? "=" : "");
}

static int run(const struct command *command, int argc, char **argv)
{
	const char *shell = NULL;

	command_parse(command, argc, argv, &shell);
	puts("# completion of superhub for bash: source <(superhub completion "
	     "bash)\n"
	     "_superhub() {\n"
	     "\tlocal word=${COMP_WORDS[COMP_CWORD]} options=\n"
	     "\tif ((COMP_CWORD == 1)); then\n"
	     "\t\toptions='--help --version");
	for (size_t i = 0; commands[i] != NULL; i++)
		printf(" %s", commands[i]->name);
	puts("'\n\telse\n\t\tcase ${COMP_WORDS[1]} in");
	for (size_t i = 0; commands[i] != NULL; i++) {
		printf("\t\t%s) options='%s", commands[i]->name,
		       commands[i]->words != NULL ? commands[i]->words : "");
		print_options(command_options(commands[i]));
		if (commands[i]->calls)
			print_options(client_argp.options);
		if (commands[i]->prints)
			print_options(output_argp.options);
		puts(" --help' ;;");
	}
	puts("\t\tesac\n"
	     "\tfi\n"
	     "\tmapfile -t COMPREPLY < \\\n"
	     "\t\t<(compgen -W \"$options\" -- \"$word\")\n"
	     "\t[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace\n"
	     "}\n"
	     "complete -o default -F _superhub superhub");
	return EXIT_OK;
}

const struct command completion_command = {
	.name = "completion",
	.arguments = "bash",
	.about = "Print what makes the shell complete these commands",
	.details = "source <(superhub completion bash)",
	.words = "bash",
	.parser = parse,
	.run = run,
};

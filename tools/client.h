/*
 * client: how superhub reaches the services. Settings come from the environment
 * (what nobody sets is the local set-up's), connections are made on first use,
 * and whoever a call needs to be is asked from the registry once: the operator
 * at the machine, or the person of --as-person.
 *
 * Every method of every service can be called by name; the descriptors say what
 * it takes and gives. Single-threaded; memory is the program's (command.h).
 */
#ifndef TOOLS_CLIENT_H
#define TOOLS_CLIENT_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/common/wire/field.h"
#include "services/common/wire/rpc.h"

/* The services, in the order they are started; a NULL name ends. */
struct client_service {
	const char *name;
	const ProtobufCServiceDescriptor *descriptor;
};
extern const struct client_service client_services[];

/* A method of one of them, or one that every service answers. */
struct client_method {
	const char *service;
	const char *name;
	const message_type *input, *output;
	bool builtin; /* needs nobody's credential */
};

/* False, and told, when there is no such service or method. */
bool client_find(const char *service, const char *name,
		 struct client_method *method);

/* The options that every calling command has: --as-person, --timeout. */
extern const struct argp client_argp;

/* What to call with; NULL, and told, when there is no credential to be had. */
const struct rpc_options *client_options(const struct client_method *method);
struct rpc_peer *client_peer(const char *service);

/* One call. Not OK is told, naming what to do. */
enum status client_call(const struct client_method *method,
			const ProtobufCMessage *request,
			ProtobufCMessage **reply);
/* Likewise; the reply lives as long as the arena, not as the program. */
enum status client_call_into(const struct client_method *method,
			     const ProtobufCMessage *request,
			     struct arena *arena, ProtobufCMessage **reply);
/* Not OK is for the caller to tell; error->message is NULL when the reason was
 * told already. */
enum status client_call_quietly(const struct client_method *method,
				const ProtobufCMessage *request,
				struct arena *arena, ProtobufCMessage **reply,
				struct error *error);

/* "superhub: scheduler.CancelSession: reason: Say why. (INVALID)"; nothing for
 * a message of NULL. */
void client_complain(const struct client_method *method,
		     const struct error *error);

/* ECHO_CREDENTIAL_KEYS, or the local set-up's; "" when it has none. */
const char *client_credential_keys(void);
/* ECHO_CLOCK_FILE, or the local set-up's; "" when it has none. */
const char *client_clock_file(void);

/* All settings, for --help. */
void client_print_settings(FILE *out);

#endif

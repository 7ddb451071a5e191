/* credential: a person or one grant, signed. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/base/clock.h"
#include "services/common/wire/token.h"
#include "tests/support/credential.h"

/* A stage's keys, read once: a locked page costs more than a signature. */
static const struct token_keys *signing_keys(const struct stage *stage)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static char of[sizeof(stage->signing_keys)];
	static struct token_keys *keys;
	const char *problem = NULL;

	pthread_mutex_lock(&lock);
	if (strcmp(of, stage->signing_keys) != 0) {
		token_keys_free(keys);
		keys = token_keys_new("", stage->signing_keys, &problem);
		memcpy(of, stage->signing_keys, sizeof(of));
	}
	pthread_mutex_unlock(&lock);
	if (!keys) {
		fprintf(stderr, "credential: %s\n", problem);
		exit(2);
	}
	return keys;
}

static void sign(const struct stage *stage, struct arena *arena,
		 Rpc__Credential *credential, struct rpc_options *options)
{
	credential->issued_at_us = clock_wall();
	credential->expires_at_us = credential->issued_at_us + TOKEN_LIFE_US;
	options->credential = token_sign(signing_keys(stage), arena, credential,
					 &options->credential_length);
}

void credential_role(const struct stage *stage, struct arena *arena,
		     const char *role, Rpc__Grant__Scope scope,
		     const char *scope_id, struct rpc_options *options)
{
	Rpc__Grant grant = RPC__GRANT__INIT;
	Rpc__Grant *grants[] = { &grant };
	Rpc__Credential credential = RPC__CREDENTIAL__INIT;

	grant.role = arena_strdup(arena, role);
	grant.scope = scope;
	grant.scope_id = arena_strdup(arena, scope_id);
	credential.n_grants = 1;
	credential.grants = grants;
	sign(stage, arena, &credential, options);
}

void credential_admin(const struct stage *stage, struct arena *arena,
		      struct rpc_options *options)
{
	credential_role(stage, arena, TOKEN_OPERATOR,
			RPC__GRANT__SCOPE__superhub, "", options);
}

void credential_person(const struct stage *stage, struct arena *arena,
		       const char *person_id, struct rpc_options *options)
{
	Rpc__Credential credential = RPC__CREDENTIAL__INIT;

	credential.person_id = arena_strdup(arena, person_id);
	sign(stage, arena, &credential, options);
}

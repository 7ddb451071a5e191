/* credential: a person or one grant, signed. */
#include <stdio.h>
#include <stdlib.h>

#include "services/common/base/clock.h"
#include "services/common/wire/token.h"
#include "tests/support/credential.h"

static void sign(const struct stage *stage, struct arena *arena,
		 Rpc__Credential *credential, struct rpc_options *options)
{
	struct token_keys *keys;
	const char *problem;

	keys = token_keys_new("", stage->signing_keys, &problem);
	if (!keys) {
		fprintf(stderr, "credential: %s\n", problem);
		exit(2);
	}
	credential->issued_at_us = clock_wall();
	credential->expires_at_us = credential->issued_at_us + TOKEN_LIFE_US;
	options->credential = token_sign(keys, arena, credential,
					 &options->credential_length);
	token_keys_free(keys);
}

void credential_admin(const struct stage *stage, struct arena *arena,
		      struct rpc_options *options)
{
	Rpc__Grant grant = RPC__GRANT__INIT;
	Rpc__Grant *grants[] = { &grant };
	Rpc__Credential credential = RPC__CREDENTIAL__INIT;

	grant.role = arena_strdup(arena, TOKEN_OPERATOR);
	grant.scope = RPC__GRANT__SCOPE__superhub;
	credential.n_grants = 1;
	credential.grants = grants;
	sign(stage, arena, &credential, options);
}

void credential_person(const struct stage *stage, struct arena *arena,
		       const char *person_id, struct rpc_options *options)
{
	Rpc__Credential credential = RPC__CREDENTIAL__INIT;

	credential.person_id = arena_strdup(arena, person_id);
	sign(stage, arena, &credential, options);
}

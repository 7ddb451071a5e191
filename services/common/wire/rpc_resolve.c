/*
 * From a peer's url to the urls of its endpoints.
 *
 * nng would dial only the first address of a name, so names are resolved
 * here. When a name has IPv4 addresses its IPv6 ones are left out: they belong
 * to the same replicas, and one replica must not count as two.
 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "services/common/wire/rpc_private.h"

#define TCP "tcp://"

static void add(struct rpc_addresses *addresses, const char *url)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (strcmp(addresses->urls[i], url) == 0)
			return;
	if (addresses->count < RPC_ENDPOINTS_MAX)
		snprintf(addresses->urls[addresses->count++], RPC_URL_MAX,
			 "%s", url);
}

static void add_family(struct rpc_addresses *addresses,
		       const struct addrinfo *found, int family,
		       const char *port)
{
	const char *form = family == AF_INET6 ? TCP "[%s]:%s" : TCP "%s:%s";

	for (; found != NULL; found = found->ai_next) {
		char host[NI_MAXHOST];
		char url[RPC_URL_MAX];

		if (found->ai_family != family ||
		    getnameinfo(found->ai_addr, found->ai_addrlen, host,
				sizeof(host), NULL, 0, NI_NUMERICHOST) != 0)
			continue;
		if (snprintf(url, sizeof(url), form, host, port) <
		    (int)sizeof(url))
			add(addresses, url);
	}
}

static bool resolve_host(struct rpc_addresses *addresses, const char *host,
			 const char *port)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
				  .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	size_t before = addresses->count;

	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return false;
	add_family(addresses, found, AF_INET, port);
	if (addresses->count == before)
		add_family(addresses, found, AF_INET6, port);
	freeaddrinfo(found);
	return true;
}

/* One url of the list. */
static bool resolve_one(struct rpc_addresses *addresses, char *url)
{
	char *host = url + strlen(TCP);

	if (strncmp(url, TCP, strlen(TCP)) != 0) {
		add(addresses, url); /* ipc, inproc: one endpoint */
		return true;
	}
	char *port = strrchr(host, ':');
	if (port == NULL)
		return false;
	*port++ = '\0';
	size_t length = strlen(host);
	if (length > 2 && host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		host++;
	}
	return resolve_host(addresses, host, port);
}

void rpc_resolve(const char *url, struct rpc_addresses *addresses)
{
	addresses->count = 0;
	addresses->complete = true;
	while (*url != '\0') {
		char one[RPC_URL_MAX];
		size_t length = strcspn(url, ",");

		if (length > 0 && length < sizeof(one)) {
			memcpy(one, url, length);
			one[length] = '\0';
			if (!resolve_one(addresses, one))
				addresses->complete = false;
		}
		url += length + (url[length] == ',');
	}
}

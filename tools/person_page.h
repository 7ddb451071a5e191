/*
 * person_page: everything held about a person as one page of HTML that needs
 * nothing else: headings in order, real tables with headers, no script, no
 * colour that means something, so that a screen reader and a printer read it
 * too. Every value is escaped.
 */
#ifndef TOOLS_PERSON_PAGE_H
#define TOOLS_PERSON_PAGE_H

#include <stdio.h>

#include "protection.pb-c.h"
#include "registry.pb-c.h"

/* What one service answered; a NULL service ends. retention may be NULL. */
struct held {
	const char *service;
	const Protection__HeldDataReply *data;
	const Protection__ListRetentionReply *retention;
};

void person_page(FILE *out, const struct held *held,
		 const Registry__ListPurposesReply *purposes);

#endif

# Turns a file of rights into a script: every cell of DOMAIN's table, allowed and
# refused, in the own scope and in another; and what the method's row refuses
# once more with every row wide open, so that row-level security is alone.
#
# Lines up to the first "##" are the script's beginning. Then, for each method:
#
#   ## ACTION              the table's row; several methods may share one
#   prepare QUERY          as owner before each cell; its answer must be 1
#   call METHOD {json}     HUB, NETWORK, SESSION: those in which the roles are held
#   allow ROLE ...         whose cells say yes; the others say no
#   within ROLE ...        whose cells say no, although the method admits them
#                          for other scopes
#   self PERSON            may do it without a role, for themselves
#   only                   and that is all: the roles are another method's
#   after QUERY => VALUES  as owner after a refusal: there is no effect
#   yes|no|hidden EXPECT   what is expected when it is allowed (OK), refused by
#                          the row (FORBIDDEN), by row-level security (REFUSED)
#   other EXPECT           what another scope's staff get, if not hidden
BEGIN {
	# Who may most comes last: some things can be done only once.
	split("member case_presenter speaker facilitator network_lead " \
		"coordinator hub_admin superhub_admin", roles, " ")
	scope["hub_admin"] = "hub"
	somebody = "00000000-0000-4000-8000-0000000000f0"
}
function grant(role, elsewhere) {
	if (role == "superhub_admin")
		return role ":superhub"
	if (scope[role] == "hub")
		return role ":hub:" (elsewhere ? hub2 : hub)
	return role ":network:" (elsewhere ? network2 : network)
}
function cell(who, grants, expect,    i) {
	printf "# %s: %s %s\n", action, method, grants
	for (i = 1; i <= prepares; i++)
		print "sql " prepare[i] " => 1"
	print "as person " who " " grants
	print call
	print "expect " expect
	if (expect != yes && after)
		print "sql " after
}
function finish(    i, role) {
	if (!call)
		return
	for (i = 1; i in roles && !only; i++) {
		role = roles[i]
		if (!(role in allowed)) {
			cell(somebody, grant(role, 0), role in within ? hidden : no)
			print "admit all"
			cell(somebody, grant(role, 0), hidden)
			print "admit rows"
			continue
		}
		cell(somebody, grant(role, 0), yes)
		if (role != "superhub_admin")
			cell(somebody, grant(role, 1), other ? other : hidden)
	}
	if (self) {
		cell(self, "", yes)
		cell(somebody, "", no)
		print "admit all"
		cell(somebody, "", hidden)
		print "admit rows"
	}
	print "as service gateway"
	print call
	print "expect UNAUTHENTICATED"
	call = ""
}
/^(hub|network|hub2|network2) = / {
	if ($1 == "hub") hub = $3
	if ($1 == "network") network = $3
	if ($1 == "hub2") hub2 = $3
	if ($1 == "network2") network2 = $3
	next
}
/^## / {
	finish()
	action = substr($0, 4)
	prepares = only = 0; self = after = other = ""
	split("", allowed); split("", within)
	yes = "OK"; no = "FORBIDDEN"; hidden = "REFUSED"
	next
}
!action { print; next }
/^prepare / { prepare[++prepares] = substr($0, 9); next }
/^call / { call = $0; method = $2; next }
/^allow/ { for (i = 2; i <= NF; i++) allowed[$i]; next }
/^within/ { for (i = 2; i <= NF; i++) within[$i]; next }
/^after / { after = substr($0, 7); next }
/^only/ { only = 1; next }
/^self / { self = $2; next }
/^(yes|no|hidden|other) / {
	text = $0
	sub(/^[a-z]+ /, "", text)
	if ($1 == "yes") yes = text
	else if ($1 == "no") no = text
	else if ($1 == "hidden") hidden = text
	else other = text
	next
}
/^#|^$/ { next }
{ print "rights: line " NR " is not understood: " $0 >"/dev/stderr"; exit 1 }
END { finish() }

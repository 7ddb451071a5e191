# Prints a script: 2,000 random changes to networks, people, sessions and
# attendances, one to six at a time and some of them twice; then everything from
# empty roll-ups again, the last state of each entity in another order and in
# larger batches. Both must verify, and end in the same tables.
#
#	awk -v seed=1 -f random.awk > random.rpc

# The same numbers on every machine, whatever awk it is.
function random(n) {
	state = (state * 69069 + 12345) % 4294967296
	return int(state / 65536) % n
}

function id(kind, n) {
	return sprintf("00000000-0000-4000-8000-%04x%08x", kind, n)
}

function pick(words, list, n) {
	n = split(words, list, " ")
	return list[random(n) + 1]
}

function network(n) {
	return sprintf("\"network_id\": \"%s\", \"hub_id\": \"%s\", " \
		"\"slug\": \"n%d\", \"title\": \"N\"",
		id(2, n), random(10) ? id(1, random(3)) : "", n)
}

function person(n) {
	return sprintf("\"person_id\": \"%s\", \"organisation_id\": \"%s\"",
		id(3, n), random(5) ? id(4, random(7)) : "")
}

# Within 400 days, some of them close to midnight in summer.
function session(n) {
	return sprintf("\"session_id\": \"%s\", \"network_id\": \"%s\", " \
		"\"hub_id\": \"%s\", \"start_at\": \"%s\", " \
		"\"cpd_minutes\": %d, \"status\": \"%s\"",
		id(5, n), id(2, random(6)), id(1, random(3)),
		sprintf("%d-%02d-%02dT%02d:30:00Z", 2021 + random(2),
			1 + random(12), 1 + random(28), pick("10 14 23")),
		pick("30 60 90"),
		pick("reconciled closed closed ended cancelled published"))
}

function attendance(n) {
	return sprintf("\"attendance_id\": \"%s\", \"session_id\": \"%s\", " \
		"\"person_id\": \"%s\", \"minutes\": %d, \"role\": \"%s\", " \
		"\"counted\": %s",
		id(6, n), id(5, random(40)), id(3, random(30)), random(100),
		pick("participant participant participant speaker case_presenter"),
		random(5) ? "true" : "false")
}

function entity(feed, n) {
	if (feed == "network") return network(n)
	if (feed == "person") return person(n)
	if (feed == "session") return session(n)
	return attendance(n)
}

function change(feed, n, kind) {
	kind = kinds[feed]
	if (random(12) == 0)
		return sprintf("{\"change_key\": \"%s\", " \
			"\"change_deleted\": true}", id(kind, n))
	return sprintf("{%s, \"version\": %d}", entity(feed, n), ++version)
}

function owner(feed) {
	return feed == "network" || feed == "person" ? "registry" : "scheduler"
}

# Up to `most` changes of one feed, of different entities.
function apply(feed, most, line, taken, i, n) {
	delete taken
	line = ""
	for (i = 0; i < most; i++) {
		n = random(sizes[feed])
		if (n in taken)
			continue
		taken[n] = 1
		last[feed, n] = change(feed, n)
		line = line (line == "" ? "" : ", ") last[feed, n]
		changes++
	}
	line = sprintf("apply %s %s [%s]", owner(feed), feed, line)
	print line
	if (random(20) == 0)
		print line
}

# The last states of a feed's entities, every third first, 50 at a time.
function again(feed, step, line, i, n, count) {
	for (step = 0; step < 3; step++) {
		line = ""
		count = 0
		for (n = sizes[feed] - 1 - step; n >= 0; n -= 3) {
			if (!((feed, n) in last))
				continue
			line = line (line == "" ? "" : ", ") last[feed, n]
			if (++count % 50 == 0) {
				printf "apply %s %s [%s]\n", owner(feed), feed, line
				line = ""
			}
		}
		if (line != "")
			printf "apply %s %s [%s]\n", owner(feed), feed, line
	}
}

function verify() {
	print "call VerifyRollups {}"
	print "expect OK {\"differences\": []}"
}

function each_table(text, tables, n, i, line) {
	n = split("fact tally reach", tables, " ")
	for (i = 1; i <= n; i++) {
		line = text
		gsub(/TABLE_NAME/, tables[i], line)
		print line
	}
}

BEGIN {
	state = seed + 1
	kinds["network"] = 2; sizes["network"] = 6
	kinds["person"] = 3; sizes["person"] = 30
	kinds["session"] = 5; sizes["session"] = 40
	kinds["attendance"] = 6; sizes["attendance"] = 400

	print "at 2022-01-01T09:00:00Z"
	print "as person " id(9, 1) " operator:superhub"
	while (changes < 2000) {
		apply(pick("network person session session attendance " \
			"attendance attendance attendance"), 1 + random(6))
		if (++steps % 50 == 0)
			verify()
	}
	verify()
	print "sql SELECT count(*) > 50 FROM fact WHERE attendances > 0 => t"

	each_table("sql CREATE TABLE kept_TABLE_NAME AS TABLE TABLE_NAME => ")
	each_table("sql DELETE FROM TABLE_NAME => ")
	print "sql DELETE FROM network => \nsql DELETE FROM person => "
	print "sql DELETE FROM session => \nsql DELETE FROM attendance => "
	again("attendance")
	again("person")
	again("session")
	again("network")
	verify()
	each_table("sql SELECT count(*) FROM ((TABLE TABLE_NAME EXCEPT ALL TABLE " \
		"kept_TABLE_NAME) UNION ALL (TABLE kept_TABLE_NAME EXCEPT ALL " \
		"TABLE TABLE_NAME)) x => 0")

	# distinct visitors of any period, against the days themselves
	print "sql SELECT count(*) FROM (SELECT DISTINCT scope_id, visitor FROM " \
		"reach) s, generate_series(date '2020-12-20', '2023-01-10', " \
		"interval '17 days') f, unnest(ARRAY[1, 2, 20, 31, 70, 365]) l, " \
		"LATERAL (SELECT f::date AS from_on, f::date + l AS to_on) p " \
		"WHERE distinct_visitors(s.scope_id, s.visitor, from_on, to_on) " \
		"<> (SELECT count(DISTINCT visitor_id) FROM presence v WHERE " \
		"v.scope_id = s.scope_id AND v.visitor = s.visitor AND " \
		"v.on_day >= from_on AND v.on_day < to_on) => 0"
}

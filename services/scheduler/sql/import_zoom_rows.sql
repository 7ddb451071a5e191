-- ImportZoomAttendance, first: the file's rows, each with the people it names:
-- by address, by address and name where several share it, or by exact name
-- among the network's members and the session's team. Nothing is written for a
-- file that is known or refused; the reply (import_zoom_attendance.sql) says so.
WITH file AS MATERIALIZED (
	SELECT r.request_no, r.rows, r.file_name, r.file_sha256, r.layout,
		r.reason, r.now, r.principal_person_id,
		gen_random_uuid() AS import_id, s.session_id, s.hub_id,
		s.network_id, s.start_local, s.zone, s.start_at, s.end_at
	FROM request r JOIN session s USING (session_id)
	WHERE import_refusal(s, r.now, r.reason, r.meeting) IS NULL
	AND NOT EXISTS (SELECT FROM attendance_import i
		WHERE (i.session_id, i.file_sha256)
			= (r.session_id, r.file_sha256))
), given AS MATERIALIZED (
	SELECT f.import_id, f.session_id, f.hub_id, f.network_id, f.start_at,
		f.end_at, z.number, z.name, lower(coalesce(z.email, '')) AS email,
		z.minutes, ARRAY(SELECT name_key(n)
			FROM unnest(z.names) n) AS names,
		coalesce(z.ignore, '') AS ignore,
		coalesce(z.phone, false) AS phone,
		export_instant(coalesce(z.joined, ''),
			coalesce(z.day_first, false), f.start_local, f.zone)
			AS joined_at,
		export_instant(coalesce(z.departed, ''),
			coalesce(z.day_first, false), f.start_local, f.zone)
			AS left_at
	FROM file f CROSS JOIN LATERAL jsonb_to_recordset(f.rows)
		AS z(number int, name text, names text[], email text,
		joined text, departed text, day_first boolean, minutes int,
		ignore text, phone boolean)
), keyed AS MATERIALIZED (
	SELECT g.*, md5(concat_ws('|', content, row_number() OVER (
		PARTITION BY import_id, content ORDER BY number))) AS row_key,
		bool_or(joined_at IS NULL OR joined_at < end_at
			+ interval '15 minutes' AND left_at > start_at
			- interval '10 minutes') OVER (PARTITION BY import_id)
			AS fits
	FROM given g CROSS JOIN LATERAL (SELECT concat_ws('|',
		lower(coalesce(name, '')), email, ignore,
		extract(epoch FROM joined_at), extract(epoch FROM left_at),
		CASE WHEN joined_at IS NULL THEN minutes END) AS content) c
), new AS MATERIALIZED (
	SELECT k.*, EXISTS (SELECT FROM attendance_row w
		WHERE (w.session_id, w.row_key) = (k.session_id, k.row_key))
		AS known
	FROM keyed k WHERE fits
), matched AS MATERIALIZED (
	SELECT w.*, y.why, CASE y.why WHEN 'email' THEN coalesce(
			nullif(d.shared, '{}'), d.people)
		WHEN 'name' THEN c.people
		ELSE '{}' END AS person_ids,
		CASE WHEN y.why IN ('email', 'name') THEN 'linked'
		WHEN w.ignore <> '' THEN 'ignored' ELSE 'open' END AS state
	FROM new w
	CROSS JOIN LATERAL (SELECT ARRAY(
		SELECT k.person_id FROM person_key k
		WHERE (k.key, k.kind) = (w.email, 'address')) AS people) a
	CROSS JOIN LATERAL (SELECT a.people, CASE
		WHEN cardinality(a.people) > 1 THEN ARRAY(
			SELECT unnest(a.people) INTERSECT
			SELECT k.person_id
			FROM unnest(w.names) n JOIN person_key k
				ON (k.key, k.kind) = (n, 'name'))
		ELSE '{}' END AS shared) d
	CROSS JOIN LATERAL (SELECT ARRAY(
		SELECT DISTINCT k.person_id
		FROM unnest(w.names) n JOIN person_key k
			ON (k.key, k.kind) = (n, 'name')
		WHERE EXISTS (SELECT FROM membership m
			WHERE m.person_id = k.person_id
			AND m.network_id = w.network_id
			AND m.status = 'approved')
		OR EXISTS (SELECT FROM team t
			WHERE t.session_id = w.session_id
			AND t.person_id = k.person_id))
		AS people) c
	CROSS JOIN LATERAL (SELECT CASE
		WHEN w.ignore <> '' THEN w.ignore
		WHEN cardinality(d.people) = 1 THEN 'email'
		WHEN cardinality(d.shared) = 1 THEN 'email'
		WHEN cardinality(d.people) > 1 THEN 'shared'
		WHEN w.phone THEN 'phone'
		WHEN cardinality(c.people) = 1 THEN 'name'
		WHEN cardinality(c.people) > 1 THEN 'several'
		ELSE 'unknown' END AS why) y
), imported AS (
	INSERT INTO attendance_import
	SELECT f.import_id, f.session_id, f.hub_id, f.file_name, f.file_sha256,
		f.layout, count(m.number),
		count(*) FILTER (WHERE NOT known AND state = 'linked'),
		count(*) FILTER (WHERE NOT known AND state = 'open'),
		count(*) FILTER (WHERE NOT known AND state = 'ignored'),
		count(*) FILTER (WHERE known),
		CASE WHEN bool_or(NOT known AND state = 'open')
			THEN 'parsed' ELSE 'committed' END,
		f.reason, f.now, f.principal_person_id
	FROM file f LEFT JOIN matched m USING (import_id)
	WHERE m.number IS NOT NULL OR coalesce(f.rows, '[]') = '[]'
	GROUP BY f.import_id, f.session_id, f.hub_id, f.file_name,
		f.file_sha256, f.layout, f.reason, f.now, f.principal_person_id
)
INSERT INTO attendance_row
SELECT gen_random_uuid(), import_id, session_id, hub_id, number, row_key,
	coalesce(name, ''), email, joined_at, left_at, coalesce(minutes, 0),
	state, why, person_ids
FROM matched WHERE NOT known

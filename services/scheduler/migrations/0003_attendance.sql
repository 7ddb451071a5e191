-- Who was there, and the rows of exports that say so.

-- Who does what in a session, as attendance names it; the first role counts.
CREATE VIEW team WITH (security_invoker = true) AS
SELECT session_id, person_id,
	CASE role WHEN 'it_support' THEN 'hub_team' ELSE role END AS role,
	array_position(ARRAY['facilitator', 'speaker', 'hub_team', 'it_support',
		'observer', 'case_presenter'], role) AS place
FROM assignment WHERE status NOT IN ('declined', 'withdrawn');

-- No foreign key to session: every statement takes session_id from there, no
-- session is ever deleted, and the check with its row lock would be a third of
-- the price of an import.
CREATE TABLE attendance (
	attendance_id uuid NOT NULL,
	session_id uuid NOT NULL,
	hub_id uuid NOT NULL,
	person_id uuid NOT NULL,
	minutes int NOT NULL,
	first_join_at timestamptz,
	last_leave_at timestamptz,
	source text NOT NULL,
	role text NOT NULL,
	counted boolean NOT NULL GENERATED ALWAYS AS (
		role IN ('participant', 'case_presenter') AND (minutes >= 10
			OR source IN ('roll_call', 'group_login'))) STORED,
	member boolean NOT NULL,
	-- Made from attendance_row, and made anew when these change.
	evidence boolean NOT NULL DEFAULT false,
	-- Set by hand: no import touches it any more.
	adjusted boolean NOT NULL DEFAULT false,
	version bigint NOT NULL,
	PRIMARY KEY (session_id, person_id),
	CONSTRAINT attendance_id UNIQUE (attendance_id),
	CONSTRAINT attendance_minutes_check CHECK (minutes BETWEEN 0 AND 1440),
	CONSTRAINT attendance_source_check CHECK (source IN ('zoom_csv',
		'zoom_api', 'roll_call', 'group_login', 'manual', 'self_claim',
		'import')),
	CONSTRAINT attendance_role_check CHECK (role IN ('participant',
		'facilitator', 'speaker', 'case_presenter', 'observer',
		'hub_team'))
);
COMMENT ON CONSTRAINT attendance_minutes_check ON attendance IS
	'minutes: Give 0 to 1440 minutes.';
COMMENT ON CONSTRAINT attendance_source_check ON attendance IS
	'source: Use zoom_csv, zoom_api, roll_call, group_login, manual, self_claim or import.';
COMMENT ON CONSTRAINT attendance_role_check ON attendance IS
	'role: Use participant, facilitator, speaker, case_presenter, observer or hub_team.';
CREATE INDEX attendance_person ON attendance (person_id);

-- Every change by hand: what stood there, who changed it and why.
CREATE TABLE attendance_adjustment (
	adjustment_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	session_id uuid NOT NULL,
	person_id uuid NOT NULL,
	hub_id uuid NOT NULL,
	minutes_before int, -- NULL: there was no row
	role_before text,
	minutes int NOT NULL,
	role text NOT NULL,
	adjusted_at timestamptz NOT NULL,
	adjusted_by_id uuid, -- NULL: operations staff
	reason text NOT NULL,
	CONSTRAINT attendance_adjustment_reason_check CHECK (reason <> '')
);
COMMENT ON CONSTRAINT attendance_adjustment_reason_check
	ON attendance_adjustment IS
	'reason: Say why attendance is changed by hand.';
CREATE INDEX attendance_adjustment_row
	ON attendance_adjustment (session_id, person_id);

CREATE TABLE attendance_import (
	import_id uuid PRIMARY KEY,
	session_id uuid NOT NULL REFERENCES session,
	hub_id uuid NOT NULL,
	file_name text NOT NULL,
	file_sha256 text NOT NULL,
	layout text NOT NULL,
	rows int NOT NULL,
	matched int NOT NULL,
	unmatched int NOT NULL,
	ignored int NOT NULL,
	known int NOT NULL,
	state text NOT NULL CHECK (state IN ('parsed', 'committed')),
	reason text NOT NULL,
	imported_at timestamptz NOT NULL,
	imported_by_id uuid, -- NULL: operations staff
	CONSTRAINT attendance_import_file UNIQUE (session_id, file_sha256)
);

-- A row of an export. row_key is its content (and which of several equal ones
-- it is), so that the same row in another file is known.
CREATE TABLE attendance_row (
	row_id uuid PRIMARY KEY,
	import_id uuid NOT NULL REFERENCES attendance_import,
	session_id uuid NOT NULL REFERENCES session,
	hub_id uuid NOT NULL,
	number int NOT NULL,
	row_key text NOT NULL,
	name text NOT NULL,
	email text NOT NULL,
	joined_at timestamptz, -- NULL in a summary
	left_at timestamptz,
	minutes int NOT NULL,
	state text NOT NULL CHECK (state IN ('open', 'linked', 'ignored')),
	why text NOT NULL,
	person_ids uuid[] NOT NULL,
	decided_at timestamptz,
	decided_by_id uuid,
	decision_reason text NOT NULL DEFAULT '',
	CONSTRAINT attendance_row_natural UNIQUE (session_id, row_key),
	CONSTRAINT attendance_row_people
		CHECK ((state = 'linked') = (person_ids <> '{}'))
);
CREATE INDEX attendance_row_import ON attendance_row (import_id);
CREATE INDEX attendance_row_open ON attendance_row (session_id, row_id)
	WHERE state = 'open';
CREATE INDEX attendance_row_person ON attendance_row USING gin (person_ids);

-- Why no attendance may come into a session by file or decision, or NULL: it
-- has not begun, it is closed, it is settled and nobody says why, or nobody
-- says why another meeting's file should be its own.
CREATE FUNCTION import_refusal(s session, at timestamptz, reason text,
	meeting text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
	WHEN (s).status IN ('draft', 'scheduled', 'cancelled')
		OR (s).start_at > at THEN 'early'
	WHEN (s).status = 'closed' THEN 'closed'
	WHEN reason <> '' THEN NULL
	WHEN (s).status = 'reconciled' THEN 'reason'
	WHEN (s).zoom_meeting <> '' AND meeting <> ''
		AND (s).zoom_meeting <> meeting THEN 'meeting' END;

-- The instant of a time as zoom.c gives it. A bare time of day is the one
-- nearest to the session's start; a date that may be read both ways is read
-- day first when only that is the session's day.
CREATE FUNCTION export_instant(given text, day_first boolean,
	start_local timestamp, zone text) RETURNS timestamptz
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
	SELECT CASE
	WHEN given = '' THEN NULL
	WHEN given ~ '(Z|[+-]\d\d:\d\d)$' THEN given::timestamptz
	WHEN length(given) = 8 THEN (
		SELECT instant(near, zone)
		FROM generate_series(-1, 1) shift, LATERAL (
			SELECT start_local::date + shift + given::time) n(near)
		ORDER BY abs(extract(epoch FROM near - start_local)) LIMIT 1)
	WHEN day_first AND abs(given::date - start_local::date) > 1
		AND abs(make_date(left(given, 4)::int,
			substr(given, 9, 2)::int, substr(given, 6, 2)::int)
			- start_local::date) <= 1
		THEN instant(make_date(left(given, 4)::int,
			substr(given, 9, 2)::int, substr(given, 6, 2)::int)
			+ substr(given, 12)::time, zone)
	ELSE instant(given::timestamp, zone) END
$$;

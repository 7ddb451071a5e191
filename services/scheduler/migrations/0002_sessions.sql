-- Programmes, sessions, who does what in them, and who is invited.

CREATE TABLE programme (
	programme_id uuid PRIMARY KEY,
	network_id uuid NOT NULL,
	hub_id uuid NOT NULL,
	title text NOT NULL,
	status text NOT NULL,
	version bigint NOT NULL,
	CONSTRAINT programme_title_check
		CHECK (title <> '' AND title !~ '[\r\n]'),
	CONSTRAINT programme_status_check
		CHECK (status IN ('planning', 'curriculum_agreed', 'running',
			'completed', 'reported'))
);
CREATE UNIQUE INDEX programme_natural ON programme (network_id, lower(title));
COMMENT ON INDEX programme_natural IS
	'title: The network already has a programme with this title.';
COMMENT ON CONSTRAINT programme_title_check ON programme IS
	'title: Give the programme a title of one line.';
COMMENT ON CONSTRAINT programme_status_check ON programme IS
	'status: Use a status of Programme.Status.';

-- The zones a session may have: IANA names of places, and UTC.
CREATE TABLE zone (name text PRIMARY KEY);
INSERT INTO zone SELECT name FROM pg_timezone_names
WHERE name = 'UTC' OR name ~ '^[A-Z][A-Za-z_]+/' AND name !~ '^Etc/';

-- The instant of a local time. PostgreSQL reads a time that the autumn change
-- repeats as the second one; iCalendar (RFC 5545, 3.3.5) as the first, and so
-- do we, that calendars and reminders agree. (Changes are of an hour; Lord
-- Howe Island's is of half an hour.)
CREATE FUNCTION instant(local timestamp, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE local
	WHEN (local AT TIME ZONE zone - interval '1 hour') AT TIME ZONE zone
		THEN local AT TIME ZONE zone - interval '1 hour'
	WHEN (local AT TIME ZONE zone - interval '30 minutes') AT TIME ZONE zone
		THEN local AT TIME ZONE zone - interval '30 minutes'
	ELSE local AT TIME ZONE zone END;

-- The columns are exactly the fields of scheduler.Session.
CREATE TABLE session (
	session_id uuid PRIMARY KEY,
	programme_id uuid NOT NULL REFERENCES programme,
	network_id uuid NOT NULL,
	hub_id uuid NOT NULL,
	number int NOT NULL,
	title text NOT NULL,
	topic text NOT NULL,
	objectives text NOT NULL,
	start_local timestamp NOT NULL,
	zone text NOT NULL REFERENCES zone,
	minutes int NOT NULL,
	minutes_reason text NOT NULL,
	teaching_minutes int NOT NULL,
	start_at timestamptz NOT NULL,
	end_at timestamptz NOT NULL,
	join_url text NOT NULL,
	zoom_meeting text NOT NULL,
	status text NOT NULL,
	uid text NOT NULL UNIQUE,
	sequence int NOT NULL,
	cancelled_reason text NOT NULL,
	cpd_minutes int NOT NULL,
	version bigint NOT NULL,
	CONSTRAINT session_number_check CHECK (number BETWEEN 1 AND 999),
	CONSTRAINT session_natural UNIQUE (programme_id, number),
	CONSTRAINT session_title_check
		CHECK (title <> '' AND title !~ '[\r\n]'),
	CONSTRAINT session_topic_check CHECK (topic !~ '[\r\n]'),
	CONSTRAINT session_start_local_check
		CHECK (start_at AT TIME ZONE zone = start_local),
	CONSTRAINT session_minutes_check CHECK (minutes BETWEEN 60 AND 90
		OR minutes_reason <> '' AND minutes BETWEEN 5 AND 600),
	CONSTRAINT session_teaching_minutes_check
		CHECK (teaching_minutes BETWEEN 0 AND minutes),
	CONSTRAINT session_cpd_minutes_check
		CHECK (cpd_minutes BETWEEN 0 AND minutes),
	CONSTRAINT session_join_url_check
		CHECK (join_url = '' OR join_url ~ '^https://[!-~]+$'),
	CONSTRAINT session_zoom_meeting_check
		CHECK (zoom_meeting = '' OR zoom_meeting ~ '^[0-9]{9,12}$'),
	CONSTRAINT session_cancelled_reason_check
		CHECK ((status = 'cancelled') = (cancelled_reason <> ''))
);
COMMENT ON CONSTRAINT session_programme_id_fkey ON session IS
	'programme_id: No such programme; create it first.';
COMMENT ON CONSTRAINT session_zone_fkey ON session IS
	'zone: Use an IANA zone such as Europe/London.';
COMMENT ON CONSTRAINT session_number_check ON session IS
	'number: Number the sessions of a programme from 1.';
COMMENT ON CONSTRAINT session_natural ON session IS
	'number: The programme already has a session with this number.';
COMMENT ON CONSTRAINT session_title_check ON session IS
	'title: Give the session a title of one line.';
COMMENT ON CONSTRAINT session_topic_check ON session IS
	'topic: Give the topic in one line.';
COMMENT ON CONSTRAINT session_start_local_check ON session IS
	'start_local: This local time does not exist: the clocks go forward over it. Choose another.';
COMMENT ON CONSTRAINT session_minutes_check ON session IS
	'minutes: A session takes 60 to 90 minutes, unless minutes_reason says why not (then 5 to 600).';
COMMENT ON CONSTRAINT session_teaching_minutes_check ON session IS
	'teaching_minutes: Teaching cannot take longer than the session.';
COMMENT ON CONSTRAINT session_cpd_minutes_check ON session IS
	'cpd_minutes: No more can be credited than the session takes.';
COMMENT ON CONSTRAINT session_join_url_check ON session IS
	'join_url: Use an https address without spaces.';
COMMENT ON CONSTRAINT session_zoom_meeting_check ON session IS
	'zoom_meeting: Use the 9 to 12 digits of the Zoom meeting.';
COMMENT ON CONSTRAINT session_cancelled_reason_check ON session IS
	'reason: Say why the session is cancelled.';
CREATE INDEX session_network ON session (network_id, start_at);
CREATE INDEX session_start ON session (start_at, session_id);
CREATE INDEX session_moving ON session (status, start_at)
	WHERE status IN ('published', 'live', 'ended');

-- A session's life: what may follow what, and which method makes it so. What
-- is not here is refused, whoever asks.
CREATE TABLE session_transition (
	from_status text,
	to_status text,
	method text NOT NULL,
	PRIMARY KEY (from_status, to_status)
);
INSERT INTO session_transition VALUES
	('draft', 'scheduled', 'AdvanceSession'),
	('draft', 'published', 'PublishSession'),
	('scheduled', 'published', 'PublishSession'),
	('scheduled', 'cancelled', 'CancelSession'),
	('published', 'cancelled', 'CancelSession'),
	('published', 'live', 'AdvanceSession'),
	('live', 'ended', 'AdvanceSession'),
	('ended', 'reconciled', 'AdvanceSession'),
	('reconciled', 'closed', 'AdvanceSession');

-- What is derived no statement can forget: the instants from local time and
-- zone, + 1 on SEQUENCE when a calendar shows something else, and on version.
CREATE FUNCTION session_derive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM zone WHERE name = NEW.zone) THEN
		RAISE foreign_key_violation USING
			MESSAGE = 'Use an IANA zone such as Europe/London.',
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			CONSTRAINT = 'session_zone_fkey';
	END IF;
	NEW.start_at := instant(NEW.start_local, NEW.zone);
	NEW.end_at := NEW.start_at + make_interval(mins => NEW.minutes);
	IF TG_OP = 'INSERT' THEN
		RETURN NEW;
	END IF;
	IF NEW.status <> OLD.status AND NOT EXISTS (
		SELECT FROM session_transition
		WHERE (from_status, to_status) = (OLD.status, NEW.status)) THEN
		RAISE check_violation USING MESSAGE = format(
			'A session that is %s cannot become %s.',
			OLD.status, NEW.status);
	END IF;
	NEW.uid := OLD.uid;
	NEW.version := OLD.version + 1;
	NEW.sequence := OLD.sequence + (OLD.status <> 'draft' AND
		(NEW.start_local, NEW.zone, NEW.minutes, NEW.title, NEW.topic,
		 NEW.objectives, NEW.join_url, NEW.status = 'cancelled')
		IS DISTINCT FROM
		(OLD.start_local, OLD.zone, OLD.minutes, OLD.title, OLD.topic,
		 OLD.objectives, OLD.join_url, OLD.status = 'cancelled'))::int;
	RETURN NEW;
END $$;
CREATE TRIGGER session_derive BEFORE INSERT OR UPDATE ON session
	FOR EACH ROW EXECUTE FUNCTION session_derive();

-- Where a session stood before it was moved.
CREATE TABLE session_move (
	session_id uuid NOT NULL REFERENCES session,
	sequence int NOT NULL,
	version bigint NOT NULL,
	hub_id uuid NOT NULL,
	start_local timestamp NOT NULL,
	zone text NOT NULL,
	minutes int NOT NULL,
	moved_at timestamptz NOT NULL,
	moved_by_id uuid, -- NULL: operations staff
	reason text NOT NULL,
	PRIMARY KEY (session_id, version),
	CONSTRAINT session_move_reason_check CHECK (reason <> '')
);
COMMENT ON CONSTRAINT session_move_reason_check ON session_move IS
	'reason: Say why the session is moved.';

CREATE TABLE assignment (
	assignment_id uuid PRIMARY KEY,
	session_id uuid NOT NULL REFERENCES session,
	hub_id uuid NOT NULL,
	person_id uuid NOT NULL,
	role text NOT NULL,
	status text NOT NULL,
	version bigint NOT NULL,
	CONSTRAINT assignment_natural UNIQUE (session_id, person_id, role),
	CONSTRAINT assignment_role_check CHECK (role IN ('facilitator',
		'speaker', 'case_presenter', 'it_support', 'observer',
		'hub_team'))
);
COMMENT ON CONSTRAINT assignment_role_check ON assignment IS
	'role: Use facilitator, speaker, case_presenter, it_support, observer or hub_team.';
CREATE INDEX assignment_person ON assignment (person_id);
CREATE INDEX assignment_confirmed ON assignment (session_id)
	WHERE status = 'confirmed';

-- An approved member and a published session make an invitation.
CREATE TABLE invitation (
	invitation_id uuid PRIMARY KEY,
	session_id uuid NOT NULL REFERENCES session,
	hub_id uuid NOT NULL,
	person_id uuid NOT NULL,
	rsvp text NOT NULL,
	version bigint NOT NULL,
	CONSTRAINT invitation_natural UNIQUE (session_id, person_id)
);
CREATE INDEX invitation_person ON invitation (person_id);

-- The rule above, kept by the tables themselves: sessions get published in
-- three ways, memberships come by the feed. (Two transactions that do not see
-- each other may miss a pair: timer invite finds it.) Who leaves is no longer
-- invited to what has not begun.
CREATE FUNCTION session_invites() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO invitation
	SELECT gen_random_uuid(), s.session_id, s.hub_id, m.person_id,
		'no_reply', 1
	FROM after_it s JOIN membership m USING (network_id)
	WHERE s.status = 'published' AND m.status = 'approved'
	ON CONFLICT (session_id, person_id) DO NOTHING;
	RETURN NULL;
END $$;
CREATE TRIGGER session_invites_new AFTER INSERT ON session
	REFERENCING NEW TABLE AS after_it
	FOR EACH STATEMENT EXECUTE FUNCTION session_invites();
CREATE TRIGGER session_invites AFTER UPDATE ON session
	REFERENCING NEW TABLE AS after_it
	FOR EACH STATEMENT EXECUTE FUNCTION session_invites();

CREATE FUNCTION membership_invites() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO invitation
	SELECT gen_random_uuid(), s.session_id, s.hub_id, m.person_id,
		'no_reply', 1
	FROM after_it m JOIN session s USING (network_id)
	WHERE s.status = 'published' AND m.status = 'approved'
	ON CONFLICT (session_id, person_id) DO NOTHING;
	DELETE FROM invitation i
	USING after_it m JOIN session s USING (network_id)
	WHERE m.status <> 'approved' AND s.status = 'published'
	AND i.session_id = s.session_id AND i.person_id = m.person_id;
	RETURN NULL;
END $$;
CREATE TRIGGER membership_invites_new AFTER INSERT ON membership
	REFERENCING NEW TABLE AS after_it
	FOR EACH STATEMENT EXECUTE FUNCTION membership_invites();
CREATE TRIGGER membership_invites AFTER UPDATE ON membership
	REFERENCING NEW TABLE AS after_it
	FOR EACH STATEMENT EXECUTE FUNCTION membership_invites();

-- What the notifier knows of other services' entities: copies, kept by the
-- follow_* statements, in whatever order they arrive (no foreign keys).

CREATE TABLE hub (
	hub_id uuid PRIMARY KEY,
	name text NOT NULL,
	lead_email text NOT NULL,
	version bigint NOT NULL
);

CREATE TABLE network (
	network_id uuid PRIMARY KEY,
	hub_id uuid,
	title text NOT NULL,
	version bigint NOT NULL
);

CREATE TABLE person (
	person_id uuid PRIMARY KEY,
	first_name text NOT NULL,
	last_name text NOT NULL,
	address text NOT NULL, -- the primary one; '' when there is none
	language text NOT NULL,
	active boolean NOT NULL,
	version bigint NOT NULL
);

CREATE TABLE membership (
	membership_id uuid PRIMARY KEY,
	person_id uuid,
	network_id uuid,
	hub_id uuid,
	approved boolean NOT NULL,
	version bigint NOT NULL
);
CREATE INDEX membership_network ON membership (network_id) WHERE approved;
CREATE INDEX membership_person ON membership (person_id);

CREATE TABLE session (
	session_id uuid PRIMARY KEY,
	network_id uuid,
	hub_id uuid,
	number integer NOT NULL,
	title text NOT NULL,
	topic text NOT NULL,
	objectives text NOT NULL,
	start_local timestamp,
	zone text NOT NULL,
	minutes integer NOT NULL,
	start_at timestamptz,
	end_at timestamptz,
	join_url text NOT NULL,
	status text,
	uid text NOT NULL,
	sequence integer NOT NULL,
	cancelled_reason text NOT NULL,
	version bigint NOT NULL
);
CREATE INDEX session_network ON session (network_id, start_at);
CREATE INDEX session_start ON session (start_at);

CREATE TABLE assignment (
	assignment_id uuid PRIMARY KEY,
	session_id uuid,
	person_id uuid,
	role text NOT NULL,
	status text,
	version bigint NOT NULL
);
CREATE INDEX assignment_session ON assignment (session_id);
CREATE INDEX assignment_person ON assignment (person_id);

CREATE TABLE invitation (
	invitation_id uuid PRIMARY KEY,
	session_id uuid,
	person_id uuid,
	rsvp text,
	version bigint NOT NULL
);
CREATE INDEX invitation_session ON invitation (session_id, person_id);

CREATE TABLE attendance (
	attendance_id uuid PRIMARY KEY,
	session_id uuid,
	person_id uuid,
	counted boolean NOT NULL,
	version bigint NOT NULL
);
CREATE INDEX attendance_session ON attendance (session_id);

-- ---- Who may see what ----

ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY membership_scope ON membership USING (
	(SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[])
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[]));

ALTER TABLE session ENABLE ROW LEVEL SECURITY;
CREATE POLICY session_scope ON session USING (
	(SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[])
	OR network_id IN (SELECT m.network_id FROM membership m
		WHERE m.person_id = ANY ((SELECT authority_person_ids())::uuid[])));

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY person_scope ON person USING (
	(SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR EXISTS (SELECT FROM membership m
		WHERE m.person_id = person.person_id AND (
			m.hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
			OR m.network_id = ANY (
				(SELECT authority_network_ids())::uuid[]))));

ALTER TABLE assignment ENABLE ROW LEVEL SECURITY;
CREATE POLICY assignment_scope ON assignment USING (
	(SELECT authority_all())
	OR EXISTS (SELECT FROM session s
		WHERE s.session_id = assignment.session_id));

ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY invitation_scope ON invitation USING (
	(SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR EXISTS (SELECT FROM session s
		WHERE s.session_id = invitation.session_id AND (
			s.hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
			OR s.network_id = ANY (
				(SELECT authority_network_ids())::uuid[]))));

ALTER TABLE attendance ENABLE ROW LEVEL SECURITY;
CREATE POLICY attendance_scope ON attendance USING (
	(SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR EXISTS (SELECT FROM session s
		WHERE s.session_id = attendance.session_id AND (
			s.hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
			OR s.network_id = ANY (
				(SELECT authority_network_ids())::uuid[]))));

-- What reporting knows of the others' entities: only what a figure needs. Of a
-- person that is no name, no address, no telephone number: a person_id and what
-- kind of person it is. There are no foreign keys, for entities arrive in any
-- order; each row is the newest version that was seen.

CREATE TABLE organisation (
	organisation_id uuid PRIMARY KEY,
	name text NOT NULL,
	setting text NOT NULL,
	nation text NOT NULL,
	region text NOT NULL,
	version bigint NOT NULL
);

CREATE TABLE hub (
	hub_id uuid PRIMARY KEY,
	organisation_id uuid,
	name text NOT NULL,
	status text,
	version bigint NOT NULL
);

CREATE TABLE network (
	network_id uuid PRIMARY KEY,
	hub_id uuid,
	title text NOT NULL,
	slug text NOT NULL,
	status text,
	version bigint NOT NULL
);
CREATE INDEX network_hub ON network (hub_id);

CREATE TABLE person (
	person_id uuid PRIMARY KEY,
	profession text NOT NULL,
	setting text NOT NULL,
	nation text NOT NULL,
	region text NOT NULL,
	organisation_id uuid,
	version bigint NOT NULL
);

CREATE TABLE membership (
	membership_id uuid PRIMARY KEY,
	person_id uuid,
	network_id uuid,
	status text,
	joined_on date,
	version bigint NOT NULL
);
CREATE INDEX membership_network ON membership (network_id);

CREATE TABLE programme (
	programme_id uuid PRIMARY KEY,
	network_id uuid,
	title text NOT NULL,
	status text,
	version bigint NOT NULL
);

CREATE TABLE session (
	session_id uuid PRIMARY KEY,
	programme_id uuid,
	network_id uuid,
	hub_id uuid,
	number integer NOT NULL,
	start_at timestamptz,
	cpd_minutes integer NOT NULL,
	status text,
	version bigint NOT NULL
);
CREATE INDEX session_network ON session (network_id);

CREATE TABLE attendance (
	attendance_id uuid PRIMARY KEY,
	session_id uuid,
	person_id uuid,
	minutes integer NOT NULL,
	role text NOT NULL,
	counted boolean NOT NULL,
	member boolean NOT NULL,
	version bigint NOT NULL
);
CREATE INDEX attendance_session ON attendance (session_id);
CREATE INDEX attendance_person ON attendance (person_id);

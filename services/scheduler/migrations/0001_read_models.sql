-- What this service knows of the registry's entities. No foreign keys between
-- them, and none to them: feeds arrive in any order.

CREATE TABLE hub (
	hub_id uuid PRIMARY KEY,
	name text NOT NULL,
	zone text NOT NULL,
	version bigint NOT NULL
);

CREATE TABLE network (
	network_id uuid PRIMARY KEY,
	hub_id uuid NOT NULL,
	slug text NOT NULL,
	title text NOT NULL,
	status text NOT NULL,
	version bigint NOT NULL
);
CREATE INDEX network_slug ON network (slug);

CREATE TABLE person (
	person_id uuid PRIMARY KEY,
	first_name text NOT NULL,
	last_name text NOT NULL,
	preferred_name text NOT NULL,
	language text NOT NULL,
	zone text NOT NULL,
	status text NOT NULL,
	version bigint NOT NULL
);

-- What people are found by: address, in lower case, and name, by name_key. Many
-- people may share either: a mailbox is read by a whole ward.
CREATE TABLE person_key (
	kind text NOT NULL, -- address, name
	key text NOT NULL,
	person_id uuid NOT NULL,
	PRIMARY KEY (key, kind, person_id)
);
CREATE INDEX person_key_person ON person_key (person_id);

CREATE TABLE membership (
	membership_id uuid PRIMARY KEY,
	person_id uuid NOT NULL,
	network_id uuid NOT NULL,
	hub_id uuid NOT NULL,
	status text NOT NULL,
	joined_on date,
	version bigint NOT NULL
);
CREATE INDEX membership_network ON membership (network_id, person_id);
CREATE INDEX membership_person ON membership (person_id, network_id);

-- How a name is compared: case, spaces and a title do not matter.
CREATE FUNCTION name_key(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(regexp_replace(lower(name), '\s+', ' ', 'g'),
	'^ ?(dr|mr|mrs|ms|miss|mx|prof|professor|rev|sister|sr)\.? ', ''));

-- A date or time of day as import files give it, NULL when it is none, so
-- that the row can be refused by name.
CREATE FUNCTION read_date(given text) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN given ~ '^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$'
	AND right(given, 2)::int <= extract(day FROM
		make_date(left(given, 4)::int, substr(given, 6, 2)::int, 1)
		+ interval '1 month - 1 day')
	THEN given::date END;
CREATE FUNCTION read_time(given text) RETURNS time
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN given ~ '^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$'
	THEN given::time END;

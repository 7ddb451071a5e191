-- People, their addresses and their memberships. Identity is never the address:
-- a person has several, and a mailbox may be read by several people.

CREATE TABLE person (
	person_id uuid PRIMARY KEY,
	first_name text NOT NULL,
	last_name text NOT NULL,
	preferred_name text NOT NULL,
	profession text,
	role_title text NOT NULL,
	organisation_id uuid,
	setting text,
	postcode_outward text NOT NULL,
	nation text NOT NULL,
	region text NOT NULL,
	phone text NOT NULL,
	language text NOT NULL,
	zone text NOT NULL,
	status text NOT NULL,
	version bigint NOT NULL,
	CONSTRAINT person_name CHECK (first_name || last_name <> ''
		AND is_line(first_name, 100)),
	CONSTRAINT person_last_name CHECK (is_line(last_name, 100)),
	CONSTRAINT person_preferred_name CHECK (is_line(preferred_name, 100)),
	CONSTRAINT person_role_title CHECK (is_line(role_title, 200)),
	CONSTRAINT person_organisation FOREIGN KEY (organisation_id)
		REFERENCES organisation,
	CONSTRAINT person_postcode CHECK (is_outward(postcode_outward)),
	CONSTRAINT person_nation CHECK (is_nation(nation)),
	CONSTRAINT person_region CHECK (is_line(region, 60)),
	CONSTRAINT person_phone CHECK (is_phone(phone)),
	CONSTRAINT person_language CHECK (language IN ('en', 'cy')),
	CONSTRAINT person_status CHECK (status IN ('provisional', 'active',
		'inactive', 'anonymised'))
);
COMMENT ON CONSTRAINT person_name ON person IS
	'first_name: Give a name, one line of at most 100 characters.';
COMMENT ON CONSTRAINT person_last_name ON person IS
	'last_name: Give the name in one line of at most 100 characters.';
COMMENT ON CONSTRAINT person_preferred_name ON person IS
	'preferred_name: Give the name in one line of at most 100 characters.';
COMMENT ON CONSTRAINT person_role_title ON person IS
	'role_title: Give the role in one line of at most 200 characters.';
COMMENT ON CONSTRAINT person_organisation ON person IS
	'organisation_id: There is no such organisation.';
COMMENT ON CONSTRAINT person_postcode ON person IS
	'postcode_outward: Give only the first half of the postcode, such as HR1.';
COMMENT ON CONSTRAINT person_nation ON person IS
	'nation: This nation is not in the list.';
COMMENT ON CONSTRAINT person_region ON person IS
	'region: Give the region in one line of at most 60 characters.';
COMMENT ON CONSTRAINT person_phone ON person IS
	'phone: Use digits, blanks and + ( ) -, at most 30.';
COMMENT ON CONSTRAINT person_language ON person IS
	'language: Choose en or cy.';
COMMENT ON CONSTRAINT person_status ON person IS
	'status: This is not a state of a person.';

-- Codes are judged once a statement: a foreign key looks once a row, and locks
-- the same few rows of the lists for everybody who imports.
CREATE FUNCTION check_person_codes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM new_rows
		WHERE profession NOT IN (SELECT code FROM profession)) THEN
		RAISE 'This profession is not in the list.'
			USING ERRCODE = 'check_violation', COLUMN = 'profession';
	ELSIF EXISTS (SELECT FROM new_rows
		WHERE setting NOT IN (SELECT code FROM setting)) THEN
		RAISE 'This setting is not in the list.'
			USING ERRCODE = 'check_violation', COLUMN = 'setting';
	ELSIF EXISTS (SELECT FROM new_rows
		WHERE zone NOT IN (SELECT name FROM zone)) THEN
		RAISE 'Give an IANA time zone such as Europe/London.'
			USING ERRCODE = 'check_violation', COLUMN = 'zone';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER person_codes_insert AFTER INSERT ON person
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION check_person_codes();
CREATE TRIGGER person_codes_update AFTER UPDATE ON person
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION check_person_codes();


CREATE TABLE person_email (
	person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
	address text NOT NULL,
	primary_address boolean NOT NULL,
	verified boolean NOT NULL,
	shared boolean NOT NULL,
	PRIMARY KEY (person_id, address),
	CONSTRAINT email_address CHECK (is_address(address))
);
COMMENT ON CONSTRAINT email_address ON person_email IS
	'emails: Give an e-mail address such as name@example.org.';
CREATE UNIQUE INDEX email_one_primary ON person_email (person_id)
	WHERE primary_address;
COMMENT ON INDEX email_one_primary IS
	'emails: Exactly one of the addresses is primary.';
-- One owner, or several readers who all know that it is shared.
CREATE UNIQUE INDEX email_one_owner ON person_email
	(address, (CASE WHEN shared THEN person_id END)) NULLS NOT DISTINCT;
COMMENT ON INDEX email_one_owner IS
	'emails: Another person has this address; is it a shared mailbox?';

CREATE TABLE membership (
	membership_id uuid PRIMARY KEY,
	person_id uuid NOT NULL,
	network_id uuid NOT NULL,
	hub_id uuid NOT NULL,
	status text NOT NULL,
	source text NOT NULL,
	joined_on date,
	marketing_opt_in boolean NOT NULL,
	requested_at timestamptz NOT NULL, -- the order of the waiting list
	decided_by uuid,
	decided_at timestamptz,
	decided_reason text NOT NULL DEFAULT '',
	version bigint NOT NULL,
	CONSTRAINT membership_once UNIQUE (person_id, network_id),
	CONSTRAINT membership_person FOREIGN KEY (person_id)
		REFERENCES person ON DELETE CASCADE,
	CONSTRAINT membership_network FOREIGN KEY (network_id, hub_id)
		REFERENCES network (network_id, hub_id),
	CONSTRAINT membership_status CHECK (status IN ('requested', 'invited',
		'waitlisted', 'approved', 'declined', 'lapsed', 'paused', 'left',
		'removed')),
	CONSTRAINT membership_source CHECK (source IN ('self', 'invite',
		'import', 'guest_upgrade')),
	CONSTRAINT membership_reason CHECK (char_length(decided_reason) <= 1000)
);
COMMENT ON CONSTRAINT membership_once ON membership IS
	'network_id: This person has a membership of this network already.';
COMMENT ON CONSTRAINT membership_person ON membership IS
	'person_id: There is no such person.';
COMMENT ON CONSTRAINT membership_network ON membership IS
	'network_id: There is no such network.';
COMMENT ON CONSTRAINT membership_status ON membership IS
	'status: This is not a state of a membership.';
COMMENT ON CONSTRAINT membership_source ON membership IS
	'source: Choose self, invite, import or guest_upgrade.';
COMMENT ON CONSTRAINT membership_reason ON membership IS
	'reason: Use at most 1,000 characters.';
CREATE INDEX membership_of_network ON membership (network_id, status);
CREATE INDEX membership_waiting ON membership (network_id, requested_at)
	WHERE status = 'waitlisted';

-- The seats of a network, locked until the transaction ends: whoever gives
-- seats away asks here first. The lock comes before the count and this function
-- is volatile, so the count sees what others gave away while we waited. It
-- counts everybody, whoever asks.
CREATE FUNCTION seats(of_network_id uuid, OUT free bigint, OUT waiting bigint)
VOLATILE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	places integer;
BEGIN
	SELECT nullif(capacity, 0) INTO places FROM network
	WHERE network_id = of_network_id FOR NO KEY UPDATE;
	SELECT coalesce(places - count(*) FILTER (WHERE status <> 'waitlisted'),
			2147483647),
		count(*) FILTER (WHERE status = 'waitlisted')
	INTO free, waiting FROM membership
	WHERE network_id = of_network_id
		AND status IN ('approved', 'paused', 'waitlisted');
END $$;

-- A person is seen by the staff of a hub or network they belong to, and by
-- themselves; a membership likewise.
ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY membership_own ON membership USING (
	(SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR hub_id = ANY ((SELECT staff_scope_ids('hub'))::uuid[])
	OR network_id = ANY ((SELECT staff_scope_ids('network'))::uuid[]));

-- A function keeps each statement's plan small: a policy is part of it as often
-- as the table is. It is reached only where authority_all() says no.
CREATE FUNCTION sees_person(other_id uuid) RETURNS boolean
STABLE LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN other_id = ANY (authority_person_ids()) OR EXISTS (
		SELECT FROM membership m WHERE m.person_id = other_id);
END $$;
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY person_own ON person USING (
	(SELECT authority_all()) OR sees_person(person_id));
ALTER TABLE person_email ENABLE ROW LEVEL SECURITY;
CREATE POLICY email_own ON person_email USING (
	(SELECT authority_all()) OR sees_person(person_id));

-- A person and a membership as their messages show them.
CREATE VIEW person_message WITH (security_invoker) AS
SELECT p.person_id, p.first_name, p.last_name, p.preferred_name, p.profession,
	p.role_title, p.organisation_id, p.setting, p.postcode_outward,
	p.nation, p.region, p.phone, p.language, p.zone, p.status,
	(SELECT coalesce(jsonb_agg(to_jsonb(e) - 'person_id'
			ORDER BY e.primary_address DESC, e.address), '[]')
		FROM person_email e WHERE e.person_id = p.person_id) AS emails,
	p.version
FROM person p;
CREATE VIEW membership_message WITH (security_invoker) AS
SELECT membership_id, person_id, network_id, hub_id, status, source, joined_on,
	marketing_opt_in, version
FROM membership;

SELECT publish_changes('person', 'person', 'person_id');
SELECT publish_changes('person_email', 'person', 'person_id');
SELECT publish_changes('membership', 'membership', 'membership_id');

-- Memberships: what who joins says and accepts, invitations that lapse, and who
-- decides. The superhub does not, and sees nobody here.

-- Texts of the statement of collaboration, which who takes part accepts. A text
-- that was published never changes: the next one has a higher number. A hub's
-- own text stands before the superhub's (hub_id NULL).
CREATE TABLE statement (
	statement_id uuid PRIMARY KEY,
	hub_id uuid,
	number integer NOT NULL,
	text_en text NOT NULL,
	text_cy text NOT NULL,
	text_hash bytea NOT NULL, -- SHA-256 of both texts, a line end between
	published_at timestamptz NOT NULL,
	published_by_id uuid,
	CONSTRAINT statement_hub FOREIGN KEY (hub_id) REFERENCES hub,
	CONSTRAINT statement_number UNIQUE NULLS NOT DISTINCT (hub_id, number),
	CONSTRAINT statement_text CHECK (text_en ~ '\S'
		AND char_length(text_en) <= 20000),
	CONSTRAINT statement_text_cy CHECK (char_length(text_cy) <= 20000)
);
COMMENT ON CONSTRAINT statement_hub ON statement IS
	'hub_id: There is no such hub.';
COMMENT ON CONSTRAINT statement_number ON statement IS
	'hub_id: Another text is being published at this moment; ask again.';
COMMENT ON CONSTRAINT statement_text ON statement IS
	'text_en: Give the text, at most 20,000 characters.';
COMMENT ON CONSTRAINT statement_text_cy ON statement IS
	'text_cy: Use at most 20,000 characters.';
ALTER TABLE statement ENABLE ROW LEVEL SECURITY;
CREATE POLICY statement_read ON statement FOR SELECT USING (true);
CREATE POLICY statement_add ON statement FOR INSERT WITH CHECK (
	(SELECT authority_all())
	OR (hub_id IS NULL AND (SELECT granted('superhub_admin')))
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[]));
SELECT audit_changes('statement', 'statement', 'statement_id');

-- The text that who joins a network of this hub accepts now.
CREATE FUNCTION statement_of(of_hub_id uuid) RETURNS uuid
STABLE LANGUAGE sql AS $$
	SELECT statement_id FROM statement
	WHERE hub_id = of_hub_id OR hub_id IS NULL
	ORDER BY hub_id NULLS LAST, number DESC LIMIT 1
$$;

ALTER TABLE membership RENAME COLUMN decided_reason TO status_reason;
ALTER TABLE membership
	-- [{"question": "Why?", "answer": "Because."}], as they were asked
	ADD COLUMN answers jsonb NOT NULL DEFAULT '[]',
	ADD COLUMN invited_until timestamptz,
	ADD COLUMN directory_opt_in boolean NOT NULL DEFAULT false,
	ADD COLUMN statement_id uuid,
	ADD COLUMN statement_at timestamptz,
	ADD COLUMN salt uuid NOT NULL DEFAULT gen_random_uuid(),
	ADD CONSTRAINT membership_statement FOREIGN KEY (statement_id)
		REFERENCES statement,
	ADD CONSTRAINT membership_answers
		CHECK (char_length(answers::text) <= 100000);
COMMENT ON CONSTRAINT membership_statement ON membership IS
	'statement_id: There is no such text.';
COMMENT ON CONSTRAINT membership_answers ON membership IS
	'answers: Use fewer words.';
UPDATE membership SET invited_until = requested_at + interval '30 days'
WHERE status = 'invited';
CREATE INDEX membership_invited ON membership (invited_until)
	WHERE status = 'invited';

INSERT INTO status_transition (entity, from_status, to_status, about) VALUES
	('membership', '', 'requested', 'asks'),
	('membership', '', 'invited', 'is asked'),
	('membership', '', 'approved', 'joins'),
	('membership', '', 'waitlisted', 'no seat is free'),
	('membership', 'requested', 'approved', 'the hub says yes'),
	('membership', 'requested', 'waitlisted', 'the hub says yes; no seat is free'),
	('membership', 'requested', 'declined', 'the hub says no'),
	('membership', 'requested', 'lapsed', 'nobody decided'),
	('membership', 'requested', 'left', 'withdraws'),
	('membership', 'invited', 'approved', 'says yes'),
	('membership', 'invited', 'waitlisted', 'says yes; no seat is free'),
	('membership', 'invited', 'lapsed', 'did not answer in time'),
	('membership', 'invited', 'left', 'says no'),
	('membership', 'waitlisted', 'approved', 'a seat came free'),
	('membership', 'waitlisted', 'declined', 'the hub says no'),
	('membership', 'waitlisted', 'left', 'withdraws'),
	('membership', 'approved', 'paused', 'rests, and keeps the seat'),
	('membership', 'approved', 'left', 'leaves'),
	('membership', 'approved', 'removed', 'the hub ends it'),
	('membership', 'paused', 'approved', 'is back'),
	('membership', 'paused', 'left', 'leaves'),
	('membership', 'paused', 'removed', 'the hub ends it'),
	('membership', 'declined', 'approved', 'the hub says yes after all'),
	('membership', 'declined', 'waitlisted', 'the hub says yes; no seat is free'),
	('membership', 'declined', 'invited', 'is asked'),
	('membership', 'removed', 'approved', 'the hub takes back'),
	('membership', 'removed', 'waitlisted', 'the hub takes back; no seat is free'),
	('membership', 'removed', 'invited', 'is asked'),
	('membership', 'left', 'requested', 'asks again'),
	('membership', 'left', 'invited', 'is asked'),
	('membership', 'left', 'approved', 'joins again'),
	('membership', 'left', 'waitlisted', 'joins again; no seat is free'),
	('membership', 'lapsed', 'requested', 'asks again'),
	('membership', 'lapsed', 'invited', 'is asked again'),
	('membership', 'lapsed', 'approved', 'joins'),
	('membership', 'lapsed', 'waitlisted', 'joins; no seat is free');
SELECT track_status('membership', 'membership', 'membership_id');
UPDATE status_transition SET notice = 'membership_' || CASE
	WHEN (from_status, to_status) = ('waitlisted', 'approved') THEN 'seat'
	WHEN (from_status, to_status) = ('paused', 'approved') THEN 'resumed'
	ELSE to_status END
WHERE entity = 'membership' AND to_status IN ('invited', 'approved',
	'waitlisted', 'declined', 'removed', 'paused');

-- A membership as its message shows it; those who follow need no answers.
DROP VIEW membership_message;
CREATE FUNCTION membership_shown(m membership, answered boolean DEFAULT true)
RETURNS TABLE (membership_id uuid, person_id uuid, network_id uuid, hub_id uuid,
	status text, source text, joined_on date, marketing_opt_in boolean,
	version bigint, answers jsonb, requested_at timestamptz,
	invited_until timestamptz, directory_opt_in boolean, statement_id uuid,
	statement_at timestamptz)
STABLE LANGUAGE sql AS $$
	SELECT m.membership_id, m.person_id, m.network_id, m.hub_id, m.status,
		m.source, m.joined_on, m.marketing_opt_in, m.version,
		CASE WHEN answered THEN m.answers ELSE '[]' END, m.requested_at,
		m.invited_until, m.directory_opt_in, m.statement_id,
		m.statement_at
$$;
CREATE VIEW membership_message WITH (security_invoker) AS
SELECT shown.* FROM membership m CROSS JOIN membership_shown(m) shown;

-- Who decides about a network's members: its hub and its own team.
CREATE FUNCTION decides(of_hub_id uuid, of_network_id uuid) RETURNS boolean
STABLE LANGUAGE sql AS $$
	SELECT authority_all()
		OR of_hub_id = ANY (granted_ids('hub',
			'hub_admin coordinator facilitator network_lead'))
		OR of_network_id = ANY (granted_ids('network',
			'coordinator facilitator network_lead'))
$$;
DROP POLICY membership_own ON membership;
CREATE POLICY membership_own ON membership USING (
	(SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR hub_id = ANY ((SELECT granted_ids('hub',
		'hub_admin coordinator facilitator network_lead'))::uuid[])
	OR network_id = ANY ((SELECT granted_ids('network',
		'coordinator facilitator network_lead'))::uuid[]));
DROP FUNCTION staff_scope_ids(text);

-- Where there is no limit nobody is counted; who waits there gets a seat anyway.
CREATE OR REPLACE FUNCTION seats(of_network_id uuid, OUT free bigint,
	OUT waiting bigint)
VOLATILE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	places integer;
BEGIN
	SELECT nullif(capacity, 0) INTO places FROM network
	WHERE network_id = of_network_id FOR NO KEY UPDATE;
	free := 2147483647;
	waiting := 0;
	IF places IS NOT NULL THEN
		SELECT places - count(*) FILTER (WHERE status <> 'waitlisted'),
			count(*) FILTER (WHERE status = 'waitlisted')
		INTO free, waiting FROM membership
		WHERE network_id = of_network_id
			AND status IN ('approved', 'paused', 'waitlisted');
	END IF;
END $$;

-- The people of a network without anything by which to reach them: all of them
-- for who decides there, those who wish to be listed for a fellow member. The
-- function says who sees whom, for people themselves are closed to both.
CREATE FUNCTION participants(of_network_id uuid, fellow_id uuid)
RETURNS TABLE (person_id uuid, first_name text, last_name text,
	preferred_name text, role_title text, profession text, setting text)
STABLE SECURITY DEFINER SET search_path FROM CURRENT LANGUAGE sql AS $$
	SELECT p.person_id, p.first_name, p.last_name, p.preferred_name,
		p.role_title, p.profession, p.setting
	FROM membership m JOIN person p USING (person_id)
	WHERE m.network_id = of_network_id AND p.status <> 'anonymised'
		AND m.status IN ('approved', 'paused')
		AND (decides(m.hub_id, m.network_id)
			OR (m.directory_opt_in AND EXISTS (
				SELECT FROM membership own
				WHERE own.person_id = fellow_id
					AND own.person_id = ANY (authority_person_ids())
					AND own.network_id = m.network_id
					AND own.status = 'approved')))
$$;

-- Who reads this address, if it is one person: for staff who invite, and learn
-- nothing else.
CREATE FUNCTION reader_of(an_address text) RETURNS uuid
STABLE SECURITY DEFINER SET search_path FROM CURRENT LANGUAGE sql AS $$
	SELECT (array_agg(person_id))[1] FROM person_email
	JOIN person USING (person_id)
	WHERE address = an_address AND person.status <> 'anonymised'
	HAVING count(*) = 1
$$;

-- What is held of people here, and how long. Read models are the others'
-- business: the feeds erase them.

INSERT INTO personal_data (relation, whose, erasure, searched)
SELECT relation, 'false', 'keep', false
FROM unnest('{hub,network,session,reminder_kind,reminder_rule,plan,template,domain_pause}'::text[])
	relation
UNION ALL
SELECT relation, 'person_id = $1', 'keep', false
FROM unnest('{person,membership,assignment,invitation,attendance}'::text[])
	relation;
INSERT INTO personal_data (relation, whose, erasure, kept, searched) VALUES
	('message', 'person_id = $1', 'blank', '{rule,state,reason,language}',
		false),
	('job', 'message_id IN (SELECT message_id FROM message
		WHERE person_id = $1)', 'keep', '{}', true),
	('notice', 'message_id IN (SELECT message_id FROM message
		WHERE person_id = $1)', 'delete', '{}', true),
	('pause', 'person_id = $1', 'delete', '{}', false),
	-- follow_person_erase.sql
	('suppression', 'address = ANY (SELECT unnest(addresses) FROM person
		WHERE person_id = $1)', 'keep', '{}', true);

-- The path may be the secret of a link to sign in.
UPDATE personal_data SET hidden = '{path}' WHERE relation = 'notice';

-- What is said of any address, under any name, goes with the person.
ALTER TABLE person ADD addresses text[] NOT NULL DEFAULT '{}',
	ADD full_names text[] NOT NULL DEFAULT '{}';
UPDATE person SET addresses = ARRAY[lower(address)],
	full_names = ARRAY[first_name || ' ' || last_name]
WHERE address <> '' AND first_name <> '' AND last_name <> '';

-- Who asked for no mail, or whose mailbox is gone, gets none either when the
-- address comes back after it was erased: its fingerprint stays.
CREATE FUNCTION fingerprint(address text) RETURNS text
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT encode(sha256(convert_to(lower(address), 'UTF8')), 'hex')
		|| '@erased.invalid'
$$;
CREATE OR REPLACE VIEW recipient WITH (security_invoker = true) AS
SELECT c.session_id, c.rule, c.sequence, c.network_id, c.hub_id, c.person_id,
	q.address, q.first_name, q.last_name, q.language,
	CASE
	WHEN NOT q.active THEN 'inactive'
	WHEN c.pausable AND EXISTS (SELECT FROM pause z
		WHERE z.person_id = c.person_id AND z.network_id = c.network_id)
		THEN 'paused'
	WHEN c.audience IN ('not_declined', 'accepted_or_unanswered')
		AND i.rsvp = 'declined' THEN 'declined'
	WHEN c.audience = 'accepted_or_unanswered' AND i.rsvp = 'tentative'
		THEN 'tentative'
	WHEN q.address = '' THEN 'no_address'
	WHEN NOT address_is_sound(q.address) THEN 'bad_address'
	WHEN EXISTS (SELECT FROM suppression x WHERE x.address
			IN (lower(q.address), fingerprint(q.address)))
		THEN 'suppressed'
	ELSE '' END AS reason
FROM candidate c
JOIN person q USING (person_id)
LEFT JOIN LATERAL (
	SELECT v.rsvp FROM invitation v
	WHERE v.session_id = c.session_id AND v.person_id = c.person_id
	ORDER BY v.version DESC LIMIT 1
) i ON true;

INSERT INTO retention_rule VALUES
	('message_log', 18, 'Messages that were sent, or were not: deleted.');
CREATE INDEX message_age ON message (planned_at);

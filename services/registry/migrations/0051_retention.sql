-- What goes by itself, and when: requests that nobody approved, guests, members who
-- have not been seen for years and do not answer, and papers whose time is over.

INSERT INTO retention_rule VALUES
	('unapproved_request', 6,
	'Memberships that were asked for and not approved: deleted.'),
	('guest_identity', 12,
	'People without a membership or a role: erased.'),
	('inactive_member', 36,
	'Members without attendance or sign-in: asked, and erased two months later.'),
	('hub_enquiry', 12,
	'Enquiries of organisations that wish to be a hub: deleted.'),
	('data_request', 36,
	'Requests about data that are closed: contact and texts erased. That there was one, and when it was answered, stays.');

-- When somebody was last heard of: made known, there, or asked to stay.
CREATE TABLE person_activity (
	person_id uuid PRIMARY KEY,
	last_on date NOT NULL,
	attended boolean NOT NULL DEFAULT false
) WITH (fillfactor = 80);
CREATE INDEX person_activity_last ON person_activity (last_on);
INSERT INTO person_activity (person_id, last_on)
SELECT person_id, now()::date FROM person;

CREATE FUNCTION note_person() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	INSERT INTO person_activity (person_id, last_on)
	SELECT person_id, echo_now()::date FROM new_rows
	ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
CREATE TRIGGER person_activity_insert AFTER INSERT ON person
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION note_person();

CREATE FUNCTION note_sign_in() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	UPDATE person_activity a SET last_on = echo_now()::date
	FROM new_rows n
	WHERE a.person_id = n.person_id AND a.last_on < echo_now()::date;
	RETURN NULL;
END $$;
CREATE TRIGGER sign_in_activity AFTER INSERT ON sign_in_session
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION note_sign_in();

ALTER TABLE person_activity ENABLE ROW LEVEL SECURITY;
CREATE POLICY activity_own ON person_activity USING (
	(SELECT authority_all())
	OR sees_person_id(person_id, (SELECT sight())));
-- Who is asked whether to stay is known to the staff, who can ask in person.
CREATE POLICY notice_stay ON notice USING (
	kind = 'stay' AND sees_person_id(person_id, (SELECT sight())));
INSERT INTO personal_data (relation, whose, erasure, searched) VALUES
	('person_activity', 'person_id = $1', 'delete', false);

-- The people of whom nobody has heard since; who was merged is heard of as who
-- they are now.
CREATE VIEW quiet_person WITH (security_invoker) AS
SELECT p.person_id, greatest(a.last_on, (SELECT max(b.last_on)
		FROM person o JOIN person_activity b USING (person_id)
		WHERE o.merged_into_id = p.person_id)) AS last_on,
	a.last_on AS own_last_on
FROM person_activity a JOIN person p USING (person_id)
WHERE p.merged_into_id IS NULL AND p.status <> 'anonymised';

-- Who holds a role is needed, seen or not.
CREATE FUNCTION holds_role(who uuid, at timestamptz) RETURNS boolean
STABLE LANGUAGE sql AS $$
	SELECT EXISTS (SELECT FROM role_grant g WHERE g.person_id = who
		AND (g.to_at IS NULL OR g.to_at > at))
$$;

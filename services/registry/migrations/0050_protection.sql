-- Data protection: what data are used for and who agreed, what people ask about
-- theirs and by when they get an answer, and erasure.

-- What the catalogue of personal data does not know by itself. An erased person
-- keeps profession, setting, nation, region and employer for past counts; a
-- membership keeps how it went; of a request stays that there was one.
INSERT INTO personal_data (relation, whose, erasure, kept, searched) VALUES
	('setting', 'false', 'keep', '{}', false),
	('profession', 'false', 'keep', '{}', false),
	('zone', 'false', 'keep', '{}', false),
	('purpose', 'false', 'keep', '{}', false),
	('wording', 'false', 'keep', '{}', false),
	('status_transition', 'false', 'keep', '{}', false),
	('audit_batch', 'false', 'keep', '{}', false),
	('audit_head', 'false', 'keep', '{}', false),
	-- Ids and digests: of what, replacing the salts leaves no way to tell. The
	-- reason of a look goes (and in erase_person from where they acted
	-- themselves); what is sealed of it is its digest.
	('audit_event', 'action = ''look'' AND subject_ids @> ARRAY[$1]',
		'blank', '{at,authority,caller,method,action,entity,keys,'
		'subject_ids,before_digests,after_digests,words_digest,'
		'batch_no,person_id}', false),
	('status_change', 'person_id = $1 OR entity = ''person'' AND key = $1::text',
		'blank', '{entity,key,from_status,to_status}', true),
	('person', 'person_id = $1', 'blank',
		'{profession,setting,nation,region,language,zone,status}', true),
	('person_email', 'person_id = $1', 'delete', '{}', true),
	('person_search', 'person_id = $1', 'delete', '{}', false),
	('duplicate_check', 'person_id = $1', 'delete', '{}', false),
	('hub_enquiry', 'email IN (SELECT address FROM person_email
		WHERE person_id = $1 AND NOT shared)', 'delete', '{}', true),
	('postcode_area', 'false', 'keep', '{}', false),
	('readiness_item', 'false', 'keep', '{}', false),
	('membership', 'person_id = $1', 'blank', '{status,source}', true),
	-- How somebody stood before an import: there is no going back.
	('import_image', 'key = $1 OR before ->> ''person_id'' = $1::text',
		'delete', '{}', true),
	('consent', 'person_id = $1', 'keep', '{}', false),
	('data_request', 'person_id = $1', 'blank', '{kind,status}', true),
	('notice_kind', 'false', 'keep', '{}', false),
	('notice', 'person_id = $1', 'delete', '{}', false);

UPDATE personal_data SET hidden = '{keys,subject_ids,origin}'
WHERE relation = 'audit_event';

-- Nobody is left to have a name.
ALTER TABLE person DROP CONSTRAINT person_name,
	ADD CONSTRAINT person_name CHECK (is_line(first_name, 100)
		AND (first_name || last_name <> '' OR status = 'anonymised'));
COMMENT ON CONSTRAINT person_name ON person IS
	'first_name: Give a name, one line of at most 100 characters.';
CREATE FUNCTION refuse_return() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE 'This person was erased; whoever comes back is somebody new.'
		USING ERRCODE = 'check_violation', COLUMN = 'person_id';
END $$;
CREATE TRIGGER person_erased BEFORE UPDATE ON person FOR EACH ROW
	WHEN (OLD.status = 'anonymised' AND (NEW.status <> 'anonymised'
		OR NEW.first_name || NEW.last_name || NEW.preferred_name
			|| NEW.phone <> ''))
	EXECUTE FUNCTION refuse_return();

-- ---- Purposes and consents ----

CREATE TABLE purpose (
	purpose text PRIMARY KEY,
	position integer NOT NULL UNIQUE,
	basis text NOT NULL CHECK (basis IN ('consent', 'contract',
		'legal_obligation', 'public_task', 'legitimate_interests')),
	about_en text NOT NULL,
	about_cy text NOT NULL
);
INSERT INTO purpose VALUES
	('learning', 1, 'legitimate_interests',
	'Running networks and sessions: who belongs, who is invited, who came.',
	'Cynnal rhwydweithiau a sesiynau: pwy sy''n perthyn, pwy sy''n cael gwahoddiad, pwy ddaeth.'),
	('service_messages', 2, 'legitimate_interests',
	'Messages about the sessions of networks you belong to.',
	'Negeseuon am sesiynau''r rhwydweithiau yr ydych yn perthyn iddynt.'),
	('cpd_record', 3, 'legitimate_interests',
	'Your record of learning, kept for two cycles of revalidation.',
	'Eich cofnod dysgu, a gedwir am ddau gylch ailddilysu.'),
	('evaluation', 4, 'legitimate_interests',
	'Counting and evaluating what networks achieve, without naming you.',
	'Cyfrif a gwerthuso''r hyn y mae rhwydweithiau''n ei gyflawni, heb eich enwi.'),
	('marketing', 5, 'consent',
	'News of other networks, events and training.',
	'Newyddion am rwydweithiau, digwyddiadau a hyfforddiant eraill.'),
	('quotes', 6, 'consent',
	'Quoting what you write in evaluations, by profession only.',
	'Dyfynnu''r hyn a ysgrifennwch mewn gwerthusiadau, yn ôl proffesiwn yn unig.'),
	('directory', 7, 'consent',
	'Showing your name and workplace to members of your networks.',
	'Dangos eich enw a''ch gweithle i aelodau eich rhwydweithiau.');

-- The words people agreed to; what was once shown never changes.
CREATE TABLE wording (
	purpose text NOT NULL,
	version integer NOT NULL,
	wording_en text NOT NULL,
	wording_cy text NOT NULL,
	from_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (purpose, version),
	CONSTRAINT wording_purpose FOREIGN KEY (purpose) REFERENCES purpose,
	CONSTRAINT wording_en CHECK (wording_en <> ''
		AND char_length(wording_en) <= 2000),
	CONSTRAINT wording_cy CHECK (wording_cy <> ''
		AND char_length(wording_cy) <= 2000)
);
COMMENT ON CONSTRAINT wording_purpose ON wording IS
	'purpose: There is no such purpose; see ListPurposes.';
COMMENT ON CONSTRAINT wording_en ON wording IS
	'wording_en: Give the words in English, at most 2,000 characters.';
COMMENT ON CONSTRAINT wording_cy ON wording IS
	'wording_cy: Give the words in Welsh, at most 2,000 characters.';
INSERT INTO wording (purpose, version, wording_en, wording_cy) VALUES
	('marketing', 1,
	'Yes, send me news of other networks, events and training. I can change my mind at any time.',
	'Ie, anfonwch newyddion ataf am rwydweithiau, digwyddiadau a hyfforddiant eraill. Gallaf newid fy meddwl ar unrhyw adeg.'),
	('quotes', 1,
	'Yes, you may quote what I write, naming only my profession.',
	'Ie, cewch ddyfynnu''r hyn a ysgrifennaf, gan enwi fy mhroffesiwn yn unig.'),
	('directory', 1,
	'Yes, show my name and workplace to the members of my networks.',
	'Ie, dangoswch fy enw a''m gweithle i aelodau fy rhwydweithiau.');

CREATE TABLE consent (
	consent_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	person_id uuid NOT NULL,
	purpose text NOT NULL,
	wording_version integer NOT NULL,
	source text NOT NULL,
	given_at timestamptz NOT NULL,
	withdrawn_at timestamptz,
	CONSTRAINT consent_person FOREIGN KEY (person_id)
		REFERENCES person ON DELETE CASCADE,
	CONSTRAINT consent_wording FOREIGN KEY (purpose, wording_version)
		REFERENCES wording,
	CONSTRAINT consent_source CHECK (source IN ('self', 'staff', 'import'))
);
COMMENT ON CONSTRAINT consent_person ON consent IS
	'person_id: There is no such person.';
COMMENT ON CONSTRAINT consent_wording ON consent IS
	'purpose: There are no such words to agree to; see ListPurposes.';
CREATE UNIQUE INDEX consent_stands ON consent (person_id, purpose)
	WHERE withdrawn_at IS NULL;
CREATE INDEX consent_of ON consent (person_id, given_at);

-- A membership's tick is a consent, unless a file says again what the person
-- has withdrawn since: then it is the tick that goes.
CREATE FUNCTION consent_by_tick() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	by_file boolean := current_setting('echo.method', true) LIKE 'Import%';
BEGIN
	IF NOT EXISTS (SELECT FROM new_rows WHERE marketing_opt_in) THEN
		RETURN NULL;
	END IF;
	-- NOT EXISTS (... OFFSET 0) is no join: that reads everybody's consents.
	INSERT INTO consent (person_id, purpose, wording_version, source, given_at)
	SELECT DISTINCT ON (n.person_id) n.person_id, 'marketing', (
			SELECT max(version) FROM wording
			WHERE purpose = 'marketing'),
		CASE WHEN by_file THEN 'import' WHEN n.source = 'self'
			THEN 'self' ELSE 'staff' END, echo_now()
	FROM new_rows n
	WHERE n.marketing_opt_in AND NOT EXISTS (SELECT FROM consent c
		WHERE c.person_id = n.person_id AND c.purpose = 'marketing'
			AND (by_file OR c.withdrawn_at IS NULL) OFFSET 0)
	ORDER BY n.person_id
	ON CONFLICT DO NOTHING;
	IF by_file THEN
		UPDATE membership m SET marketing_opt_in = false -- not a version yet
		FROM new_rows n
		WHERE m.membership_id = n.membership_id AND m.marketing_opt_in
			AND NOT EXISTS (SELECT FROM consent c
				WHERE c.person_id = n.person_id
				AND c.purpose = 'marketing'
				AND c.withdrawn_at IS NULL OFFSET 0);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER membership_consent_insert AFTER INSERT ON membership
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION consent_by_tick();
CREATE TRIGGER membership_consent_update AFTER UPDATE ON membership
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION consent_by_tick();

-- ---- What people ask ----

CREATE TABLE data_request (
	data_request_id uuid PRIMARY KEY,
	kind text NOT NULL,
	person_id uuid,
	hub_id uuid, -- who answers; NULL: the superhub
	contact text NOT NULL,
	details text NOT NULL,
	status text NOT NULL,
	status_reason text NOT NULL DEFAULT '',
	received_at timestamptz NOT NULL,
	due_on date NOT NULL,
	closed_at timestamptz,
	extended_at timestamptz, -- UK GDPR, article 12(3)
	extended_reason text NOT NULL DEFAULT '',
	extended_told_at timestamptz, -- by mail; NULL: not yet, or not by mail
	salt uuid NOT NULL DEFAULT gen_random_uuid(),
	version bigint NOT NULL,
	CONSTRAINT request_kind CHECK (kind IN ('access', 'erase', 'rectify',
		'object', 'complaint')),
	CONSTRAINT request_person FOREIGN KEY (person_id) REFERENCES person,
	CONSTRAINT request_hub FOREIGN KEY (hub_id) REFERENCES hub,
	CONSTRAINT request_contact CHECK (is_line(contact, 300)),
	CONSTRAINT request_details CHECK (char_length(details) <= 10000),
	CONSTRAINT request_reason CHECK (char_length(status_reason) <= 2000),
	CONSTRAINT request_extended CHECK (char_length(extended_reason) <= 2000)
);
COMMENT ON CONSTRAINT request_kind ON data_request IS
	'kind: Choose access, erase, rectify, object or complaint.';
COMMENT ON CONSTRAINT request_person ON data_request IS
	'person_id: There is no such person.';
COMMENT ON CONSTRAINT request_hub ON data_request IS
	'hub_id: There is no such hub.';
COMMENT ON CONSTRAINT request_contact ON data_request IS
	'contact: Say in one line of at most 300 characters how to answer.';
COMMENT ON CONSTRAINT request_details ON data_request IS
	'details: Use at most 10,000 characters.';
COMMENT ON CONSTRAINT request_reason ON data_request IS
	'reason: Use at most 2,000 characters.';
COMMENT ON CONSTRAINT request_extended ON data_request IS
	'reason: Use at most 2,000 characters.';
CREATE INDEX request_due ON data_request (due_on, data_request_id);
CREATE INDEX request_of_person ON data_request (person_id);

INSERT INTO status_transition (entity, from_status, to_status, about) VALUES
	('data_request', '', 'received', 'somebody asks or complains'),
	('data_request', 'received', 'verified', 'it is them who ask'),
	('data_request', 'received', 'refused', 'it is not, or nothing is asked'),
	('data_request', 'verified', 'in_progress', 'somebody works on it'),
	('data_request', 'in_progress', 'done', 'answered'),
	('data_request', 'in_progress', 'refused', 'answered: no, and why');
SELECT track_status('data_request', 'data_request', 'data_request_id');
SELECT audit_changes('data_request', 'data_request', 'data_request_id');
SELECT audit_changes('consent', 'consent', 'consent_id');

-- ---- Who may ----

ALTER TABLE purpose ENABLE ROW LEVEL SECURITY;
CREATE POLICY purpose_read ON purpose FOR SELECT USING (true);
ALTER TABLE wording ENABLE ROW LEVEL SECURITY;
CREATE POLICY wording_read ON wording FOR SELECT USING (true);
CREATE POLICY wording_superhub ON wording FOR INSERT WITH CHECK (
	(SELECT authority_all() OR granted('superhub_admin')));

ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
CREATE POLICY consent_own ON consent USING (
	(SELECT authority_all())
	OR sees_person_id(person_id, (SELECT sight())));

-- The one who is asked sees and moves it; the one who asks sees it, and may ask.
ALTER TABLE data_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY request_staff ON data_request USING (
	(SELECT authority_all())
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[])
	OR (hub_id IS NULL AND (SELECT granted('superhub_admin'))));
CREATE POLICY request_read ON data_request FOR SELECT USING (
	person_id = ANY ((SELECT authority_person_ids())::uuid[]));
CREATE POLICY request_ask ON data_request FOR INSERT WITH CHECK (
	person_id = ANY ((SELECT authority_person_ids())::uuid[])
	AND status = 'received');

-- A request as its message shows it.
CREATE FUNCTION data_request_shown(d data_request) RETURNS TABLE (
	data_request_id uuid, kind text, person_id uuid, hub_id uuid, contact text,
	details text, status text, reason text, received_at timestamptz,
	due_on date, overdue boolean, closed_at timestamptz, version bigint,
	extended_at timestamptz, extended_reason text,
	extended_told_at timestamptz)
STABLE LANGUAGE sql AS $$
	SELECT d.data_request_id, d.kind, d.person_id, d.hub_id, d.contact,
		d.details, d.status, d.status_reason, d.received_at, d.due_on,
		d.closed_at IS NULL AND d.due_on < echo_now()::date, d.closed_at,
		d.version, d.extended_at, d.extended_reason, d.extended_told_at
$$;

-- ---- Erasure ----

-- The ids of a person: who was merged into them is them too.
CREATE FUNCTION same_person_ids(who uuid) RETURNS uuid[]
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	WITH kept AS (
		SELECT coalesce(merged_into_id, person_id) AS id
		FROM person WHERE person_id = who
	)
	SELECT array_agg(p.person_id) FROM kept k
	JOIN person p ON k.id IN (p.person_id, p.merged_into_id)
$$;

-- Why the caller may not erase this person, NULL if they may. It is for the hub
-- that the person belongs to; where there are several, for the operator, who
-- asks them all; for the superhub where there is none.
CREATE FUNCTION erasure_refusal(who uuid) RETURNS text
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT CASE
	WHEN authority_all() THEN NULL
	WHEN outranks(who)
		THEN 'This person has a role elsewhere: the operator erases them.'
	WHEN cardinality(hub_ids) = 0 THEN CASE
		WHEN NOT granted('superhub_admin') THEN
		'This person belongs to no hub: the superhub erases them.' END
	WHEN NOT hub_ids && granted_ids('hub', 'hub_admin')
		THEN 'This is for the administrators of the person''s hub.'
	WHEN NOT hub_ids <@ granted_ids('hub', 'hub_admin') THEN
		'This person belongs to other hubs too: the operator erases them.'
	END
	FROM (SELECT ARRAY(SELECT hub_id FROM membership
		WHERE person_id = ANY (same_person_ids(who))
		UNION SELECT home_hub_id FROM person
		WHERE person_id = ANY (same_person_ids(who))
			AND home_hub_id IS NOT NULL) AS hub_ids) h
$$;

-- What a person was called and reached by: words that say it alone, and parts
-- that say it beside the person's id. Mailboxes that others read too stay, and
-- the telephone on the ward.
CREATE FUNCTION person_words(who uuid, OUT words text[], OUT parts text[])
STABLE LANGUAGE sql AS $$
	SELECT ARRAY(SELECT n FROM unnest(ARRAY[
			p.first_name || ' ' || p.last_name,
			p.preferred_name || ' ' || p.last_name,
			p.last_name || ', ' || p.first_name,
			p.last_name || ' ' || p.first_name]) n
			WHERE p.last_name <> '' AND n !~ '^[ ,]|[ ,]$')
		|| ARRAY(SELECT e.address FROM person_email e
			WHERE e.person_id = who AND NOT EXISTS (
				SELECT FROM person_email o
				WHERE o.address = e.address
				AND o.person_id <> ALL (same_person_ids(who))))
		|| ARRAY(SELECT x FROM unnest(ARRAY[p.phone,
				p.registration_number]) x
			WHERE length(regexp_replace(x, '\D', '', 'g')) >= 6
			AND NOT EXISTS (SELECT FROM person o
				WHERE x IN (o.phone, o.registration_number)
				AND o.person_id <> ALL (same_person_ids(who)))),
		ARRAY(SELECT x FROM unnest(ARRAY[p.first_name, p.last_name,
			p.preferred_name]) x WHERE x <> '')
	FROM person p WHERE p.person_id = who
$$;

-- Erase a person, under all their ids: grants and memberships end, the identity
-- goes from every table of this schema, and the feed tells the others.
CREATE FUNCTION erase_person(who uuid, at timestamptz,
	OUT memberships integer, OUT grants integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	given record;
	ids uuid[] := same_person_ids(who);
	refusal text := erasure_refusal(who);
BEGIN
	IF refusal IS NOT NULL THEN
		RAISE '%', refusal USING ERRCODE = 'insufficient_privilege';
	END IF;
	PERFORM FROM person WHERE person_id = ANY (ids)
	ORDER BY person_id FOR UPDATE;
	UPDATE role_grant SET to_at = greatest(from_at, at)
	WHERE person_id = ANY (ids) AND (to_at IS NULL OR to_at > at);
	GET DIAGNOSTICS grants = ROW_COUNT;
	UPDATE membership SET status = 'left', version = version + 1
	WHERE person_id = ANY (ids) AND status IN ('requested', 'invited',
		'waitlisted', 'approved', 'paused');
	GET DIAGNOSTICS memberships = ROW_COUNT;
	FOREACH who IN ARRAY ids LOOP
		SELECT * INTO given FROM person_words(who);
		UPDATE person SET status = 'anonymised', version = version + 1
		WHERE person_id = who AND status <> 'anonymised';
		PERFORM erase_data(who, given.words, given.parts);
		UPDATE audit_event SET reason = '', origin = '',
			salt = gen_random_uuid()
		WHERE person_id = who AND origin <> '';
	END LOOP;
END $$;

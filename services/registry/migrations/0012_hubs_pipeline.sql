-- Becoming a hub: the states, the enquiries of the public and the application.
-- A hub moves by what happens to it (an application is sent, a document is
-- signed, a training is attended, a session is held) or by the superhub's word.

INSERT INTO status_transition (entity, from_status, to_status, about) VALUES
	('hub', '', 'enquiry', 'somebody asks'),
	('hub', 'enquiry', 'orientation_attended', 'orientation attended'),
	('hub', 'orientation_attended', 'applied', 'application submitted'),
	('hub', 'applied', 'documents_sent', 'documents sent'),
	('hub', 'documents_sent', 'signed', 'every document signed'),
	('hub', 'signed', 'training_booked', 'launch training booked'),
	('hub', 'training_booked', 'trained', 'every day of training attended'),
	('hub', 'trained', 'launched', 'first session held'),
	('hub', 'launched', 'active', 'second session held'),
	('hub', 'launched', 'dormant', '12 months without a session'),
	('hub', 'active', 'dormant', '12 months without a session'),
	('hub', 'dormant', 'active', 'session held'),
	('hub', 'dormant', 'closed', 'closed for good');
INSERT INTO status_transition (entity, from_status, to_status, about)
SELECT DISTINCT 'hub', to_status, 'withdrawn', 'withdraws'
FROM status_transition WHERE entity = 'hub' AND to_status <> 'closed';

ALTER TABLE hub
	ADD status_reason text NOT NULL DEFAULT '',
	ADD CONSTRAINT hub_status_reason
		CHECK (char_length(status_reason) <= 1000);
COMMENT ON CONSTRAINT hub_status_reason ON hub IS
	'reason: Use at most 1,000 characters.';
SELECT track_status('hub', 'hub', 'hub_id');
INSERT INTO status_change (entity, key, from_status, to_status, at, reason,
	hub_id)
SELECT 'hub', hub_id::text, '', status, now(), '', hub_id FROM hub;

-- The day of a step, unless somebody has given it.
CREATE FUNCTION date_hub() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.status = 'signed' THEN
		NEW.agreement_on := coalesce(NEW.agreement_on, echo_now()::date);
	ELSIF NEW.status = 'trained' THEN
		NEW.trained_on := coalesce(NEW.trained_on, echo_now()::date);
	ELSIF NEW.status = 'launched' THEN
		NEW.launched_on := coalesce(NEW.launched_on, echo_now()::date);
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER date_hub BEFORE UPDATE OF status ON hub
	FOR EACH ROW EXECUTE FUNCTION date_hub();

-- What has happened moves the hub if it is this that its state waits for.
CREATE FUNCTION advance_hub(of_hub_id uuid, before text, after text,
	reason text) RETURNS void
VOLATILE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	UPDATE hub SET status = after, status_reason = reason,
		version = version + 1
	WHERE hub_id = of_hub_id AND status = before
$$;

-- ---- Enquiries ----

CREATE TABLE hub_enquiry (
	enquiry_id uuid PRIMARY KEY,
	organisation text NOT NULL,
	setting text,
	postcode_outward text NOT NULL,
	contact_name text NOT NULL,
	email text NOT NULL,
	phone text NOT NULL,
	message text NOT NULL,
	status text NOT NULL,
	status_reason text NOT NULL DEFAULT '',
	received_at timestamptz NOT NULL,
	hub_id uuid REFERENCES hub, -- that came of it
	salt uuid NOT NULL DEFAULT gen_random_uuid(),
	CONSTRAINT enquiry_organisation
		CHECK (organisation <> '' AND is_line(organisation, 200)),
	CONSTRAINT enquiry_setting FOREIGN KEY (setting) REFERENCES setting,
	CONSTRAINT enquiry_postcode CHECK (is_outward(postcode_outward)),
	CONSTRAINT enquiry_contact
		CHECK (contact_name <> '' AND is_line(contact_name, 200)),
	CONSTRAINT enquiry_email CHECK (is_address(email)),
	CONSTRAINT enquiry_phone CHECK (is_phone(phone)),
	CONSTRAINT enquiry_message CHECK (char_length(message) <= 4000),
	CONSTRAINT enquiry_reason CHECK (char_length(status_reason) <= 1000)
);
COMMENT ON CONSTRAINT enquiry_organisation ON hub_enquiry IS
	'organisation: Give the organisation''s name, one line of at most 200 characters.';
COMMENT ON CONSTRAINT enquiry_setting ON hub_enquiry IS
	'setting: This setting is not in the list.';
COMMENT ON CONSTRAINT enquiry_postcode ON hub_enquiry IS
	'postcode_outward: Give only the first half of the postcode, such as HR1.';
COMMENT ON CONSTRAINT enquiry_contact ON hub_enquiry IS
	'contact_name: Give your name, one line of at most 200 characters.';
COMMENT ON CONSTRAINT enquiry_email ON hub_enquiry IS
	'email: Give an e-mail address such as name@example.org.';
COMMENT ON CONSTRAINT enquiry_phone ON hub_enquiry IS
	'phone: Use digits, blanks and + ( ) -, at most 30.';
COMMENT ON CONSTRAINT enquiry_message ON hub_enquiry IS
	'message: Use at most 4,000 characters.';
COMMENT ON CONSTRAINT enquiry_reason ON hub_enquiry IS
	'reason: Use at most 1,000 characters.';
-- Who asks again before there is an answer has asked once.
CREATE UNIQUE INDEX enquiry_once ON hub_enquiry (email, lower(organisation))
	WHERE status = 'open';
CREATE INDEX enquiry_by_time ON hub_enquiry (received_at, enquiry_id);

INSERT INTO status_transition (entity, from_status, to_status, about) VALUES
	('hub_enquiry', '', 'open', 'somebody asks'),
	('hub_enquiry', '', 'declined', 'who asks has three open already'),
	('hub_enquiry', 'open', 'accepted', 'becomes a hub in state enquiry'),
	('hub_enquiry', 'open', 'declined', 'the superhub declines');
SELECT track_status('hub_enquiry', 'hub_enquiry', 'enquiry_id');
SELECT audit_changes('hub_enquiry', 'hub_enquiry', 'enquiry_id');

ALTER TABLE hub_enquiry ENABLE ROW LEVEL SECURITY;
CREATE POLICY enquiry_superhub ON hub_enquiry USING (
	(SELECT authority_all() OR granted('superhub_admin')));

CREATE VIEW hub_enquiry_message WITH (security_invoker) AS
SELECT enquiry_id, organisation, setting, postcode_outward, contact_name, email,
	phone, message, status, status_reason AS reason, received_at, hub_id
FROM hub_enquiry;

-- ---- Applications ----

CREATE TABLE readiness_item (
	code text PRIMARY KEY,
	place integer NOT NULL,
	label_en text NOT NULL,
	label_cy text NOT NULL
);
INSERT INTO readiness_item (code, place, label_en, label_cy) VALUES
	('leadership', 1, 'The leadership supports the hub', 'Mae''r arweinwyr yn cefnogi''r hwb'),
	('lead', 2, 'A lead is named who has time for it', 'Enwyd arweinydd sydd ag amser'),
	('experts', 3, 'Experts have agreed to teach', 'Mae arbenigwyr wedi cytuno i addysgu'),
	('coordinator', 4, 'A coordinator is named who has time for it', 'Enwyd cydlynydd sydd ag amser'),
	('need', 5, 'The first network answers a need that was asked for', 'Mae''r rhwydwaith cyntaf yn ateb angen a fynegwyd'),
	('technology', 6, 'Room, equipment and Zoom are there', 'Mae ystafell, offer a Zoom ar gael'),
	('funding', 7, 'Staff time is paid for the first year', 'Telir am amser staff am y flwyddyn gyntaf'),
	('data_protection', 8, 'Somebody is responsible for data protection', 'Mae rhywun yn gyfrifol am ddiogelu data');
ALTER TABLE readiness_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY readiness_read ON readiness_item FOR SELECT USING (true);

CREATE TABLE hub_application (
	application_id uuid PRIMARY KEY,
	hub_id uuid NOT NULL,
	first_network text NOT NULL,
	need text NOT NULL,
	audience text NOT NULL,
	technology text NOT NULL,
	funding text NOT NULL,
	team jsonb NOT NULL,      -- as registry.TeamMember
	readiness jsonb NOT NULL, -- as registry.ReadinessAnswer
	reviewer_notes text NOT NULL DEFAULT '',
	status text NOT NULL,
	status_reason text NOT NULL DEFAULT '',
	submitted_at timestamptz,
	decided_at timestamptz,
	version bigint NOT NULL,
	salt uuid NOT NULL DEFAULT gen_random_uuid(), -- the team are people
	CONSTRAINT application_hub FOREIGN KEY (hub_id) REFERENCES hub,
	CONSTRAINT application_answers CHECK (greatest(
		char_length(first_network), char_length(need),
		char_length(audience), char_length(technology),
		char_length(funding), char_length(reviewer_notes)) <= 4000),
	CONSTRAINT application_reason CHECK (char_length(status_reason) <= 1000)
);
COMMENT ON CONSTRAINT application_hub ON hub_application IS
	'hub_id: There is no such hub.';
COMMENT ON CONSTRAINT application_answers ON hub_application IS
	'first_network: Use at most 4,000 characters for each answer.';
COMMENT ON CONSTRAINT application_reason ON hub_application IS
	'reason: Use at most 1,000 characters.';
CREATE UNIQUE INDEX application_once ON hub_application (hub_id)
	WHERE status NOT IN ('approved', 'declined');
COMMENT ON INDEX application_once IS
	'hub_id: This hub has an application that is not decided yet.';
CREATE INDEX application_of_hub ON hub_application (hub_id);

INSERT INTO status_transition (entity, from_status, to_status, about) VALUES
	('hub_application', '', 'draft', 'the hub begins'),
	('hub_application', 'draft', 'submitted', 'the hub submits'),
	('hub_application', 'submitted', 'changes_requested', 'the superhub asks'),
	('hub_application', 'changes_requested', 'submitted', 'the hub submits again'),
	('hub_application', 'submitted', 'approved', 'the superhub approves'),
	('hub_application', 'submitted', 'declined', 'the superhub declines');
SELECT track_status('hub_application', 'hub_application', 'application_id');
UPDATE status_transition SET notice = 'application_'
	|| replace(to_status, '_requested', '')
WHERE entity = 'hub_application' AND from_status = 'submitted';

-- Who hears what becomes of it: the lead of the team or of the hub, if the address
-- is known as theirs alone; else who administers the hub the longest.
CREATE FUNCTION application_lead(of_application_id uuid) RETURNS uuid
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	RETURN (SELECT coalesce(
		(SELECT min(reader_of(lower(m ->> 'email'))::text)::uuid
			FROM jsonb_array_elements(a.team) m
			WHERE m ->> 'role' = 'lead'),
		reader_of(lower(h.lead_email)),
		(SELECT g.person_id FROM role_grant g
			WHERE g.role = 'hub_admin' AND g.scope = 'hub'
				AND g.scope_id = h.hub_id
				AND (g.to_at IS NULL OR g.to_at > echo_now())
			ORDER BY g.from_at, g.person_id LIMIT 1))
		FROM hub_application a JOIN hub h USING (hub_id)
		WHERE a.application_id = of_application_id);
END $$;
SELECT audit_changes('hub_application', 'hub_application', 'application_id');

-- The hub writes until it submits; from then on the superhub does.
ALTER TABLE hub_application ENABLE ROW LEVEL SECURITY;
CREATE POLICY application_all ON hub_application
	USING ((SELECT authority_all()));
CREATE POLICY application_read ON hub_application FOR SELECT USING (
	(SELECT granted('superhub_admin'))
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[]));
CREATE POLICY application_add ON hub_application FOR INSERT WITH CHECK (
	status = 'draft'
	AND hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[]));
CREATE POLICY application_apply ON hub_application FOR UPDATE USING (
	status IN ('draft', 'changes_requested')
	AND hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[]))
	WITH CHECK (status IN ('draft', 'changes_requested', 'submitted')
	AND hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[]));
CREATE POLICY application_review ON hub_application FOR UPDATE USING (
	status = 'submitted' AND (SELECT granted('superhub_admin')))
	WITH CHECK (status IN ('changes_requested', 'approved', 'declined')
	AND (SELECT granted('superhub_admin')));

CREATE FUNCTION application_advances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM advance_hub(NEW.hub_id, 'orientation_attended', 'applied',
		'Application submitted.');
	RETURN NULL;
END $$;
CREATE TRIGGER application_advances AFTER UPDATE OF status ON hub_application
	FOR EACH ROW WHEN (NEW.status = 'submitted')
	EXECUTE FUNCTION application_advances();

-- What the reviewers write for themselves the hub does not read.
CREATE VIEW hub_application_message WITH (security_invoker) AS
SELECT application_id, hub_id, first_network, need, audience, technology,
	funding, team, readiness,
	CASE WHEN (SELECT authority_all() OR granted('superhub_admin'))
		THEN reviewer_notes ELSE '' END AS reviewer_notes,
	status, status_reason AS reason, submitted_at, decided_at, version
FROM hub_application;

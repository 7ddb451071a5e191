-- Notices: what a person is told because somebody else decided it, or because it
-- may have been somebody else. A row is written in the transaction of what it
-- tells; a timer (notices.c) hands it to the notifier until that has it, under
-- one id, so that it is mailed once. What the mail says is read at that moment.

CREATE TABLE notice_kind (
	kind text PRIMARY KEY,   -- also the notifier's text
	path text NOT NULL,      -- of the page; ends in / before an id
	-- untold when what it is about has left this state; '': whatever happens
	while_status text NOT NULL DEFAULT '',
	-- also to who wants no mail: the law, or somebody's own safety, asks for it
	always boolean NOT NULL DEFAULT false,
	-- goes to where its owner was known to read when it was written, whatever
	-- address is primary by now: who takes an account over changes that first
	guards boolean NOT NULL DEFAULT false
);
INSERT INTO notice_kind (kind, path, while_status) VALUES
	('membership_invited', '/networks/', 'invited'),
	('membership_approved', '/networks/', 'approved'),
	('membership_waitlisted', '/networks/', 'waitlisted'),
	('membership_seat', '/networks/', 'approved'),
	('membership_declined', '/networks/', 'declined'),
	('membership_removed', '/networks/', 'removed'),
	('membership_paused', '/networks/', 'paused'),
	('membership_resumed', '/networks/', 'approved'),
	('application_approved', '/hubs/', 'approved'),
	('application_declined', '/hubs/', 'declined'),
	('application_changes', '/hubs/', 'changes_requested'),
	('stay', '/stay', '');
INSERT INTO notice_kind (kind, path, always, guards) VALUES
	('factor_enrolled', '/account', true, true),
	('factor_disabled', '/account', true, true),
	('recovery_code_used', '/account', true, true),
	('email_changed', '/account', true, true),
	('request_extended', '/data-requests/', true, false);

CREATE TABLE notice (
	notice_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
	kind text NOT NULL REFERENCES notice_kind,
	about_id uuid, -- the membership, application or request; NULL: the person
	address text,  -- NULL: the primary one when it is mailed
	written_at timestamptz NOT NULL DEFAULT echo_now(),
	due_at timestamptz NOT NULL DEFAULT echo_now(),
	expires_at timestamptz NOT NULL DEFAULT echo_now() + interval '14 days',
	-- by the database's clock: when it may be taken again
	lease_until timestamptz NOT NULL DEFAULT now(),
	mailed_at timestamptz -- NULL: not yet, or there is no way
);
-- Once while it waits; nobody is asked twice whether to stay.
CREATE UNIQUE INDEX notice_once ON notice
	(kind, person_id, about_id, address)
	NULLS NOT DISTINCT WHERE mailed_at IS NULL OR kind = 'stay';
CREATE INDEX notice_waiting ON notice (lease_until, due_at)
	WHERE mailed_at IS NULL;
CREATE INDEX notice_of_person ON notice (person_id);
CREATE INDEX notice_age ON notice (expires_at);
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY notice_service ON notice USING ((SELECT authority_all()));

-- The quiet hours are 20:00 to 07:00 where the person is: the next moment outside.
CREATE FUNCTION after_quiet_hours(at timestamptz, zone text)
RETURNS timestamptz STABLE LANGUAGE sql AS $$
	SELECT CASE WHEN wall::time < '07:00'
		THEN (wall::date + time '07:00') AT TIME ZONE zone
		WHEN wall::time >= '20:00'
		THEN (wall::date + 1 + time '07:00') AT TIME ZONE zone
		ELSE at END
	FROM (SELECT at AT TIME ZONE zone AS wall) w
$$;

-- Tell somebody; who is just going is not told.
CREATE FUNCTION tell(whom uuid, of_kind text, about uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	INSERT INTO notice (person_id, kind, about_id, due_at)
	SELECT p.person_id, k.kind, about, CASE WHEN k.always THEN echo_now()
		ELSE after_quiet_hours(echo_now(), p.zone) END
	FROM person p, notice_kind k
	WHERE p.person_id = whom AND k.kind = of_kind
	ON CONFLICT DO NOTHING
$$;

-- Which changes of state are told: to whom they concern, unless it was they.
ALTER TABLE status_transition ADD notice text REFERENCES notice_kind;

-- Not for files, which say what was decided long ago (import_members.sql itself
-- tells whom a hub's file invites), nor for what is taken back, nor for merging,
-- which decides nothing.
CREATE FUNCTION tells_nobody() RETURNS boolean STABLE LANGUAGE sql AS $$
	SELECT coalesce(current_setting('echo.method', true), '')
		~ '^(Import|Undo|Merge)'
$$;

-- Once a statement.
CREATE FUNCTION tell_status() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	IF tells_nobody() OR NOT EXISTS (SELECT FROM new_rows
			JOIN status_transition t
			USING (entity, from_status, to_status)
			WHERE t.notice IS NOT NULL) THEN
		RETURN NULL;
	END IF;
	INSERT INTO notice (person_id, kind, about_id, due_at)
	SELECT p.person_id, t.notice, n.key::uuid,
		after_quiet_hours(n.at, p.zone)
	FROM new_rows n
	JOIN status_transition t USING (entity, from_status, to_status)
	JOIN person p ON p.person_id = CASE n.entity WHEN 'hub_application'
		THEN application_lead(n.key::uuid) ELSE n.person_id END
	WHERE t.notice IS NOT NULL
		AND n.by_person_id IS DISTINCT FROM p.person_id
	ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
CREATE TRIGGER tell_status AFTER INSERT ON status_change
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION tell_status();

-- Rules, plans, the ledger of messages, and the small hot queue beside it.

-- ---- Rules ----

-- The kinds of message there are. A rule says when and whether.
CREATE TABLE reminder_kind (
	rule text PRIMARY KEY, -- also the template's key
	anchor text NOT NULL CHECK (anchor IN ('start', 'end', 'event')),
	audience text NOT NULL CHECK (audience IN ('everyone', 'not_declined',
		'accepted_or_unanswered', 'attendees', 'invited', 'told')),
	method text NOT NULL CHECK (method IN ('', 'REQUEST', 'CANCEL')),
	quiet boolean NOT NULL,    -- waits for the end of the quiet hours
	pausable boolean NOT NULL, -- a member may pause it
	about text NOT NULL
);
INSERT INTO reminder_kind VALUES
('invite', 'event', 'everyone', 'REQUEST', true, true,
	'Calendar invitation: to members and those with a part in the session, when it is published or when they join.'),
('week_before', 'start', 'not_declined', '', true, true,
	'Agenda and the question whether one can come: to members who have not declined.'),
('day_before', 'start', 'not_declined', '', true, true,
	'Agenda and join link: to members who have not declined.'),
('hour_before', 'start', 'accepted_or_unanswered', '', false, true,
	'Join link only: to members who accepted or have not answered.'),
('thanks', 'end', 'attendees', '', true, true,
	'Thank-you after the session: to those whose attendance counts.'),
('change', 'event', 'invited', 'REQUEST', true, false,
	'Updated calendar entry: to everyone invited, also who declined.'),
('cancel', 'event', 'told', 'CANCEL', true, false,
	'Cancelled calendar entry: to everyone who has the entry.');

-- When, and whether at all. The nearest wins: network, hub, superhub.
CREATE TABLE reminder_rule (
	rule text NOT NULL REFERENCES reminder_kind,
	hub_id uuid,     -- both NULL: the superhub's default
	network_id uuid, -- set: of this network only
	offset_days integer NOT NULL,    -- on the wall clock of the session
	offset_minutes integer NOT NULL, -- on the stop-watch
	enabled boolean NOT NULL DEFAULT true,
	version bigint NOT NULL DEFAULT 1,
	changed_at timestamptz NOT NULL DEFAULT now(), -- domain time
	CONSTRAINT offset_days_bound CHECK (offset_days BETWEEN -60 AND 60),
	CONSTRAINT offset_minutes_bound
		CHECK (offset_minutes BETWEEN -1440 AND 1440)
);
COMMENT ON CONSTRAINT offset_days_bound ON reminder_rule IS
	'offset_days: Give at most 60 days before (negative) or after.';
COMMENT ON CONSTRAINT offset_minutes_bound ON reminder_rule IS
	'offset_minutes: Give at most 1440 minutes before (negative) or after.';
CREATE UNIQUE INDEX reminder_rule_scope ON reminder_rule
	(rule, coalesce(network_id, hub_id, '00000000-0000-0000-0000-000000000000'));
INSERT INTO reminder_rule (rule, offset_days, offset_minutes) VALUES
('invite', 0, 0), ('change', 0, 0), ('cancel', 0, 0),
('week_before', -7, 0), ('day_before', -1, 0), ('hour_before', 0, -60),
('thanks', 0, 120);
ALTER TABLE reminder_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY reminder_rule_read ON reminder_rule FOR SELECT USING (true);
CREATE POLICY reminder_rule_scope ON reminder_rule USING (
	(SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[]));

-- The rule in force for a network of a hub: the nearest.
CREATE FUNCTION rule_in_force(kind text, network uuid, hub uuid)
RETURNS SETOF reminder_rule STABLE ROWS 1 LANGUAGE sql AS $$
	SELECT r.* FROM reminder_rule r
	WHERE r.rule = kind AND (r.network_id = network
		OR (r.network_id IS NULL AND r.hub_id = hub)
		OR (r.network_id IS NULL AND r.hub_id IS NULL))
	ORDER BY r.network_id NULLS LAST, r.hub_id NULLS LAST
	LIMIT 1
$$;

-- The quiet hours of 20:00 to 07:00: the next moment outside them.
CREATE FUNCTION after_quiet_hours(at timestamptz, zone text)
RETURNS timestamptz STABLE LANGUAGE sql AS $$
	SELECT CASE
		WHEN wall::time < '07:00'
			THEN (wall::date + time '07:00') AT TIME ZONE zone
		WHEN wall::time >= '20:00'
			THEN (wall::date + 1 + time '07:00') AT TIME ZONE zone
		ELSE at END
	FROM (SELECT at AT TIME ZONE zone AS wall) w
$$;

-- What should be planned by the clock for these sessions: a row for each timed
-- rule. Days count on the session's wall clock, so that T-7 days of a session
-- at 14:00 is 14:00 too, whatever the clocks did in between. (A function, not
-- a view: it must never be worked out for all sessions there are.)
CREATE FUNCTION wish(ids uuid[]) RETURNS TABLE (session_id uuid, rule text,
	sequence integer, anchor_at timestamptz, due_at timestamptz)
STABLE LANGUAGE sql AS $$
	SELECT w.session_id, w.rule, w.sequence, w.anchor_at,
		CASE WHEN w.quiet AND after_quiet_hours(w.due_at, w.zone)
				< coalesce(CASE w.anchor WHEN 'start'
					THEN w.anchor_at END, 'infinity')
			THEN after_quiet_hours(w.due_at, w.zone)
			ELSE w.due_at END
	FROM (
		SELECT s.session_id, f.rule, s.sequence, s.zone, k.quiet,
			k.anchor, a.anchor_at,
			((a.anchor_at AT TIME ZONE s.zone)
				+ f.offset_days * interval '1 day')
				AT TIME ZONE s.zone
				+ f.offset_minutes * interval '1 minute' AS due_at
		FROM session s
		CROSS JOIN reminder_kind k
		CROSS JOIN LATERAL rule_in_force(k.rule, s.network_id, s.hub_id) f
		CROSS JOIN LATERAL (SELECT CASE k.anchor WHEN 'start'
			THEN s.start_at ELSE s.end_at END AS anchor_at) a
		WHERE s.session_id = ANY (ids) AND k.anchor <> 'event'
			AND f.enabled AND s.start_at IS NOT NULL
			AND s.status IN ('published', 'live', 'ended',
				'reconciled', 'closed')
	) w
$$;

-- ---- Plans ----

-- Who gets what, when, beforehand: when is due_at, what is the rule, who is
-- view recipient. Recipients become messages only when the plan is due, so
-- that a reschedule moves a handful of rows.
CREATE TABLE plan (
	session_id uuid NOT NULL,
	rule text NOT NULL REFERENCES reminder_kind,
	sequence integer NOT NULL, -- the session's, when it was planned
	anchor_at timestamptz NOT NULL, -- the start or end it was planned for
	due_at timestamptz NOT NULL,
	state text NOT NULL CHECK (state IN
		('planned', 'queued', 'void', 'missed')),
	reason text NOT NULL DEFAULT '',
	PRIMARY KEY (session_id, rule, sequence)
) WITH (fillfactor = 80);
CREATE INDEX plan_due ON plan (due_at) WHERE state = 'planned';
ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY plan_scope ON plan USING (
	(SELECT authority_all())
	OR EXISTS (SELECT FROM session s WHERE s.session_id = plan.session_id));

-- ---- Messages: the permanent ledger ----

CREATE TABLE message (
	message_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	session_id uuid NOT NULL,
	person_id uuid NOT NULL,
	rule text NOT NULL,
	sequence integer NOT NULL, -- the plan's
	network_id uuid,
	hub_id uuid,
	state text NOT NULL CHECK (state IN ('queued', 'sent', 'bounced',
		'skipped', 'void', 'missed')),
	reason text NOT NULL DEFAULT '', -- why it was not sent
	address text NOT NULL,
	language text NOT NULL,    -- of the text
	fallback boolean NOT NULL, -- the person's language has no text
	planned_at timestamptz NOT NULL, -- due; domain time
	expires_at timestamptz NOT NULL, -- of no use after that; domain time
	done_at timestamptz,             -- sent or given up; domain time
	ics_sequence integer,            -- SEQUENCE of the entry that was sent
	attempts integer NOT NULL DEFAULT 0,
	smtp_code integer NOT NULL DEFAULT 0,
	smtp_text text NOT NULL DEFAULT '',
	-- never twice, whatever is planned again
	CONSTRAINT message_once UNIQUE (session_id, person_id, rule, sequence)
) WITH (fillfactor = 80);
CREATE INDEX message_person ON message (person_id, message_id);
CREATE INDEX message_network ON message (network_id, message_id);

-- A message that failed for want of an address may be tried again when there
-- is one; any other line of the ledger stands.
CREATE FUNCTION wants_address(state text, reason text) RETURNS boolean
IMMUTABLE LANGUAGE sql AS $$
	SELECT state = 'skipped' AND reason IN ('no_address', 'bad_address')
$$;
ALTER TABLE message ENABLE ROW LEVEL SECURITY;
CREATE POLICY message_scope ON message USING (
	(SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[])
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[]));

-- The hot queue: only what can be sent now. Its times are the database's.
CREATE TABLE job (
	message_id bigint PRIMARY KEY REFERENCES message,
	due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	domain text NOT NULL,
	-- ready: may be claimed
	-- leased: a sender has it; certainly not yet past the final dot
	-- dot_pending: the final dot may have been sent; when the lease has
	--   lapsed it is in doubt, and the acceptor is asked
	-- held: in doubt, and nobody could be asked; an operator decides
	state text NOT NULL DEFAULT 'ready' CHECK (state IN
		('ready', 'leased', 'dot_pending', 'held')),
	lease_token bigint NOT NULL DEFAULT 0, -- a new one for each claim
	lease_until timestamptz,
	owner text NOT NULL DEFAULT '',
	attempt integer NOT NULL DEFAULT 0,
	ics_sequence integer, -- of the calendar entry that passed the dot
	problem text NOT NULL DEFAULT '',
	CHECK ((state = 'ready') = (lease_until IS NULL))
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0,
	autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0);
-- By the lease and not by the state, so that passing the dot changes no index.
CREATE INDEX job_ready ON job (due_at, message_id) WHERE lease_until IS NULL;
CREATE INDEX job_lease ON job (lease_until) WHERE lease_until IS NOT NULL;

-- ---- Who must not or cannot be written to ----

CREATE TABLE suppression (
	address text PRIMARY KEY, -- lower case
	reason text NOT NULL,
	since timestamptz NOT NULL,
	CONSTRAINT suppression_address CHECK (address LIKE '%_@_%')
);
COMMENT ON CONSTRAINT suppression_address ON suppression IS
	'address: Give one e-mail address, such as name@example.org.';

-- Reminders that a member has paused for one network.
CREATE TABLE pause (
	person_id uuid NOT NULL,
	network_id uuid NOT NULL,
	since timestamptz NOT NULL,
	PRIMARY KEY (person_id, network_id)
);
ALTER TABLE pause ENABLE ROW LEVEL SECURITY;
CREATE POLICY pause_scope ON pause USING (
	(SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[])
	OR EXISTS (SELECT FROM network n WHERE n.network_id = pause.network_id
		AND n.hub_id = ANY ((SELECT authority_hub_ids())::uuid[])));

-- A domain that asked us to slow down, shared by all replicas.
CREATE TABLE domain_pause (
	domain text PRIMARY KEY,
	until timestamptz NOT NULL,
	step integer NOT NULL
);

-- The relay itself does not work: nobody sends until then.
CREATE TABLE circuit (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	until timestamptz NOT NULL DEFAULT '-infinity',
	step integer NOT NULL DEFAULT 0,
	problem text NOT NULL DEFAULT '',
	-- part of every Message-ID: the numbers of another database (or of an
	-- earlier life of this one) must not be taken for ours
	stamp text NOT NULL DEFAULT substr(gen_random_uuid()::text, 1, 8)
);
INSERT INTO circuit DEFAULT VALUES;

-- ---- Recipients ----

CREATE FUNCTION address_is_sound(address text) RETURNS boolean
IMMUTABLE LANGUAGE sql AS $$
	SELECT length(address) <= 254 AND address ~
	'^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$'
$$;

-- Who a plan concerns.
CREATE VIEW candidate WITH (security_invoker = true) AS
SELECT p.session_id, p.rule, p.sequence, k.audience, k.pausable, k.anchor,
	s.network_id, s.hub_id, c.person_id
FROM plan p
JOIN session s USING (session_id)
JOIN reminder_kind k USING (rule)
CROSS JOIN LATERAL (
	SELECT m.person_id FROM membership m
	WHERE k.audience IN
			('everyone', 'not_declined', 'accepted_or_unanswered')
		AND m.network_id = s.network_id AND m.approved
	UNION
	SELECT a.person_id FROM assignment a
	WHERE k.audience = 'everyone' AND a.session_id = p.session_id
		AND a.status IN ('invited', 'confirmed', 'delivered')
	UNION
	SELECT t.person_id FROM attendance t
	WHERE k.audience = 'attendees' AND t.session_id = p.session_id
		AND t.counted
	UNION
	-- everyone who was to be invited; whoever already has this very
	-- version (invited after the change) needs no notice of it
	SELECT g.person_id FROM message g
	WHERE k.audience = 'invited' AND g.session_id = p.session_id
		AND g.rule = 'invite' AND g.state <> 'skipped'
		AND NOT EXISTS (SELECT FROM message h
			WHERE h.session_id = g.session_id
			AND h.person_id = g.person_id
			AND h.ics_sequence >= p.sequence)
	UNION
	-- everyone who has, or may get at any moment, the calendar entry
	SELECT g.person_id FROM message g
	WHERE k.audience = 'told' AND g.session_id = p.session_id
		AND g.rule IN ('invite', 'change') AND g.state IN ('queued', 'sent')
) c;

-- Each of them, and why not (reason '' means: gets it). Who has not arrived
-- from the registry yet is not here; the plan is opened again when they do.
CREATE VIEW recipient WITH (security_invoker = true) AS
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
	WHEN EXISTS (SELECT FROM suppression x
		WHERE x.address = lower(q.address)) THEN 'suppressed'
	ELSE '' END AS reason
FROM candidate c
JOIN person q USING (person_id)
LEFT JOIN LATERAL (
	SELECT v.rsvp FROM invitation v
	WHERE v.session_id = c.session_id AND v.person_id = c.person_id
	ORDER BY v.version DESC LIMIT 1
) i ON true;

-- ---- Planning ----

-- When a notice may go: after the quiet hours, unless that is too late.
CREATE FUNCTION notice_at(at timestamptz, zone text, start_at timestamptz)
RETURNS timestamptz STABLE LANGUAGE sql AS $$
	SELECT CASE WHEN after_quiet_hours(at, zone) > start_at - interval '2 hours'
		THEN at ELSE after_quiet_hours(at, zone) END
$$;

-- Make the plans of these sessions what they should be, given the sessions and
-- the rules as they stand. Derived from state alone, so that running it again
-- (a replayed feed) changes nothing.
CREATE FUNCTION plan_sessions(ids uuid[], at timestamptz) RETURNS void
LANGUAGE sql AS $$
	-- what no longer holds
	UPDATE plan p SET state = 'void', reason = CASE
		WHEN s.status = 'cancelled' THEN 'cancelled'
		WHEN s.session_id IS NULL OR s.status NOT IN
			('published', 'live', 'ended', 'reconciled', 'closed')
			THEN 'withdrawn'
		WHEN NOT EXISTS (SELECT FROM wish(ARRAY[p.session_id]) w
			WHERE (w.session_id, w.rule) = (p.session_id, p.rule))
			THEN 'disabled'
		ELSE 'rescheduled' END
	FROM reminder_kind k, plan o
	LEFT JOIN session s USING (session_id)
	WHERE p.session_id = ANY (ids) AND p.state = 'planned'
		AND (o.session_id, o.rule, o.sequence)
			= (p.session_id, p.rule, p.sequence)
		AND k.rule = p.rule
		AND CASE k.anchor WHEN 'event' THEN
			s.session_id IS NULL
			OR (p.rule = 'cancel') <> (s.status = 'cancelled')
			OR s.status NOT IN ('published', 'live', 'cancelled')
		ELSE NOT EXISTS (SELECT FROM wish(ARRAY[p.session_id]) w
			WHERE (w.session_id, w.rule, w.anchor_at)
				= (p.session_id, p.rule, p.anchor_at)) END;
	-- a rule was re-timed; nothing is sent at once because of it
	UPDATE plan p SET due_at = w.due_at,
		state = CASE WHEN w.due_at > at THEN 'planned' ELSE 'missed' END,
		reason = CASE WHEN w.due_at > at THEN '' ELSE 'late' END
	FROM wish(ids) w
	WHERE w.session_id = ANY (ids) AND p.state = 'planned'
		AND (w.session_id, w.rule, w.anchor_at)
			= (p.session_id, p.rule, p.anchor_at)
		AND w.due_at <> p.due_at AND p.due_at > at;
	-- what is new; what would come late is left out, because the invitation
	-- or the notice of change, which goes out now, says it all in one mail
	INSERT INTO plan
	SELECT w.session_id, w.rule, w.sequence, w.anchor_at, w.due_at,
		CASE WHEN w.due_at > at THEN 'planned' ELSE 'missed' END,
		CASE WHEN w.due_at > at THEN '' ELSE 'late' END
	FROM wish(ids) w
	WHERE w.session_id = ANY (ids) AND w.anchor_at > at - interval '1 day'
		AND NOT EXISTS (SELECT FROM plan p
			WHERE (p.session_id, p.rule, p.anchor_at)
				= (w.session_id, w.rule, w.anchor_at)
			AND p.state <> 'void')
	ON CONFLICT (session_id, rule, sequence) DO UPDATE
	SET anchor_at = excluded.anchor_at, due_at = excluded.due_at,
		state = excluded.state, reason = excluded.reason;
	-- an invitation that has not gone yet tells the latest version anyway
	UPDATE plan p SET sequence = s.sequence
	FROM session s
	WHERE s.session_id = ANY (ids) AND p.session_id = s.session_id
		AND p.rule = 'invite' AND p.state = 'planned'
		AND p.sequence < s.sequence;
	INSERT INTO plan
	SELECT s.session_id, f.rule, s.sequence, s.start_at,
		notice_at(at, s.zone, s.start_at), 'planned'
	FROM session s
	CROSS JOIN reminder_kind k
	CROSS JOIN LATERAL rule_in_force(k.rule, s.network_id, s.hub_id) f
	CROSS JOIN LATERAL (
		SELECT bool_or(p.rule = 'invite') AS any_invite,
			bool_or(p.rule = 'invite' AND p.state = 'queued')
				AS invited,
			max(p.sequence) FILTER (WHERE p.rule = 'cancel')
				AS cancelled,
			max(p.sequence) AS told
		FROM plan p
		WHERE p.session_id = s.session_id AND p.state <> 'void'
			AND p.rule IN ('invite', 'change', 'cancel')
	) n
	WHERE s.session_id = ANY (ids) AND f.enabled AND s.end_at > at
		AND CASE f.rule
		WHEN 'invite' THEN s.status IN ('published', 'live')
			AND n.any_invite IS NOT TRUE
		WHEN 'change' THEN s.status IN ('published', 'live')
			AND n.invited AND s.sequence > n.told
		WHEN 'cancel' THEN s.status = 'cancelled' AND n.invited
			AND s.sequence > coalesce(n.cancelled, -1)
		END
	ON CONFLICT (session_id, rule, sequence) DO UPDATE
	SET anchor_at = excluded.anchor_at, due_at = excluded.due_at,
		state = 'planned', reason = '';
	-- of several changes at night, the last one is told
	UPDATE plan p SET state = 'void', reason = 'replaced'
	WHERE p.session_id = ANY (ids) AND p.rule = 'change'
		AND p.state = 'planned' AND EXISTS (SELECT FROM plan n
			WHERE n.session_id = p.session_id
			AND n.rule IN ('change', 'cancel')
			AND n.state = 'planned' AND n.sequence > p.sequence);
	-- Mails that nobody can have received yet and that no longer hold. A
	-- sender that has one of these in hand finds its lease gone when it
	-- asks for the final dot.
	WITH stale AS (
		DELETE FROM job j
		USING message g
		JOIN plan p USING (session_id, rule, sequence)
		JOIN reminder_kind k USING (rule)
		LEFT JOIN session s ON s.session_id = g.session_id
		WHERE g.session_id = ANY (ids) AND j.message_id = g.message_id
			AND j.state IN ('ready', 'leased')
			AND (s.session_id IS NULL
				OR s.status IN ('draft', 'scheduled')
				OR (g.rule <> 'cancel') = (s.status = 'cancelled')
				OR (k.anchor <> 'event' AND NOT EXISTS (
					SELECT FROM wish(ARRAY[g.session_id]) w
					WHERE (w.session_id, w.rule, w.anchor_at)
					= (p.session_id, p.rule, p.anchor_at)))
				OR EXISTS (SELECT FROM plan n
					WHERE n.session_id = g.session_id
					AND n.rule IN ('change', 'cancel')
					AND n.state = 'planned'
					AND n.sequence > g.sequence))
		RETURNING j.message_id
	)
	UPDATE message g SET state = 'void', reason = 'rescheduled', done_at = at
	FROM stale t WHERE g.message_id = t.message_id;
$$;

-- These people may now be due an invitation (joined, took a part, or became
-- known): open the invitations of their coming sessions again. The ledger's
-- key sees to it that nobody is invited twice.
CREATE FUNCTION reopen_invites(ids uuid[], at timestamptz) RETURNS void
LANGUAGE sql AS $$
	UPDATE plan p SET state = 'planned',
		due_at = notice_at(at, s.zone, s.start_at)
	FROM session s
	WHERE p.session_id = s.session_id AND p.rule = 'invite'
		AND p.state = 'queued' AND s.start_at > at
		AND s.status IN ('published', 'live')
		AND s.session_id IN (
			SELECT t.session_id
			FROM membership m
			JOIN session t ON t.network_id = m.network_id
			WHERE m.person_id = ANY (ids) AND m.approved
				AND t.start_at > at
				AND NOT EXISTS (SELECT FROM message g
					WHERE g.session_id = t.session_id
					AND g.person_id = m.person_id
					AND g.rule = 'invite'
					AND NOT wants_address(g.state, g.reason))
			UNION
			SELECT a.session_id FROM assignment a
			WHERE a.person_id = ANY (ids)
				AND a.status IN ('invited', 'confirmed', 'delivered')
				AND NOT EXISTS (SELECT FROM message g
					WHERE g.session_id = a.session_id
					AND g.person_id = a.person_id
					AND g.rule = 'invite'
					AND NOT wants_address(g.state, g.reason)))
$$;

-- A changed rule changes the plans of what it governs.
CREATE FUNCTION plan_after_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM plan_sessions(array_agg(s.session_id), NEW.changed_at)
	FROM session s
	WHERE s.end_at > NEW.changed_at - interval '1 day'
		AND (NEW.network_id IS NULL OR s.network_id = NEW.network_id)
		AND (NEW.hub_id IS NULL OR s.hub_id = NEW.hub_id);
	RETURN NULL;
END $$;
CREATE TRIGGER plan_after_rule AFTER INSERT OR UPDATE ON reminder_rule
	FOR EACH ROW EXECUTE FUNCTION plan_after_rule();

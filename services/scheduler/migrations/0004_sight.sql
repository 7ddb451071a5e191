-- Who sees which rows, and which tables others follow.
--
-- A grant in a hub or network shows what is the hub's or network's; an
-- assignment (or a grant for one session) shows that session with its people;
-- everybody sees themselves. Read models of people show those whom one's
-- memberships and assignments, so filtered, name.

-- Sessions of which the principal may see the people. SECURITY DEFINER: it
-- reads the tables whose policies call it. (Where many ask for themselves at
-- once there is no principal, and nothing comes of assignments.)
CREATE FUNCTION sight_session_ids() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT authority_session_ids() || coalesce(array_agg(session_id), '{}')
	FROM (
		SELECT session_id FROM session
		WHERE network_id = ANY (authority_network_ids())
		UNION ALL
		SELECT session_id FROM assignment
		WHERE person_id = authority_person_id()
		AND status NOT IN ('declined', 'withdrawn')
	) mine
$$;

ALTER TABLE programme ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON programme USING ((SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[]));

ALTER TABLE session ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON session USING ((SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[])
	OR session_id = ANY ((SELECT sight_session_ids())::uuid[])
	OR session_id IN (SELECT i.session_id FROM invitation i
		WHERE i.person_id = ANY ((SELECT authority_person_ids())::uuid[])));

-- What belongs to a session: one policy for all; where a row is about a person,
-- that person sees it too.
DO $$
DECLARE
	relation text;
	own text;
BEGIN
	FOR relation, own IN VALUES
		('assignment', 'person_id'), ('invitation', 'person_id'),
		('attendance', 'person_id'),
		('attendance_adjustment', 'person_id'),
		('session_move', NULL), ('attendance_import', NULL),
		('attendance_row', NULL)
	LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY',
			relation);
		EXECUTE format('CREATE POLICY sight ON %I USING (
			(SELECT authority_all())
			OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
			OR %s = ANY ((SELECT authority_person_ids())::uuid[])
			OR session_id = ANY (
				(SELECT sight_session_ids())::uuid[]))',
			relation, coalesce(own, 'NULL'));
	END LOOP;
END $$;

ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON membership USING ((SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[])
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[]));

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON person USING ((SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR person_id IN (SELECT m.person_id FROM membership m)
	OR person_id IN (SELECT a.person_id FROM assignment a));

ALTER TABLE person_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY sight ON person_key USING ((SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR person_id IN (SELECT m.person_id FROM membership m)
	OR person_id IN (SELECT a.person_id FROM assignment a));

SELECT publish_changes('programme', 'programme', 'programme_id');
SELECT publish_changes('session', 'session', 'session_id');
SELECT publish_changes('assignment', 'assignment', 'assignment_id');
SELECT publish_changes('invitation', 'invitation', 'invitation_id');
SELECT publish_changes('attendance', 'attendance', 'attendance_id');

-- Who changes what (0004_sight.sql says who sees what). These policies only
-- restrict, and they name roles, so that they hold even where a method's row
-- would admit somebody else: a hub's staff plan, invite and cancel; who leads a
-- network or a session takes its attendance; everybody answers for themselves.
-- The superhub's people see sessions, and no people.

-- of_network_id NULL: the session's. SECURITY DEFINER: the policies of session
-- look at tables whose policies call this.
CREATE FUNCTION changes_session(of_hub_id uuid, of_network_id uuid,
	of_session_id uuid, roles text) RETURNS boolean
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	RETURN coalesce(of_hub_id = ANY (granted_ids('hub', roles))
		OR of_session_id = ANY (granted_ids('session', roles))
		OR coalesce(of_network_id, (SELECT s.network_id FROM session s
			WHERE s.session_id = of_session_id))
			= ANY (granted_ids('network', roles)), false);
END $$;

DO $$
DECLARE
	relation text;
	roles text;
	network text;
	own text;
	command text;
	staff text := 'hub_admin coordinator';
	leads text := 'hub_admin coordinator facilitator network_lead';
BEGIN
	FOR relation, roles, network, own IN VALUES
		('programme', staff, 'network_id', 'false'),
		('session', staff, 'network_id', 'false'),
		('session_move', staff, NULL, 'false'),
		('assignment', staff, NULL, 'person_id'),
		('invitation', staff, NULL, 'person_id'),
		('attendance', leads, NULL, 'false'),
		('attendance_adjustment', leads, NULL, 'false'),
		('attendance_import', leads, NULL, 'false'),
		('attendance_row', leads, NULL, 'false')
	LOOP
		FOREACH command IN ARRAY '{INSERT, UPDATE, DELETE}'::text[] LOOP
			EXECUTE format('CREATE POLICY %I ON %I AS RESTRICTIVE
				FOR %s %s ((SELECT authority_all()) %s
				OR changes_session(hub_id, %s, %s, %L))',
				'team_' || lower(command), relation, command,
				CASE command WHEN 'INSERT' THEN 'WITH CHECK'
					ELSE 'USING' END,
				CASE WHEN own <> 'false' AND command = 'UPDATE'
					THEN 'OR ' || own || ' = ANY ((SELECT
						authority_person_ids())::uuid[])'
					ELSE '' END,
				coalesce(network, 'NULL'),
				CASE relation WHEN 'programme' THEN 'NULL'
					ELSE 'session_id' END, roles);
		END LOOP;
	END LOOP;
END $$;

CREATE POLICY superhub ON programme FOR SELECT USING (
	(SELECT granted('superhub_admin superhub_viewer')));
CREATE POLICY superhub ON session FOR SELECT USING (
	(SELECT granted('superhub_admin superhub_viewer')));

-- Who came and who was asked is seen by those who lead, and by each for
-- themselves; a speaker sees the session.
DO $$
DECLARE
	relation text;
BEGIN
	FOREACH relation IN ARRAY '{invitation, attendance,
		attendance_adjustment, attendance_import, attendance_row,
		membership}'::text[]
	LOOP
		EXECUTE format('CREATE POLICY lead ON %I AS RESTRICTIVE
			FOR SELECT USING ((SELECT authority_all())
			%s OR changes_session(hub_id, %s, %s,
				''hub_admin coordinator facilitator network_lead''))',
			relation, CASE WHEN relation NOT IN ('attendance_import',
					'attendance_row')
				THEN 'OR person_id = ANY ((SELECT
					authority_person_ids())::uuid[])'
				ELSE '' END,
			CASE relation WHEN 'membership' THEN 'network_id'
				ELSE 'NULL' END,
			CASE relation WHEN 'membership' THEN 'NULL'
				ELSE 'session_id' END);
	END LOOP;
END $$;

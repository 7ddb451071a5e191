-- One attendance as an importer adds it that goes row by row: for pgbench.
\set k random(0, 49)
\set number random(101, 200)
\set m random(0, 99999)
BEGIN;
SELECT s.session_id, s.hub_id, s.network_id, s.start_local::date AS day
FROM network n JOIN session s USING (network_id)
WHERE n.slug = 'network-' || :k AND s.number = :number
\gset
SELECT person_id FROM person_key
WHERE key = 'm' || :m || '@example.org' AND kind = 'address'
\gset
INSERT INTO attendance (attendance_id, session_id, hub_id, person_id, minutes,
	source, role, member, version)
SELECT gen_random_uuid(), :session_id, :hub_id, :person_id, 75, 'import',
	'participant', EXISTS (SELECT FROM membership
		WHERE person_id = :person_id AND network_id = :network_id
			AND status = 'approved' AND joined_on <= :day), 1
ON CONFLICT (session_id, person_id) DO NOTHING;
COMMIT;

-- Pseudonymously: neither name nor address is kept. Only a change of employer
-- touches facts.
WITH moved AS (
	SELECT r.change_key::uuid AS person_id
	FROM request r
	LEFT JOIN person p ON p.person_id = r.change_key::uuid
	WHERE p.organisation_id IS DISTINCT FROM r.organisation_id
), note AS (
	INSERT INTO touched
	SELECT a.attendance_id FROM moved
	JOIN attendance a ON a.person_id = moved.person_id
), removed AS (
	DELETE FROM person p USING request r
	WHERE r.change_deleted AND p.person_id = r.change_key::uuid
)
INSERT INTO person (person_id, profession, setting, nation, region,
	organisation_id, version)
SELECT person_id, profession, setting, nation, region, organisation_id, version
FROM request WHERE NOT change_deleted
ON CONFLICT (person_id) DO UPDATE SET profession = excluded.profession,
	setting = excluded.setting, nation = excluded.nation,
	region = excluded.region, organisation_id = excluded.organisation_id,
	version = excluded.version
WHERE excluded.version >= person.version

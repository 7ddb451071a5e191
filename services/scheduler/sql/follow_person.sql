-- Follow registry person: the name. (Keys: follow_person_key.)
WITH r AS MATERIALIZED (
	SELECT change_key::uuid AS id, * FROM request
), gone AS (
	DELETE FROM person USING r
	WHERE r.change_deleted AND person.person_id = r.id
)
INSERT INTO person AS p
SELECT id, first_name, last_name, preferred_name, language, zone,
	coalesce(status, ''), version, merged_into_id
FROM r WHERE NOT change_deleted
ON CONFLICT (person_id) DO UPDATE SET first_name = excluded.first_name,
	last_name = excluded.last_name,
	preferred_name = excluded.preferred_name,
	language = excluded.language, zone = excluded.zone,
	status = excluded.status, version = excluded.version,
	merged_into_id = excluded.merged_into_id
WHERE p.version < excluded.version

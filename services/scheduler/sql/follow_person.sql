-- Follow registry person: the name. (Addresses: follow_person_address.)
WITH gone AS (
	DELETE FROM person USING request r
	WHERE r.change_deleted AND person.person_id = r.change_key::uuid
)
INSERT INTO person AS p
SELECT change_key::uuid, first_name, last_name, preferred_name, language, zone,
	coalesce(status, ''), version
FROM request WHERE NOT change_deleted
ON CONFLICT (person_id) DO UPDATE SET first_name = excluded.first_name,
	last_name = excluded.last_name,
	preferred_name = excluded.preferred_name,
	language = excluded.language, zone = excluded.zone,
	status = excluded.status, version = excluded.version
WHERE p.version < excluded.version

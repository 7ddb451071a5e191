-- Follow registry person: the addresses of what follow_person has let in.
WITH r AS MATERIALIZED (
	SELECT change_key::uuid AS id, * FROM request
), fresh AS MATERIALIZED (
	SELECT r.id AS person_id, r.emails
	FROM r LEFT JOIN person p ON p.person_id = r.id
	WHERE r.change_deleted OR p.version = r.version
), wanted AS MATERIALIZED (
	SELECT DISTINCT lower(btrim(e.address)) AS address, f.person_id
	FROM fresh f CROSS JOIN LATERAL jsonb_to_recordset(
		coalesce(f.emails, '[]')) e(address text)
	WHERE btrim(e.address) <> ''
), gone AS (
	DELETE FROM person_address a USING fresh f
	WHERE a.person_id = f.person_id AND NOT EXISTS (
		SELECT FROM wanted w
		WHERE (w.address, w.person_id) = (a.address, a.person_id))
)
INSERT INTO person_address SELECT address, person_id FROM wanted
ON CONFLICT DO NOTHING

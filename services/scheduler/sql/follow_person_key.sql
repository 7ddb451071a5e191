-- Follow registry person: addresses and names of what follow_person let in. Who
-- was kept answers to the names of who was merged into them, too.
WITH r AS MATERIALIZED (
	SELECT change_key::uuid AS id, * FROM request
), fresh AS MATERIALIZED (
	SELECT r.id AS person_id, r.first_name, r.last_name, r.preferred_name,
		r.emails, r.merged_into_id
	FROM r LEFT JOIN person p ON p.person_id = r.id
	WHERE r.change_deleted OR p.version = r.version
), named AS (
	SELECT coalesce(merged_into_id, person_id) AS person_id, first_name,
		last_name, preferred_name
	FROM fresh
	UNION ALL
	SELECT f.person_id, m.first_name, m.last_name, m.preferred_name
	FROM fresh f JOIN person m ON m.merged_into_id = f.person_id
), wanted AS MATERIALIZED (
	SELECT 'address' AS kind, lower(btrim(e.address)) AS key, f.person_id
	FROM fresh f CROSS JOIN LATERAL jsonb_to_recordset(
		coalesce(f.emails, '[]')) e(address text)
	WHERE btrim(e.address) <> ''
	UNION SELECT 'name', name_key(n.name), f.person_id
	FROM named f CROSS JOIN LATERAL (VALUES
		(f.first_name || ' ' || f.last_name),
		(nullif(f.preferred_name, '') || ' ' || f.last_name)) n(name)
	WHERE name_key(n.name) <> ''
), gone AS (
	DELETE FROM person_key k USING fresh f
	WHERE k.person_id = f.person_id AND NOT EXISTS (
		SELECT FROM wanted w WHERE (w.kind, w.key, w.person_id)
			= (k.kind, k.key, k.person_id))
)
INSERT INTO person_key SELECT kind, key, person_id FROM wanted
ON CONFLICT DO NOTHING

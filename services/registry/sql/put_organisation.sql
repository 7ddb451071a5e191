-- Create an organisation or replace it, with its aliases. A hub shows its
-- organisation's name, so with a new name the hub has changed too.
WITH stored AS (
	INSERT INTO organisation AS o (organisation_id, name, setting,
		postcode_outward, nation, region, name_cy,
		parent_organisation_id, version)
	SELECT organisation_id, name, nullif(setting, ''), postcode_outward,
		nation, region, name_cy, parent_organisation_id, version + 1
	FROM request r
	WHERE version = 0 OR EXISTS (
		SELECT FROM organisation WHERE organisation_id = r.organisation_id)
	ON CONFLICT (organisation_id) DO UPDATE SET name = excluded.name,
		setting = excluded.setting,
		postcode_outward = excluded.postcode_outward,
		nation = excluded.nation, region = excluded.region,
		name_cy = excluded.name_cy,
		parent_organisation_id = excluded.parent_organisation_id,
		version = o.version + 1
	WHERE excluded.version IN (1, o.version + 1)
	RETURNING *
), renamed AS (
	UPDATE hub h SET version = h.version + 1
	FROM stored s JOIN organisation o USING (organisation_id)
	WHERE h.organisation_id = s.organisation_id AND o.name <> s.name
), dropped AS (
	DELETE FROM organisation_alias a USING request r, stored s
	WHERE a.organisation_id = s.organisation_id
		AND r.organisation_id = s.organisation_id
		AND a.name <> ALL (r.aliases)
), added AS (
	INSERT INTO organisation_alias (organisation_id, name, postcode_outward)
	SELECT DISTINCT organisation_id, given.name, s.postcode_outward
	FROM request r JOIN stored s USING (organisation_id)
	CROSS JOIN unnest(r.aliases) AS given(name)
	WHERE NOT EXISTS (SELECT FROM organisation_alias a
		WHERE a.organisation_id = s.organisation_id
			AND a.name = given.name)
)
SELECT request_no, organisation_id, s.name, s.setting, s.postcode_outward,
	s.nation, s.region, s.version, s.name_cy, s.parent_organisation_id,
	ARRAY(SELECT DISTINCT unnest(r.aliases) ORDER BY 1) AS aliases,
	NULL AS rpc_status, NULL AS rpc_message, NULL AS rpc_field
FROM request r JOIN stored s USING (organisation_id)
UNION ALL
SELECT request_no, o.*, 'CONFLICT',
	'It has changed since you read it; look again.', 'version'
FROM request JOIN organisation_message o USING (organisation_id)
WHERE organisation_id NOT IN (SELECT organisation_id FROM stored)

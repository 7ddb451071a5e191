-- Create an organisation or replace it. A hub shows its organisation's name, so
-- with a new name the hub has changed too.
WITH stored AS (
	INSERT INTO organisation AS o (organisation_id, name, setting,
		postcode_outward, nation, region, version)
	SELECT organisation_id, name, nullif(setting, ''), postcode_outward,
		nation, region, version + 1
	FROM request r
	WHERE version = 0 OR EXISTS (
		SELECT FROM organisation WHERE organisation_id = r.organisation_id)
	ON CONFLICT (organisation_id) DO UPDATE SET name = excluded.name,
		setting = excluded.setting,
		postcode_outward = excluded.postcode_outward,
		nation = excluded.nation, region = excluded.region,
		version = o.version + 1
	WHERE excluded.version IN (1, o.version + 1)
	RETURNING *
), renamed AS (
	UPDATE hub h SET version = h.version + 1
	FROM stored s JOIN organisation o USING (organisation_id)
	WHERE h.organisation_id = s.organisation_id AND o.name <> s.name
), standing AS (
	SELECT *, NULL AS rpc_status FROM stored
	UNION ALL
	SELECT o.*, 'CONFLICT'
	FROM request JOIN organisation o USING (organisation_id)
	WHERE organisation_id NOT IN (SELECT organisation_id FROM stored)
)
SELECT request_no, s.*,
	'It has changed since you read it; look again.' AS rpc_message,
	'version' AS rpc_field
FROM request JOIN standing s USING (organisation_id)

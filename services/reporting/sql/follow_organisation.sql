-- The organisations: what people reached by us work for.
WITH removed AS (
	DELETE FROM organisation o USING request r
	WHERE r.change_deleted AND o.organisation_id = r.change_key::uuid
)
INSERT INTO organisation (organisation_id, name, setting, nation, region,
	version)
SELECT organisation_id, name, setting, nation, region, version
FROM request WHERE NOT change_deleted
ON CONFLICT (organisation_id) DO UPDATE SET name = excluded.name,
	setting = excluded.setting, nation = excluded.nation,
	region = excluded.region, version = excluded.version
WHERE excluded.version >= organisation.version

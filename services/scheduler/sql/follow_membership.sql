-- Follow registry membership; a deleted one is removed first, so that the
-- table's trigger takes the invitations back.
WITH r AS MATERIALIZED (
	SELECT change_key::uuid AS id, * FROM request
), gone AS (
	UPDATE membership m SET status = 'removed' FROM r
	WHERE r.change_deleted AND m.membership_id = r.id
)
INSERT INTO membership AS m
SELECT id, person_id, network_id, hub_id, coalesce(status, ''),
	joined_on, version
FROM r WHERE NOT change_deleted
ON CONFLICT (membership_id) DO UPDATE SET person_id = excluded.person_id,
	network_id = excluded.network_id, hub_id = excluded.hub_id,
	status = excluded.status, joined_on = excluded.joined_on,
	version = excluded.version
WHERE m.version < excluded.version

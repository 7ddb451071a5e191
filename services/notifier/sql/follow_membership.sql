-- Who belongs to which network.
WITH gone AS (
	DELETE FROM membership m USING request r
	WHERE r.change_deleted AND m.membership_id = r.change_key::uuid
)
INSERT INTO membership (membership_id, person_id, network_id, hub_id,
	approved, version)
SELECT change_key::uuid, person_id, network_id, hub_id,
	coalesce(status = 'approved', false), version
FROM request WHERE NOT change_deleted
ON CONFLICT (membership_id) DO UPDATE SET person_id = excluded.person_id,
	network_id = excluded.network_id, hub_id = excluded.hub_id,
	approved = excluded.approved, version = excluded.version
WHERE excluded.version >= membership.version

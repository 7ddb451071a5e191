-- The memberships: who is a member of which network since when.
WITH removed AS (
	DELETE FROM membership m USING request r
	WHERE r.change_deleted AND m.membership_id = r.change_key::uuid
)
INSERT INTO membership (membership_id, person_id, network_id, status, joined_on,
	version)
SELECT membership_id, person_id, network_id, status, joined_on, version
FROM request WHERE NOT change_deleted
ON CONFLICT (membership_id) DO UPDATE SET person_id = excluded.person_id,
	network_id = excluded.network_id, status = excluded.status,
	joined_on = excluded.joined_on, version = excluded.version
WHERE excluded.version >= membership.version

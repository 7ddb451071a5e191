-- Follow registry membership: attendance that arrived before its membership
-- was a guest's until now.
WITH gone AS (
	DELETE FROM membership m USING request r
	WHERE r.change_deleted AND m.membership_id = r.change_key::uuid
)
UPDATE attendance a SET member = true, version = a.version + 1
FROM request r JOIN session s USING (network_id)
WHERE r.status = 'approved' AND NOT r.change_deleted
AND (r.joined_on IS NULL OR r.joined_on <= s.start_local::date)
AND a.session_id = s.session_id AND a.person_id = r.person_id AND NOT a.member

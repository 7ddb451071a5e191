-- Follow registry membership: attendance that arrived before its membership
-- was a guest's until now.
WITH r AS MATERIALIZED (
	SELECT change_key::uuid AS id, * FROM request
), gone AS (
	DELETE FROM membership m USING r
	WHERE r.change_deleted AND m.membership_id = r.id
)
UPDATE attendance a SET member = true, version = a.version + 1
FROM r JOIN session s USING (network_id)
WHERE r.status = 'approved' AND NOT r.change_deleted
AND (r.joined_on IS NULL OR r.joined_on <= s.start_local::date)
AND a.session_id = s.session_id AND a.person_id = r.person_id AND NOT a.member

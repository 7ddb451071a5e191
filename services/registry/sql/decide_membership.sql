-- Approve or decline; staff only, although everybody sees the own membership
-- (staff of one hub may be members of another). seats() locks and counts; approvals of one statement take
-- the free seats in the order of the requests, the others wait.
WITH seat AS MATERIALIZED (
	SELECT network_id, free
	FROM (SELECT DISTINCT network_id
		FROM request JOIN membership USING (membership_id)
		ORDER BY network_id) n,
		seats(network_id)
), judged AS (
	SELECT r.*, m.version AS stored_version, m.network_id, seat.free,
		CASE
		WHEN NOT (authority_all()
			OR m.hub_id = ANY (staff_scope_ids('hub'))
			OR m.network_id = ANY (staff_scope_ids('network')))
			THEN 'own'
		WHEN r.version NOT IN (0, m.version) THEN 'stale'
		WHEN r.decision IS NULL THEN 'unclear'
		WHEN m.status = CASE r.decision WHEN 'approve' THEN 'approved'
			ELSE 'declined' END THEN 'stands'
		WHEN m.status IN ('requested', 'waitlisted', 'declined')
			THEN r.decision
		ELSE 'late'
		END AS verdict
	FROM request r
	JOIN membership m USING (membership_id)
	JOIN seat USING (network_id)
), stored AS (
	UPDATE membership m SET status = j.status, version = m.version + 1,
		decided_by = j.principal_person_id, decided_at = j.now,
		decided_reason = j.reason,
		joined_on = CASE j.status WHEN 'approved' THEN j.now::date
			ELSE m.joined_on END
	FROM (SELECT *, CASE
			WHEN verdict = 'decline' THEN 'declined'
			WHEN row_number() OVER (
				PARTITION BY network_id, verdict
				ORDER BY request_no) <= free THEN 'approved'
			ELSE 'waitlisted'
			END AS status
		FROM judged WHERE verdict IN ('approve', 'decline')) j
	WHERE m.membership_id = j.membership_id
		AND m.version = j.stored_version AND m.status <> j.status
	RETURNING m.*
), standing AS (
	SELECT membership_id, person_id, network_id, hub_id, status, source,
		joined_on, marketing_opt_in, version
	FROM stored
	UNION ALL
	SELECT m.* FROM request JOIN membership_message m USING (membership_id)
	WHERE membership_id NOT IN (SELECT membership_id FROM stored)
)
SELECT request_no, s.*,
	CASE verdict WHEN 'stale' THEN 'CONFLICT' WHEN 'late' THEN 'CONFLICT'
		WHEN 'own' THEN 'FORBIDDEN' WHEN 'unclear' THEN 'INVALID'
	END AS rpc_status,
	CASE verdict WHEN 'stale' THEN 'It has changed since you read it; look again.'
		WHEN 'own' THEN 'This is for the staff of its hub.'
		WHEN 'late' THEN 'There is nothing to decide: nobody asks.'
		ELSE 'Choose approve or decline.' END AS rpc_message,
	CASE verdict WHEN 'stale' THEN 'version' WHEN 'unclear' THEN 'decision'
		ELSE 'membership_id' END AS rpc_field
FROM judged JOIN standing s USING (membership_id)

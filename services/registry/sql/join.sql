-- Ask for a membership, or be given one by staff. A thousand requests for the
-- last fifty seats are one statement: seats() locks and counts once for each
-- network, then the requests take seats in the order of their arrival.
WITH wanted AS (
	SELECT DISTINCT ON (network_id, person_id) r.*,
		principal_person_id IS NOT DISTINCT FROM person_id AS asks
	FROM request r
	ORDER BY network_id, person_id, request_no
), seat AS MATERIALIZED (
	SELECT network_id, greatest(free - waiting, 0) AS free
	FROM (SELECT DISTINCT network_id FROM request ORDER BY network_id) n,
		seats(network_id)
), judged AS (
	SELECT w.*, n.hub_id, seat.free,
		CASE
		WHEN m.status IN ('approved', 'requested', 'waitlisted',
			'paused') THEN 'stands'
		WHEN n.status <> 'open' THEN 'closed'
		WHEN asks AND m.status IN ('declined', 'removed') THEN 'refused'
		WHEN NOT asks OR m.status = 'invited'
			OR n.join_policy = 'anyone' THEN 'seat'
		WHEN n.join_policy = 'approval' THEN 'requested'
		ELSE 'refused'
		END AS verdict
	FROM wanted w
	JOIN network n USING (network_id)
	JOIN seat USING (network_id)
	JOIN person p USING (person_id)
	LEFT JOIN membership m USING (network_id, person_id)
), placed AS (
	SELECT *, CASE
		WHEN verdict = 'requested' THEN 'requested'
		WHEN row_number() OVER (PARTITION BY network_id, verdict
			ORDER BY request_no) <= free THEN 'approved'
		ELSE 'waitlisted'
		END AS status
	FROM judged WHERE verdict IN ('seat', 'requested')
), stored AS (
	-- now is the same for the whole group: microseconds keep its order.
	INSERT INTO membership AS m (membership_id, person_id, network_id,
		hub_id, status, source, joined_on, marketing_opt_in,
		requested_at, version)
	SELECT coalesce(membership_id, gen_random_uuid()), person_id,
		network_id, hub_id, status, coalesce(nullif(source, ''),
			CASE WHEN asks THEN 'self' ELSE 'invite' END),
		CASE status WHEN 'approved' THEN now::date END,
		marketing_opt_in, now + request_no * interval '1 microsecond', 1
	FROM placed
	ON CONFLICT (person_id, network_id) DO UPDATE SET
		status = excluded.status, source = excluded.source,
		joined_on = coalesce(excluded.joined_on, m.joined_on),
		marketing_opt_in = excluded.marketing_opt_in,
		requested_at = excluded.requested_at, version = m.version + 1
	WHERE m.status IN ('invited', 'declined', 'lapsed', 'left', 'removed')
	RETURNING *
), answer AS (
	SELECT j.network_id, j.person_id, j.verdict,
		coalesce(s.membership_id, m.membership_id) AS membership_id,
		coalesce(s.hub_id, m.hub_id) AS hub_id,
		coalesce(s.status, m.status) AS status,
		coalesce(s.source, m.source) AS source,
		coalesce(s.joined_on, m.joined_on) AS joined_on,
		coalesce(s.marketing_opt_in, m.marketing_opt_in)
			AS marketing_opt_in,
		coalesce(s.version, m.version) AS version
	FROM judged j
	LEFT JOIN stored s USING (network_id, person_id)
	LEFT JOIN membership m USING (network_id, person_id)
)
SELECT request_no, a.membership_id, person_id, network_id, a.hub_id, a.status,
	a.source, a.joined_on, a.marketing_opt_in, a.version,
	CASE WHEN verdict = 'refused' THEN 'FORBIDDEN'
		WHEN verdict = 'closed' OR a.status IS NULL THEN 'CONFLICT'
	END AS rpc_status,
	CASE verdict
		WHEN 'refused' THEN 'The hub decides who joins this network; write to it.'
		WHEN 'closed' THEN 'This network does not take members now.'
		ELSE 'This membership is changing at this moment; ask again.'
	END AS rpc_message,
	'network_id' AS rpc_field
FROM request JOIN answer a USING (network_id, person_id)

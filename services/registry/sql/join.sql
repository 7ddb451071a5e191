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
	SELECT w.*, n.hub_id, seat.free, said, m,
		CASE
		WHEN m.status IN ('approved', 'requested', 'waitlisted',
			'paused') THEN 'stands'
		WHEN n.status <> 'open' THEN 'closed'
		WHEN asks AND m.status IN ('declined', 'removed') THEN 'refused'
		WHEN asks AND unanswered THEN 'unanswered'
		WHEN (w.statement_id = statement_of(n.hub_id)) IS NOT TRUE
			AND w.statement_id IS NOT NULL THEN 'old text'
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
	CROSS JOIN LATERAL (
		SELECT coalesce(jsonb_agg(jsonb_build_object('question',
				q -> 'text', 'answer', a) ORDER BY place)
				FILTER (WHERE a <> ''), '[]') AS said,
			coalesce(bool_or((q -> 'required')::boolean
				AND coalesce(a, '') = ''), false)
				OR coalesce(cardinality(w.answers), 0) > count(q)
				AS unanswered
		FROM jsonb_array_elements(n.join_questions)
			WITH ORDINALITY question(q, place)
		LEFT JOIN LATERAL btrim(w.answers[place]) a ON true) form
	-- Nobody learns of a private network by asking for it.
	WHERE n.visibility <> 'private' OR m.status IS NOT NULL
		OR decides(n.hub_id, n.network_id)
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
		requested_at, version, answers, directory_opt_in, statement_id,
		statement_at)
	SELECT coalesce(membership_id, gen_random_uuid()), person_id,
		network_id, hub_id, status, coalesce(nullif(source, ''),
			CASE WHEN asks THEN 'self' ELSE 'invite' END),
		CASE status WHEN 'approved' THEN now::date END,
		marketing_opt_in, now + request_no * interval '1 microsecond',
		1, said, asks AND directory_opt_in,
		CASE WHEN asks THEN statement_id END,
		CASE WHEN asks AND statement_id IS NOT NULL THEN now END
	FROM placed
	ON CONFLICT (person_id, network_id) DO UPDATE SET
		status = excluded.status, source = excluded.source,
		joined_on = coalesce(excluded.joined_on, m.joined_on),
		marketing_opt_in = excluded.marketing_opt_in,
		requested_at = excluded.requested_at, version = m.version + 1,
		status_reason = '', invited_until = NULL,
		answers = CASE excluded.answers WHEN '[]' THEN m.answers
			ELSE excluded.answers END,
		directory_opt_in = excluded.directory_opt_in,
		statement_id = coalesce(excluded.statement_id, m.statement_id),
		statement_at = coalesce(excluded.statement_at, m.statement_at)
	WHERE m.status IN ('invited', 'declined', 'lapsed', 'left', 'removed')
	RETURNING m AS membership, m.network_id, m.person_id
), answer AS (
	SELECT j.network_id, j.person_id, j.verdict,
		coalesce(s.membership, j.m) AS membership
	FROM judged j LEFT JOIN stored s USING (network_id, person_id)
)
SELECT request_no, shown.*,
	CASE WHEN verdict = 'refused' THEN 'FORBIDDEN'
		WHEN verdict = 'unanswered' THEN 'INVALID'
		WHEN verdict IN ('closed', 'old text')
			OR shown.status IS NULL THEN 'CONFLICT'
	END AS rpc_status,
	CASE verdict
		WHEN 'refused' THEN 'The hub decides who joins this network; write to it.'
		WHEN 'closed' THEN 'This network does not take members now.'
		WHEN 'unanswered' THEN 'Answer the questions of the network, in their order.'
		WHEN 'old text' THEN 'There is another text now; read and accept that one.'
		ELSE 'This membership is changing at this moment; ask again.'
	END AS rpc_message,
	CASE verdict WHEN 'unanswered' THEN 'answers'
		WHEN 'old text' THEN 'statement_id' ELSE 'network_id'
	END AS rpc_field
FROM request JOIN answer a USING (network_id, person_id)
CROSS JOIN LATERAL membership_shown(a.membership) shown

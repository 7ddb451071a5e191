-- Somebody agrees; agreeing twice to the same words is agreeing once.
WITH asked AS MATERIALIZED (
	SELECT r.request_no, r.now, r.purpose, p.person_id,
		coalesce(nullif(r.wording_version, 0), (
			SELECT max(version) FROM wording w
			WHERE w.purpose = r.purpose)) AS wording_version,
		CASE WHEN r.principal_person_id = r.person_id THEN 'self'
			ELSE 'staff' END AS source, p.status
	FROM request r JOIN person p USING (person_id)
), replaced AS (
	UPDATE consent c SET withdrawn_at = a.now FROM asked a
	WHERE c.person_id = a.person_id AND c.purpose = a.purpose
		AND c.withdrawn_at IS NULL
		AND c.wording_version <> a.wording_version
	RETURNING c.consent_id
), stored AS (
	INSERT INTO consent (person_id, purpose, wording_version, source,
		given_at)
	SELECT person_id, purpose, wording_version, source, now
	FROM asked CROSS JOIN (SELECT count(*) FROM replaced) first
	WHERE wording_version IS NOT NULL AND status <> 'anonymised'
	ON CONFLICT (person_id, purpose) WHERE withdrawn_at IS NULL DO NOTHING
	RETURNING *
), standing AS (
	SELECT * FROM stored
	UNION ALL
	SELECT c.* FROM asked a JOIN consent c USING (person_id, purpose)
	WHERE c.withdrawn_at IS NULL
		AND c.wording_version = a.wording_version
)
SELECT a.request_no, s.consent_id, a.person_id, a.purpose, s.wording_version,
	s.source, s.given_at, s.withdrawn_at,
	CASE WHEN a.status = 'anonymised' THEN 'CONFLICT'
		WHEN s.consent_id IS NULL THEN 'INVALID' END AS rpc_status,
	CASE WHEN a.status = 'anonymised' THEN 'This person was erased.'
		ELSE 'There are no such words to agree to; see ListPurposes.'
	END AS rpc_message,
	CASE WHEN a.status = 'anonymised' THEN 'person_id' ELSE 'purpose'
	END AS rpc_field
FROM asked a LEFT JOIN standing s USING (person_id, purpose)

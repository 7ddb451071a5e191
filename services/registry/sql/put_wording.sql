-- New words for a purpose: who agreed to older ones agreed to those.
WITH stored AS (
	INSERT INTO wording (purpose, version, wording_en, wording_cy, from_at)
	SELECT r.purpose, 1 + coalesce((SELECT max(version) FROM wording w
			WHERE w.purpose = r.purpose), 0),
		r.wording_en, r.wording_cy, r.now
	FROM request r
	WHERE r.purpose IN (SELECT p.purpose FROM purpose p
		WHERE p.basis = 'consent')
	RETURNING *
)
SELECT request_no, p.purpose, p.basis, p.about_en, p.about_cy,
	s.version AS wording_version, s.wording_en, s.wording_cy,
	CASE WHEN s.version IS NULL THEN 'INVALID' END AS rpc_status,
	'This purpose takes no consent; see ListPurposes.' AS rpc_message,
	'purpose' AS rpc_field
FROM request LEFT JOIN purpose p USING (purpose)
LEFT JOIN stored s USING (purpose)

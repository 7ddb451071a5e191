-- What data are used for, with the latest words where it takes a consent.
SELECT request_no, p.purpose, p.basis, p.about_en, p.about_cy,
	coalesce(w.version, 0) AS wording_version,
	coalesce(w.wording_en, '') AS wording_en,
	coalesce(w.wording_cy, '') AS wording_cy
FROM request CROSS JOIN purpose p
LEFT JOIN LATERAL (
	SELECT * FROM wording w WHERE w.purpose = p.purpose
	ORDER BY version DESC LIMIT 1) w ON true
ORDER BY request_no, p.position

-- Defaults first, then what hubs and networks made of them.
SELECT r.request_no, u.rule, u.hub_id, u.network_id, u.offset_days,
	u.offset_minutes, u.enabled, u.version, k.anchor, k.audience, k.about
FROM request r
JOIN reminder_rule u ON (r.hub_id IS NULL OR u.hub_id IS NULL
		OR u.hub_id = r.hub_id)
	AND (r.network_id IS NULL OR u.network_id IS NULL
		OR u.network_id = r.network_id)
JOIN reminder_kind k USING (rule)
ORDER BY r.request_no, u.hub_id NULLS FIRST, u.network_id NULLS FIRST,
	k.anchor, u.rule
LIMIT 500

-- Switch or re-time a rule in a scope. A trigger makes the plans follow.
WITH asked AS (
	SELECT r.*, k.anchor, k.audience, k.about, u.version AS stands,
		u.offset_days AS days, u.offset_minutes AS minutes,
		u.enabled AS enabled_now,
		CASE WHEN k.rule IS NULL THEN 'INVALID rule'
			WHEN r.network_id IS NOT NULL AND NOT EXISTS (
				SELECT FROM network n WHERE n.network_id = r.network_id
				AND n.hub_id = r.hub_id) THEN 'INVALID network_id'
			WHEN r.network_id IS NULL AND r.hub_id IS NOT NULL
				AND NOT EXISTS (SELECT FROM hub h
				WHERE h.hub_id = r.hub_id) THEN 'INVALID hub_id'
			WHEN k.anchor = 'event'
				AND (r.offset_days <> 0 OR r.offset_minutes <> 0)
				THEN 'INVALID offset_days'
			WHEN r.version <> 0 AND r.version <> coalesce(u.version, 0)
				THEN 'CONFLICT version' END AS no
	FROM request r
	LEFT JOIN reminder_kind k USING (rule)
	LEFT JOIN reminder_rule u ON u.rule = r.rule
		AND u.hub_id IS NOT DISTINCT FROM r.hub_id
		AND u.network_id IS NOT DISTINCT FROM r.network_id
), put AS (
	INSERT INTO reminder_rule AS u (rule, hub_id, network_id, offset_days,
		offset_minutes, enabled, changed_at)
	SELECT rule, hub_id, network_id, offset_days, offset_minutes, enabled,
		now
	FROM asked WHERE no IS NULL
	ON CONFLICT (rule, coalesce(network_id, hub_id,
		'00000000-0000-0000-0000-000000000000')) DO UPDATE
	SET offset_days = excluded.offset_days,
		offset_minutes = excluded.offset_minutes,
		enabled = excluded.enabled, version = u.version + 1,
		changed_at = excluded.changed_at
	RETURNING *
)
SELECT a.request_no, a.rule, a.hub_id, a.network_id,
	coalesce(p.offset_days, a.days) AS offset_days,
	coalesce(p.offset_minutes, a.minutes) AS offset_minutes,
	coalesce(p.enabled, a.enabled_now) AS enabled,
	coalesce(p.version, a.stands) AS version, a.anchor, a.audience, a.about,
	split_part(a.no, ' ', 1) AS rpc_status,
	split_part(a.no, ' ', 2) AS rpc_field,
	CASE split_part(a.no, ' ', 2)
	WHEN 'rule' THEN 'There is no such rule; ListRules names them.'
	WHEN 'network_id' THEN 'There is no such network in this hub.'
	WHEN 'hub_id' THEN 'There is no such hub.'
	WHEN 'offset_days' THEN 'This goes out when something happens; it cannot be timed.'
	WHEN 'version' THEN 'Somebody changed this rule meanwhile; look at it again.'
	END AS rpc_message
FROM asked a
LEFT JOIN put p ON p.rule = a.rule
	AND p.hub_id IS NOT DISTINCT FROM a.hub_id
	AND p.network_id IS NOT DISTINCT FROM a.network_id

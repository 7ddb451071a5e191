-- Create a network or replace what is said about it. It stays with its hub
-- (memberships, and who may see them, hang on that) and in its state.
WITH asked AS (
	SELECT r.*, n.hub_id AS stored_hub_id, n.status AS stored_status
	FROM request r LEFT JOIN network n USING (network_id)
), stored AS (
	INSERT INTO network AS n (network_id, hub_id, title, slug, theme,
		description, audience, visibility, join_policy, capacity,
		language, status, version, other_languages,
		audience_professions, audience_settings, audience_regions,
		join_questions)
	SELECT network_id, hub_id, title, slug, theme, description, audience,
		coalesce(visibility, 'listed'),
		coalesce(join_policy, 'approval'), capacity,
		coalesce(nullif(language, ''), 'en'),
		coalesce(stored_status, status, 'draft'), version + 1,
		other_languages, audience_professions, audience_settings,
		audience_regions, coalesce(join_questions, '[]')
	FROM asked
	WHERE hub_id = stored_hub_id OR (stored_hub_id IS NULL AND version = 0)
	ON CONFLICT (network_id) DO UPDATE SET title = excluded.title,
		slug = excluded.slug, theme = excluded.theme,
		description = excluded.description,
		audience = excluded.audience, visibility = excluded.visibility,
		join_policy = excluded.join_policy,
		capacity = excluded.capacity, language = excluded.language,
		other_languages = excluded.other_languages,
		audience_professions = excluded.audience_professions,
		audience_settings = excluded.audience_settings,
		audience_regions = excluded.audience_regions,
		join_questions = excluded.join_questions,
		version = n.version + 1
	WHERE excluded.version IN (1, n.version + 1)
	RETURNING n AS network, n.network_id
), standing AS (
	SELECT network, NULL AS rpc_status FROM stored
	UNION ALL
	SELECT n, 'CONFLICT' FROM request JOIN network n USING (network_id)
	WHERE network_id NOT IN (SELECT network_id FROM stored)
)
SELECT request_no, shown.*, rpc_status,
	CASE WHEN shown.hub_id <> asked.hub_id
		THEN 'A network stays with its hub.'
		ELSE 'It has changed since you read it; look again.'
	END AS rpc_message,
	CASE WHEN shown.hub_id <> asked.hub_id THEN 'hub_id' ELSE 'version'
	END AS rpc_field
FROM standing CROSS JOIN LATERAL network_shown(network) shown
JOIN asked USING (network_id)

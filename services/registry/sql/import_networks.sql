-- One row of networks.csv, its slug the key. Decided first, then written, as
-- import_members.sql.
WITH job AS MATERIALIZED (
	-- Locked: it cannot be undone while rows of it are written.
	SELECT import_id, status FROM import_job
	WHERE import_id IN (SELECT import_id FROM request) FOR SHARE
), next AS (
	SELECT r.request_no, r.dry_run, r.import_id, j.status AS import_status,
		btrim(r.slug) AS slug, h.hub_id,
		btrim(r.title) AS title, btrim(r.theme) AS theme,
		btrim(r.description) AS description,
		btrim(r.audience) AS audience,
		string_to_array(regexp_replace(r.audience, '\s', '', 'g'), ';')
			AS audience_settings,
		coalesce(r.visibility, n.visibility, 'listed') AS visibility,
		coalesce(CASE btrim(r.join_policy) WHEN 'open' THEN 'anyone'
			ELSE nullif(btrim(r.join_policy), '') END,
			n.join_policy, 'approval') AS join_policy,
		r.capacity,
		coalesce(nullif(btrim(r.language), ''), n.language, 'en')
			AS language,
		coalesce(r.status, n.status, 'draft') AS status,
		coalesce(n.network_id, gen_random_uuid()) AS network_id,
		n.network_id IS NULL AS is_new, n AS stored
	FROM request r
	LEFT JOIN job j USING (import_id)
	LEFT JOIN LATERAL (SELECT hub_id FROM hub_message
		WHERE lower(name) = lower(btrim(r.hub))
		ORDER BY hub_id LIMIT 1) h ON true
	LEFT JOIN network n ON n.slug = btrim(r.slug)
), plan AS MATERIALIZED (
	SELECT *, CASE WHEN is_new THEN 'created'
		WHEN (title, theme, description, audience, visibility,
			join_policy, capacity, language, status)
			IS DISTINCT FROM ((stored).title, (stored).theme,
			(stored).description, (stored).audience,
			(stored).visibility, (stored).join_policy,
			(stored).capacity, (stored).language, (stored).status)
		THEN 'updated' ELSE 'unchanged' END AS outcome, CASE
		WHEN import_id IS NOT NULL
			AND import_status IS DISTINCT FROM 'running'
		THEN 'import_id: This import is not under way; begin one.'
		WHEN hub_id IS NULL
		THEN 'hub: There is no hub of this name.'
		WHEN hub_id <> (stored).hub_id
		THEN 'hub: A network stays with its hub.'
		WHEN title = '' OR NOT is_line(title, 200)
		THEN 'title: Give the network''s title, one line of at most 200 characters.'
		WHEN slug !~ '^[a-z0-9]+(-[a-z0-9]+)*$' OR char_length(slug) > 80
		THEN 'slug: Use small letters, digits and single hyphens, at most 80.'
		WHEN NOT is_line(theme, 80)
		THEN 'theme: Give the theme in one line of at most 80 characters.'
		WHEN char_length(description) > 4000
		THEN 'description: Use at most 4,000 characters.'
		WHEN NOT is_line(audience, 1000)
			OR audience_settings <@ ARRAY(SELECT code FROM setting)
				IS NOT TRUE
		THEN 'audience: Give codes of settings, separated by semicolons.'
		WHEN join_policy NOT IN ('anyone', 'approval', 'invite')
		THEN 'join_policy: Choose open, approval or invite.'
		WHEN capacity NOT BETWEEN 0 AND 1000000
		THEN 'capacity: Give a number of members up to 1,000,000; 0 for no limit.'
		WHEN language NOT IN ('en', 'cy')
		THEN 'language: Choose en or cy.'
		WHEN NOT is_new AND status <> (stored).status AND NOT EXISTS (
			SELECT FROM status_transition t
			WHERE entity = 'network' AND to_status = status
				AND from_status = (stored).status)
		THEN 'status: This network is ' || (stored).status
			|| ' and cannot become ' || status || '.'
		WHEN lag(request_no) OVER (PARTITION BY dry_run, slug
			ORDER BY request_no) IS NOT NULL
		THEN 'slug: This network stands here twice.'
		END AS fault
	FROM next
), added AS (
	INSERT INTO network (network_id, hub_id, title, slug, theme,
		description, audience, visibility, join_policy, capacity,
		language, status, version, audience_settings)
	SELECT network_id, hub_id, title, slug, theme, description, audience,
		visibility, join_policy, capacity, language, status, 1,
		audience_settings
	FROM plan WHERE fault IS NULL AND NOT dry_run AND outcome = 'created'
), changed AS (
	UPDATE network n SET title = p.title, theme = p.theme,
		description = p.description, audience = p.audience,
		audience_settings = p.audience_settings,
		visibility = p.visibility, join_policy = p.join_policy,
		capacity = p.capacity, language = p.language,
		other_languages = array_remove(n.other_languages, p.language),
		status = p.status, status_reason = CASE WHEN n.status = p.status
			THEN n.status_reason ELSE '' END,
		version = n.version + 1
	FROM plan p
	WHERE n.network_id = p.network_id AND p.fault IS NULL
		AND NOT p.dry_run AND p.outcome = 'updated'
), image AS (
	INSERT INTO import_image AS i (import_id, entity, key, before, version)
	SELECT import_id, 'network', network_id, to_jsonb(stored),
		coalesce((stored).version, 0) + 1
	FROM plan WHERE fault IS NULL AND NOT dry_run
		AND outcome <> 'unchanged' AND import_id IS NOT NULL
	ON CONFLICT (import_id, entity, key) DO UPDATE
	SET version = excluded.version, kept = image_kept(i, excluded)
)
SELECT request_no, outcome AS network,
	CASE WHEN NOT (dry_run AND is_new) THEN network_id END AS network_id,
	CASE WHEN fault IS NOT NULL THEN 'INVALID' END AS rpc_status,
	substr(fault, strpos(fault, ': ') + 2) AS rpc_message,
	split_part(fault, ': ', 1) AS rpc_field
FROM plan

-- Export: everything that this service owns, as text, and what it means. Which
-- rows the caller gets is row-level security's business.

-- The files that an import takes back; export_key orders them and person_id says
-- whom a row shows, in no file.
CREATE VIEW hubs WITH (security_invoker) AS
SELECT h.hub_id AS export_key, o.name, o.setting AS type, o.postcode_outward,
	h.lead_email, h.status, h.trained_on, h.launched_on, h.agreement_on
FROM hub h JOIN organisation o USING (organisation_id);
COMMENT ON VIEW hubs IS 'The hubs, as superhub import takes them.';
CREATE VIEW networks WITH (security_invoker) AS
SELECT n.network_id AS export_key, o.name AS hub, n.title, n.slug, n.theme,
	n.description, n.audience, n.visibility, CASE n.join_policy
	WHEN 'anyone' THEN 'open' ELSE n.join_policy END AS join_policy,
	n.capacity, n.language, n.status
FROM network n JOIN hub h USING (hub_id)
JOIN organisation o USING (organisation_id);
COMMENT ON VIEW networks IS 'The networks, as superhub import takes them.';
CREATE VIEW members WITH (security_invoker) AS
SELECT m.membership_id AS export_key, m.person_id, e.email, e.other_emails, p.first_name,
	p.last_name, p.profession, p.role_title, o.name AS organisation,
	p.setting, p.postcode_outward, p.nation, p.phone, p.language,
	n.slug AS network, m.status, m.joined_on,
	CASE WHEN m.marketing_opt_in THEN 'yes' ELSE 'no' END
		AS marketing_opt_in,
	m.source
FROM membership m
JOIN person p USING (person_id)
JOIN network n USING (network_id)
LEFT JOIN organisation o ON o.organisation_id = p.organisation_id
CROSS JOIN LATERAL (
	SELECT max(address) FILTER (WHERE primary_address) AS email,
		string_agg(address, ';' ORDER BY address)
			FILTER (WHERE NOT primary_address) AS other_emails
	FROM person_email WHERE person_id = p.person_id) e;
COMMENT ON VIEW members IS 'The members, as superhub import takes them.';

-- The words of the dictionary. A column is called by the same word wherever it
-- stands, so a word is told once (0062_dictionary.sql); a table that means
-- something else by it says so by COMMENT ON COLUMN.
CREATE TABLE word (
	name text PRIMARY KEY,
	about text NOT NULL
);

-- Every table, and the views above, column by column. Not exported: what the
-- runtime keeps for itself, what is reckoned from the rest or copied, what no
-- policy shows to anybody, and what signing in needs.
CREATE VIEW export_column AS
SELECT t.relname::text AS relation, a.attname::text AS name,
	row_number() OVER (PARTITION BY t.oid ORDER BY a.attnum)::integer
		AS position,
	format_type(a.atttypid, a.atttypmod) AS type,
	coalesce(a.attnum = ANY (k.conkey), false) AS key,
	coalesce((SELECT min(c.confrelid::regclass::text) FROM pg_constraint c
		WHERE c.conrelid = t.oid AND c.contype = 'f'
			AND a.attnum = ANY (c.conkey)), '') AS refers_to,
	coalesce((SELECT string_agg(split_part(d, ': ', 2), ' ' ORDER BY d)
		FROM pg_constraint c
		CROSS JOIN obj_description(c.oid, 'pg_constraint') d
		WHERE c.conrelid = t.oid AND split_part(d, ': ', 1) = a.attname),
		'') AS rule,
	coalesce(col_description(t.oid, a.attnum),
		(SELECT w.about FROM word w WHERE w.name = a.attname),
		CASE WHEN a.attname LIKE '%\_id' THEN 'Names the '
			|| replace(left(a.attname, -3), '_', ' ') || '.' END, '')
		AS about
FROM pg_class t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0
	AND NOT a.attisdropped
LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
WHERE t.relnamespace = current_schema()::regnamespace
	AND (t.relkind = 'r' AND t.relname NOT IN ('migration', 'rpc_seen',
			'change_staged', 'change', 'feed_head', 'follow_cursor',
			'import_image', 'held_session', 'recovery_code',
			'second_factor', 'word', 'organisation_word',
			'personal_data', 'person_merge_step')
			AND t.relname NOT LIKE 'sign\_in\_%'
			AND NOT (t.relrowsecurity AND NOT EXISTS (
				SELECT FROM pg_policy WHERE polrelid = t.oid))
		OR t.relname IN ('hubs', 'networks', 'members'))
	AND a.attname NOT IN ('export_key', 'salt', 'keep_before', 'keep_after',
		'merged_before')
	AND (t.relname, a.attname) <> ('members', 'person_id')
	AND a.atttypid <> 'bytea'::regtype AND a.attgenerated = '';

-- Rows after a key, in its order. The key comes and goes as JSON text.
CREATE FUNCTION export_rows(of_relation text, after text, most integer,
	OUT key text, OUT cells text[], OUT person_id uuid)
RETURNS SETOF record STABLE LANGUAGE plpgsql AS $$
DECLARE
	shown text;
	keys text;
	marks text;
	-- A table without a primary key goes in the order it lies there.
	keyless text := CASE WHEN of_relation IN ('hubs', 'networks', 'members')
		THEN 'export_key' ELSE 'ctid' END;
	whom text := CASE WHEN EXISTS (SELECT FROM pg_attribute
			WHERE attrelid = to_regclass(quote_ident(of_relation))
				AND attname = 'person_id')
		THEN 'person_id' ELSE 'NULL::uuid' END;
BEGIN
	SELECT string_agg(format('coalesce(%I::text, '''')', name), ', '
			ORDER BY position),
		coalesce(string_agg(quote_ident(name), ', ' ORDER BY position)
			FILTER (WHERE c.key), keyless),
		coalesce(string_agg(format('($1 ->> %s)::%s', place - 1, type),
			', ' ORDER BY position) FILTER (WHERE c.key),
			CASE keyless WHEN 'ctid' THEN '($1 ->> 0)::tid'
			ELSE '($1 ->> 0)::uuid' END)
	INTO shown, keys, marks
	FROM (SELECT *, count(*) FILTER (WHERE e.key) OVER (ORDER BY position)
			AS place
		FROM export_column e WHERE relation = of_relation) c;
	IF shown IS NULL THEN
		RAISE 'There is no such table; ExportColumns lists them.'
			USING ERRCODE = 'check_violation', COLUMN = 'relation';
	END IF;
	RETURN QUERY EXECUTE format('SELECT jsonb_build_array(%2$s)::text,
			ARRAY[%1$s], %5$s FROM %3$I
		WHERE $1 IS NULL OR (%2$s) > (%4$s) ORDER BY %2$s LIMIT $2',
		shown, keys, of_relation, marks, whom)
		USING nullif(after, '')::jsonb,
			least(coalesce(nullif(greatest(most, 0), 0), 1000), 1000);
END $$;

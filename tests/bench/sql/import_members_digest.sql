-- A number for all that an undo must restore, without versions, and without what
-- the other side adds row by row.
WITH theirs AS (
	SELECT person_id FROM person_email
	WHERE address LIKE '%@rows.example.org'
)
SELECT ('x' || left(md5(string_agg(line, ';' ORDER BY line)), 15))::bit(60)::bigint
FROM (
	SELECT (to_jsonb(p) - 'version')::text FROM person p
	WHERE person_id NOT IN (SELECT person_id FROM theirs)
	UNION ALL
	SELECT to_jsonb(e)::text FROM person_email e
	WHERE person_id NOT IN (SELECT person_id FROM theirs)
	UNION ALL
	SELECT (to_jsonb(m) - 'version')::text FROM membership m
	WHERE person_id NOT IN (SELECT person_id FROM theirs)
	UNION ALL
	SELECT (to_jsonb(o) - 'version')::text FROM organisation o) x(line)

-- Follow registry person, first, while the old name is still known: who is
-- erased goes from every text; that somebody attended stays. Rows of exports
-- that are linked to others keep those others' names. What the person would
-- have done is no longer theirs. Who is gone because an import was undone is not
-- looked for in texts: thousands may be.
WITH erased AS MATERIALIZED (
	SELECT change_key::uuid AS person_id, now, change_deleted FROM request
	WHERE change_deleted OR status = 'anonymised'
), named AS MATERIALIZED (
	SELECT e.person_id, e.now, ARRAY(SELECT n FROM unnest(ARRAY[
			p.first_name || ' ' || p.last_name,
			p.preferred_name || ' ' || p.last_name,
			p.last_name || ', ' || p.first_name,
			p.last_name || ' ' || p.first_name]) n
			WHERE p.last_name <> '' AND n !~ '^[ ,]|[ ,]$')
		|| ARRAY(SELECT k.key FROM person_key k
			WHERE k.person_id = p.person_id AND CASE k.kind
			WHEN 'name' THEN k.key LIKE '% %'
			ELSE NOT EXISTS (SELECT FROM person_key o
				WHERE (o.key, o.kind) = (k.key, k.kind)
				AND o.person_id <> k.person_id) END) AS words,
		ARRAY(SELECT x FROM unnest(ARRAY[p.first_name, p.last_name,
			p.preferred_name]) x WHERE x <> '') AS parts
	FROM erased e LEFT JOIN person p
		ON p.person_id = e.person_id AND NOT e.change_deleted
), withdrawn AS (
	UPDATE assignment a SET status = 'withdrawn', version = a.version + 1
	FROM erased e, session s
	WHERE a.person_id = e.person_id AND s.session_id = a.session_id
	AND s.start_at > e.now AND a.status IN ('proposed', 'invited', 'confirmed')
)
SELECT erase_data(person_id, words, parts),
	erase_words('attendance_row', words, 'person_ids = ''{}''')
FROM named

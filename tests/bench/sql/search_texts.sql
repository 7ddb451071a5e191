-- What people type into a search, by kind, as requests: beginnings of words, whole
-- names, names with a letter left out, and a word that thousands have.
SELECT kind, jsonb_build_object(field, CASE n % 10
	WHEN 0 THEN common
	WHEN 1 THEN name
	WHEN 2 THEN name
	WHEN 3 THEN overlay(name PLACING '' FROM 4 FOR 1)
	WHEN 4 THEN overlay(name PLACING '' FROM char_length(name) / 2 FOR 1)
	ELSE regexp_replace(name, '(\w{4})\w*', '\1', 'g') END)::text
FROM (SELECT 'organisation' AS kind, 'text' AS field, name, 'care' AS common,
		row_number() OVER (ORDER BY organisation_id) AS n
	FROM organisation
	UNION ALL
	SELECT 'person', 'query', first_name || ' ' || last_name, 'jones',
		row_number() OVER (ORDER BY person_id)
	FROM person
	UNION ALL
	-- In a hub its own people are looked for, mostly.
	SELECT 'person_of_hub', 'query', first_name || ' ' || last_name, 'jones',
		row_number() OVER (ORDER BY hub_id <> '00000000-0000-4000-8000-000000000001',
			person_id)
	FROM person JOIN membership USING (person_id)) named
WHERE n % CASE kind WHEN 'person' THEN 199 WHEN 'organisation' THEN 9 ELSE 2 END = 0
	AND (kind <> 'person_of_hub' OR n <= 1000 OR n % 1000 = 0)
ORDER BY kind, md5(n::text)

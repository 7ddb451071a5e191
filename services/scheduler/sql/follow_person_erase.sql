-- Follow registry person: who is erased loses name and address in the rows of
-- exports too; that somebody attended stays.
WITH erased AS MATERIALIZED (
	SELECT ARRAY[change_key::uuid] AS ids FROM request
	WHERE change_deleted OR status = 'anonymised'
)
UPDATE attendance_row w SET name = '', email = ''
FROM erased e
WHERE w.person_ids @> e.ids AND (w.name, w.email) <> ('', '')

-- Follow registry person: who is erased loses name and address in the rows of
-- exports too; that somebody attended stays.
UPDATE attendance_row w SET name = '', email = ''
FROM request r
WHERE (r.change_deleted OR r.status = 'anonymised')
AND w.person_ids @> ARRAY[r.change_key::uuid] AND (w.name, w.email) <> ('', '')

-- Before anybody is erased: no notice to them is on its way (send_notice.sql).
SELECT person_id FROM person
WHERE person_id IN (SELECT change_key::uuid FROM request)
ORDER BY person_id FOR UPDATE

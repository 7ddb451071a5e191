-- Every figure's number, key, label, unit and definition, as printed.
SELECT r.request_no, d.key, d.label, d.unit, d.n_of, d.definition, d.scopes
FROM request r CROSS JOIN definition d
ORDER BY r.request_no, d.position

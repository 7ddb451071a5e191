-- What an export holds: the data dictionary.
SELECT request_no, c.* FROM request, export_column c
ORDER BY request_no, c.relation, c.position

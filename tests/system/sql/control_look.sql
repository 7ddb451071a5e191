-- What a naive cursor sees: how many are new, and where it then stands.
SELECT count(*), coalesce(max(control_id), $1::bigint) FROM control
WHERE control_id > $1::bigint

-- All texts, for the check at start.
SELECT r.request_no, x.rule, x.language, x.subject, x.text
FROM request r CROSS JOIN template x
ORDER BY x.rule, x.language

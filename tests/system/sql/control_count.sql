-- What it ought to have seen.
SELECT count(*) FROM control

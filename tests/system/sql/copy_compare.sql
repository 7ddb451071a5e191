-- Rows in which the rebuilt read model differs from the one before.
SELECT count(*) FROM (
	(TABLE copy_before EXCEPT TABLE entry_copy)
	UNION ALL
	(TABLE entry_copy EXCEPT TABLE copy_before)
) different

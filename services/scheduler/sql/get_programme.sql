-- GetProgramme
SELECT r.request_no, p.* FROM request r JOIN programme p USING (programme_id)

-- Two entries of one organisation become one; get_organisation answers.
SELECT merge_organisations(o.organisation_id, r.merged_organisation_id)::text
FROM request r JOIN organisation o USING (organisation_id)

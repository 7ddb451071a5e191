-- The checklist of an application.
SELECT request_no, code, label_en, label_cy
FROM request CROSS JOIN readiness_item
ORDER BY request_no, place

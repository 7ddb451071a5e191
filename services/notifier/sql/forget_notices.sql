-- Timer: the mail is out, or given up: nothing needs to know its secret.
DELETE FROM notice n
WHERE NOT EXISTS (SELECT FROM job j WHERE j.message_id = n.message_id)

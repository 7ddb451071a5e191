-- The mail is in the notifier's hands, or there is none to send.
DELETE FROM sign_in_wish w USING request r WHERE w.address = r.address

-- Bodies are sealed (they tell names and addresses of payers) and thrown away some time after they were settled.
create index webhook_inbox_old on payment.webhook_inbox (settled_at) where body <> '';

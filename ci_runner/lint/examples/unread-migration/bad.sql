-- migrations/00002_add_email.go calls tx.Exec with this
ALTER TABLE users ADD COLUMN email text;

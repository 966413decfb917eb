SET LOCAL idle_in_transaction_session_timeout = '10s';
ALTER TABLE users ADD COLUMN email text;

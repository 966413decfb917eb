SET lock_wait_timeout = 2;
SET max_statement_time = 5;
SELECT id FROM users WHERE email = '';

SET lock_wait_timeout = 2;
SELECT id FROM users WHERE email = '';

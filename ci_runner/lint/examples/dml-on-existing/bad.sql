UPDATE users SET active = false WHERE email IS NULL;

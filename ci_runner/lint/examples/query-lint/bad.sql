UPDATE users SET name = '' WHERE email = NULL;

UPDATE users SET active = false;

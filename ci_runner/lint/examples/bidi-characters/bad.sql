UPDATE users SET name = 'guest‮ ⁦-- admin' WHERE id = 1;

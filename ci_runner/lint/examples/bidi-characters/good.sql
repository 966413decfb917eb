UPDATE users SET name = 'göst  - admin' WHERE id = 1;
INSERT INTO users (id, name) VALUES (2, 'עברית'), (3, 'العربية');

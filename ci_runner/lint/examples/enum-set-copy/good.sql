ALTER TABLE users MODIFY mood enum('good', 'bad', 'tired');

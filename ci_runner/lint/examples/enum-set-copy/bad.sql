ALTER TABLE users MODIFY mood enum('good', 'tired', 'bad');

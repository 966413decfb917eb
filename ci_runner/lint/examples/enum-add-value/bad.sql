ALTER TYPE mood ADD VALUE 'tired' AFTER 'fine';
INSERT INTO days (at, mood) VALUES ('2024-01-01', 'tired');

ALTER TYPE mood ADD VALUE 'tired' AFTER 'fine';

CREATE TYPE size AS ENUM ('small', 'large');

ALTER TYPE size ADD VALUE 'huge' AFTER 'large';

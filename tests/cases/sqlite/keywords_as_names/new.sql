CREATE TABLE "table" ("index" INT NOT NULL DEFAULT 0, "check" TEXT CHECK ("check" <> '(,)'), "unique" INT, "primary" INT, "references" INT, UNIQUE ("unique", "primary"));

CREATE TABLE "table" ("index" INT, "check" TEXT, "unique" INT, "primary" INT);

DROP VIEW addresses;

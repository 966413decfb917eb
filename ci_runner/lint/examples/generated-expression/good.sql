CREATE VIEW gross_prices AS
SELECT net, net * 3 AS gross FROM prices;

CREATE SCHEMA reporting;

CREATE VIEW reporting.order_totals AS
SELECT o.id AS order_id, o.status, sum(l.quantity * l.price) AS total
FROM shop.orders AS o
JOIN shop.order_lines AS l ON l.order_id = o.id
GROUP BY o.id, o.status;

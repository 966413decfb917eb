CREATE TABLE `we.ird``tab le` (`co``l` bigint, `it's` varchar(9), `"dq"` int, `a\b` int, KEY `k``1` (`co``l`, `"dq"`), CONSTRAINT `c``2` CHECK (`co``l` > 0 and `it's` <> 'x'));
CREATE VIEW `v``1` AS SELECT `co``l`, `it's` AS `al``ias` FROM `we.ird``tab le`;
CREATE TRIGGER `t``1` BEFORE INSERT ON `we.ird``tab le` FOR EACH ROW SET NEW.`co``l` = 1;

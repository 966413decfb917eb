CREATE TABLE `parents` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `code` varchar(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `code` (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci;
CREATE TABLE `parts` (
  `y` int NOT NULL,
  `h` int NULL DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
PARTITION BY RANGE (`y`) SUBPARTITION BY HASH (`h`) SUBPARTITIONS 2
 (PARTITION p0 VALUES LESS THAN (10),
  PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE TABLE `t` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `n` int NULL DEFAULT 5,
  `name` varchar(20) NOT NULL DEFAULT 'it''s',
  `at` datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE current_timestamp(3),
  `u` char(36) CHARACTER SET latin1 COLLATE latin1_swedish_ci NULL DEFAULT (uuid()),
  `b` binary(4) NULL DEFAULT 'ab',
  `word` varchar(20) NULL DEFAULT 'CURRENT_TIMESTAMP',
  `euro` varchar(20) NULL DEFAULT (concat(_utf8mb4'€',_utf8mb4'é')),
  `doc` json NULL DEFAULT (json_object(_utf8mb4'a',_utf8mb4'it\'s')),
  `g` varchar(9) GENERATED ALWAYS AS (concat(`name`,_utf8mb4'x\\\'')) STORED INVISIBLE,
  `place` point NOT NULL SRID 4326,
  `parent` int unsigned NULL DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `fun` ((lower(`name`)) DESC),
  KEY `off` (`n`) INVISIBLE,
  SPATIAL KEY `places` (`place`),
  KEY `up` (`parent`),
  CONSTRAINT `lax` CHECK ((`n` > 0)) NOT ENFORCED,
  CONSTRAINT `t_chk_1` CHECK ((`name` <> _utf8mb4'a\'b\\')),
  CONSTRAINT `up` FOREIGN KEY (`parent`) REFERENCES `parents` (`id`) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='it''s all';
CREATE FUNCTION `f`(`a` varchar(10)) RETURNS varchar(20) CHARSET utf8mb4 COLLATE utf8mb4_0900_ai_ci DETERMINISTIC
RETURN concat(a, '\'');
CREATE PROCEDURE `p`(IN `a` int, OUT `b` decimal(5,2))
SET b = a;
CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW `v` AS select `t`.`id` AS `id`,`t`.`name` AS `name` from `t` where (`t`.`name` <> 'a\'') WITH CASCADED CHECK OPTION;
CREATE TRIGGER `tr` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.n = 1;
CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO SET @a = 1;

-- dovecot-backscatter: the tables behind backscatter_dict, for SQLite 3.24 or
-- later. Make them by these two commands. After an upgrade run the second one again:
-- what is there already is left alone, and new verdicts or outcomes need no new
-- columns. The first one would take the folder away from Postfix.
--
--   install -d -o dovecot -g dovecot -m 0700 /var/lib/dovecot-backscatter
--   runuser -u dovecot -- sqlite3 /var/lib/dovecot-backscatter/dict.db \
--     <backscatter-sqlite.sql
--
-- Days are UTC's. doveadm backscatter tidy deletes what is older than backscatter_keep.
-- Have it run once a day: see WHAT IS DELETED in backscatter(7).
--
-- Versions before 1.0.0 had three tables more, which nothing uses now:
--
--   DROP TABLE IF EXISTS backscatter_user_number;
--   DROP TABLE IF EXISTS backscatter_site_number;
--   DROP TABLE IF EXISTS backscatter_site_text;

PRAGMA journal_mode = WAL;

-- Bounces: one row for each user, for his domain, for the server that reported
-- it, and for the key that has verified the original (the last two without reason
-- and outcome).
CREATE TABLE IF NOT EXISTS backscatter_count (
  day TEXT NOT NULL,
  scope TEXT NOT NULL, -- user, domain, server, key
  name TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  outcome TEXT NOT NULL,
  bounces INTEGER NOT NULL,
  PRIMARY KEY (day, scope, name, verdict, reason, outcome)
) WITHOUT ROWID;

-- For the first bounce of a user Dovecot tries to UPDATE a row for each of these,
-- and is told that there is none, as this table is always empty. After that it
-- writes to backscatter_bounce_add instead, whose trigger adds to all of them. An
-- INSERT here adds to one: Dovecot does that if its configuration has no map for
-- backscatter_bounce_add.
--
-- What a server calls itself is a stranger's text. After 10000 rows in a day
-- all others are one; once there is one, the rows are not counted again.
CREATE TABLE IF NOT EXISTS backscatter_count_add (
  day TEXT NOT NULL,
  scope TEXT NOT NULL,
  name TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  outcome TEXT NOT NULL,
  bounces INTEGER NOT NULL,
  PRIMARY KEY (day, scope, name, verdict, reason, outcome)
) WITHOUT ROWID;

DROP TRIGGER IF EXISTS backscatter_count_add_insert;
CREATE TRIGGER backscatter_count_add_insert
BEFORE INSERT ON backscatter_count_add
BEGIN
  INSERT INTO backscatter_count VALUES (
    NEW.day, NEW.scope,
    CASE WHEN NEW.scope = 'server' AND
      NOT EXISTS (SELECT 1 FROM backscatter_count WHERE day = NEW.day AND
        scope = NEW.scope AND name = NEW.name) AND
      (EXISTS (SELECT 1 FROM backscatter_count WHERE day = NEW.day AND
        scope = NEW.scope AND name = '(other)') OR
      (SELECT COUNT(*) FROM backscatter_count
        WHERE day = NEW.day AND scope = NEW.scope) >= 10000)
    THEN '(other)' ELSE NEW.name END,
    NEW.verdict, NEW.reason, NEW.outcome, NEW.bounces)
  ON CONFLICT (day, scope, name, verdict, reason, outcome)
  DO UPDATE SET bounces = bounces + excluded.bounces;
  SELECT RAISE(IGNORE);
END;

-- What is remembered of a user: one row, which is replaced.
CREATE TABLE IF NOT EXISTS backscatter_user_text (
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  created TEXT NOT NULL DEFAULT CURRENT_DATE,
  PRIMARY KEY (username, name) ON CONFLICT REPLACE
);

-- A bounce: what is remembered of the user after it (nothing is remembered if it
-- is empty), and to whose counters it adds; '(uncounted)' is counted nowhere.
-- Dovecot writes all of this by one INSERT, and none is lost, whatever other
-- processes do. This table is always empty, too.
CREATE TABLE IF NOT EXISTS backscatter_bounce_add (
  username TEXT NOT NULL,
  day TEXT NOT NULL,
  user_name TEXT NOT NULL, -- the username, or its hash, as it is counted
  domain TEXT NOT NULL,
  server TEXT NOT NULL,
  dkim_key TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  outcome TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (username, day, user_name, domain, server, dkim_key, verdict,
    reason, outcome)
) WITHOUT ROWID;

DROP TRIGGER IF EXISTS backscatter_bounce_add_insert;
CREATE TRIGGER backscatter_bounce_add_insert
BEFORE INSERT ON backscatter_bounce_add
BEGIN
  INSERT INTO backscatter_user_text (username, name, value)
    SELECT NEW.username, 'disowned', NEW.value WHERE NEW.value <> '';
  INSERT INTO backscatter_count
    SELECT NEW.day, 'user', NEW.user_name, NEW.verdict, NEW.reason,
      NEW.outcome, 1
    UNION ALL SELECT NEW.day, 'domain', NEW.domain, NEW.verdict, NEW.reason,
      NEW.outcome, 1
    UNION ALL SELECT NEW.day, 'server',
      CASE WHEN
        NOT EXISTS (SELECT 1 FROM backscatter_count WHERE day = NEW.day AND
          scope = 'server' AND name = NEW.server) AND
        (EXISTS (SELECT 1 FROM backscatter_count WHERE day = NEW.day AND
          scope = 'server' AND name = '(other)') OR
        (SELECT COUNT(*) FROM backscatter_count
          WHERE day = NEW.day AND scope = 'server') >= 10000)
      THEN '(other)' ELSE NEW.server END,
      NEW.verdict, '-', '-', 1 WHERE NEW.server <> '(uncounted)'
    UNION ALL SELECT NEW.day, 'key', NEW.dkim_key, NEW.verdict, '-', '-', 1
      WHERE NEW.dkim_key <> '(uncounted)'
  ON CONFLICT (day, scope, name, verdict, reason, outcome)
  DO UPDATE SET bounces = bounces + excluded.bounces;
  SELECT RAISE(IGNORE);
END;

-- Who is suspended from sending: one row for each user, which is replaced, and
-- which is deleted when he may send again. Servers that know nothing of us ask
--
--   SELECT 1 FROM backscatter_suspended WHERE username = '<user>' AND
--     (until = 0 OR until > CAST(strftime('%s', 'now') AS INTEGER));
CREATE TABLE IF NOT EXISTS backscatter_suspended (
  username TEXT NOT NULL,
  since INTEGER NOT NULL, -- seconds since 1970
  until INTEGER NOT NULL DEFAULT 0, -- the same; 0: until somebody resumes it
  by TEXT NOT NULL, -- alarm, or who ran doveadm
  why TEXT NOT NULL,
  PRIMARY KEY (username) ON CONFLICT REPLACE
);

-- The same in a view, which is as good for PostgreSQL, for other servers' queries.
CREATE VIEW IF NOT EXISTS backscatter_suspended_now AS
SELECT username FROM backscatter_suspended
  WHERE until = 0 OR until > CAST(strftime('%s', 'now') AS INTEGER);

-- doveadm backscatter tidy inserts the days before which all goes: counters, and what
-- is remembered of users and was not written since. This table is always empty, too.
CREATE TABLE IF NOT EXISTS backscatter_tidy (
  counted TEXT NOT NULL,
  remembered TEXT NOT NULL,
  asked TEXT NOT NULL,
  PRIMARY KEY (counted, remembered)
);

DROP TRIGGER IF EXISTS backscatter_tidy_insert;
CREATE TRIGGER backscatter_tidy_insert
BEFORE INSERT ON backscatter_tidy
BEGIN
  DELETE FROM backscatter_count WHERE day < NEW.counted;
  DELETE FROM backscatter_user_text WHERE created < NEW.remembered;
  DELETE FROM backscatter_suspended WHERE until > 0 AND
    until < CAST(strftime('%s', NEW.remembered) AS INTEGER);
  SELECT RAISE(IGNORE);
END;

-- Own domains, by the admin: the name in lower case, as A-label; any value.
CREATE TABLE IF NOT EXISTS backscatter_domain (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL DEFAULT 'yes'
);

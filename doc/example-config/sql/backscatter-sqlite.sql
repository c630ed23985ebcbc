-- dovecot-backscatter: the tables behind backscatter_dict, for SQLite 3.24 or
-- later. Run it once, and again after an upgrade: what is there already is left
-- alone, and new verdicts or outcomes need no new columns.
--
--   install -d -o dovecot -g dovecot -m 0700 /var/lib/dovecot-backscatter
--   runuser -u dovecot -- sqlite3 /var/lib/dovecot-backscatter/dict.db \
--     <backscatter-sqlite.sql
--
-- Days are UTC's. What is of no use any more goes, say once a day, by
--
--   DELETE FROM backscatter_count WHERE day < date('now', '-400 days');
--   DELETE FROM backscatter_user_text WHERE created < date('now', '-400 days');
--
-- Version 0.1 had three tables more, which nothing uses now:
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

-- What Dovecot writes to. For the first bounce of a user it tries an UPDATE, is
-- told that there is no such row, as this table is always empty, and then does an
-- INSERT, which adds, as it does at once for each bounce after that: in one
-- transaction for all rows of a bounce, and none is lost, whatever other processes
-- do.
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

-- Own domains, by the admin: the name in lower case, as A-label; any value.
CREATE TABLE IF NOT EXISTS backscatter_domain (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL DEFAULT 'yes'
);

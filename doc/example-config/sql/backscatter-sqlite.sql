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
--   DELETE FROM backscatter_site_number
--     WHERE name LIKE 'x%.%' AND name < 'x' || strftime('%s', 'now');
--   DELETE FROM backscatter_user_number
--     WHERE name LIKE 'x%.%' AND name < 'x' || strftime('%s', 'now');
--
-- as such a name begins with the time after which it is not read any more.

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

-- What Dovecot writes to. It increments by an UPDATE, is told that there is no
-- such row, as this table is always empty, and then does an INSERT, which adds:
-- in one transaction for all rows of a bounce, and none is lost, whatever other
-- processes do.
--
-- What a server calls itself is a stranger's text. After 10000 rows in a day
-- all others are one.
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

CREATE TRIGGER IF NOT EXISTS backscatter_count_add_insert
BEFORE INSERT ON backscatter_count_add
BEGIN
  INSERT INTO backscatter_count VALUES (
    NEW.day, NEW.scope,
    CASE WHEN NEW.scope = 'server' AND
      NOT EXISTS (SELECT 1 FROM backscatter_count WHERE day = NEW.day AND
        scope = NEW.scope AND name = NEW.name) AND
      (SELECT COUNT(*) FROM backscatter_count
        WHERE day = NEW.day AND scope = NEW.scope) >= 10000
    THEN '(other)' ELSE NEW.name END,
    NEW.verdict, NEW.reason, NEW.outcome, NEW.bounces)
  ON CONFLICT (day, scope, name, verdict, reason, outcome)
  DO UPDATE SET bounces = bounces + excluded.bounces;
  SELECT RAISE(IGNORE);
END;

-- What is remembered of a user and of the site. Numbers are only ever
-- incremented, texts are replaced. An INSERT of a number that is there adds to
-- it, too.
CREATE TABLE IF NOT EXISTS backscatter_user_number (
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  created TEXT NOT NULL DEFAULT CURRENT_DATE,
  PRIMARY KEY (username, name)
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS backscatter_user_number_add
BEFORE INSERT ON backscatter_user_number
WHEN EXISTS (SELECT 1 FROM backscatter_user_number
  WHERE username = NEW.username AND name = NEW.name)
BEGIN
  UPDATE backscatter_user_number SET value = value + NEW.value
    WHERE username = NEW.username AND name = NEW.name;
  SELECT RAISE(IGNORE);
END;

CREATE TABLE IF NOT EXISTS backscatter_site_number (
  name TEXT NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL,
  created TEXT NOT NULL DEFAULT CURRENT_DATE
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS backscatter_site_number_add
BEFORE INSERT ON backscatter_site_number
WHEN EXISTS (SELECT 1 FROM backscatter_site_number WHERE name = NEW.name)
BEGIN
  UPDATE backscatter_site_number SET value = value + NEW.value
    WHERE name = NEW.name;
  SELECT RAISE(IGNORE);
END;

CREATE TABLE IF NOT EXISTS backscatter_user_text (
  username TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  created TEXT NOT NULL DEFAULT CURRENT_DATE,
  PRIMARY KEY (username, name) ON CONFLICT REPLACE
);

CREATE TABLE IF NOT EXISTS backscatter_site_text (
  name TEXT NOT NULL PRIMARY KEY ON CONFLICT REPLACE,
  value TEXT NOT NULL,
  created TEXT NOT NULL DEFAULT CURRENT_DATE
);

-- Own domains, by the admin: the name in lower case, as A-label; any value.
CREATE TABLE IF NOT EXISTS backscatter_domain (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL DEFAULT 'yes'
);

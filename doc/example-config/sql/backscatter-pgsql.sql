-- dovecot-backscatter: the tables behind backscatter_dict, for PostgreSQL 11 or
-- later. Run it once as their owner, and again after an upgrade: what is there
-- already is left alone, and new verdicts or outcomes need no new columns.
--
--   runuser -u postgres -- createuser dovecot
--   runuser -u postgres -- createdb -O dovecot backscatter
--   runuser -u dovecot -- psql backscatter <backscatter-pgsql.sql
--
-- Dovecot on another host also needs a password: ALTER ROLE dovecot PASSWORD '...';
--
-- A count that a power cut may take is cheap, and one that waits for the disk
-- is not:
--
--   ALTER ROLE dovecot IN DATABASE backscatter SET synchronous_commit = off;
--
-- Days are UTC's. doveadm backscatter tidy deletes what is older than backscatter_keep.
-- Have it run once a day: see WHAT IS DELETED in backscatter(7).
--
-- Versions before 1.0.0 had three tables more, which nothing uses now:
--
--   DROP TABLE IF EXISTS backscatter_user_number, backscatter_site_number,
--     backscatter_site_text;

SET client_min_messages = warning;

-- Bounces: one row for each user, for his domain, for the server that reported
-- it, and for the key that has verified the original (the last two without reason
-- and outcome).
CREATE TABLE IF NOT EXISTS backscatter_count (
  day date NOT NULL,
  scope text NOT NULL, -- user, domain, server, key
  name text NOT NULL,
  verdict text NOT NULL,
  reason text NOT NULL,
  outcome text NOT NULL,
  bounces bigint NOT NULL,
  PRIMARY KEY (day, scope, name, verdict, reason, outcome)
);

-- For the first bounce of a user Dovecot tries to UPDATE a row for each of these,
-- and is told that there is none, as this table is always empty. After that it
-- writes to backscatter_bounce_add instead, whose trigger adds to all of them. An
-- INSERT here adds to one: Dovecot does that if its configuration has no map for
-- backscatter_bounce_add.
--
-- What a server calls itself is a stranger's text. After 10000 rows in a day
-- all others are one; once there is one, the rows are not counted again.
CREATE TABLE IF NOT EXISTS backscatter_count_add (
  day date NOT NULL,
  scope text NOT NULL,
  name text NOT NULL,
  verdict text NOT NULL,
  reason text NOT NULL,
  outcome text NOT NULL,
  bounces bigint NOT NULL,
  PRIMARY KEY (day, scope, name, verdict, reason, outcome)
);

-- The name by which a server is counted on that day.
CREATE OR REPLACE FUNCTION backscatter_server(on_day date, server text)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM backscatter_count WHERE day = on_day AND
       scope = 'server' AND name = server) AND
     (EXISTS (SELECT FROM backscatter_count WHERE day = on_day AND
       scope = 'server' AND name = '(other)') OR
     (SELECT count(*) FROM backscatter_count
       WHERE day = on_day AND scope = 'server') >= 10000) THEN
    RETURN '(other)';
  END IF;
  RETURN server;
END $$;

CREATE OR REPLACE FUNCTION backscatter_count_add() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.scope = 'server' THEN
    NEW.name := backscatter_server(NEW.day, NEW.name);
  END IF;
  INSERT INTO backscatter_count AS c VALUES (NEW.*)
    ON CONFLICT (day, scope, name, verdict, reason, outcome)
    DO UPDATE SET bounces = c.bounces + EXCLUDED.bounces;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS backscatter_count_add ON backscatter_count_add;
CREATE TRIGGER backscatter_count_add BEFORE INSERT ON backscatter_count_add
FOR EACH ROW EXECUTE FUNCTION backscatter_count_add();

-- What is remembered of a user: one row, which is replaced.
CREATE TABLE IF NOT EXISTS backscatter_user_text (
  username text NOT NULL,
  name text NOT NULL,
  value text NOT NULL,
  created date NOT NULL DEFAULT current_date,
  PRIMARY KEY (username, name)
);

CREATE OR REPLACE FUNCTION backscatter_user_text_set() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO backscatter_user_text VALUES (NEW.*)
    ON CONFLICT (username, name)
    DO UPDATE SET value = EXCLUDED.value, created = EXCLUDED.created;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS backscatter_user_text_set ON backscatter_user_text;
CREATE TRIGGER backscatter_user_text_set BEFORE INSERT ON backscatter_user_text
FOR EACH ROW WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION backscatter_user_text_set();

-- A bounce: what is remembered of the user after it (nothing is remembered if it
-- is empty), and to whose counters it adds; '(uncounted)' is counted nowhere.
-- Dovecot writes all of this by one INSERT, and none is lost, whatever other
-- processes do. This table is always empty, too.
CREATE TABLE IF NOT EXISTS backscatter_bounce_add (
  username text NOT NULL,
  day date NOT NULL,
  user_name text NOT NULL, -- the username, or its hash, as it is counted
  domain text NOT NULL,
  server text NOT NULL,
  dkim_key text NOT NULL,
  verdict text NOT NULL,
  reason text NOT NULL,
  outcome text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (username, day, user_name, domain, server, dkim_key, verdict,
    reason, outcome)
);

CREATE OR REPLACE FUNCTION backscatter_bounce_add() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.value <> '' THEN
    INSERT INTO backscatter_user_text (username, name, value)
      VALUES (NEW.username, 'disowned', NEW.value)
      ON CONFLICT (username, name)
      DO UPDATE SET value = EXCLUDED.value, created = EXCLUDED.created;
  END IF;
  IF NEW.server <> '(uncounted)' THEN
    NEW.server := backscatter_server(NEW.day, NEW.server);
  END IF;
  -- always in this order, so that two transactions do not block each other
  INSERT INTO backscatter_count AS c
    SELECT NEW.day, a.scope, a.name, NEW.verdict, a.reason, a.outcome, 1
      FROM (VALUES ('user', NEW.user_name, NEW.reason, NEW.outcome),
                   ('domain', NEW.domain, NEW.reason, NEW.outcome),
                   ('server', NEW.server, '-', '-'),
                   ('key', NEW.dkim_key, '-', '-'))
        AS a(scope, name, reason, outcome)
      WHERE a.name <> '(uncounted)'
    ON CONFLICT (day, scope, name, verdict, reason, outcome)
    DO UPDATE SET bounces = c.bounces + EXCLUDED.bounces;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS backscatter_bounce_add ON backscatter_bounce_add;
CREATE TRIGGER backscatter_bounce_add BEFORE INSERT ON backscatter_bounce_add
FOR EACH ROW EXECUTE FUNCTION backscatter_bounce_add();

-- Who is suspended from sending: one row for each user, which is replaced, and
-- which is deleted when he may send again. Servers that know nothing of us ask
--
--   SELECT 1 FROM backscatter_suspended WHERE username = '<user>' AND
--     (until = 0 OR until > extract(epoch FROM now()));
CREATE TABLE IF NOT EXISTS backscatter_suspended (
  username text NOT NULL PRIMARY KEY,
  since bigint NOT NULL, -- seconds since 1970
  until bigint NOT NULL DEFAULT 0, -- the same; 0: until somebody resumes it
  by text NOT NULL, -- alarm, or who ran doveadm
  why text NOT NULL
);

CREATE OR REPLACE FUNCTION backscatter_suspended_set() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO backscatter_suspended VALUES (NEW.*)
    ON CONFLICT (username)
    DO UPDATE SET since = EXCLUDED.since, until = EXCLUDED.until,
      by = EXCLUDED.by, why = EXCLUDED.why;
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS backscatter_suspended_set ON backscatter_suspended;
CREATE TRIGGER backscatter_suspended_set BEFORE INSERT ON backscatter_suspended
FOR EACH ROW WHEN (pg_trigger_depth() = 0)
EXECUTE FUNCTION backscatter_suspended_set();

-- The same in a view, which is as good for SQLite, for other servers' queries.
CREATE OR REPLACE VIEW backscatter_suspended_now AS
SELECT username FROM backscatter_suspended
  WHERE until = 0 OR until > extract(epoch FROM now());

-- doveadm backscatter tidy inserts the days before which all goes: counters, and what
-- is remembered of users and was not written since. This table is always empty, too.
CREATE TABLE IF NOT EXISTS backscatter_tidy (
  counted date NOT NULL,
  remembered date NOT NULL,
  asked text NOT NULL,
  PRIMARY KEY (counted, remembered)
);

CREATE OR REPLACE FUNCTION backscatter_tidy() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM backscatter_count WHERE day < NEW.counted;
  DELETE FROM backscatter_user_text WHERE created < NEW.remembered;
  DELETE FROM backscatter_suspended WHERE until > 0 AND
    until < extract(epoch FROM NEW.remembered);
  RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS backscatter_tidy ON backscatter_tidy;
CREATE TRIGGER backscatter_tidy BEFORE INSERT ON backscatter_tidy
FOR EACH ROW EXECUTE FUNCTION backscatter_tidy();

-- Own domains, by the admin: the name in lower case, as A-label; any value.
CREATE TABLE IF NOT EXISTS backscatter_domain (
  name text NOT NULL PRIMARY KEY,
  value text NOT NULL DEFAULT 'yes'
);

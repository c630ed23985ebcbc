"""A Lab whose Dovecot has the passdb of 09-backscatter-suspend.conf before that
of its users, with the table in SQLite or PostgreSQL."""
import glob
import grp
import os
import pwd
import re
import sqlite3

import dict_servers
from dovecot_conf import is_24
from harness import PASSWORD, Lab
from mail_servers import Exim, Postfix

DATABASE = '/var/lib/dovecot-backscatter/dict.db'
USER_QUERY = "SELECT password FROM passwords WHERE username = '%s'"
SUSPEND = ("INSERT INTO backscatter_suspended VALUES ('%s', 1764300000, %d, 'alarm', "
           "'originals')")
RESUME = "DELETE FROM backscatter_suspended WHERE username = '%s'"


def config(*names):
    return dict_servers.read(*names)


def uncomment(text):
    return re.sub(r'(?m)^( *)#(?=\S|  )', r'\1', text)


def replace(text, *changes):
    for old, new in changes:
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    return text


def mail_server(make, lab, sink, server):
    """With the shipped configuration, on the server's table."""
    return (server.postfix if make is Postfix else server.exim)(lab, sink)


class SuspendLab(Lab):
    """server: of dict_servers, whose table says who is suspended."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.passdb, self.auth_cache, self.submission = '', False, False
        self.pam = False

    def users_table(self):
        """A passdb whose successes are cached; or one that does not look passwords up."""
        if self.pam:
            return 'passdb pam {\n}\n' if is_24() else 'passdb {\n  driver = pam\n}\n'
        path = self.path('users.db')
        with sqlite3.connect(path) as db:
            db.execute('CREATE TABLE IF NOT EXISTS passwords '
                       '(username TEXT PRIMARY KEY, password TEXT)')
            for name, _ in self.users:
                db.execute('INSERT OR REPLACE INTO passwords VALUES (?, ?)',
                           (name, '{PLAIN}' + PASSWORD))
        db.close()
        os.chmod(path, 0o666)
        if is_24():
            return ('passdb users {\n  driver = sql\n  sql_driver = sqlite\n  sqlite_path = %s\n'
                    '  passdb_sql_query = %s\n}\n' % (path, USER_QUERY % '%{user}'))
        self.write('users-sql.conf', 'driver = sqlite\nconnect = %s\npassword_query = %s\n' % (
            path, USER_QUERY % '%u'))
        return 'passdb {\n  driver = sql\n  args = %s\n}\n' % self.path('users-sql.conf')

    def configuration(self):
        """Ours is the first passdb, as when the name of its file sorts before."""
        text, count = re.subn(r'(?ms)^passdb .*?^}\n', lambda _: self.passdb +
                              self.users_table(), super().configuration())
        assert count == 1
        if self.submission:
            text = replace(text, ('\nprotocols = ', '\nprotocols = submission '))
        if self.auth_cache:
            text += 'auth_cache_size = 10M\n'
        # a failed login holds up the next ones
        return text + ('auth_failure_delay = 0\nservice anvil {\n'
                       '  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}\n')

    def suspend_by(self, server):
        """The shipped passdb, on this server's table; None: by the file."""
        version = '2.4' if is_24() else '2.3'
        text = config(version, '09-backscatter-suspend.conf')
        by_table, by_file = text.split('# If backscatter_dict is in Redis')
        if server is None:
            self.passdb = replace(uncomment(by_file.split('\n', 2)[2]), (
                '/var/lib/backscatter-stop-sending/suspended', self.path('suspended')))
        elif is_24():
            self.passdb = server.connect_24(by_table)
        else:
            sql = self.write('backscatter-suspend-sql.conf.ext', server.connect_23(
                config('2.3', 'backscatter-suspend-sql.conf.ext')))
            self.passdb = replace(by_table, (
                '/etc/dovecot/backscatter-suspend-sql.conf.ext', sql))

    def may_log_in(self, user, service, password=PASSWORD):
        """True, False, or what auth said instead."""
        run = self.doveadm('auth', 'test', '-x', 'service=' + service, user, password)
        if run.returncode == 0:
            return True
        if run.returncode == 77:
            return False
        return 'exit status %d: %s' % (run.returncode, run.stderr or run.stdout)


class Sqlite(dict_servers.Sqlite):
    def connect_23(self, text):
        return self.sql_23(text)

    def connect_24(self, text):
        return replace(text, (DATABASE, self.path))

    def share(self):
        """Let Postfix read it, as backscatter(7) says, and nobody else."""
        dovecot, postfix = pwd.getpwnam('dovecot').pw_uid, grp.getgrnam('postfix').gr_gid
        for path in [self.folder] + glob.glob(self.path + '*'):
            os.chown(path, dovecot, postfix)
            os.chmod(path, 0o2770 if path == self.folder else 0o660)
        return 'service dict {\n  extra_groups = postfix\n}\n'

    def postfix(self, lab, sink, more=''):
        table = lab.write('suspended.cf', replace(
            config('postfix', 'backscatter-suspended-sqlite.cf'), (DATABASE, self.path)))
        return Postfix(lab, sink, replace(
            config('postfix', 'backscatter-suspend-main.cf'),
            ('/etc/postfix/backscatter-suspended-sqlite.cf', table)) + more)

    def exim(self, lab, sink):
        return Exim(lab, sink, replace(
            config('exim', 'backscatter-suspend-acl.conf'), (DATABASE, self.path)))

    def away(self):
        """The database cannot be read; back() mends it."""
        os.rename(self.path, self.path + '.away')
        os.mkdir(self.path)

    def back(self):
        os.rmdir(self.path)
        os.rename(self.path + '.away', self.path)


class Postgres(dict_servers.Postgres):
    def connect_23(self, text):
        text = replace(text, ('driver = sqlite\nconnect = /var/lib/dovecot-backscatter/dict.db\n', ''))
        text = replace(text, ('#driver = pgsql', 'driver = pgsql'))
        return re.sub(r'(?m)^#connect = .*', 'connect = host=%s dbname=backscatter user=dovecot' %
                      self.folder, text)

    def connect_24(self, text):
        text = replace(text, ('  sql_driver = sqlite\n  sqlite_path = '
                              '/var/lib/dovecot-backscatter/dict.db\n', ''))
        text = re.sub(r'(?m)^  #(?=\S|  )', '  ', text)
        return replace(text, ('pgsql db.example.com', 'pgsql ' + self.folder),
                       ('      password =\n', ''))

    def postfix(self, lab, sink):
        text = replace(config('postfix', 'backscatter-suspended-pgsql.cf'),
                       ('db.example.com', 'unix:' + self.folder))
        main = re.sub(r'(?m)^  check_sasl_access.*\n', '', config(
            'postfix', 'backscatter-suspend-main.cf')).replace('  #check', '  check')
        return Postfix(lab, sink, replace(main, (
            '/etc/postfix/backscatter-suspended-pgsql.cf', lab.write('suspended.cf', text))))

    def exim(self, lab, sink):
        acl, main = config('exim', 'backscatter-suspend-acl.conf').split('# PostgreSQL: ')
        acl = re.sub(r'(?m)^    condition = \$\{lookup sqlite.*\n', '', acl)
        main = replace(main.split('\n', 1)[1], (
            '#hide', 'hide'), ('db.example.com/backscatter/dovecot/password',
                               '(%s/.s.PGSQL.5432)/backscatter/dovecot/' % self.folder))
        return Exim(lab, sink, acl.replace('    #condition', '    condition'), main)

    def away(self):
        self.kill()

    def back(self):
        self.run_server()

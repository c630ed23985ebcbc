"""Private servers for backscatter_dict: SQLite's file, Redis and PostgreSQL,
each with a folder of its own in a Lab's and on a Unix socket, and the shipped
configuration with their addresses in it."""
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import subprocess

from dovecot_conf import is_24
from harness import SRCDIR, descendants_of, reap_orphans, wait_for

CONFIG = os.path.join(SRCDIR, 'doc', 'example-config')


def read(*names):
    with open(os.path.join(CONFIG, *names)) as f:
        return f.read()


def nobody():
    """Whom a server runs as that refuses to be root's."""
    if os.getuid() == 0:
        return pwd.getpwnam('nobody')
    return pwd.getpwuid(os.getuid())


def as_nobody(command):
    # with the sanitizers preloaded, initdb may hang for ever
    command = ['env', '-u', 'LD_PRELOAD'] + command
    if os.getuid() != 0:
        return command
    user = nobody()
    return ['setpriv', '--reuid=%d' % user.pw_uid, '--regid=%d' % user.pw_gid,
            '--clear-groups', '--'] + command


class Server:
    """In a Lab's folder; the subclasses say what it is."""
    name = module = None
    program = None      # without a server: None

    def __init__(self, lab):
        self.lab, self.process = lab, None
        self.folder = lab.path(self.name)
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o777)
        os.chown(self.folder, nobody().pw_uid, nobody().pw_gid)

    @classmethod
    def missing(cls):
        """What has to be installed, or None."""
        modules = os.environ.get('DOVECOT_MODULEDIR') or '/usr/lib/dovecot/modules'
        if cls.module and not glob.glob(os.path.join(modules, '**', cls.module),
                                        recursive=True):
            return cls.module
        if cls.program and cls.binary() is None:
            return cls.program
        return None

    @classmethod
    def binary(cls):
        return shutil.which(cls.program, path='/usr/bin:/usr/sbin:/usr/local/bin')

    def signal(self, number):
        """To the server, and the processes that it has begun for clients."""
        for pid in [self.process.pid] + descendants_of(self.process.pid):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        started = descendants_of(self.process.pid)
        self.process.kill()
        self.process.wait()
        reap_orphans(started)

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        started = descendants_of(self.process.pid)
        self.resume()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        reap_orphans(started)

    def spawn(self, command, ready):
        with open(os.path.join(self.folder, 'log'), 'ab') as log:
            self.process = subprocess.Popen(as_nobody(command), stdout=log,
                                            stderr=log, stdin=subprocess.DEVNULL)
        wait_for(self.name, self.process, ready)

    def configure(self):
        """Give the Lab the shipped configuration, with this server in it."""
        text = (self.config_24 if is_24() else self.config_23)()
        text = re.sub(r'mode = 0660\n    group = vmail', 'mode = 0666', text)
        self.lab.write('97-backscatter-dict.conf', text)
        self.lab.extra += '\n!include %s\n' % self.lab.path('97-backscatter-dict.conf')

    def config_23(self):
        """The block of this server alone, its lines not commented out."""
        text = read('2.3', '97-backscatter-dict.conf')
        blocks = {re.match(r'# (\w+),', b).group(1): b for b in
                  re.split(r'\n(?=# (?:SQLite|PostgreSQL|Redis),)', text)[1:]}
        services = text[text.index('# Whom'):]
        block = re.sub(r'(?m)^#(?=\S|  )', '', blocks[self.title].split('\n\n')[0])
        sql = self.lab.write('backscatter-dict-sql.conf.ext',
                             self.sql_23(read('2.3', 'backscatter-dict-sql.conf.ext')))
        return block.replace('/etc/dovecot/backscatter-dict-sql.conf.ext',
                             sql) + '\n' + services

    def sql_23(self, text):
        return text

    def record_text(self, user):
        rows = self.query("SELECT value FROM backscatter_user_text "
                          "WHERE username = '%s' AND name = 'disowned'" % user)
        return rows[0][0] if rows else ''

    def record(self, user):
        """{name: value} of what is remembered of the user."""
        return dict(w.split('=', 1) for w in self.record_text(user).split()[1:])

    def recorded(self, user, *names):
        """How many of these the record has counted within the period."""
        record = self.record(user)
        return sum(int(n) for name in names for n in record.get(name, '0').split(','))


class Sqlite(Server):
    name, title, module = 'sqlite', 'SQLite', 'libdriver_sqlite.so'

    @property
    def path(self):
        return os.path.join(self.folder, 'dict.db')

    def start(self):
        self.schema()
        for path in glob.glob(self.path + '*'):
            os.chmod(path, 0o666)

    def schema(self):
        with sqlite3.connect(self.path) as db:
            db.executescript(read('sql', 'backscatter-sqlite.sql'))
        db.close()

    def stop(self):
        pass

    def query(self, sql):
        db = sqlite3.connect(self.path, timeout=30)
        try:
            with db:
                return db.execute(sql).fetchall()
        finally:
            db.close()

    def sql_23(self, text):
        return text.replace('/var/lib/dovecot-backscatter/dict.db', self.path)

    def config_24(self):
        return read('2.4', '97-backscatter-dict.conf').replace(
            '/var/lib/dovecot-backscatter/dict.db', self.path)


class Postgres(Server):
    name, title, module = 'pgsql', 'PostgreSQL', 'libdriver_pgsql.so'
    program = 'postgres'
    fsync = False

    @classmethod
    def binary(cls):
        found = sorted(glob.glob('/usr/lib/postgresql/*/bin/postgres'),
                       key=lambda p: int(p.split('/')[4]))
        return found[-1] if found else None

    def tool(self, name):
        return os.path.join(os.path.dirname(self.binary()), name)

    @property
    def data(self):
        return os.path.join(self.folder, 'data')

    def start(self):
        if not os.path.isdir(self.data):
            run = subprocess.run(
                as_nobody([self.tool('initdb'), '-D', self.data, '-U', 'dovecot',
                           '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync']),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd='/')
            if run.returncode != 0:
                raise RuntimeError('initdb: ' + run.stdout)
            self.run_server()
            self.query('CREATE DATABASE backscatter', 'postgres')
            self.schema()
        else:
            self.run_server()

    def schema(self):
        self.query(read('sql', 'backscatter-pgsql.sql'))

    def run_server(self):
        pid = os.path.join(self.data, 'postmaster.pid')
        if os.path.exists(pid):
            os.unlink(pid)      # of one that was killed
        self.spawn([self.binary(), '-D', self.data, '-k', self.folder,
                    '-c', 'listen_addresses=', '-c', 'fsync=%s' % ('on' if self.fsync else 'off'),
                    '-c', 'max_connections=60'], self.answers)

    def answers(self):
        return subprocess.run([self.tool('pg_isready'), '-q', '-h', self.folder],
                              cwd='/').returncode == 0

    def query(self, sql, database='backscatter'):
        run = subprocess.run(
            [self.tool('psql'), '-X', '-q', '-A', '-t', '-F', '\t', '-v',
             'ON_ERROR_STOP=1', '-h', self.folder, '-U', 'dovecot', database],
            input=sql, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd='/')
        if run.returncode != 0:
            raise RuntimeError(run.stderr)
        return [tuple(int(f) if f.isdigit() else f for f in l.split('\t'))
                for l in run.stdout.splitlines()]

    def sql_23(self, text):
        return re.sub(r'(?m)^connect = .*\n#connect = .*',
                      'connect = host=%s dbname=backscatter user=dovecot' % self.folder,
                      text)

    def config_24(self):
        text = read('2.4', '97-backscatter-dict.conf')
        text = re.sub(r'\n    sql_driver = sqlite\n    sqlite_path = .*\n', '\n', text)
        text = text.replace('    #socket_path = dict-async', '    socket_path = dict-async')
        text = re.sub(r'(?m)^    #(?=sql_driver|pgsql|  |\})', '    ', text)
        text = re.sub(r'\n *password =\n', '\n', text)
        return text.replace('db.example.com', self.folder)


class Redis(Server):
    name, title, program = 'redis', 'Redis', 'redis-server'

    def start(self):
        self.port = getattr(self, 'port', None) or self.free_port()
        self.spawn([self.binary(), '--port', str(self.port), '--bind', '127.0.0.1',
                    '--dir', self.folder, '--save', '', '--appendonly', 'no'],
                   self.answers)

    @staticmethod
    def free_port():
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            return s.getsockname()[1]

    def command(self, *words):
        with socket.create_connection(('127.0.0.1', self.port), 10) as s, \
                s.makefile('rwb') as f:
            f.write(b'*%d\r\n' % len(words))
            for word in words:
                f.write(b'$%d\r\n%s\r\n' % (len(word.encode()), word.encode()))
            f.flush()
            return self.reply(f)

    def reply(self, f):
        line = f.readline().rstrip(b'\r\n')
        kind, rest = line[:1], line[1:]
        if kind == b'*':
            return [self.reply(f) for _ in range(int(rest))]
        if kind == b'$':
            return None if rest == b'-1' else f.read(int(rest) + 2)[:-2].decode()
        return int(rest) if kind == b':' else rest.decode()

    def answers(self):
        try:
            return self.command('PING') == 'PONG'
        except OSError:
            return False

    def record_text(self, user):
        keys = self.command('KEYS', '*%s/*/text/disowned' % user)
        return self.command('GET', keys[0]) if keys else ''

    def config_23(self):
        return super().config_23().replace('host=127.0.0.1:',
                                           'host=127.0.0.1:port=%d:' % self.port)

    def config_24(self):
        text = read('2.4', '97-backscatter-dict.conf')
        redis = re.search(r'(?m)^  #dict backscatter \{\n(?:  #.*\n)*', text).group(0)
        start = text.index('dict_server {\n') + len('dict_server {\n')
        end = text.index('  # Redis, for several')
        redis = re.sub(r'(?m)^  #', '  ', redis).replace(
            'redis_host = 127.0.0.1', 'redis_host = 127.0.0.1\n    redis_port = %d' % self.port)
        text = text[:start] + redis + '}\n\n' + text[text.index('# Whom'):]
        assert end > start
        return text


class LastingRedis(Redis):
    """Keeps what it has acknowledged."""

    def spawn(self, command, ready):
        super().spawn([w for w in command if w not in ('--appendonly', 'no')] + [
            '--appendonly', 'yes', '--appendfsync', 'always'], ready)


SERVERS = (Sqlite, Redis, Postgres)

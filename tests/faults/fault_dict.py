"""What is remembered of a user cannot be read or written. The verdicts do not need
it: nothing changes but that less is counted."""
import contextlib
import glob
import os
import random
import shutil
import signal
import socket
import sqlite3
import threading

from dict_servers import LastingRedis, Postgres, Sqlite
from faults import USER, WELL, Fault, Scene, is_fired, nothing


class ServerScene(Scene):
    """backscatter_dict is a server that the dict service asks."""
    server_class = None

    @classmethod
    def missing(cls):
        missing = cls.server_class.missing()
        return missing and missing + ' is not installed'

    def prepare(self):
        super().prepare()
        self.lab.settings['backscatter_dict'] = None
        self.server = self.server_class(self.lab)
        self.server.start()
        self.configure()

    def configure(self):
        self.server.configure()

    def close(self):
        if getattr(self, 'server', None) is not None:
            self.server.stop()


class RedisScene(ServerScene):
    server_class = LastingRedis


class DirectRedisScene(RedisScene):
    """Each LMTP process asks it itself."""

    def configure(self):
        self.lab.settings['backscatter_dict'] = (
            'redis:host=127.0.0.1:port=%d' % self.server.port)


class PostgresScene(ServerScene):
    server_class = Postgres


class SqliteScene(ServerScene):
    server_class = Sqlite


def is_warned_of(run):
    return ' Warning: ' in run.lab.log() and 'backscatter_dict: ' in run.lab.log()


def entry(name, scene, begin, end, felt=is_warned_of, during=None):
    return Fault('dict-' + name, scene, begin, end, during, inside=WELL, felt=felt)


# -- servers -----------------------------------------------------------------

def pause(scene):
    scene.server.pause()


def resume(scene):
    scene.server.resume()


def kill(scene):
    scene.server.kill()


def stop(scene):
    scene.server.stop()


def start(scene):
    scene.server.start()


def start_empty(scene):
    for path in glob.glob(scene.server.folder + '/appendonly*') + [
            scene.server.folder + '/data']:
        shutil.rmtree(path, ignore_errors=True)
        if os.path.isfile(path):
            os.unlink(path)
    scene.server.start()


class Garbage:
    """A server that answers noise, at the port of one that was killed."""

    def __init__(self, port):
        self.random, self.stopped = random.Random(port), False
        self.listener = socket.create_server(('127.0.0.1', port))
        self.listener.settimeout(0.05)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        clients = []
        while not self.stopped:
            try:
                client = self.listener.accept()[0]
                client.settimeout(0.05)
                clients.append(client)
            except socket.timeout:
                pass
            for client in clients:
                try:
                    if client.recv(65536):
                        client.sendall(self.random.choice(
                            (b'$99999999999\r\n', b'*-7\r\n', b'-ERR no\r\n', b'+\r\n',
                             b'\0' * 5000, self.random.randbytes(300))))
                except OSError:
                    pass
        for client in clients:
            client.close()
        self.listener.close()

    def stop(self):
        self.stopped = True
        self.thread.join()


def garbage(scene):
    scene.server.kill()
    scene.garbage = Garbage(scene.server.port)


def no_garbage(scene):
    scene.garbage.stop()
    scene.server.start()


def redis_read_only(scene):
    scene.server.command('CONFIG', 'SET', 'min-replicas-to-write', '1')


def redis_writable(scene):
    scene.server.command('CONFIG', 'SET', 'min-replicas-to-write', '0')


def postgres_read_only(scene, to='on'):
    scene.server.query('ALTER SYSTEM SET default_transaction_read_only = %s' % to)
    scene.server.query('SELECT pg_reload_conf()')


def postgres_writable(scene):
    scene.server.query('SET default_transaction_read_only = off; '
                       'ALTER SYSTEM RESET default_transaction_read_only')
    scene.server.query('SELECT pg_reload_conf()')


def no_tables(scene):
    scene.server.query('ALTER SCHEMA public RENAME TO elsewhere')


def tables(scene):
    scene.server.query('ALTER SCHEMA elsewhere RENAME TO public')


# -- SQLite's file -----------------------------------------------------------

def sqlite_mode(mode):
    def change(scene):
        for path in glob.glob(scene.server.path + '*'):
            os.chmod(path, mode)
        os.chmod(scene.server.folder, mode | 0o111)
        scene.kill('dict', 'dict-async')    # which has it open
    return change


def sqlite_lock(scene):
    scene.locker = sqlite3.connect(scene.server.path, timeout=30, isolation_level=None)
    scene.locker.execute('BEGIN EXCLUSIVE')


def sqlite_unlock(scene):
    scene.locker.execute('ROLLBACK')
    scene.locker.close()


def sqlite_noise(scene):
    # what is still in the write-ahead log would be read from there
    with contextlib.closing(sqlite3.connect(scene.server.path, timeout=30)) as db:
        db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    with open(scene.server.path, 'r+b') as f:
        scene.content = f.read()
        f.seek(0)
        f.write(random.Random(1).randbytes(len(scene.content)))


def sqlite_content(scene):
    with open(scene.server.path, 'r+b') as f:
        f.write(scene.content)
        f.truncate()
    for path in glob.glob(scene.server.path + '-*'):
        os.unlink(path)
    scene.kill('dict', 'dict-async')


# -- the dict service --------------------------------------------------------

def service_stop(scene):
    scene.kill('dict', 'dict-async', number=signal.SIGSTOP)


def service_continue(scene):
    scene.kill('dict', 'dict-async', number=signal.SIGCONT)


def service_kill(run, count):
    """Before each message, as Dovecot starts it again at once."""
    run.notes['happened'] = 0

    def step(message):
        run.notes['happened'] += run.scene.kill('dict', 'dict-async')
    run.sender.step = step
    run.meanwhile_wait(count)
    run.sender.step = lambda message: None


# -- a file in the user's home -----------------------------------------------

def home(scene, *names):
    return scene.lab.path('mail', USER, *names)


def home_mode(mode):
    return lambda scene: os.chmod(home(scene), mode)


def file_noise(scene):
    with open(home(scene, 'backscatter.dict'), 'r+b') as f:
        f.write(random.Random(1).randbytes(5000))


def file_gone(scene):
    os.unlink(home(scene, 'backscatter.dict'))


def file_folder(scene):
    file_gone(scene)
    os.mkdir(home(scene, 'backscatter.dict'))


def file_no_folder(scene):
    os.rmdir(home(scene, 'backscatter.dict'))


def lock_file(scene):
    """Of a process that is alive, and does not let go of it."""
    with open(home(scene, 'backscatter.dict.lock'), 'w') as f:
        f.write('%d:%s' % (os.getpid(), socket.gethostname()))


def no_lock_file(scene):
    try:
        os.unlink(home(scene, 'backscatter.dict.lock'))
    except FileNotFoundError:
        pass    # taken for a stale one


def always(run):
    return True


FAULTS = [
    entry('redis-hung', RedisScene, pause, resume),
    entry('redis-killed', RedisScene, kill, start),
    entry('redis-restarted-empty', RedisScene, stop, start_empty),
    entry('redis-read-only', RedisScene, redis_read_only, redis_writable),
    entry('redis-garbage', RedisScene, garbage, no_garbage),
    entry('redis-direct-hung', DirectRedisScene, pause, resume),
    entry('redis-direct-killed', DirectRedisScene, kill, start),
    entry('redis-direct-garbage', DirectRedisScene, garbage, no_garbage),
    entry('pgsql-hung', PostgresScene, pause, resume),
    entry('pgsql-killed', PostgresScene, kill, start),
    entry('pgsql-restarted-empty', PostgresScene, stop, start_empty),
    entry('pgsql-read-only', PostgresScene, postgres_read_only, postgres_writable),
    entry('pgsql-no-tables', PostgresScene, no_tables, tables),
    entry('sqlite-read-only', SqliteScene, sqlite_mode(0o444), sqlite_mode(0o666)),
    entry('sqlite-locked', SqliteScene, sqlite_lock, sqlite_unlock),
    entry('sqlite-noise', SqliteScene, sqlite_noise, sqlite_content),
    entry('service-hung', SqliteScene, service_stop, service_continue),
    entry('service-killed', SqliteScene, nothing, nothing, is_fired, service_kill),
    entry('file-read-only', Scene, home_mode(0o555), home_mode(0o755)),
    entry('file-noise', Scene, file_noise, nothing, always),
    entry('file-gone', Scene, file_gone, nothing, always),
    entry('file-is-a-folder', Scene, file_folder, file_no_folder),
    entry('file-locked', Scene, lock_file, no_lock_file, always),
]

"""Private mail servers in a Lab's folder: Postfix and Exim, whose users log in by
the Lab's Dovecot, and a server at which all their mail ends."""
import grp
import os
import pwd
import re
import shutil
import smtplib
import socket
import subprocess
import threading

from harness import BUILDDIR, DOVECOT_LIBEXEC, PASSWORD, free_port, stop, wait_for

SASL_SOCKET = 'auth-mail-servers'
# so that Dovecot listens for them
SASL_SERVICE = '''service auth {
  unix_listener %s {
    mode = 0666
  }
}
''' % SASL_SOCKET
SUBMISSION = '''submission_relay_host = 127.0.0.1
submission_relay_port = %d
service submission-login {
  inet_listener submission {
    port = %d
  }
  inet_listener submissions {
    port = 0
  }
}
'''


class Sink:
    """An SMTP server of the world outside, which takes all mail, or refuses each
    recipient for now while refuses is set."""

    def __init__(self, address='127.0.0.1', port=None):
        self.port, self.mails, self.refuses = port or free_port(), [], False
        self.socket = socket.create_server((address, self.port))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                connection = self.socket.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection, connection.makefile('rwb') as f:
            def say(line):
                f.write(line + b'\r\n')
                f.flush()
            say(b'220 sink.example.net')
            for line in f:
                word = line[:4].upper()
                if word == b'RCPT' and self.refuses:
                    say(b'450 4.2.0 not now')
                elif word == b'DATA':
                    say(b'354 go on')
                    data = b''
                    for part in f:
                        if part == b'.\r\n':
                            break
                        data += part
                    self.mails.append(data)
                    say(b'250 taken')
                elif word == b'QUIT':
                    say(b'221 bye')
                    return
                else:
                    say(b'250 yes')

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


def accepts(port, address='127.0.0.1'):
    try:
        with socket.create_connection((address, port), 5) as s:
            return s.recv(4) == b'220 '
    except OSError:
        return False


class Client:
    """One that has logged in and stays."""

    def __init__(self, server, user):
        self.user = user
        self.smtp = smtplib.SMTP('127.0.0.1', server.port, 'client.example.org', timeout=60)
        self.smtp.login(user, PASSWORD)

    def send(self):
        """The code of the last answer."""
        code = self.smtp.mail(self.user)[0]
        if code == 250:
            code = self.smtp.rcpt('nobody@example.net')[0]
        if code != 250:
            self.smtp.rset()
            return code
        return self.smtp.data(b'From: <%s>\r\nSubject: Offer\r\n\r\nHello\r\n' %
                              self.user.encode())[0]

    def quit(self):
        try:
            self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            pass


def log_in(server, user):
    """The code of AUTH."""
    try:
        Client(server, user).quit()
        return 235
    except smtplib.SMTPAuthenticationError as e:
        return e.smtp_code


class Postfix:
    """smtpd with Dovecot's SASL. Only for root."""
    name, refusal = 'Postfix', 554
    master = '/usr/lib/postfix/sbin/master'

    MAIN = '''compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.org
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_host_lookup = native
relayhost = [127.0.0.1]:{sink}
relay_domains =
alias_maps =
local_recipient_maps =
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 1000
smtpd_client_auth_rate_limit = 0
smtputf8_enable = no
# the queue is tried again when a test says so
minimal_backoff_time = 3600s
queue_run_delay = 3600s
{more}
'''
    MASTER = '''{address}:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
discard unix - - n - - discard
showq unix n - n - - showq
error unix - - n - - error
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
'''

    def __init__(self, lab, sink, more='', folder='postfix', address='127.0.0.1', port=None):
        self.lab, self.address, self.port = lab, address, port or free_port()
        self.process = None
        self.folder = lab.path(folder)
        self.config = os.path.join(self.folder, 'etc')
        user, group = pwd.getpwnam('postfix').pw_uid, grp.getgrnam('postdrop').gr_gid
        os.makedirs(self.config)
        for name in ('data', 'queue/active', 'queue/bounce', 'queue/corrupt', 'queue/defer',
                     'queue/deferred', 'queue/flush', 'queue/hold', 'queue/incoming',
                     'queue/private', 'queue/saved', 'queue/trace', 'queue/maildrop',
                     'queue/public'):
            path = os.path.join(self.folder, name)
            os.makedirs(path, 0o700)
            os.chown(path, user, -1)
        for name, mode in ('maildrop', 0o730), ('public', 0o710):
            path = os.path.join(self.folder, 'queue', name)
            os.chown(path, user, group)
            os.chmod(path, mode)
        os.mkdir(os.path.join(self.folder, 'queue', 'pid'))
        os.chmod(self.folder, 0o755)
        os.chmod(os.path.join(self.folder, 'queue'), 0o755)
        # a setting that is there twice is a warning, of which postlogd writes some into
        # its own socket before it reads from it: when that is full, it waits forever
        again = re.findall(r'(?m)^(\w+) =', more)
        main = ''.join(line for line in self.MAIN.splitlines(True)
                       if line.split(' =')[0] not in again)
        self.write('main.cf', main.format(
            dir=self.folder, sink=sink.port, sasl=lab.path('run', SASL_SOCKET), more=more))
        self.write('master.cf', self.MASTER.format(address=address, port=self.port))

    @classmethod
    def missing(cls):
        if os.getuid() != 0:
            return 'root'
        return None if os.path.exists(cls.master) else 'postfix'

    def write(self, name, text):
        path = os.path.join(self.config, name)
        with open(path, 'w') as f:
            f.write(text)
        return path

    def start(self):
        # it ends its own process group
        self.process = subprocess.Popen(
            [self.master, '-c', self.config, '-d'], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        wait_for('postfix', self.process, lambda: accepts(self.port, self.address))

    def stop(self):
        stop(self.process)

    def log(self):
        try:
            with open(os.path.join(self.folder, 'log')) as f:
                return f.read()
        except OSError:
            return ''

    def command(self, name, *args, input=None):
        return subprocess.run(['/usr/sbin/' + name, '-c', self.config, *args], input=input,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120).stdout

    def queue(self):
        """{queue id: name of the queue}"""
        return {i: n for n, i in re.findall(r'"queue_name": "(\w+)", "queue_id": "(\w+)"',
                                            self.command('postqueue', '-j'))}


class Exim:
    """Debian's exim4-daemon-heavy, which ./bootstrap puts into a folder, because it
    and Postfix cannot be installed both. The user that it wants is nobody for it
    alone, by nss_wrapper. Only for root."""
    name, refusal = 'Exim', 550
    folder_of_package = os.path.join(BUILDDIR, 'build', 'exim')

    CONFIG = '''keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
spool_directory = {dir}/spool
log_file_path = {dir}/log/%slog
pid_file_path = {dir}/pid
primary_hostname = mx.example.org
qualify_domain = example.org
daemon_smtp_ports = {port}
local_interfaces = {address}
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
deliver_drop_privilege
smtp_accept_max_nonmail = 1000
smtp_max_unknown_commands = 1000
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
auth_advertise_hosts = *
{main}
begin acl
check_rcpt:
{acl}
  accept authenticated = *
  deny message = relay not permitted
check_data:
{acl}
  accept
begin authenticators
plain:
  driver = dovecot
  public_name = PLAIN
  server_socket = {sasl}
  server_set_id = $auth1
begin routers
out:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = out
begin transports
out:
  driver = smtp
  port = {sink}
  hosts_try_dane =
  hosts_require_dane =
  hosts_avoid_tls = *
begin retry
* * F,1d,1h
'''

    def __init__(self, lab, sink, acl='', main='', address='127.0.0.1', port=None):
        self.lab, self.address, self.port = lab, address, port or free_port()
        self.process = None
        self.folder = lab.path('exim')
        nobody = pwd.getpwnam('nobody')
        for name in ('', 'spool', 'log'):
            os.mkdir(os.path.join(self.folder, name))
            os.chown(os.path.join(self.folder, name), nobody.pw_uid, nobody.pw_gid)
        # not set-user-ID, with which nothing could be preloaded
        self.binary = os.path.join(self.folder, 'exim4')
        shutil.copyfile(os.path.join(self.folder_of_package, 'usr/sbin/exim4'), self.binary)
        os.chmod(self.binary, 0o755)
        self.config = lab.write('exim/exim.conf', self.CONFIG.format(
            dir=self.folder, binary=self.binary, address=address, port=self.port,
            sink=sink.port, acl=acl, main=main, sasl=lab.path('run', SASL_SOCKET)))
        entry = 'Debian-exim:x:%d:%d::/nonexistent:/bin/sh\n' % (nobody.pw_uid, nobody.pw_gid)
        with open('/etc/passwd') as f:
            passwd = lab.write('exim/passwd', entry + f.read())
        with open('/etc/group') as f:
            group = lab.write('exim/group', 'Debian-exim:x:%d:\n' % nobody.pw_gid + f.read())
        self.environ = dict(os.environ, LD_PRELOAD='libnss_wrapper.so',
                            NSS_WRAPPER_PASSWD=passwd, NSS_WRAPPER_GROUP=group)

    @classmethod
    def missing(cls):
        if os.getuid() != 0:
            return 'root'
        return None if os.path.exists(
            os.path.join(cls.folder_of_package, 'usr/sbin/exim4')) else 'exim4-daemon-heavy'

    def start(self):
        with open(os.path.join(self.folder, 'stderr'), 'ab') as log:
            self.process = subprocess.Popen(
                [self.binary, '-C', self.config, '-bdf'], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=self.environ)
        try:
            wait_for('exim', self.process, lambda: accepts(self.port, self.address))
        except RuntimeError as e:
            raise RuntimeError('%s: %s' % (e, self.log()))

    def stop(self):
        stop(self.process)

    def log(self):
        found = ''
        for name in 'stderr', 'log/mainlog', 'log/paniclog', 'log/rejectlog':
            try:
                with open(os.path.join(self.folder, name)) as f:
                    found += f.read()
            except OSError:
                pass
        return found

    def command(self, *args):
        return subprocess.run([self.binary, '-C', self.config, *args], env=self.environ,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=120).stdout

    def write_commands(self):
        """For backscatter-stop-sending, in the Lab's bin."""
        variables = ' '.join("%s='%s'" % (n, self.environ[n]) for n in (
            'LD_PRELOAD', 'NSS_WRAPPER_PASSWD', 'NSS_WRAPPER_GROUP'))
        self.lab.write('bin/exim-of-the-test', '#!/bin/sh\n%s exec %s -C %s "$@"\n' % (
            variables, self.binary, self.config), 0o755)
        self.lab.write('bin/exipick-of-the-test', '#!/bin/sh\nexec %s --spool %s "$@"\n' % (
            os.path.join(self.folder_of_package, 'usr/sbin/exipick'),
            os.path.join(self.folder, 'spool')), 0o755)

    def queue(self):
        """[(sender, whether it is frozen)]"""
        return sorted((m.group(1), m.group(2) is not None) for m in re.finditer(
            r'(?m)^.* <(.*)>( \*\*\* frozen \*\*\*)?$', self.command('-bp')))


class Submission:
    """Dovecot's own, which hands all mail on."""
    name = 'submission'

    def __init__(self, lab, sink):
        self.port = free_port()
        lab.submission = True
        lab.extra += SUBMISSION % (sink.port, self.port)

    @classmethod
    def missing(cls):
        return None if os.path.exists(os.path.join(DOVECOT_LIBEXEC, 'submission')) else \
            'dovecot-submissiond'

    def start(self):
        pass        # with Dovecot

    stop = start

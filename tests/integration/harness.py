"""A private Dovecot, a private DNS server and messages for them.

Everything lives in one temporary folder and on loopback, runs as root or as
an ordinary user, and is gone afterwards:

    with Lab() as lab:
        lab.add_user('alice@example.org')
        lab.start()
        lab.deliver(message, ['alice@example.org'])
        lab.mailbox_of('alice@example.org', message_id)
"""
import base64
import ctypes
import glob
import imaplib
import os
import random
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

import dkim

import dovecot_conf
import module_folders
import sanitizers

SRCDIR = os.environ.get('TOP_SRCDIR') or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILDDIR = os.environ.get('TOP_BUILDDIR') or SRCDIR
DOVECOT_MODULES = os.environ.get('DOVECOT_MODULEDIR') or '/usr/lib/dovecot/modules'
DOVECOT_LIBEXEC = os.environ.get('DOVECOT_LIBEXEC') or '/usr/lib/dovecot'
PASSWORD = 'pass'
START_TIMEOUT = 15


# -- results ---------------------------------------------------------------

class Results:
    """Prints the lines that tests/run counts."""

    def __init__(self):
        self.failed = self.passed = 0

    def check(self, name, good, why=''):
        if good:
            self.passed += 1
            print('ok - %s' % name, flush=True)
        else:
            self.failed += 1
            print('not ok - %s%s' % (name, ': %s' % (why,) if why != '' else ''),
                  flush=True)
        return bool(good)

    def equal(self, name, got, want):
        return self.check(name, got == want, 'got %r, want %r' % (got, want))

    def exit(self):
        sys.exit(0 if self.passed > 0 and self.failed == 0 else 1)


# -- keys and messages -----------------------------------------------------

class Key:
    """A DKIM key pair, made by openssl."""

    def __init__(self, selector, domain, bits=2048):
        self.selector, self.domain = selector, domain
        self.pem = subprocess.run(
            ['openssl', 'genpkey', '-algorithm', 'RSA', '-pkeyopt',
             'rsa_keygen_bits:%d' % bits], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        der = subprocess.run(
            ['openssl', 'pkey', '-pubout', '-outform', 'DER'], input=self.pem,
            check=True, stdout=subprocess.PIPE).stdout
        self.public = base64.b64encode(der).decode()

    @property
    def name(self):
        return '%s._domainkey.%s' % (self.selector, self.domain)

    @property
    def record(self):
        return 'v=DKIM1; k=rsa; p=' + self.public

    def sign(self, message, canonicalize=(b'relaxed', b'relaxed')):
        """Returns the message with a DKIM-Signature on top."""
        return dkim.sign(message, self.selector.encode(), self.domain.encode(),
                         self.pem, canonicalize=canonicalize,
                         include_headers=[b'from', b'to', b'subject', b'date',
                                          b'message-id']) + message


def crlf(text):
    if isinstance(text, str):
        text = text.encode()
    return re.sub(rb'\r?\n', b'\r\n', text)


def ordinary(recipient, message_id='<hello.1@example.net>', subject='Hello'):
    return crlf('''From: Carol <carol@example.net>
To: %s
Subject: %s
Message-ID: %s
Date: %s
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

Shall we meet on Thursday?
''' % (recipient, subject, message_id, date()))


def original(sender, message_id, subject='Offer', recipient='nobody@example.com',
             body='The offer that you asked for.\n', sent=None):
    return crlf('''From: <%s>
To: <%s>
Subject: %s
Date: %s
Message-ID: %s
X-Mailer: Quay 1.0
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

%s''' % (sender, recipient, subject, date(sent), message_id, body))


def date(when=None):
    import email.utils
    return email.utils.formatdate(when)


def header_of(message):
    return message[:message.index(b'\r\n\r\n') + 2]


def bounce(recipient, returned, message_id, headers_only=False,
           failed='nobody@example.com', reporting_mta='mx.example.com'):
    """What Postfix makes of an undeliverable message: RFC 3464, with the
    original byte for byte."""
    if headers_only:
        returned = header_of(returned)
    part = b'text/rfc822-headers' if headers_only else b'message/rfc822'
    top = crlf('''From: MAILER-DAEMON@%s (Mail Delivery System)
To: %s
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Date: %s
Message-ID: %s
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="=_boundary_=/mx"

This is a MIME-encapsulated message.

--=_boundary_=/mx
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<%s>: host mail.example.com[192.0.2.7] said: 550 5.1.1
    User unknown (in reply to RCPT TO command)

--=_boundary_=/mx
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; %s
Arrival-Date: %s

Final-Recipient: rfc822; %s
Original-Recipient: rfc822;%s
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--=_boundary_=/mx
Content-Description: Undelivered Message
''' % (reporting_mta, recipient, date(), message_id, failed, reporting_mta,
       date(), failed, failed))
    return (top + b'Content-Type: ' + part + b'\r\n\r\n' + returned +
            b'\r\n--=_boundary_=/mx--\r\n')


# -- processes -------------------------------------------------------------

GIVEN_PORTS = []


def free_port():
    """One for TCP and UDP that was not given before, to this test or to another that
    runs, as its server may not have begun to listen. The system gives clients none of
    these ports, so that it stays free."""
    while True:
        port = random.randrange(15000, 32768)
        mark = socket.socket(socket.AF_UNIX)
        try:
            # a name that nobody else can have while this process lives
            mark.bind('\0backscatter-test-port-%d' % port)
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as s:
                    s.bind(('127.0.0.1', port))
        except OSError:
            mark.close()
            continue
        GIVEN_PORTS.append(mark)
        return port


def wait_for(what, process, ready):
    deadline = time.monotonic() + START_TIMEOUT
    while not ready():
        if process.poll() is not None:
            raise RuntimeError('%s ended with %d' % (what, process.returncode))
        if time.monotonic() > deadline:
            raise RuntimeError('%s did not start' % what)
        time.sleep(0.02)


def wait_until(condition, seconds=60):
    """Returns the last value of it, which is true if it became so in time."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def stop(process):
    if process is None or process.poll() is not None:
        return
    started = descendants_of(process.pid)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    reap_orphans(started)


def adopt_orphans():
    """Make what our daemons leave behind our children, not init's."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def reap_orphans(pids):
    """Wait for processes that a daemon of ours started and did not wait for;
    end those that do not end."""
    deadline = time.monotonic() + 1
    for pid in pids:
        try:
            sent = [signal.SIGTERM, signal.SIGKILL]
            while os.waitpid(pid, os.WNOHANG)[0] == 0:
                if time.monotonic() > deadline:
                    os.kill(pid, sent.pop(0) if len(sent) > 1 else sent[0])
                    deadline = time.monotonic() + 1
                time.sleep(0.02)
        except (ChildProcessError, ProcessLookupError):
            pass


def descendants_of(pid):
    try:
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            pids = [int(p) for p in f.read().split()]
    except OSError:
        return []
    return pids + [p for child in pids for p in descendants_of(child)]


def cpu_seconds(pid, name=None):
    """What the descendants of a process have used that have this name; without
    a name itself, and all that it began, those that have ended too."""
    pids = descendants_of(pid) + ([pid] if name is None else [])
    total = 0
    for each in pids:
        try:
            with open('/proc/%d/comm' % each) as comm, \
                    open('/proc/%d/schedstat' % each) as times:
                if name in (None, comm.read().rstrip()):
                    total += int(times.read().split()[0]) / 1e9
        except OSError:
            continue
    if name is None:
        with open('/proc/%d/stat' % pid) as f:
            fields = f.read().rpartition(')')[2].split()
        total += sum(map(int, fields[13:15])) / os.sysconf('SC_CLK_TCK')
    return total


class DnsServer:
    """nsd on a loopback port. Of a name in broken it answers SERVFAIL. lines:
    {zone: lines of its file}, for what is no key."""

    def __init__(self, folder, records, broken=(), lines=None, port=None):
        self.folder, self.process = folder, None
        self.port = port or free_port()
        os.makedirs(folder)
        self.lines = lines or {}
        self.zones = sorted({n.split('._domainkey.')[1]
                             for n in list(records) + list(broken)
                             if '._domainkey.' in n} | set(self.lines))
        conf = ['''server:
  ip-address: 127.0.0.1
  port: %d
  username: ""
  chroot: ""
  database: ""
  zonesdir: "%s"
  pidfile: "%s/nsd.pid"
  xfrdfile: "%s/xfrd.state"
  xfrdir: "%s"
  zonelistfile: "%s/zone.list"
  logfile: "%s/nsd.log"
  server-count: 1
remote-control:
  control-enable: no
''' % ((self.port,) + (folder,) * 6)]
        for zone in self.zones:
            self.write_zone(zone, {n: r for n, r in records.items()
                                   if n.endswith('._domainkey.' + zone)})
            conf.append('zone:\n  name: "%s"\n  zonefile: "%s.zone"\n' % (zone, zone))
        for name in broken:
            # A zone whose file is not there.
            conf.append('zone:\n  name: "%s"\n  zonefile: "%s.none"\n' % (name, name))
        with open(os.path.join(folder, 'nsd.conf'), 'w') as f:
            f.write('\n'.join(conf))

    def write_zone(self, zone, records):
        lines = ['$ORIGIN %s.' % zone, '$TTL 60',
                 '@ SOA ns hostmaster 1 3600 600 86400 60', '@ NS ns',
                 'ns A 127.0.0.1']
        for name, text in records.items():
            strings = [text[i:i + 255] for i in range(0, len(text), 255)]
            lines.append('%s. TXT %s' % (name, ' '.join('"%s"' % s for s in strings)))
        lines += self.lines.get(zone, [])
        with open(os.path.join(self.folder, zone + '.zone'), 'w') as f:
            f.write('\n'.join(lines) + '\n')

    def answers(self):
        query = b'\0\1\1\0\0\1\0\0\0\0\0\0' + b''.join(
            bytes([len(l)]) + l for l in self.zones[0].encode().split(b'.')
        ) + b'\0\0\6\0\1'
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.2)
            try:
                s.connect(('127.0.0.1', self.port))
                s.send(query)
                return len(s.recv(512)) > 12
            except OSError:
                return False

    def start(self):
        nsd = shutil.which('nsd', path='/usr/sbin:/usr/bin:/usr/local/sbin')
        if nsd is None:
            raise RuntimeError('nsd is not installed')
        self.process = subprocess.Popen(
            [nsd, '-d', '-c', os.path.join(self.folder, 'nsd.conf')],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        wait_for('nsd', self.process, self.answers)

    def stop(self):
        stop(self.process)


class Lab:
    """The private Dovecot, with what belongs to it."""

    def __init__(self, settings=None, plugins='sieve backscatter', extra=''):
        """settings: by their names in 2.3's plugin { }, None takes one of ours
        out. plugins: of LMTP and LDA. extra: as it stands."""
        adopt_orphans()
        self.folder = tempfile.mkdtemp(prefix='backscatter-test-')
        os.chmod(self.folder, 0o755)
        self.environment = sanitizers.prepare(self.folder)
        self.settings, self.extra = dict(settings or {}), extra
        self.protocols = {'lmtp': plugins, 'lda': plugins} if plugins else {}
        self.metrics = []           # (name, event, labels)
        self.lmtp_processes = None  # for all connections; None: Dovecot's default
        self.before = None          # a Sieve script for all users
        self.imapsieve = None       # (mailbox, causes, script)
        self.mail_path = '~/Maildir'
        self.shown = {}             # folders of modules: what to undo
        self.users, self.keys = [], {}
        self.dns = self.process = None
        # userdb refuses uid 0
        self.uid, self.gid = os.getuid(), os.getgid()
        if self.uid == 0:
            self.uid = self.gid = 65534
        self.lmtp_port, self.imap_port = free_port(), free_port()
        for name in ('mail', 'keys', 'sieve', 'run', 'state', 'empty'):
            os.mkdir(self.path(name))
        os.chown(self.path('mail'), self.uid, self.gid)
        os.chown(self.path('sieve'), self.uid, self.gid)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(path, mode)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        if self.dns is not None:
            self.dns.stop()
        for folder in self.shown.values():
            if folder is not None:
                module_folders.undo(folder)
        sanitizers.restore(self.environment)
        for line, text in sanitizers.reports(self.folder):
            print('not ok - sanitizers: %s\n%s' % (line, text), flush=True)
        if os.environ.get('KEEP'):
            print('kept: ' + self.folder)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # keys

    def add_dns(self, keys, broken=(), lines=None, system=False):
        """Publish keys, and lines of zones; answer SERVFAIL for the keys, or
        names, in broken. system: as the system's resolver, with which a test has
        to be in a network of its own."""
        self.dns = DnsServer(self.path('dns'), {k.name: k.record for k in keys},
                             [getattr(k, 'name', k) for k in broken], lines,
                             53 if system else None)
        self.dns.start()
        if not system:
            self.settings.setdefault('backscatter_dns_servers',
                                     '127.0.0.1:%d' % self.dns.port)

    def add_key_file(self, key):
        self.write('keys/' + key.name, key.record + '\n')
        self.settings.setdefault('backscatter_key_dir', self.path('keys'))

    # users

    def add_user(self, name, sieve=None, **settings):
        """A user, his script, and settings of his own from userdb."""
        home = self.path('mail', name)
        os.mkdir(home)
        if sieve is not None:
            with open(os.path.join(home, '.dovecot.sieve'), 'w') as f:
                f.write(sieve)
        for path in [home] + glob.glob(home + '/.*'):
            os.chown(path, self.uid, self.gid)
        self.users.append((name, settings))

    def sieve_before(self, script):
        path = self.path('sieve', os.path.basename(script))
        shutil.copyfile(script, path)
        self.before = path

    # Dovecot

    def link_modules(self):
        """mail_plugin_dir and sieve_plugin_dir are one path each: links to
        the system's modules, and copies of ours, as the build tree need not
        be readable to the user whose mail is delivered."""
        plugins, sieve = self.path('modules'), self.path('modules', 'sieve')
        os.makedirs(sieve)
        for source, target in ((DOVECOT_MODULES, plugins),
                               (os.path.join(DOVECOT_MODULES, 'sieve'), sieve)):
            for module in glob.glob(source + '/lib*.so'):
                if 'backscatter' not in module:
                    os.symlink(module, os.path.join(target, os.path.basename(module)))
        for pattern, target in (('src/plugin/.libs/lib95_backscatter_plugin.so', plugins),
                                ('sieve/.libs/lib90_sieve_backscatter_plugin.so', sieve)):
            shutil.copy(os.path.join(BUILDDIR, pattern), target)
        for library in ('libdovecot-backscatter.so.0', 'libdovecot-backscatter-verifier.so'):
            shutil.copy(os.path.join(BUILDDIR, 'src/dovecot/.libs', library), self.folder)
        if dovecot_conf.is_24():
            self.show_module('src/dovecot/.libs/libbackscatter_settings.so', 'settings')

    def show_module(self, module, folder):
        """In one of the folders that are compiled in; once."""
        if folder in self.shown:
            return
        self.shown[folder] = module_folders.show(
            os.path.join(BUILDDIR, module), os.path.join(DOVECOT_MODULES, folder),
            self.path('shown-' + folder))

    def configuration(self):
        return dovecot_conf.configuration(self, PASSWORD)

    def start(self):
        if not os.path.isdir(self.path('modules')):
            self.link_modules()
        self.write('users', ''.join(
            '%s::%d:%d::%s:: %s\n' % (
                name, self.uid, self.gid, self.path('mail', name),
                ' '.join('userdb_%s=%s' % i for i in settings.items()))
            for name, settings in self.users))
        conf = self.write('dovecot.conf', self.configuration())
        before = self.disconnects()
        self.process = subprocess.Popen(
            ['/usr/sbin/dovecot', '-F', '-c', conf], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            wait_for('dovecot', self.process, self.listens)
        except RuntimeError as e:
            text = self.process.stderr.read() if self.process.poll() is not None else ''
            raise RuntimeError('%s: %s%s' % (e, text, self.log()))
        self.wait_for_log(before)

    def disconnects(self):
        return self.log().count(': Disconnect from ')

    def wait_for_log(self, disconnects):
        """Dovecot's log process may be behind. A delivery's lines come before
        that of its connection's end."""
        deadline = time.monotonic() + 3
        while self.disconnects() <= disconnects and time.monotonic() < deadline:
            time.sleep(0.005)

    def listens(self):
        try:
            socket.create_connection(('127.0.0.1', self.lmtp_port), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        stop(self.process)
        if self.process is not None:
            self.process.stderr.close()
        self.process = None

    def restart(self):
        self.stop()
        self.start()

    def deliver(self, message, recipients, sender='', fails=(), params=''):
        """By LMTP, in one transaction; params: of each RCPT. Returns {recipient: (code, reply)} of
        those that were not accepted; raises if others than fails were not."""
        before = self.disconnects()
        with smtplib.LMTP('127.0.0.1', self.lmtp_port, 'mx.example.org',
                          timeout=120) as lmtp:
            lmtp.ehlo('mx.example.org')
            code, reply = lmtp.docmd('MAIL', 'FROM:<%s>' % sender)
            if code != 250:
                raise RuntimeError('MAIL: %d %s' % (code, reply))
            for recipient in recipients:
                code, reply = lmtp.docmd('RCPT', 'TO:<%s> %s' % (recipient, params))
                if code != 250:
                    raise RuntimeError('RCPT: %d %s' % (code, reply))
            code, reply = lmtp.docmd('DATA')
            if code != 354:
                raise RuntimeError('DATA: %d %s' % (code, reply))
            lmtp.send(re.sub(rb'(?m)^\.', b'..', message) +
                      (b'' if message.endswith(b'\r\n') else b'\r\n') + b'.\r\n')
            refused = {}
            for recipient in recipients:
                code, reply = lmtp.getreply()
                if code != 250:
                    refused[recipient] = (code, reply)
        self.wait_for_log(before)
        if set(refused) - set(fails):
            raise RuntimeError('not delivered: %r\n%s' % (refused, self.log()))
        return refused

    # what its processes do

    def dict_metrics(self):
        """Before the start: dict_operations() is wanted."""
        self.metrics += [('dict_' + name, 'dict_%s_finished AND category=service:lmtp' % name, '')
                         for name in ('lookup', 'iteration', 'transaction')]

    def dict_operations(self):
        """How often LMTP has asked a dict, or written to it, since the start."""
        run = self.doveadm('-f', 'tab', 'stats', 'dump')
        rows = [line.split('\t') for line in run.stdout.splitlines()]
        return sum(int(row[2]) for row in rows if row[0].startswith('dict_'))

    def lda(self, message, recipient, sender=''):
        """By dovecot-lda. Returns the finished process."""
        return subprocess.run(
            [os.path.join(DOVECOT_LIBEXEC, 'dovecot-lda'), '-c',
             self.path('dovecot.conf'), '-d', recipient, '-f', sender],
            input=message, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=120, env=dict(os.environ, LD_LIBRARY_PATH=self.folder))

    def doveadm_command(self, *args):
        self.show_module('src/doveadm/.libs/lib10_doveadm_backscatter_plugin.so',
                         'doveadm')
        return ['/usr/bin/doveadm', '-c', self.path('dovecot.conf'), *args]

    def doveadm(self, *args, input=None):
        """Returns the finished process, its output as text."""
        return subprocess.run(
            self.doveadm_command(*args), input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors='backslashreplace', timeout=600)

    def imap(self, user):
        connection = imaplib.IMAP4('127.0.0.1', self.imap_port)
        connection.login(user, PASSWORD)
        return connection

    # what became of it

    def dict_record(self, user):
        """What the user's backscatter_dict, a file in his home, remembers of him."""
        with open(self.path('mail', user, 'backscatter.dict')) as f:
            lines = f.read().splitlines()
        return dict(zip(lines[::2], lines[1::2])).get('priv/backscatter/text/disowned', '')

    def mails(self, user):
        """{mailbox: [file]} of a user's Maildir."""
        top = os.path.join(self.path('mail', user), 'Maildir')
        found = {}
        for path in sorted(glob.glob(top + '/new/*') + glob.glob(top + '/cur/*')):
            found.setdefault('INBOX', []).append(path)
        for path in sorted(glob.glob(top + '/.*/new/*') + glob.glob(top + '/.*/cur/*')):
            name = os.path.basename(os.path.dirname(os.path.dirname(path)))
            found.setdefault(name[1:].replace('.', '/'), []).append(path)
        return found

    def mailboxes_of(self, user, message_id):
        """The mailboxes that hold the message with this Message-ID."""
        line = b'\nmessage-id: ' + message_id.encode().lower()
        found = []
        for mailbox, paths in self.mails(user).items():
            for path in paths:
                with open(path, 'rb') as f:
                    head = f.read(65536).split(b'\n\n')[0].split(b'\r\n\r\n')[0]
                if line in b'\n' + head.lower():
                    found.append(mailbox)
        return found

    def log(self):
        try:
            with open(self.path('dovecot.log'), errors='backslashreplace') as f:
                return f.read()
        except OSError:
            return ''

    def verdicts(self, message_id=None):
        """What the plugin logged: a list of dicts with verdict, reason and
        the line's other fields, and user and service of the log prefix."""
        found = []
        for line in self.log().splitlines():
            m = re.search(r'backscatter: msgid=(\S+): (\S+) \(([\w-]+)\)(.*)', line)
            if m is None or message_id is not None and m.group(1) != message_id:
                continue
            fields = dict(re.findall(r', ([\w-]+)=(.*?)(?=, [\w-]+=|$)', m.group(4)))
            prefix = re.search(r'(lmtp|lda)\(([^)]*)\)', line)
            fields.update(message_id=m.group(1), verdict=m.group(2),
                          reason=m.group(3), line=line,
                          user=prefix.group(2) if prefix else None)
            found.append(fields)
        return found

"""The mail servers of the round trip, each at its own address in the Network: ours,
with what signs for it, and those of other providers, whose mailboxes are in a Dovecot
of their own."""
import os
import shutil
import socket
import subprocess
import types

from dovecot_conf import is_24, yes
from harness import BUILDDIR, Lab, free_port, stop, wait_for, wait_until
from mail_servers import Exim, Postfix, accepts

NOWHERE = types.SimpleNamespace(port=9)
OURS = '192.0.2.1'
PACKAGES = os.path.join(BUILDDIR, 'build')


def listens(port):
    try:
        socket.create_connection(('127.0.0.1', port), 5).close()
        return True
    except OSError:
        return False


def inline(names):
    """A map of Postfix's that has these names."""
    return 'inline:{ %s }' % ', '.join('{ %s = x }' % n for n in names)


# -- ours ------------------------------------------------------------------

class OurPostfix(Postfix):
    """Takes mail for the mailboxes in the Lab's Dovecot, and from those who log in."""
    MORE = '''
myhostname = mx.example.org
inet_interfaces = {address}
mynetworks = 127.0.0.0/8 192.0.2.0/24
smtp_host_lookup = dns
relayhost =
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
virtual_mailbox_domains = example.org
virtual_mailbox_maps = {mailboxes}
virtual_alias_maps = inline:{{ {aliases} }}
virtual_transport = lmtp:[127.0.0.1]:{lmtp}
smtpd_milters = inet:127.0.0.1:{milter}
non_smtpd_milters = $smtpd_milters
milter_default_action = accept
lmtp_connection_cache_on_demand = no
smtp_connection_cache_on_demand = no
'''

    def __init__(self, lab, mailboxes, aliases, milter_port, more=''):
        """aliases: {address: where its mail goes}"""
        super().__init__(lab, NOWHERE, self.MORE.format(
            address=OURS, mailboxes=inline(mailboxes), lmtp=lab.lmtp_port, milter=milter_port,
            aliases=', '.join('{ %s = %s }' % a for a in aliases.items())) + more,
            address=OURS, port=25)

    def set(self, **settings):
        """Change settings. It is started again, when it has nothing to do."""
        wait_until(lambda: not self.queue())
        self.stop()
        self.command('postconf', '-e', *('%s = %s' % s for s in settings.items()))
        self.start()


class Signer:
    """A milter that signs what users submit."""

    def __init__(self, lab, key, port):
        self.lab, self.key, self.port, self.process = lab, key, port, None

    def launch(self, *command):
        with open(self.lab.path(self.name + '.out'), 'ab') as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        try:
            wait_for(self.name, self.process, lambda: listens(self.port))
        except RuntimeError as e:
            raise RuntimeError('%s: %s' % (e, self.log()))

    def log(self):
        with open(self.lab.path(self.name + '.out'), errors='replace') as f:
            return f.read()

    def stop(self):
        stop(self.process)


class OpenDkim(Signer):
    name, program = 'opendkim', '/usr/sbin/opendkim'

    @classmethod
    def missing(cls):
        return None if os.path.exists(cls.program) else 'opendkim'

    def start(self):
        key = self.lab.write('opendkim.key', self.key.pem, 0o600)
        # as Debian's, besides the paths, the key and the networks
        self.launch(self.program, '-f', '-x', self.lab.write('opendkim.conf', '''Syslog no
Canonicalization relaxed/simple
Mode sv
RequireSafeKeys no
SubDomains yes
OversignHeaders From
Domain {domain}
Selector {selector}
KeyFile {key}
Socket inet:{port}@127.0.0.1
InternalHosts 127.0.0.1,192.0.2.0/24
'''.format(domain=self.key.domain, selector=self.key.selector, key=key, port=self.port)))


class Rspamd(Signer):
    """With Debian's configuration, to which a few files in local.d add."""
    name, program = 'rspamd', '/usr/bin/rspamd'

    @classmethod
    def missing(cls):
        return None if os.path.exists(cls.program) else 'rspamd'

    def start(self):
        key = self.lab.write('rspamd.key', self.key.pem)
        for name, text in (
                ('dkim_signing.conf', 'selector = "%s";\npath = "%s";\n' % (
                    self.key.selector, key)),
                # to compile what it knows takes it half a minute
                ('options.inc', 'dns { nameserver = ["192.0.2.53"]; }\n'
                 'local_addrs = ["127.0.0.0/8", "192.0.2.0/24"];\n'
                 'url_tld = "%s";\ndisable_hyperscan = true;\n' %
                 self.lab.write('rspamd/tlds', 'org\nexample\n')),
                ('logging.inc', 'type = "file";\nfilename = "%s";\n' %
                 self.lab.path('rspamd.log')),
                ('worker-proxy.inc', 'bind_socket = "127.0.0.1:%d";\nmilter = yes;\n'
                 'upstream "local" { default = yes; self_scan = yes; }\ncount = 1;\n' %
                 self.port),
                ('worker-normal.inc', 'enabled = false;\n'),
                ('worker-controller.inc', 'enabled = false;\n'),
                ('worker-fuzzy.inc', 'enabled = false;\n')):
            self.lab.write('rspamd/local.d/' + name, text)
        for name in 'db', 'run', 'log':
            os.makedirs(self.lab.path('rspamd', name))
            os.chmod(self.lab.path('rspamd', name), 0o777)
        self.launch(self.program, '-f', '-i', *('--var=%s=%s' % v for v in (
            ('LOCAL_CONFDIR', self.lab.path('rspamd')), ('DBDIR', self.lab.path('rspamd/db')),
            ('RUNDIR', self.lab.path('rspamd/run')), ('LOGDIR', self.lab.path('rspamd/log')))))


class Postsrsd:
    """Rewrites the sender of forwarded mail. maps are for Postfix, before it is there."""
    name, program = 'postsrsd', '/usr/sbin/postsrsd'

    def __init__(self, lab, domain, own=()):
        """own: domains whose addresses stay as they are."""
        self.lab, self.domain, self.own, self.process = lab, domain, own, None
        self.ports = free_port(), free_port()
        self.maps = ('sender_canonical_maps = tcp:127.0.0.1:%d\n'
                     'sender_canonical_classes = envelope_sender\n'
                     'recipient_canonical_maps = tcp:127.0.0.1:%d\n'
                     'recipient_canonical_classes = envelope_recipient, header_recipient\n' %
                     self.ports)

    @classmethod
    def missing(cls):
        return None if os.path.exists(cls.program) else 'postsrsd'

    def start(self):
        secret = self.lab.write('postsrsd.secret', 'a secret of the test\n')
        with open(self.lab.path('postsrsd.out'), 'ab') as log:
            self.process = subprocess.Popen(
                [self.program, '-s', secret, '-d', self.domain, '-l', '127.0.0.1',
                 '-f', str(self.ports[0]), '-r', str(self.ports[1]), '-u', 'nobody',
                 *('-X' + d for d in self.own)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self.name, self.process, lambda: all(map(listens, self.ports)))

    def stop(self):
        stop(self.process)


# -- theirs ----------------------------------------------------------------

REJECT = '''require "reject";
reject "I do not want this.";
'''
VACATION = '''require "vacation";
vacation "I am away.";
'''
QUOTA = ('''quota "User quota" {
}
quota_storage_size = 1G
quota_storage_grace = 0
''' if is_24() else '''plugin {
  quota = count:User quota
  quota_rule = *:storage=1G
  quota_vsizes = yes
}
''')


class Provider:
    """Another provider: one domain with its mail server and Dovecot, which has not our
    plugin. nobody@ is refused at once; gone@ is accepted, and comes back."""

    def __init__(self, server_class, domain, address, forwards=None):
        """forwards: {local part: where its mail goes}"""
        self.domain, self.address, self.host = domain, address, 'mx.' + domain
        self.lab = Lab({'sieve_plugins': None, 'sieve_extensions': None,
                        'sieve_plugin_dir': None}, 'sieve quota',
                       QUOTA + 'submission_host = %s:25\n' % address)
        if is_24():
            self.lab.extra += yes('mail_plugins', 'quota')
        self.lab.add_user('rejects@' + domain, sieve=REJECT)
        self.lab.add_user('away@' + domain, sieve=VACATION)
        full = ('quota_storage_size', '1B') if is_24() else ('quota_rule', '*:bytes=1')
        self.lab.add_user('full@' + domain, **dict([full]))
        self.lab.add_user('carol@' + domain)
        self.recipients = [u for u, _ in self.lab.users] + ['gone@' + domain]
        self.forwards = {'%s@%s' % (n, domain): t for n, t in (forwards or {}).items()}
        self.server, self.srs = server_class(self), None

    def start(self):
        self.lab.start()
        self.server.start()

    def stop(self):
        self.server.stop()
        self.lab.__exit__(None, None, None)

    def log(self):
        return self.server.log() + self.lab.log()


class TheirPostfix(Postfix):
    MORE = '''
myhostname = {host}
inet_interfaces = {address}
mynetworks = {address}
smtp_host_lookup = dns
relayhost =
smtpd_sasl_auth_enable = no
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
relay_domains = {domain}
relay_recipient_maps = {recipients}
relay_transport = lmtp:[127.0.0.1]:{lmtp}
lmtp_connection_cache_on_demand = no
smtp_connection_cache_on_demand = no
virtual_alias_maps = inline:{{ {aliases} }}
'''

    def __init__(self, provider):
        lab = provider.lab
        aliases = {'x@invalid': 'x@invalid', **provider.forwards}
        self.srs = Postsrsd(lab, provider.domain) if provider.forwards else None
        super().__init__(lab, NOWHERE, self.MORE.format(
            host=provider.host, address=provider.address, domain=provider.domain,
            recipients=inline(provider.recipients + list(provider.forwards)),
            lmtp=lab.lmtp_port,
            aliases=', '.join('{ %s = %s }' % a for a in aliases.items())) +
            (self.srs.maps if self.srs else ''), address=provider.address, port=25)

    def start(self):
        if self.srs is not None:
            self.srs.start()
        super().start()

    def stop(self):
        super().stop()
        if self.srs is not None:
            self.srs.stop()


class TheirExim(Exim):
    CONFIG = '''keep_environment = LD_PRELOAD : NSS_WRAPPER_PASSWD : NSS_WRAPPER_GROUP
exim_path = {binary}
spool_directory = {dir}/spool
log_file_path = {dir}/log/%slog
pid_file_path = {dir}/pid
daemon_smtp_ports = {port}
local_interfaces = {address}
tls_advertise_hosts =
rfc1413_query_timeout = 0s
deliver_drop_privilege
acl_smtp_rcpt = check_rcpt
acl_smtp_data = check_data
{main}
begin acl
check_rcpt:
  accept hosts = {address}
  deny domains = !+local_domains
    message = relay not permitted
  require verify = recipient
  accept
check_data:
  accept
begin routers
mailbox:
  driver = accept
  domains = +local_domains
  local_parts = +local_parts
  transport = mailbox
unknown:
  driver = redirect
  domains = +local_domains
  allow_fail
  data = :fail: No such user here
out:
  driver = dnslookup
  transport = out
begin transports
mailbox:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  hosts_override
  allow_localhost
  port = {sink}
  hosts_try_dane =
  hosts_require_dane =
out:
  driver = smtp
  interface = {address}
  hosts_try_dane =
  hosts_require_dane =
begin retry
* * F,1d,1h
'''
    MAIN = '''primary_hostname = {host}
qualify_domain = {domain}
domainlist local_domains = {domain}
localpartlist local_parts = {locals}'''

    def __init__(self, provider):
        super().__init__(
            provider.lab, types.SimpleNamespace(port=provider.lab.lmtp_port),
            main=self.MAIN.format(
                host=provider.host, domain=provider.domain,
                locals=' : '.join(r.split('@')[0] for r in provider.recipients)),
            address=provider.address, port=25)


class OpenSmtpd:
    """Of Debian's package, which ./bootstrap puts into a folder, because it and Postfix
    cannot be installed both. Its paths in /var and /run are those of the Network. For
    it all addresses of the system are local, so that it must not ask for that."""
    name = 'OpenSMTPD'
    folder_of_package = os.path.join(PACKAGES, 'opensmtpd')

    CONFIG = '''listen on {address} port 25 hostname {host}
table known {{ {recipients} }}
action "in" relay host "lmtp://127.0.0.1:{lmtp}"
action "out" relay src {address} helo {host}
match from any for rcpt-to <known> action "in"
match from src {address} for any action "out"
match from socket for any action "out"
'''

    def __init__(self, provider):
        self.lab, self.address, self.process = provider.lab, provider.address, None
        self.config = self.lab.write('smtpd.conf', self.CONFIG.format(
            address=provider.address, host=provider.host, lmtp=self.lab.lmtp_port,
            recipients=', '.join('"%s"' % r for r in provider.recipients)), 0o600)

    @classmethod
    def missing(cls):
        return None if os.path.exists(
            os.path.join(cls.folder_of_package, 'usr/sbin/smtpd')) else 'opensmtpd'

    def start(self):
        binary = self.lab.path('smtpd')
        shutil.copyfile(os.path.join(self.folder_of_package, 'usr/sbin/smtpd'), binary)
        os.chmod(binary, 0o755)
        with open(self.lab.path('smtpd.out'), 'ab') as log:
            self.process = subprocess.Popen([binary, '-d', '-f', self.config],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for(self.name, self.process, lambda: accepts(25, self.address))
        except RuntimeError as e:
            raise RuntimeError('%s: %s' % (e, self.log()))

    def stop(self):
        stop(self.process)

    def log(self):
        with open(self.lab.path('smtpd.out'), errors='replace') as f:
            return f.read()

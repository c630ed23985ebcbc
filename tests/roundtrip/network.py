"""A network of our own, in which each mail server has an address and a name, and DNS
says which server takes the mail of a domain. It is a network namespace, whose loopback
interface has all the addresses, and a mount namespace, in which the system's resolver
is our DNS server, and the users are there that Debian's mail servers want. Both are
gone when the program that has entered them has ended. Only for root."""
import os
import shutil
import socket
import subprocess
import sys

from harness import stop, wait_for

ENTERED = 'BACKSCATTER_NETWORK'
DNS = '192.0.2.53'
# system users that packages make which are unpacked and not installed
USERS = ('Debian-exim', 'opensmtpd', 'opensmtpq', '_rspamd')


def missing():
    """What is missing of it, or None."""
    if os.getuid() != 0:
        return 'root'
    for program, package in (('ip', 'iproute2'), ('nsd', 'nsd')):
        if shutil.which(program, path='/usr/sbin:/usr/bin:/sbin:/bin') is None:
            return package
    if subprocess.run(['unshare', '--net', '--mount', 'true'],
                      stderr=subprocess.DEVNULL).returncode != 0:
        return 'a system that allows network and mount namespaces'
    return None


def enter():
    """Starts this program again, in namespaces of its own."""
    if ENTERED not in os.environ:
        os.execvpe('unshare', ['unshare', '--net', '--mount', '--propagation', 'private',
                               sys.executable, *sys.argv], dict(os.environ, **{ENTERED: '1'}))


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def add_users(path):
    """The lines of passwd or group, and those of USERS, who all are nobody here."""
    with open(path) as f:
        text = f.read()
    nobody = next(l for l in text.splitlines() if l.startswith(('nobody:', 'nogroup:')))
    return ''.join(nobody.replace(nobody.split(':')[0], name, 1) + '\n' for name in USERS
                   if not any(l.startswith(name + ':') for l in text.splitlines())) + text


class Network:
    """hosts: {name: address}. mx: {domain: name of the host that takes its mail}. lines:
    further ones of the zone, such as keys and SPF."""

    def __init__(self, lab, hosts, mx, lines):
        self.lab, self.hosts, self.process = lab, hosts, None
        self.folder = lab.path('network')
        self.zone = ['$TTL 60', '. SOA ns.dns.example. hostmaster. 1 3600 600 86400 60',
                     '. NS ns.dns.example.', 'ns.dns.example. A ' + DNS]
        for name, address in hosts.items():
            self.zone.append('%s. A %s' % (name, address))
            self.zone.append('%s.in-addr.arpa. PTR %s.' % (
                '.'.join(reversed(address.split('.'))), name))
        self.zone += ['%s. MX 10 %s.' % d for d in mx.items()] + lines

    def start(self):
        os.mkdir(self.folder)
        run('ip', 'link', 'set', 'lo', 'up')
        for address in [DNS, *self.hosts.values()]:
            run('ip', 'address', 'add', address + '/32', 'dev', 'lo')
        # so that a server finds nothing of the system's there, and leaves nothing
        for folder in '/run', '/var/spool', '/var/lib':
            run('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder)
        os.makedirs('/var/lib/opensmtpd/empty')
        os.mkdir('/var/spool/smtpd')
        os.chmod('/var/spool/smtpd', 0o711)
        for path, text in (('/etc/resolv.conf', 'nameserver %s\n' % DNS),
                           ('/etc/passwd', add_users('/etc/passwd')),
                           ('/etc/group', add_users('/etc/group'))):
            run('mount', '--bind', self.lab.write('network/' + os.path.basename(path), text),
                path)
        self.start_nsd()

    def start_nsd(self):
        """It serves the root zone, so that it knows all names, and asks nobody."""
        self.lab.write('network/root.zone', '\n'.join(self.zone) + '\n')
        conf = self.lab.write('network/nsd.conf', '''server:
  ip-address: {address}
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{dir}"
  pidfile: "{dir}/nsd.pid"
  xfrdfile: "{dir}/xfrd.state"
  xfrdir: "{dir}"
  zonelistfile: "{dir}/zone.list"
  logfile: "{dir}/nsd.log"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "root.zone"
'''.format(address=DNS, dir=self.folder))
        self.process = subprocess.Popen(
            [shutil.which('nsd', path='/usr/sbin:/usr/bin'), '-d', '-c', conf],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for('nsd', self.process, self.answers)

    def answers(self):
        try:
            socket.getaddrinfo(next(iter(self.hosts)), 25, socket.AF_INET)
            return True
        except OSError:
            return False

    def stop(self):
        stop(self.process)

"""The frame of the catalogue: what a case is, the mail it is made of, and how
backscatter-check judges it.

A case is a function that returns a message. Its name is the name of the case,
its comment says why, and @attack what is expected:

    @attack('genuine dkim-headers', body='mismatch')
    def other_body():
        \"\"\"Who holds one mail of ours returns it with a text of his own.\"\"\"
        return bounce(change(sent(), BODY, b'Buy now.\\r\\n'))
"""
import concurrent.futures
import contextlib
import glob
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

SRCDIR = os.environ.get('TOP_SRCDIR') or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILDDIR = os.environ.get('TOP_BUILDDIR') or SRCDIR
sys.path[1:1] = [os.path.join(SRCDIR, 'tests', name) for name in ('integration', 'dkim')]
import generate                             # noqa: E402
import harness                              # noqa: E402
from harness import crlf, header_of         # noqa: E402, F401

CHECKER = os.environ.get('BACKSCATTER_CHECK') or os.path.join(
    BUILDDIR, 'src/tools/backscatter-check')
HERE = os.path.dirname(os.path.abspath(__file__))
NOW = int(time.time())
ALICE, BOB = 'alice@example.org', 'bob@example.net'
# Another customer of ours, and his domain.
MALLORY = 'mallory@customer.example'
BODY = b'The offer that you asked for.\r\n'
# What one message may cost at most, whatever it is; cases that are about cost
# have closer bounds of their own.
BOUNDS = {'verified': 64, 'charsets': 40, 'copied': 32, 'peak': 10 * 1024 * 1024}
# And for each octet of it, beside what any message costs.
BOUNDS_BY_SIZE = {'compared': (50000, 4), 'hashed': (50000, 3)}


# -- keys ------------------------------------------------------------------

def rsa_key(selector, bits=2048):
    return generate.Key(selector, rsa.generate_private_key(65537, bits))


OWN, CUSTOMER, STRANGER = rsa_key('own'), rsa_key('customer'), rsa_key('stranger')
ED25519 = generate.Key('ed', ed25519.Ed25519PrivateKey.generate())
# Files of the key directory.
RECORDS = {
    'own._domainkey.example.org': OWN.record,
    'ed._domainkey.example.org': ED25519.record,
    'customer._domainkey.customer.example': CUSTOMER.record,
}
DOMAINS = ['example.org', 'customer.example']


# -- mail ------------------------------------------------------------------

def change(message, old, new, count=-1):
    """Replaces what has to be there."""
    assert old in message, old
    return message.replace(old, new, count)


def fields(sender=ALICE, to=BOB, subject='Offer', when=NOW - 3600,
           message_id='<offer.1@example.org>'):
    return [f.encode() for f in (
        'From: <%s>' % sender, 'To: <%s>' % to, 'Subject: %s' % subject,
        'Date: ' + harness.date(when), 'Message-ID: ' + message_id)]


def sent(key=OWN, header=None, body=BODY, t=NOW - 3600, extra=b'', **how):
    """A mail as our server has signed it. header: its fields; how: as in
    dkim/generate.py."""
    if t is not None:
        extra = b't=%d; ' % t + extra
    return generate.message(*generate.sign(
        key, fields() if header is None else header, body, extra=extra, **how))


def signature_of(message):
    """Its first field, with the line end."""
    return re.match(rb'.*\r\n(?:[ \t].*\r\n)*', message).group()


def received(text):
    return crlf('Received: %s\n\tid 4Xy; Mon, 2 Nov 2026 10:00:00 +0100\n' % text)


# What our server wrote when it took the mail from a stranger's.
ARRIVAL = received('from mx.evil.example (mx.evil.example [198.51.100.66])\n'
                   '\tby mx.example.org (Postfix) with ESMTP')


def bounce(returned, headers_only=False, failed=BOB, arrival=ARRIVAL, **how):
    """A stranger's bounce, as it arrives."""
    return arrival + harness.bounce(ALICE, returned, '<bounce.1@evil.example>',
                                    headers_only, failed, **how)


# -- cases -----------------------------------------------------------------

CASES = {}


class Case:
    def __init__(self, build, want, options, dns, cost, check, shown, wanted):
        self.build = build
        self.name = '%s/%s' % (build.__module__, build.__name__.replace('_', '-'))
        self.why = ' '.join((build.__doc__ or '').split())
        self.want, self.options, self.dns = want, list(options), dns
        self.cost, self.check, self.shown, self.wanted = cost or {}, check, shown, wanted


def attack(want, options=(), dns=None, cost=None, check=None, shown=None, **wanted):
    """want: verdict and reason. wanted: fields of the answer; header, body: of its
    best signature of ours. options: more of them for the checker. dns: as in
    lookups.py; without it there is none. cost: bounds on what counts.c counts, and
    on how often DNS was asked. check gets the answers, and shown the octets of the
    JSON and of the text for people; they return what is wrong, or None."""
    def add(build):
        case = Case(build, want, options, dns, cost, check, shown, wanted)
        assert case.why and case.name not in CASES, case.name
        CASES[case.name] = case
        return build
    return add


def own_signature(answer, key):
    for sig in answer['signatures']:
        if sig['own'] and sig['reason'] == answer['reason']:
            return sig[key]
    return None


class Runner:
    """Judges the cases by a checker. Where a case is several messages, the last is the
    one of which something is expected."""

    def __init__(self, folder, checker=CHECKER):
        self.folder, self.checker = folder, checker
        self.keys = os.path.join(folder, 'keys')
        os.mkdir(self.keys)
        for name, record in RECORDS.items():
            with open(os.path.join(self.keys, name), 'wb') as f:
                f.write(record)
        with open(checker, 'rb') as f:
            # AddressSanitizer has an allocator of its own
            self.counted = b'__asan_init' not in f.read()
        self.counter = os.path.join(folder, 'counts.so')
        subprocess.run(['cc', '-std=gnu17', '-O2', '-fno-builtin', '-shared', '-fPIC', '-o',
                        self.counter, os.path.join(HERE, 'counts.c'), '-ldl'], check=True)

    def command(self, case, server):
        options = ['--dns', server] if server else ['--no-dns']
        for domain in DOMAINS:
            options += ['--domain', domain]
        for name, value in (('--keys', self.keys), ('--now', str(NOW)),
                            ('--mail-from', ''), ('--rcpt-to', ALICE)):
            if name not in case.options:
                options += [name, value]
        return [self.checker, *options, *case.options]

    def execute(self, command, counts=None):
        env = dict(os.environ)
        if counts is not None and self.counted:
            env.update(LD_PRELOAD=self.counter, COUNTS=counts)
        return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def failures(self, case):
        """What is wrong, a list."""
        try:
            message = case.build()
        except Exception as e:
            return ['not built: %r' % e]
        messages = message if isinstance(message, list) else [message]
        folder = os.path.join(self.folder, case.name.replace('/', '.'))
        os.mkdir(folder)
        for i, each in enumerate(messages):
            with open(os.path.join(folder, '%05d' % i), 'wb') as f:
                f.write(each)
        with contextlib.ExitStack() as stack:
            server = case.dns and stack.enter_context(case.dns())
            command = self.command(case, server and server.address) + [folder]
            run = self.execute(command[:1] + ['--json'] + command[1:], folder + '.counts')
            asked = len(server.queries) if server else 0
            text = self.execute(command).stdout if case.shown else b''
        shutil.rmtree(folder)
        try:
            answers = [json.loads(line) for line in run.stdout.decode().splitlines()]
            assert len(answers) == len(messages), '%d answers' % len(answers)
        except (ValueError, AssertionError) as e:
            return ['exit status %d, %s: %r %r' % (run.returncode, e, run.stdout[:200],
                                                  run.stderr[:200])]
        counts = {'asked': asked}
        if self.counted:
            with open(folder + '.counts') as f:
                counts.update(json.load(f))
        wrong = (self.compare(case, answers[-1], run) +
                 self.exceeded(case, counts, sum(map(len, messages))))
        wrong += [case.check(answers)] if case.check else []
        wrong += [case.shown(run.stdout, text)] if case.shown else []
        return [w for w in wrong if w]

    @staticmethod
    def compare(case, answer, run):
        got = '%s %s' % (answer['verdict'], answer['reason'])
        wrong = ['%s, not %s' % (got, case.want)] if got != case.want else []
        for key, want in case.wanted.items():
            got = own_signature(answer, key) if key in ('header', 'body') else answer[key]
            if got != want:
                wrong.append('%s is %r, not %r' % (key, got, want))
        if run.returncode != 0 or run.stderr != b'':
            wrong.append('exit status %d: %r' % (run.returncode, run.stderr[:200]))
        return wrong

    @staticmethod
    def exceeded(case, counts, size):
        bounds = {name: first + each * size
                  for name, (first, each) in BOUNDS_BY_SIZE.items()}
        bounds.update(BOUNDS)
        bounds.update(case.cost)
        if os.environ.get('SHOW_COSTS'):
            print('# %s: %d octets, %s' % (case.name, size, counts))
        return ['%s: %d, more than %d' % (name, counts[name], bound)
                for name, bound in bounds.items() if counts.get(name, 0) > bound]


def load():
    """All cases, from the modules beside this one."""
    for path in sorted(glob.glob(os.path.join(HERE, '*.py'))):
        importlib.import_module(os.path.basename(path)[:-3])
    return list(CASES.values())


def run(cases, checker=CHECKER):
    """Yields (case, what is wrong with it)."""
    with tempfile.TemporaryDirectory(prefix='backscatter-attacks-') as folder, \
            concurrent.futures.ThreadPoolExecutor(2) as pool:
        runner = Runner(folder, checker)
        yield from zip(cases, pool.map(runner.failures, cases))

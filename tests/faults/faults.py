"""Mail flows through a Dovecot while something is broken, from a sender that tries
again as a mail server does, and at the end each message is accounted for.

A fault is an entry of a table in fault_*.py:

    Fault('dns-silent', DnsScene, begin, end, inside={...}, felt=..., copies=...)

begin(scene) breaks something, end(scene) mends it; a third of the messages comes
before, a third meanwhile, a third afterwards. What is expected of all faults is in
account(); an entry says what else may be, and how it is seen that the fault was felt.
"""
import glob
import heapq
import mmap
import os
import random
import re
import signal
import smtplib
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), 'integration'))
import flood                                            # noqa: E402
import harness                                          # noqa: E402
from dns_responder import Responder                     # noqa: E402
from harness import Key, Lab, descendants_of, wait_until  # noqa: E402

import dns.message                                      # noqa: E402
import dns.flags                                        # noqa: E402
import dns.rcode                                        # noqa: E402
import dns.rrset                                        # noqa: E402

USER = flood.USER
SCRIPT = '''require ["vnd.backscatter", "fileinto", "mailbox"];
if backscatter { fileinto :create "Backscatter"; stop; }
'''
# unsigned: forged, without any signature; forged: with one in our name that is not
# ours, for which the key has to be looked up.
SHARES = {'ordinary': 3, 'genuine': 4, 'unsigned': 2, 'forged': 2, 'autoreply': 1}
NOT_OURS = ('unsigned', 'forged')
# What each kind's verdict is if nothing is broken, and what it may be while something is.
WELL = {'genuine': {'genuine'}, 'unsigned': {'backscatter'}, 'forged': {'backscatter'}}
BROKEN = {kind: verdicts | {'temperror'} for kind, verdicts in WELL.items()}
PATIENCE = 90       # seconds, for all that has to happen at some time


# -- messages ----------------------------------------------------------------

class Traffic:
    """Messages of a seed: the same ones with the plugin and without it."""

    def __init__(self, seed, key, forger):
        self.random, self.frames = random.Random(seed), flood.frames()
        self.signers = {'genuine': flood.Signer(key), 'forged': flood.Signer(forger)}
        self.messages = []

    def take(self, count):
        kinds = [k for k, n in SHARES.items() for _ in range(n)]
        return [self.one(self.random.choice(kinds)) for _ in range(count)]

    def one(self, kind):
        number = len(self.messages)
        when = time.time() - self.random.randrange(3600, 3 * flood.DAY)
        frame = self.random.choice(self.frames)
        if kind in ('ordinary', 'autoreply'):
            message = flood.ordinary(number, when)
            if kind == 'autoreply':
                message.sender = ''
                message.data = b'Auto-Submitted: auto-replied\r\n' + message.data
            # one of ten is so long that LMTP does not keep it in memory
            if self.random.randrange(10) == 0:
                message.data += b'And so on, and so on.\r\n' * 8000
        else:
            message = flood.bounce(kind, frame, number, when, 'Message %d' % number,
                                   self.signers.get(kind))
        message.kind = kind
        message.mark(flood.FOLDER if kind in NOT_OURS else 'INBOX')
        message.tries = message.unanswered = 0
        message.began = message.ended = None    # of its first and last attempt
        message.code = None                     # the last answer
        self.messages.append(message)
        return message


# -- the sender --------------------------------------------------------------

class Connection:
    """An LMTP connection that is used for one message after the other, and made
    anew when it is lost."""

    def __init__(self, sender):
        self.sender, self.lmtp = sender, None

    def close(self):
        if self.lmtp is not None:
            self.lmtp.close()
        self.lmtp = None

    def command(self, code, *words):
        got, reply = self.lmtp.docmd(*words)
        if got != code:
            raise smtplib.SMTPResponseException(got, reply)

    def attempt(self, message):
        """Returns the code of the answer; None if there was none."""
        sent = False
        try:
            if self.lmtp is None:
                self.lmtp = smtplib.LMTP(local_hostname='mx.example.org', timeout=60)
                code, reply = self.lmtp.connect('127.0.0.1', self.sender.port)
                if code != 220:
                    raise smtplib.SMTPResponseException(code, reply)
                self.command(250, 'LHLO', 'mx.example.org')
            self.command(250, 'MAIL', 'FROM:<%s>' % message.sender)
            self.command(250, 'RCPT', 'TO:<%s>' % USER)
            self.command(354, 'DATA')
            self.sender.step(message)
            sent = True
            self.lmtp.send(re.sub(rb'(?m)^\.', b'..', message.data) +
                           (b'' if message.data.endswith(b'\r\n') else b'\r\n') + b'.\r\n')
            code = self.lmtp.getreply()[0]
        except smtplib.SMTPServerDisconnected:
            code = None
        except smtplib.SMTPResponseException as e:
            code = e.smtp_code
        except OSError:
            code = None
        if sent and code in (None, 421):    # 421: it ends, whatever became of the message
            message.unanswered += 1
        if code != 250 or self.sender.fresh:
            self.close()
        return code


class Sender:
    """A queue of messages. One that is not accepted is tried again a little later,
    as often as that takes, and one that is refused for ever (5xx) is given up."""

    def __init__(self, port, connections=2, fresh=False):
        """fresh: a connection for each message."""
        self.port, self.fresh = port, fresh
        self.step = self.done = lambda message: None    # before DATA, and in the end
        self.queue, self.changed, self.stopped = [], threading.Condition(), False
        self.attempts = self.accepted = self.waiting = self.serial = 0
        self.threads = [threading.Thread(target=self.work, daemon=True)
                        for _ in range(connections)]
        for thread in self.threads:
            thread.start()

    def feed(self, messages):
        for message in messages:
            self.put(message, 0)
        return messages

    def put(self, message, due):
        with self.changed:
            self.serial += 1
            if message.tries == 0:
                self.waiting += 1
            heapq.heappush(self.queue, (due, self.serial, message))
            self.changed.notify()

    def get(self):
        with self.changed:
            while not self.stopped:
                now = time.monotonic()
                if self.queue and self.queue[0][0] <= now:
                    return heapq.heappop(self.queue)[2]
                self.changed.wait(self.queue[0][0] - now if self.queue else None)
        return None

    def work(self):
        connection = Connection(self)
        while True:
            message = self.get()
            if message is None:
                break
            now = time.monotonic()
            message.began = message.began or now
            message.code = connection.attempt(message)
            message.ended = time.monotonic()
            message.tries += 1
            self.done(message)
            with self.changed:
                self.attempts += 1
                if message.code is not None and message.code // 100 in (2, 5):
                    self.accepted += message.code // 100 == 2
                    self.waiting -= 1
                    continue
            self.put(message, message.ended + min(0.05 * 2 ** message.tries, 1))
        connection.close()

    def stop(self):
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
        for thread in self.threads:
            thread.join()


# -- where it happens --------------------------------------------------------

class Names(Responder):
    """A DNS server with the keys, each with a TTL of 0, that can be told to behave
    otherwise. What it lies is that the forger's key is ours."""
    FAR = 4.0       # seconds, more than any deadline

    def __init__(self, keys, forger):
        self.records = {k.name: k.record for k in keys}
        self.lie, self.behaviour = forger.record, self.well
        self.asked = self.dropped = 0
        super().__init__(self.answer_udp, self.answer_tcp)

    def reply(self, wire, text=None):
        query = dns.message.from_wire(wire)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        reply = dns.message.make_response(query, recursion_available=True)
        text = text or self.records.get(name)
        if text is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif query.question[0].rdtype == dns.rdatatype.TXT:
            reply.answer.append(dns.rrset.from_text(
                query.question[0].name, 0, 'IN', 'TXT',
                ' '.join('"%s"' % text[i:i + 255] for i in range(0, len(text), 255))))
        return reply

    def answer_udp(self, wire, send):
        self.asked += 1
        self.behaviour(wire, send)

    def answer_tcp(self, _, connection):
        if self.behaviour == self.truncated:
            reply = self.reply(self.read_tcp(connection))
            reply.flags |= dns.flags.TC
            wire = reply.to_wire()
            connection.sendall(struct.pack('!H', len(wire)) + wire)

    def well(self, wire, send):
        send(self.reply(wire).to_wire())

    def silent(self, wire, send):
        pass

    def slow(self, wire, send):
        threading.Timer(self.FAR, self.well, (wire, send)).start()

    def failing(self, wire, send):
        reply = self.reply(wire)
        reply.answer.clear()
        reply.set_rcode(dns.rcode.SERVFAIL)
        send(reply.to_wire())

    def wrong_id(self, wire, send):
        reply = self.reply(wire, self.lie)
        reply.id ^= 1
        send(reply.to_wire())

    def wrong_question(self, wire, send):
        other = dns.message.make_query('other.example.net', 'TXT')
        other.id = dns.message.from_wire(wire).id
        send(self.reply(other.to_wire(), self.lie).to_wire())

    def truncated(self, wire, send):
        reply = self.reply(wire, self.lie)
        reply.answer.clear()
        reply.flags |= dns.flags.TC
        send(reply.to_wire())

    def noise(self, wire, send):
        send(wire[:2] + os.urandom(200))

    def flapping(self, wire, send):
        if self.asked // 3 % 2 == 0:
            self.well(wire, send)
        else:
            self.dropped += 1


class Scene:
    """A Dovecot with the plugin, or without it (alone), and what belongs to it."""
    processes = 2       # of LMTP
    connections = 2
    fresh = False
    script = True       # else nothing is filed, and the plugin itself has mail saved
    library = None      # preloaded into Dovecot: its path
    environment = {}

    def __init__(self, alone=False, seed=0):
        self.alone = alone
        self.key, self.forger = Key('mail', 'example.org'), Key('mail', 'example.org')
        self.random = random.Random(seed)
        self.traffic = Traffic(seed, self.key, self.forger)
        self.sender = None

    @classmethod
    def missing(cls):
        """What has to be there, and is not."""
        return None

    def __enter__(self):
        self.lab = (Lab({'sieve_plugins': None, 'sieve_extensions': None}, 'sieve')
                    if self.alone else Lab({'backscatter_domains': 'example.org'}))
        # Dovecot refuses mail for ever if the disk is full, unless it is told otherwise
        self.lab.extra = 'mail_fsync = never\nquota_full_tempfail = yes\n'
        self.lab.lmtp_processes = self.processes
        try:
            self.place()
            self.lab.add_user(USER, sieve=None if not self.script else
                              flood.PLAIN if self.alone else SCRIPT)
            if not self.alone:
                self.prepare()
            self.always()
            self.preload()
            self.lab.start()
        except BaseException:
            self.__exit__()
            raise
        self.sender = Sender(self.lab.lmtp_port, self.connections, self.fresh)
        return self

    def __exit__(self, *_):
        if self.sender is not None:
            self.sender.stop()
        self.lab.stop()
        self.close()
        self.lab.__exit__()

    def prepare(self):
        """Before the start, with the plugin."""
        self.lab.add_key_file(self.key)
        self.lab.settings['backscatter_dict'] = 'file:%h/backscatter.dict'

    def place(self):
        """Before the user has a home."""

    def always(self):
        """Before the start, with the plugin and without it."""

    def close(self):
        """Dovecot has been stopped."""

    def preload(self):
        """For all that Dovecot starts."""
        if self.library is None:
            return
        values = dict(self.environment, LD_PRELOAD=self.library)
        if harness.dovecot_conf.is_24():
            self.lab.extra += 'import_environment {\n%s}\n' % ''.join(
                '  %s = %s\n' % i for i in values.items())
        else:
            # in parentheses it would be an expression
            self.lab.extra += 'import_environment = $import_environment %s\n' % ' '.join(
                '%s=%s' % i for i in values.items())

    def processes_of(self, *names):
        """The pids of Dovecot's processes of these services."""
        pids = []
        for pid in descendants_of(self.lab.process.pid) if self.lab.process else []:
            try:
                with open('/proc/%d/comm' % pid) as f:
                    if f.read().rstrip() in names:
                        pids.append(pid)
            except OSError:
                pass
        return pids

    def kill(self, *names, number=signal.SIGKILL):
        """Returns how many there were."""
        pids = self.processes_of(*names)
        for pid in pids:
            try:
                os.kill(pid, number)
            except OSError:
                pass
        return len(pids)


class Control:
    """What preload.c is to do."""
    POINTS = ('none', 'before-save', 'after-save', 'before-reply', 'after-reply',
              'write', 'writes')
    SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'preload.c')

    def __init__(self, lab):
        self.library, self.path = lab.path('preload.so'), lab.path('control')
        subprocess.run(['cc', '-O1', '-Wall', '-shared', '-fPIC', '-o', self.library,
                        self.SOURCE, '-ldl'], check=True)
        lab.write('control', bytes(24), 0o666)
        with open(self.path, 'r+b') as f:
            self.map = mmap.mmap(f.fileno(), 24)

    def arm(self, point, countdown=1):
        self.map[:] = struct.pack('=qqq', 0, countdown, 0)
        self.map[:8] = struct.pack('=q', self.POINTS.index(point))

    def disarm(self):
        """Returns how often it has happened."""
        fired = struct.unpack('=q', self.map[16:])[0]
        self.map[:] = bytes(24)
        return fired


class PreloadScene(Scene):
    """One LMTP process at a time, into which preload.c is loaded."""
    processes = connections = 1

    def always(self):
        self.control = Control(self.lab)
        self.library = self.control.library
        self.environment = {'FAULT_CONTROL': self.control.path}


class PreloadSceneWithoutScript(PreloadScene):
    script = False


# -- faults ------------------------------------------------------------------

def nothing(scene):
    """Of a fault whose middle does all."""


def sweep(arm, disarm, steps=None, kinds=('genuine', 'forged', 'ordinary')):
    """arm(scene, 1) before the data of a message, arm(scene, 2) at the next one, and
    so on, until disarm(scene) says that it has not happened any more, or for so many
    steps; with each kind of message. At the second attempt all is well."""
    def during(run, _):
        scene, sender, happened = run.scene, run.sender, []

        def armed(nth):
            steps = [nth]
            return lambda message: steps and arm(scene, steps.pop())
        run.wait_for_all()
        sender.done = lambda message: happened.append(disarm(scene))
        for kind in kinds:
            nth, before = 0, -1
            while nth < steps if steps else sum(happened) > before:
                nth, before = nth + 1, sum(happened)
                sender.step = armed(nth)
                sender.feed([scene.traffic.one(kind)])
                if not run.wait_for_all():
                    break
            run.notes[kind] = nth
        run.notes['happened'] = sum(happened)
        sender.step = sender.done = lambda message: None
    return during


def is_fired(run):
    return run.notes['happened'] > 0


def felt_temperror(run):
    return any(v['verdict'] == 'temperror' for m in run.meanwhile for v in run.verdicts(m))


def felt_retries(run):
    return any(m.tries > 1 for m in run.messages)


class Fault:
    def __init__(self, name, scene, begin, end, during=None, inside=None,
                 felt=felt_retries, copies='none', alone=False, unjudged=False):
        """inside: {kind: verdicts} that messages get which come while it is on, where
        they differ from BROKEN. felt(run): whether it was.
        copies: none: no message is there twice; unanswered: only if the connection
        was lost after it had been sent; alone: as many as with Dovecot alone.
        alone: also without the plugin. unjudged: bounces may be without a verdict."""
        self.name, self.scene, self.begin, self.end = name, scene, begin, end
        self.during, self.inside = during or Run.meanwhile_wait, inside or {}
        self.felt, self.copies, self.alone = felt, copies, alone
        self.unjudged = unjudged


class Run:
    """A fault, once, and what became of the messages."""

    def __init__(self, fault, scene, count):
        self.fault, self.scene, self.count = fault, scene, count
        self.sender, self.lab = scene.sender, scene.lab
        self.notes = {}     # what the fault counts for itself

    def play(self):
        take, sender = self.scene.traffic.take, self.sender
        third = max(self.count // 3, 10)
        sender.feed(take(third))
        self.before = list(self.messages)
        self.wait(lambda: sender.accepted >= third * 2 / 3)
        self.last_well = time.monotonic()
        self.fault.begin(self.scene)
        self.begun, self.begun_attempts = time.monotonic(), sender.attempts
        self.fault.during(self, third)
        self.ended = time.monotonic()
        self.fault.end(self.scene)
        sender.feed(take(third))
        self.wait_for_all()
        self.well = self.scene.alone or self.recovers()
        sender.stop()
        self.read()
        self.is_felt = self.fault.felt(self)

    @property
    def messages(self):
        return self.scene.traffic.messages

    def wait(self, condition):
        """As long as messages are accepted."""
        accepted, done = None, False
        while not done and accepted != self.sender.accepted:
            accepted = self.sender.accepted
            done = wait_until(condition, PATIENCE)
        return done

    def wait_for_all(self):
        return self.wait(lambda: self.sender.waiting == 0)

    def meanwhile_wait(self, count):
        """Until as many attempts were made as there are messages."""
        self.sender.feed(self.scene.traffic.take(count))
        wait_until(lambda: self.sender.attempts - self.begun_attempts >= count or
                   self.sender.waiting == 0, 20)

    def recovers(self):
        """Whether genuine bounces are genuine again, by each process."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            probes = self.sender.feed([self.scene.traffic.one('genuine')
                                       for _ in range(self.scene.connections)])
            self.wait_for_all()
            wait_until(lambda: all(self.lab.verdicts(m.message_id) for m in probes), 5)
            if all([v['verdict'] for v in self.lab.verdicts(m.message_id)] == ['genuine']
                   for m in probes):
                return True
            time.sleep(0.3)
        return False

    def read(self):
        """What there is when all is over."""
        self.places = flood.where(self.lab)
        wait_until(self.read_verdicts, 0 if self.scene.alone or self.fault.unjudged else 5)
        self.meanwhile = [m for m in self.messages
                          if m.began and m.began > self.begun and m.ended < self.ended]

    def read_verdicts(self):
        """Returns whether each bounce has one."""
        self.by_message = {}
        for verdict in self.lab.verdicts():
            self.by_message.setdefault(verdict['message_id'], []).append(verdict)
        return not self.without_verdict()

    def without_verdict(self):
        return [(m.kind, m.message_id) for m in self.messages
                if m.kind in WELL and not self.verdicts(m)]

    def verdicts(self, message):
        return self.by_message.get(message.message_id, [])

    def copies(self, message):
        return len(self.places.get(message.message_id, []))

    def twice(self):
        """How many of each kind are there more than once."""
        found = {}
        for m in self.messages:
            if self.copies(m) > 1:
                found[m.kind] = found.get(m.kind, 0) + self.copies(m) - 1
        return found

    # the account

    def not_delivered(self):
        return [(m.kind, m.message_id, m.code, m.tries) for m in self.messages
                if m.code != 250 or self.copies(m) == 0]

    def filed(self):
        """Those of a kind that is never filed."""
        return [(m.kind, m.message_id, self.places[m.message_id], self.verdicts(m))
                for m in self.messages if m.kind not in NOT_OURS and
                set(self.places.get(m.message_id, [])) - {'INBOX'}]

    def too_many(self):
        allowed = (lambda m: m.unanswered) if self.fault.copies == 'unanswered' else (
            lambda m: 0)
        return [(m.kind, m.message_id, self.copies(m), m.tries, m.unanswered)
                for m in self.messages if self.copies(m) > 1 + allowed(m)]

    def wrong_verdicts(self):
        wrong = []
        for m in self.messages:
            allowed = self.allowed(m)
            wrong += [(m.kind, v['line']) for v in self.verdicts(m)
                      if v['verdict'] not in allowed]
        return wrong

    def allowed(self, m):
        broken = BROKEN.get(m.kind, set())
        inside = self.fault.inside.get(m.kind, broken)
        if m.ended and m.ended < self.last_well:
            return WELL.get(m.kind, set())
        return inside if m in self.meanwhile else broken | inside

    def account(self, results):
        name = self.fault.name + (', Dovecot alone' if self.scene.alone else '')
        check = results.check
        check(name + ': it was felt', self.is_felt, self.lab.log()[-500:])
        check(name + ': all are delivered', not self.not_delivered(), self.not_delivered()[:5])
        check(name + ': only what is not ours is filed', not self.filed(), self.filed()[:5])
        if self.fault.copies != 'alone':
            check(name + ': none is there twice' + (
                ', unless it was not answered' if self.fault.copies == 'unanswered' else ''),
                not self.too_many(), self.too_many()[:5])
        if self.scene.alone:
            return
        wrong = self.wrong_verdicts()
        check(name + ': each has a verdict that it may have', not wrong, wrong[:5])
        check(name + ': all is well afterwards', self.well)
        if not self.fault.unjudged:
            silent = self.without_verdict()
            check(name + ': each bounce has one', not silent, silent[:5])
        panics = re.findall(r'.*(?: lmtp.*Panic: |\(lmtp\): child .* killed with signal '
                            r'(?!9\b|15\b)).*', self.lab.log())
        check(name + ': nothing crashes', not panics, panics[:3])

    def summary(self):
        tries = sum(m.tries for m in self.messages)
        states = {}
        for m in self.meanwhile:
            for v in self.verdicts(m):
                reason = '%(verdict)s (%(reason)s)' % v
                states[reason] = states.get(reason, 0) + 1
        return '%s%s: %d messages, %d attempts, %d without an answer, %d twice; meanwhile %s%s' % (
            self.fault.name, ', alone' if self.scene.alone else '', len(self.messages), tries,
            sum(m.unanswered for m in self.messages), sum(self.twice().values()),
            ', '.join('%d %s' % (n, s) for s, n in sorted(states.items())) or 'no verdict',
            '; %s' % self.notes if self.notes else '')


def run(fault, count, seed, results):
    """The fault, with the plugin and, where that is to be compared, without it."""
    why = fault.scene.missing()
    if why is not None:
        print('skip - %s: %s' % (fault.name, why), flush=True)
        return
    runs = []
    for alone in (False, True) if fault.alone else (False,):
        start = time.monotonic()
        with fault.scene(alone, '%s %s' % (seed, fault.name)) as scene:
            each = Run(fault, scene, count)
            each.play()
            each.account(results)
            print('%s (%.1f s)' % (each.summary(), time.monotonic() - start), flush=True)
            runs.append(each)
    if fault.copies == 'alone':
        results.equal('%s: as many are there twice as with Dovecot alone' % fault.name,
                      runs[0].twice(), runs[1].twice())


# -- all of them -------------------------------------------------------------

def load():
    """All faults, by their names."""
    folder = os.path.dirname(os.path.abspath(__file__))
    found = {}
    for path in sorted(glob.glob(os.path.join(folder, 'fault_*.py'))):
        module = __import__(os.path.basename(path)[:-len('.py')])
        for fault in module.FAULTS:
            found[fault.name] = fault
    return found

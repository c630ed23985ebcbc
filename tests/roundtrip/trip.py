"""What is sent on the round trip, what came of it, and the table that says so."""
import os
import re
import smtplib

import network
from harness import (PASSWORD, Key, descendants_of, free_port, original, reap_orphans,
                     wait_until)
from servers import OURS, OpenSmtpd, Postsrsd, Provider, TheirExim, TheirPostfix

PATIENCE = 120
ALICE, BOB, DAVE = 'alice@example.org', 'bob@example.org', 'dave@outside.example'
INBOX, FILED, OUTSIDE = 'INBOX', 'Backscatter', 'outside'

HOSTS = {'mx.example.org': OURS, 'mx.postfix.example': '198.51.100.1',
         'mx.exim.example': '198.51.100.2', 'mx.opensmtpd.example': '198.51.100.3',
         'mx.outside.example': '203.0.113.20', 'dsl.access.example': '203.0.113.9',
         'mx.evil.example': '203.0.113.66'}
CLIENT, EVIL = HOSTS['dsl.access.example'], HOSTS['mx.evil.example']
STRANGER = HOSTS['mx.outside.example']
MX = {n[len('mx.'):]: n for n in HOSTS if n.startswith('mx.')}


def record(key):
    """A line of the zone."""
    text = key.record
    return '%s. TXT %s' % (key.name, ' '.join(
        '"%s"' % text[i:i + 255] for i in range(0, len(text), 255)))


class Case:
    """One mail that somebody sends. Each of its bounces shall be in one place (a mailbox
    of to, or OUTSIDE), with one verdict and reason."""

    def __init__(self, number, text, server, to, want, count):
        self.text, self.server, self.to, self.want = text, server, to, want
        self.id, self.count = '<case.%d@example.org>' % number, count
        self.got, self.files = [], []

    @property
    def right(self):
        place, verdict, reasons = self.want
        return len(self.got) == self.count and all(
            g[:2] == (place, verdict) and g[2] in reasons.split(' or ') for g in self.got)

    def line(self):
        got = sorted(set(self.got)) or [('nowhere', '-', '-')]
        return '  %-58s %-9s %s%s' % (
            self.text, self.server, '; '.join('%-11s %s (%s)' % g for g in got),
            '' if self.right else '   <-- NOT AS IT SHOULD BE: %d, wanted %d %s, %s (%s)' % (
                (len(self.got), self.count) + self.want))


class Trip:
    def __init__(self, lab, key, sink):
        """lab: our Dovecot. sink: gets what comes to OUTSIDE."""
        self.lab, self.key, self.sink, self.number = lab, key, sink, 0
        self.right, self.begun, self.open = True, [], []
        self.milter_port = free_port()
        self.keys = {d: Key('mail', d) for d in ('outside.example', 'evil.example')}
        self.forged_key = Key('mail', 'example.org')
        self.providers = []
        for server, domain in ((TheirPostfix, 'postfix.example'), (TheirExim, 'exim.example'),
                               (OpenSmtpd, 'opensmtpd.example')):
            if server.missing():
                print('skip - %s: %s is missing' % (domain, server.missing()))
                continue
            forwards = None
            if server is TheirPostfix and not Postsrsd.missing():
                forwards = {'friend': 'gone@%s.example' % (
                    'postfix' if TheirExim.missing() else 'exim')}
            self.providers.append(Provider(server, domain, HOSTS[MX[domain]], forwards))

    def next(self, number):
        """One of the providers, in turn."""
        return self.providers[number % len(self.providers)]

    def network(self):
        return network.Network(self.lab, HOSTS, MX, [
            'example.org. TXT "v=spf1 ip4:%s -all"' % OURS,
            *map(record, [self.key, *self.keys.values()])])

    def start(self, *servers):
        for server in servers:
            self.begun.append(server)
            server.start()

    def stop(self):
        for server in reversed(self.begun):
            server.stop()
        self.begun = []
        # Exim leaves processes behind that have begun a delivery
        reap_orphans(descendants_of(os.getpid()))

    def log(self):
        return ''.join(s.log()[-20000:] for s in self.begun if hasattr(s, 'log'))

    # what is sent

    def case(self, text, server, want, to=ALICE, count=1):
        self.number += 1
        case = Case(self.number, text, server, to, want, count)
        self.open.append(case)
        return case

    @staticmethod
    def send(sender, recipients, message, server=OURS, address=CLIENT, helo='client.example',
             login=None):
        with smtplib.SMTP(server, 25, helo, timeout=PATIENCE,
                          source_address=(address, 0)) as smtp:
            if login is not None:
                smtp.login(login, PASSWORD)
            smtp.sendmail(sender, recipients, message)

    def submit(self, case, *recipients, sender=ALICE, login=None, header_from=None, to=None):
        """By a user of ours, who has logged in."""
        self.send(sender, recipients, original(header_from or sender, case.id,
                                               recipient=to or recipients[0]),
                  login=login or sender)

    def write_to(self, case, recipient, sender=DAVE):
        """By somebody outside, whose own server signs."""
        self.send(sender, [recipient], self.keys['outside.example'].sign(original(
            sender, case.id, recipient=recipient)), address=STRANGER, helo='mx.outside.example')

    def forge(self, case, recipient, server, key=None, sender=ALICE):
        """By a spammer, with the address of a user of ours."""
        message = original(sender, case.id, recipient=recipient)
        self.send(sender, [recipient], key.sign(message) if key else message, server, EVIL,
                  'mx.evil.example')

    # what came

    def find(self, case):
        """Fills in what there is of it."""
        word, case.got, case.files = case.id.strip('<>').encode(), [], []
        if case.to == OUTSIDE:
            case.got = [(OUTSIDE, '-', '-') for m in self.sink.mails if word in m]
            return
        for mailbox, paths in self.lab.mails(case.to).items():
            for path in paths:
                with open(path, 'rb') as f:
                    text = f.read()
                if word not in text:
                    continue
                own = re.search(rb'(?mi)^message-id: *(<\S+>)', text)
                own = own and own.group(1).decode()
                if own == case.id:
                    continue    # the mail itself
                case.files.append(text)
                logged = [v for v in self.lab.verdicts(own) if v['user'] == case.to]
                case.got.append((mailbox, *((logged[-1]['verdict'], logged[-1]['reason'])
                                            if logged else ('none', '-'))))

    def have_come(self):
        for case in self.open:
            if len(case.got) < case.count:
                self.find(case)
        return all(len(c.got) >= c.count for c in self.open)

    def finish(self, title):
        """Waits for all that was sent, and prints it."""
        wait_until(self.have_come, PATIENCE)
        print('\n%s' % title)
        done, self.open = self.open, []
        for case in done:
            self.find(case)
            print(case.line(), flush=True)
            self.right = self.right and case.right
        return done

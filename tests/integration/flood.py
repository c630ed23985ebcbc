"""Traffic of six days: bounces in the formats of real mail servers, the mail
they bring back, and ordinary messages.

A frame is a message of tests/corpus with a hole where the original was.
"""
import base64
import email.utils
import hashlib
import os
import queue
import re
import smtplib
import threading
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from harness import SRCDIR, crlf

CORPUS = os.path.join(SRCDIR, 'tests', 'corpus')
USER = 'alice@example.org'
DAY = 86400

# Where a message is to be put stands in its header, for a plain Sieve script that
# files the same messages into the same mailboxes without the plugin.
FOLDER = 'Backscatter'
MARK = 'X-Test-Folder'
PLAIN = ('require ["fileinto", "mailbox"];\n'
         'if header "%s" "%s" { fileinto :create "%s"; stop; }\n' % (MARK, FOLDER, FOLDER))

# What made it, and its file. The first ones were recorded, the others written
# after what such servers send.
FRAMES = (
    ('Postfix', 'mta/postfix37-nodate-rr.rcpt550.eml'),
    ('Postfix, header alone', 'mta/postfix37-longhdr-rr.rethdrs.eml'),
    ('Exim', 'mta/exim496-bcc-rr.rcpt550.eml'),
    ('Exim, header alone', 'mta/exim498-longhdr-rr.rethdrs.eml'),
    ('Sendmail', 'mta/sendmail818-bcc-rr.rcpt550.eml'),
    ('Sendmail, header alone', 'mta/sendmail818-addr-ss.rethdrs.eml'),
    ('nullmailer', 'mta/nullmailer-nobody-ss.rcpt550.eml'),
    ('amavis', 'mta/amavis-nodate-rr.rcpt550.eml'),
    ('Dovecot, Sieve reject', 'mta/dovecot23-nodate-rr.sieve-reject.eml'),
    ('Dovecot LDA, quota', 'mta/dovecot23-nodate-rr.rcpt550.lda-quota.eml'),
    ('OpenSMTPD behind Sendmail', 'mta/chain-sendmail818-via-opensmtpd76-plain-ss.eml'),
    ('OpenSMTPD', 'hard/opensmtpd.eml'),
    ('qmail', 'hard/qmail.eml'),
    ('Exim, plain text', 'hard/exim-text.eml'),
    ('Exchange', 'hard/exchange-2016.eml'),
    ('Microsoft 365', 'hard/m365-failed.eml'),
    ('Courier', 'hard/courier.eml'),
    ('Zimbra', 'hard/zimbra.eml'),
    ('Yahoo', 'hard/yahoo.eml'),
    ('Domino', 'hard/domino.eml'),
)


# -- the mail that comes back ----------------------------------------------

class Signer:
    """DKIM, relaxed/relaxed, as quickly as a flood wants it."""
    NAMES = ('from', 'to', 'subject', 'date', 'message-id')

    def __init__(self, key):
        self.key = key
        self.private = serialization.load_pem_private_key(key.pem, None)

    def field(self, fields, body, when):
        """The DKIM-Signature of a header, {name: value}, that is in canonical
        form already."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        tags = ('v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=%s; t=%d; h=%s; bh=%s; b=' %
                (self.key.domain, self.key.selector, when, ':'.join(self.NAMES), digest))
        lines = ['%s:%s\r\n' % (n, fields[n]) for n in self.NAMES]
        data = ''.join(lines) + 'dkim-signature:' + tags
        value = self.private.sign(data.encode(), padding.PKCS1v15(), hashes.SHA256())
        b = base64.b64encode(value).decode()
        return tags + '\r\n\t'.join(b[i:i + 70] for i in range(0, len(b), 70))


def original(number, subject, recipient, when, signer=None, sender=None):
    """Returns its header and its body. sender: USER by default."""
    fields = {'from': '<%s>' % (sender or USER), 'to': '<%s>' % recipient,
              'subject': subject, 'date': email.utils.formatdate(when),
              'message-id': '<mail.%d@example.org>' % number}
    body = b'Hello,\r\n\r\nthis is message %d.\r\n' % number
    header = ''.join('%s: %s\r\n' % (n.title().replace('-Id', '-ID'), v)
                     for n, v in fields.items())
    if signer is not None:
        header = 'DKIM-Signature: %s\r\n' % signer.field(fields, body, int(when)) + header
    return (header + 'X-Mailer: Quay 1.0\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n').encode(), body


# -- frames ----------------------------------------------------------------

class Frame:
    """A bounce with a hole."""

    def __init__(self, name, path):
        self.name = name
        path = os.path.join(CORPUS, path)
        with open(path, 'rb') as f:
            text = crlf(f.read())
        self.before, inside, self.after = self.split(text)
        self.header_only = b'\r\n\r\n' not in inside.rstrip(b'\r\n')
        self.sender = self.mail_from(path[:-len('.eml')] + '.env')
        failed = re.search(rb'(?i)Final-Recipient: *[\w-]+; *<?([^\s>]+@[^\s>]+)', text)
        self.failed = failed.group(1) if failed else b'bob@example.net'

    @staticmethod
    def split(text):
        """(before, the original without its trace, after)."""
        part = list(re.finditer(
            rb'(?im)^Content-Type: *(?:message/rfc822|text/rfc822-headers|'
            rb'message/global|message/global-headers)\b', text))
        if part:
            start = text.index(b'\r\n\r\n', part[-1].start()) + 4
            line = text.rindex(b'\r\n--', 0, part[-1].start())
            delimiter = text[line:text.index(b'\r\n', line + 2)]
            end = text.index(delimiter, start)
        else:
            marker = re.search(rb'(?m)^-+ (?:Below this line|This) is a copy of.*\r\n\r\n',
                               text)
            start, end = marker.end(), len(text)
        # what the servers on the way put on top stays
        trace = re.compile(rb'(?:(?:Return-path|Received|X-Original-To|Delivered-To)'
                           rb':.*\r\n(?:[ \t].*\r\n)*)*', re.I).match(text, start, end)
        return text[:trace.end()], text[trace.end():end], text[end:]

    @staticmethod
    def mail_from(path):
        try:
            with open(path, errors='replace') as f:
                return re.search(r'MAIL FROM: *<([^>]*)>', f.read()).group(1)
        except OSError:
            return ''

    def fill(self, message_id, when, failed, header, body):
        """A bounce of an original to a recipient, with a Message-ID of its
        own."""
        top, blank, rest = self.before.partition(b'\r\n\r\n')
        top = re.sub(rb'(?im)^(?:Message-ID|Date):.*\r\n(?:[ \t].*\r\n)*', b'',
                     top + b'\r\n')
        top += ('Message-ID: %s\r\nDate: %s' % (
            message_id, email.utils.formatdate(when))).encode()
        before = (top + blank + rest).replace(self.failed, failed.encode())
        if not self.header_only:
            header += b'\r\n' + body
        return before + header + self.after


def frames():
    return [Frame(name, path) for name, path in FRAMES]


# -- messages --------------------------------------------------------------

class Message:
    """What is sent, and what is to become of it."""

    def __init__(self, kind, number, sender, data):
        self.kind, self.sender, self.data = kind, sender, data
        self.message_id = message_id(number)
        self.folder = self.user = None      # None: USER

    def mark(self, folder):
        self.folder = folder
        self.data = ('%s: %s\r\n' % (MARK, folder)).encode() + self.data
        return self


def message_id(number):
    return '<flood.%d@mx.example.net>' % number


def ordinary(number, when):
    return Message('ordinary', number, 'carol@example.net', crlf(
        'From: Carol <carol@example.net>\nTo: %s\nSubject: Re: message %d\n'
        'Date: %s\nMessage-ID: %s\nMIME-Version: 1.0\nContent-Type: text/plain\n\n'
        'Thank you, that is fine with me.\n\n> Hello,\n> this is message %d.\n' % (
            USER, number, email.utils.formatdate(when), message_id(number), number)))


def bounce(kind, frame, number, sent, subject, signer, user=None):
    """A bounce that came an hour after its original was sent by the user."""
    failed = 'nobody%d@example.com' % number
    header, body = original(number, subject, failed, sent, signer, user)
    message = Message(kind, number, frame.sender, frame.fill(
        message_id(number), sent + 3600, failed, header, body))
    message.user = user
    return message


def spread(kinds):
    """{kind: count} in one list, each evenly over all of it."""
    places = [((i + 0.5) / count, kind) for kind, count in kinds.items()
              for i in range(count)]
    return [kind for _, kind in sorted(places)]


# -- delivery --------------------------------------------------------------

def deliver(port, messages, connections=4):
    """Over LMTP connections that stay open. Returns the seconds that it took
    and what was not accepted."""
    work, refused = queue.SimpleQueue(), []
    for message in messages:
        work.put(message)

    def one_connection():
        with smtplib.LMTP('127.0.0.1', port, 'mx.example.org', timeout=300) as lmtp:
            lmtp.ehlo('mx.example.org')
            while True:
                try:
                    message = work.get_nowait()
                except queue.Empty:
                    return
                try:
                    lmtp.sendmail(message.sender, [message.user or USER], message.data)
                except smtplib.SMTPException as e:
                    refused.append((message, e))
                    return

    threads = [threading.Thread(target=one_connection) for _ in range(connections)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - start, refused


def where(lab):
    """{Message-ID: [mailbox]} of all that USER has."""
    found = {}
    for mailbox, paths in lab.mails(USER).items():
        for path in paths:
            with open(path, 'rb') as f:
                m = re.search(rb'(?im)^Message-ID: *(\S+)', f.read(16384))
            found.setdefault(m.group(1).decode() if m else path, []).append(mailbox)
    return found

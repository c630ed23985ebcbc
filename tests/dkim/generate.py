"""Signed messages for the comparison of verifiers.

The signer is written here from the text of RFC 6376, and shares nothing with
any of the verifiers. Each case says what a verifier has to find, and by which
section. Everything is made from one seed, DKIM_SEED or a fixed one, but for the keys.
"""
import base64
import hashlib
import os
import random
import re

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

PASS, FAIL = 'pass', 'fail'


class Key:
    def __init__(self, name, private):
        self.name = name
        self.private = private
        self.rsa = isinstance(private, rsa.RSAPrivateKey)
        self.algorithm = b'rsa-sha256' if self.rsa else b'ed25519-sha256'
        public = private.public_key()
        if self.rsa:
            self.p = base64.b64encode(public.public_bytes(
                serialization.Encoding.DER,
                serialization.PublicFormat.SubjectPublicKeyInfo))
            self.bare = base64.b64encode(public.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.PKCS1))
        else:
            self.p = base64.b64encode(public.public_bytes(
                serialization.Encoding.Raw, serialization.PublicFormat.Raw))
        self.record = b'v=DKIM1; k=%s; p=%s' % (
            b'rsa' if self.rsa else b'ed25519', self.p)

    def sign(self, data):
        if self.rsa:
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        # RFC 8463 section 3
        return self.private.sign(hashlib.sha256(data).digest())


def canon_body(canon, body):
    """Section 3.4.3 and 3.4.4."""
    if body and not body.endswith(b'\r\n'):
        body += b'\r\n'
    lines = body.split(b'\r\n')[:-1]
    if canon == b'relaxed':
        lines = [re.sub(rb'[ \t]+', b' ', line).rstrip(b' ') for line in lines]
    while lines and lines[-1] == b'':
        lines.pop()
    if not lines:
        return b'' if canon == b'relaxed' else b'\r\n'
    return b'\r\n'.join(lines) + b'\r\n'


def canon_field(canon, field):
    """Section 3.4.1 and 3.4.2; without the last line end."""
    if canon == b'simple':
        return field
    name, value = field.split(b':', 1)
    value = re.sub(rb'[ \t]+', b' ', value.replace(b'\r\n', b''))
    return name.lower().rstrip(b' \t') + b':' + value.strip(b' ')


def select(fields, names):
    """Section 5.4.2."""
    left, out = list(fields), []
    for name in names:
        for i in range(len(left) - 1, -1, -1):
            if left[i].split(b':', 1)[0].rstrip(b' \t').lower() == name.lower():
                out.append(left.pop(i))
                break
    return out


TEMPLATE = (b'DKIM-Signature: v=1; a=%(a)s; c=%(c)s; d=%(d)s;\r\n\ts=%(s)s; '
            b'%(extra)sh=%(h)s;\r\n\tbh=%(bh)s;\r\n\tb=%(b)s')
FIELDS = [b'Received: from a\r\n\tby b; Fri, 2 Oct 2026 12:00:00 +0000',
          b'From: Alice <alice@example.org>',
          b'To: bob@example.net,\r\n carol@example.net',
          b'Subject:  Hello   World ',
          b'Date: Fri, 2 Oct 2026 12:00:00 +0000',
          b'Message-ID: <1@example.org>']
NAMES = [b'From', b'To', b'Subject', b'Date', b'Message-ID']
BODY = b'Hello  World \r\n\r\nsecond\tline\r\n\r\n\r\n'


def sign(key, fields=None, body=BODY, c=b'relaxed/relaxed', names=None, h=None,
         length=None, extra=b'', template=TEMPLATE, field_c=None, body_c=None,
         d=b'example.org', s=None, a=None, bh=None, fold=None):
    """Returns (the signature's field, all fields, the body)."""
    fields = FIELDS if fields is None else fields
    names = NAMES if names is None else names
    parts = c.strip().split(b'/')
    field_c = field_c or (parts[0] if parts[0] in (b'simple', b'relaxed') else b'simple')
    body_c = body_c or (parts[1] if len(parts) > 1 else b'simple')
    canonical = canon_body(body_c, body)
    if length is not None:
        canonical = canonical[:length]
        extra = b'l=%d; ' % length + extra
    values = {
        b'a': a or key.algorithm, b'c': c, b'd': d,
        b's': s or key.name.encode(), b'extra': extra,
        b'h': b':'.join(names) if h is None else h,
        b'bh': bh or base64.b64encode(hashlib.sha256(canonical).digest())}
    empty = template % {**values, b'b': b'@B@'}
    hashed = re.sub(rb'[ \t\r\n]*@B@[ \t\r\n]*', b'', empty)
    data = b''.join(canon_field(field_c, f) + b'\r\n' for f in select(fields, names))
    data += canon_field(field_c, hashed)
    b = base64.b64encode(key.sign(data))
    if fold:
        b = fold.join(b[i:i + 60] for i in range(0, len(b), 60))
    return empty.replace(b'@B@', b), fields, body


def random_text(rand, tokens, most):
    return b''.join(rand.choice(tokens) for _ in range(rand.randrange(most)))


def message(sig, fields, body):
    return b'\r\n'.join([sig, *fields]) + b'\r\n\r\n' + body


class Generator:
    def __init__(self, folder):
        self.folder = folder
        self.keydir = os.path.join(folder, 'keys')
        os.makedirs(self.keydir, exist_ok=True)
        self.cases = []
        self.keys = [self.key('rsa2048', rsa.generate_private_key(65537, 2048)),
                     self.key('ed25519', ed25519.Ed25519PrivateKey.generate())]
        self.rsa, self.ed = self.keys
        self.small = self.key('rsa1024', rsa.generate_private_key(65537, 1024))
        self.large = self.key('rsa4096', rsa.generate_private_key(65537, 4096))

    def key(self, name, private):
        key = Key(name, private)
        self.record(name, key.record)
        return key

    def record(self, selector, record, domain='example.org'):
        path = os.path.join(self.keydir, '%s._domainkey.%s' % (selector, domain))
        with open(path, 'wb') as f:
            f.write(record)

    def add(self, name, expected, section, data):
        path = os.path.join(self.folder, '%04d.eml' % len(self.cases))
        with open(path, 'wb') as f:
            f.write(data)
        self.cases.append((name, expected, section, path))

    def add_signed(self, name, expected, section, key=None, **kwargs):
        self.add(name, expected, section, message(*sign(key or self.rsa, **kwargs)))

    def forms(self):
        bodies = {
            'empty': b'', 'crlf': b'\r\n', 'crlfs': b'\r\n\r\n\r\n',
            'white': b' \t\r\n \r\n', 'one': b'a\r\n', 'trailing': b'a\r\n\r\n\r\n',
            'wsp': b' a\t\tb  c \t\r\n \r\nd\r\n', 'leading': b'\r\n\r\na\r\n',
            'dots': b'.\r\n..\r\n', 'octets': b'\xff\xfe \xc3\xa4\r\n',
            'long': b'x ' * 20000 + b'\r\n', 'many': b'line of text\r\n' * 3000}
        for key in (self.rsa, self.ed, self.small, self.large):
            for c in (b'simple', b'relaxed', b'simple/simple', b'simple/relaxed',
                      b'relaxed/simple', b'relaxed/relaxed'):
                for body in sorted(bodies):
                    self.add_signed('form %s %s %s' % (key.name, c.decode(), body),
                                    PASS, '3.4', key, c=c, body=bodies[body])

    def folding(self):
        variants = [
            b'X:', b'X: ', b'X: \t', b'X:a', b'X:\r\n a', b'X: a\r\n\tb\r\n  c',
            b'X: a \t b', b'X: a\r\n \r\n b', b'X : a', b'X\t: a', b'x: a', b'X: a: b',
            b'X: \xc3\xa4 \xff', b'X: a ', b'X: ' + b'y' * 2000, b'X: =?utf-8?q?=E4?=',
            b'X:\r\n\t' + b'word ' * 300, b'X: a\t']
        for i, field in enumerate(variants):
            for c in (b'simple/simple', b'relaxed/relaxed'):
                for key in self.keys:
                    self.add_signed('folding %d %s %s' % (i, c.decode(), key.name), PASS,
                                    '3.4.1', key, c=c, fields=[*FIELDS, field],
                                    names=[*NAMES, b'X'])

    def selection(self):
        sec = '5.4.2'
        subject = b'Subject: other'
        two = [FIELDS[0], b'X: 1', b'X: 2', *FIELDS[1:], b'X: 3']
        for n in range(5):
            self.add_signed('select %d of 3' % n, PASS, sec, fields=two,
                            names=NAMES + [b'X'] * n)
        self.add_signed('select order', PASS, sec, names=NAMES[::-1])
        self.add_signed('select case', PASS, '3.5', names=[n.upper() for n in NAMES])
        self.add_signed('select unknown', PASS, sec, names=[*NAMES, b'No-Such'])
        for name in NAMES:
            self.add_signed('oversign ' + name.decode(), PASS, '8.15', names=[*NAMES, name])
        for key in self.keys:
            sig, fields, body = sign(key)
            self.add('top unsigned ' + key.name, PASS, sec,
                     message(sig, [b'X: new', *fields], body))
            self.add('top Subject ' + key.name, FAIL, '8.15',
                     message(sig, [subject, *fields], body))
            self.add('bottom Subject ' + key.name, FAIL, sec,
                     message(sig, [*fields, subject], body))
            self.add('top From ' + key.name, FAIL, '8.15',
                     message(sig, [b'From: x', *fields], body))
            self.add('removed ' + key.name, FAIL, sec, message(sig, fields[:-1], body))
            self.add('reordered ' + key.name, PASS, sec, message(sig, fields[::-1], body))
            sig, fields, body = sign(key, names=NAMES * 2)
            for field in (subject, b'From: x', b'Date: x', b'To: x'):
                self.add('oversigned %s %s' % (field.split(b':')[0].decode(), key.name),
                         FAIL, '8.15', message(sig, [field, *fields], body))

    def tags(self):
        t = TEMPLATE
        forms = {
            'one line': b'DKIM-Signature: ' + re.sub(rb'\r\n\t', b' ', t[16:]),
            'no white space': re.sub(rb';[ \r\n\t]*', b';', t).replace(b': ', b':', 1),
            'space at =': re.sub(rb'(\w+)=(%\(\w+\)s)', rb'\1 = \2 ', t),
            'folds at =': re.sub(rb'(\w+)=(%\((?!extra)\w+\)s)', rb'\1\r\n\t=\r\n\t\2', t),
            'last ;': t + b';', 'last ; and space': t + b'; ',
            'lower case': b'dkim-signature' + t[14:],
            'b= first': b'DKIM-Signature: b=%(b)s; ' + t[16:].replace(b'\r\n\tb=%(b)s', b' z=1'),
            'b= in the middle': b'DKIM-Signature: v=1; b=%(b)s;\r\n ' +
                                t[21:].replace(b'\r\n\tb=%(b)s', b' z=1'),
            'v= last': b'DKIM-Signature:' + t[20:] + b'; v=1',
            'like b=': t.replace(b'\r\n\tb=', b' xb=1; bb=2; B=3; z=b=4;\r\n\tb='),
            'unknown tags': t.replace(b'v=1;', b'v=1; foo=bar; x_1=;'),
            'space before :': t.replace(b'DKIM-Signature:', b'DKIM-Signature :'),
        }
        for name in sorted(forms):
            for c in (b'simple/simple', b'relaxed/relaxed'):
                self.add_signed('tags %s %s' % (name, c.decode()), PASS, '3.2',
                                template=forms[name], c=c)
        for fold in (b'\r\n\t ', b'\r\n ', b' ', b'\t'):
            for c in (b'simple/simple', b'relaxed/relaxed'):
                self.add_signed('folded b %r %s' % (fold, c.decode()), PASS, '3.5',
                                fold=fold, c=c)
        bad = {
            'duplicate': (b'v=1;', b'v=1; x_a=1; x_a=1;', '3.2'),
            'duplicate s': (b'v=1;', b'v=1; s=%(s)s;', '3.2'),
            'v=2': (b'v=1;', b'v=2;', '6.1.1'),
            'v= missing': (b'v=1;', b'', '6.1.1'),
            'v=01': (b'v=1;', b'v=01;', '3.5'),
            'a= missing': (b'a=%(a)s;', b'', '6.1.1'),
            'd= missing': (b'd=%(d)s;', b'', '6.1.1'),
            's= missing': (b's=%(s)s;', b'', '6.1.1'),
            'h= missing': (b'h=%(h)s;', b'', '6.1.1'),
            'bh= missing': (b'bh=%(bh)s;', b'', '6.1.1'),
            'empty tag': (b'v=1;', b'v=1;;', '3.2'),
            'no =': (b'v=1;', b'v=1; foo;', '3.2'),
            'no name': (b'v=1;', b'v=1; =foo;', '3.2'),
            'A=': (b'a=%(a)s', b'A=%(a)s', '3.2'),
        }
        for name in sorted(bad):
            old, new, section = bad[name]
            self.add_signed('tags bad ' + name, FAIL, section, template=t.replace(old, new))

    def values(self):
        for extra, expected, section in (
                (b'q=dns/txt; ', PASS, '3.5'), (b'q=x:dns/txt; ', PASS, '3.5'),
                (b'q=dns/txt : x; ', PASS, '3.5'), (b'q=other; ', FAIL, '3.5'),
                (b't=1790000000; ', PASS, '3.5'),
                (b't=1790000000; x=4102444800; ', PASS, '3.5'),
                (b't=2; x=1; ', FAIL, '3.5'),
                (b't=abc; ', FAIL, '3.5'), (b'x=abc; ', FAIL, '3.5'),
                (b'i=@example.org; ', PASS, '3.5'),
                (b'i=alice@example.org; ', PASS, '3.5'),
                (b'i=@a.b.example.org; ', PASS, '3.5'),
                (b'i=@EXAMPLE.ORG; ', PASS, '3.5'),
                (b'i=@example.com; ', FAIL, '6.1.1'),
                (b'i=@org; ', FAIL, '6.1.1'),
                (b'i=@badexample.org; ', FAIL, '6.1.1'),
                (b'l=abc; ', FAIL, '3.5'), (b'l=-1; ', FAIL, '3.5'),
                (b'l=; ', FAIL, '3.5'), (b't=; ', FAIL, '3.5'),
                (b'z=From:a|To:b; ', PASS, '3.5')):
            self.add_signed('value ' + extra.decode().strip(), expected, section, extra=extra)
        for c in (b'nowsp', b'relaxed/nowsp', b'Relaxed/relaxed', b'relaxed/', b'/relaxed', b''):
            self.add_signed('c=' + c.decode(), FAIL, '3.5', c=c, field_c=b'relaxed',
                            body_c=b'relaxed')
        for a in (b'rsa-sha1', b'rsa-sha512', b'RSA-SHA256', b'ed25519-sha256', b'x', b''):
            self.add_signed('a=' + a.decode(), FAIL, '3.5', a=a or b' ')
        for d in (b'EXAMPLE.ORG', b'Example.org'):
            self.add_signed('d=' + d.decode(), PASS, '2.3', d=d)
        self.add_signed('s= upper case', PASS, '3.1', s=b'RSA2048')
        for h, expected, section in (
                (b'from : to : subject : date : message-id', PASS, '3.5'),
                (b'From:\r\n\tTo:\r\n\tSubject:\r\n\tDate:\r\n\tMessage-ID', PASS, '3.5'),
                (b'From :To\t:Subject : Date: Message-ID ', PASS, '3.5'),
                (b'To:Subject:Date:Message-ID', FAIL, '5.4'),
                (b'', FAIL, '3.5'),
                (b'From:To:Subject:Date:Message-ID:', FAIL, '3.5'),
                (b'From::To:Subject:Date:Message-ID', FAIL, '3.5')):
            names = [n.strip() for n in h.split(b':') if n.strip()]
            self.add_signed('h=%r' % h, expected, section, h=h, names=names)
        for length, expected in ((0, PASS), (5, PASS), (len(canon_body(b'relaxed', BODY)), PASS)):
            for tail in (b'', b'more\r\n'):
                sig, fields, body = sign(self.rsa, length=length)
                self.add('l=%d %r' % (length, tail), expected, '3.5',
                         message(sig, fields, body + tail))
        sig, fields, body = sign(self.rsa, length=5)
        self.add('l=5 changed', FAIL, '3.5', message(sig, fields, b'x' + body))
        sig, fields, body = sign(self.rsa, length=30)
        self.add('l=30 cut', FAIL, '3.5', message(sig, fields, b''))
        # the signer's own l= is larger than the body
        self.add_signed('l= too large', FAIL, '3.5', extra=b'l=5000; ')
        self.add_signed('bh= of another', FAIL, '6.1.3', bh=base64.b64encode(bytes(32)))
        self.add_signed('bh= short', FAIL, '3.5', bh=base64.b64encode(bytes(20)))
        for name in ('LF', 'mixed'):
            data = message(*sign(self.rsa))
            if name == 'LF':
                data = data.replace(b'\r\n', b'\n')
            else:
                data = data.replace(b'\r\n', b'\n', 3)
            self.add('line ends ' + name, PASS, '5.3', data)

    def records(self):
        p, ed = self.rsa.p, self.ed.p
        rows = [
            (b'p=' + p, PASS), (b'v=DKIM1;p=' + p, PASS), (b'v=DKIM1; k=rsa; p=%s;' % p, PASS),
            (b' v = DKIM1 ; p = %s ' % p, PASS),
            (b'v=DKIM1; p=' + p[:50] + b' ' + p[50:], PASS),
            (b'p=' + self.rsa.bare, PASS),
            (b'v=DKIM1; h=sha256; p=' + p, PASS), (b'v=DKIM1; h=sha1:sha256; p=' + p, PASS),
            (b'v=DKIM1; h=sha1; p=' + p, FAIL), (b'v=DKIM1; s=*; p=' + p, PASS),
            (b'v=DKIM1; s=email; p=' + p, PASS), (b'v=DKIM1; s=x:email; p=' + p, PASS),
            (b'v=DKIM1; s=tlsrpt; p=' + p, FAIL), (b'v=DKIM1; t=y; p=' + p, PASS),
            (b'v=DKIM1; t=s; p=' + p, PASS), (b'v=DKIM1; n=a note; p=' + p, PASS),
            (b'v=DKIM1; foo=bar; p=' + p, PASS), (b'v=DKIM1; p=', FAIL),
            (b'v=DKIM1; k=rsa', FAIL), (b'v=DKIM1', FAIL), (b'v=DKIM2; p=' + p, FAIL),
            (b'p=%s; v=DKIM1' % p, FAIL), (b'v=DKIM1; k=dsa; p=' + p, FAIL),
            (b'v=DKIM1; k=ed25519; p=' + p, FAIL), (b'v=DKIM1; k=rsa; p=' + ed, FAIL),
            (b'v=DKIM1; k=ed25519; p=' + ed, FAIL), (b'v=DKIM1; p=!!!!', FAIL),
            (b'v=DKIM1; p=' + p[:100], FAIL), (b'v=DKIM1; p=%s; p=%s' % (p, p), FAIL),
            (b'v=DKIM1; p=' + self.small.p, FAIL), (b'hello world', FAIL),
            (b'v=spf1 -all', FAIL)]
        for i, (record, expected) in enumerate(rows):
            self.record('r%d' % i, record)
            self.add_signed('record %d %s' % (i, record[:30].decode()), expected, '3.6.1',
                            s=b'r%d' % i)
        self.record('strict', b'v=DKIM1; t=s; p=' + p)
        self.record('stricty', b'v=DKIM1; t=y:s; p=' + p)
        for s in (b'strict', b'stricty'):
            for i, expected in ((b'@example.org', PASS), (b'@a.example.org', FAIL)):
                self.add_signed('t=s %s %s' % (s.decode(), i.decode()), expected, '3.6.1',
                                s=s, extra=b'i=%s; ' % i)
        self.add_signed('no record', FAIL, '6.1.2', s=b'none')

    def anything(self, rand, count):
        """Messages as nobody writes them: fields folded, repeated and in any order,
        white space and empty lines anywhere. One of four is changed behind the signer."""
        white = [b' ', b'\t', b'  ', b' \t ']
        words = [b'a', b'Word', b'\xe4\xfc', b'=20', b';', b':', b'.', b'b=']
        for i in range(count):
            key = rand.choice(self.keys)
            c = b'/'.join(rand.choice([b'simple', b'relaxed']) for _ in range(2))
            more = [b'X-%d: %s' % (rand.randrange(4), random_text(
                rand, words + white + [b'\r\n\t', b'\r\n '], 20) + b'end')
                for _ in range(rand.randrange(6))]
            fields = FIELDS + more
            rand.shuffle(fields)
            names = NAMES + [f.split(b':')[0] for f in more if rand.randrange(2)]
            rand.shuffle(names)
            body = random_text(rand, words + white + [b'\r\n'] * 6, 60) + b'last\r\n' + \
                b'\r\n' * rand.randrange(3)
            sig, _, _ = sign(key, fields, body, c, names, fold=rand.choice([None, b'\r\n\t']))
            changed = i % 4 == 0
            if changed:
                body = body.replace(b'last', b'lost')
            self.add('anything %d %s %s%s' % (i, key.name, c.decode(), ', changed' * changed),
                     FAIL if changed else PASS, '3.4', message(sig, fields, body))

    def mutations(self, rand, count):
        """One octet changed by its lowest bit, anywhere but in Received."""
        for i in range(count):
            key = self.keys[i % 2]
            c = (b'simple/simple', b'relaxed/relaxed')[i // 2 % 2]
            sig, fields, body = sign(key, c=c)
            data = bytearray(message(sig, fields, body))
            start = data.index(b'Received')
            end = data.index(b'From: ')
            # the last digit of base64 has bits that mean nothing
            spare = data.index(b'=\r\nReceived') - 3
            while True:
                pos = rand.randrange(len(data))
                if not start - 6 <= pos < end and not spare <= pos < start and \
                        data[pos:pos + 1] not in (b'=', b'\r', b'\n') and pos < len(data) - 6:
                    break
            if bytes(data[pos - 48:pos + 2]).find(b'bh=') >= 0:
                # the same of bh=
                pos = data.index(b'bh=') + 5
            data[pos] ^= 1
            self.add('mutation %d' % i, FAIL, '6.1.3', bytes(data))

    def all(self):
        self.forms()
        self.folding()
        self.selection()
        self.tags()
        self.values()
        self.records()
        rand = random.Random(int(os.environ.get('DKIM_SEED', '6376')))
        self.mutations(rand, 150)
        self.anything(rand, 200)
        return self.cases

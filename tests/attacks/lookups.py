"""What comes back from the DNS: keys and SPF records of strangers, and what many
names cost. What servers may do to an answer on its way is in
integration/test-dns-matrix."""
import base64

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from attack import BOUNDS, STRANGER, attack, bounce, change, received, rsa_key, sent
from dns_responder import Responder
from forms import FORGED
from limits import in_our_name

KEY = 'live._domainkey.example.org.'
LIVE = rsa_key('live')
SOA = 'ns.example.org. root.example.org. 1 2 3 4 300'


def quoted(text):
    """As the strings of a TXT record."""
    if isinstance(text, str):
        text = text.encode()
    return ' '.join('"%s"' % ''.join('\\%03d' % c for c in text[i:i + 255])
                    for i in range(0, len(text), 255)) or '""'


def zone(records):
    """A server of these: {name: [(type, text)]} or a function of a name and a type.
    Of other names it says that they do not exist."""
    def answer(wire, send):
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name, kind = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        known = records(name, kind) if callable(records) else records.get(name)
        reply = dns.message.make_response(query, recursion_available=True)
        for text in [t for k, t in known or () if k in (kind, 'CNAME')]:
            rdtype = 'CNAME' if ('CNAME', text) in known else kind
            reply.answer.append(dns.rrset.from_text(question.name, 300, 'IN', rdtype, text))
        if not reply.answer:
            reply.authority.append(dns.rrset.from_text('example.org.', 300, 'IN', 'SOA', SOA))
        if known is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        send(reply.to_wire(max_size=65535))

    def answer_tcp(responder, connection):
        wire = responder.read_tcp(connection)
        answer(wire, lambda reply: connection.sendall(len(reply).to_bytes(2, 'big') + reply))
    return lambda: Responder(answer, answer_tcp)


def key(*texts):
    return zone({KEY: [('TXT', quoted(text)) for text in texts]})


# -- keys ------------------------------------------------------------------

@attack('genuine dkim-full', dns=key(STRANGER.record), cost={'asked': 1}, proof='claimed')
def key_of_the_forger():
    """Who can write into our zone publishes a key of his own: the DNS is believed,
    and what came so is proven by nothing."""
    return bounce(sent(STRANGER, s=b'live'))


@attack('backscatter bad-signature', dns=zone({
    'own._domainkey.example.org.': [('TXT', quoted(STRANGER.record))]}), cost={'asked': 0})
def key_that_we_have_in_a_file():
    """The key directory is asked first: a forged answer changes nothing about the
    keys in it."""
    return bounce(sent(STRANGER, s=b'own'))


@attack('backscatter key-unusable', dns=key(b'v=DKIM1; k=rsa; p=' + b'A' * 40, 'v=spf1 -all'),
        cost={'asked': 1, 'verified': 0})
def records_that_are_no_key():
    """Two records of the name, and neither is a key."""
    return bounce(sent(LIVE))


@attack('genuine dkim-full', dns=key(b'\xff\0;;;', b'v=DKIM1; p=', LIVE.record))
def key_among_rubbish():
    """Rubbish and a revoked key beside ours."""
    return bounce(sent(LIVE))


def record_of(n, e):
    def integer(value):
        data = value.to_bytes(value.bit_length() // 8 + 1, 'big')
        return b'\x02\x82' + len(data).to_bytes(2, 'big') + data
    data = integer(n) + integer(e)
    return b'v=DKIM1; k=rsa; p=' + base64.b64encode(b'\x30\x82' + len(data).to_bytes(2, 'big') +
                                                    data)


MODULUS = STRANGER.private.public_key().public_numbers().n


@attack('backscatter key-unusable', dns=key(record_of(MODULUS, 2 ** 2000 + 1)),
        cost={'verified': 0})
def key_with_a_huge_exponent():
    """A check takes as long as the exponent is."""
    return bounce(sent(LIVE))


@attack('backscatter key-unusable', dns=key(record_of(2 ** 16400 + 1, 65537)),
        cost={'verified': 0})
def key_with_a_huge_modulus():
    """And as the square of the modulus."""
    return bounce(sent(LIVE))


@attack('backscatter key-unusable', dns=key(record_of(MODULUS, 1)), cost={'verified': 0})
def key_with_exponent_1():
    """With this exponent, what is signed is its own signature."""
    return bounce(sent(LIVE))


@attack('backscatter key-unusable', dns=key(record_of(MODULUS + 1, 65537)),
        cost={'verified': 0})
def key_with_an_even_modulus():
    """A number that is no product of two odd primes."""
    return bounce(sent(LIVE))


@attack('backscatter key-unusable', dns=key(
    b'v=DKIM1; k=rsa; p=' + base64.b64encode(b'\x30\x82' + b'\xff' * 1000)),
    cost={'verified': 0})
def key_that_says_it_is_longer():
    """DER whose sizes go beyond its end."""
    return bounce(sent(LIVE))


@attack('genuine dkim-full', dns=key(LIVE.record + b'; n=' + b'x' * 50000),
        cost={'peak': 4 * 1024 * 1024})
def key_of_50_kb():
    """A note in the record, of nearly the size that a message of the DNS can have."""
    return bounce(sent(LIVE))


@attack('temperror dns', dns=key(*[b'v=spf1 %d' % i for i in range(70)]))
def seventy_records():
    """More records than are read: ours may be among the others."""
    return bounce(sent(LIVE))


@attack('temperror dns', dns=zone(lambda name, kind: [('CNAME', 'a.' + name)]))
def alias_without_end():
    """Each name is an alias of another one. What nobody can follow is no missing
    key."""
    return bounce(sent(LIVE))


@attack('backscatter foreign-signature', dns=zone({}), cost={'asked': 0})
def names_of_a_stranger():
    """Signatures of the stranger's domains: nobody is asked about them, so that he
    does not learn who reads his mail."""
    signed = sent(STRANGER, d=b'a.evil.example')
    for i in range(10):
        signed = change(in_our_name(i), b'example.org', b'%d.evil.example' % i) + signed
    return bounce(signed)


def selectors(number):
    """As many forged signatures, by selectors that do not exist."""
    return b''.join(change(in_our_name(i), b's=own', b's=x%d' % i)
                    for i in range(number * 16, number * 16 + 16))


@attack('genuine dkim-full', dns=key(LIVE.record),
        cost={'asked': 1100, 'verified': 1252 * BOUNDS['verified'], 'compared': 2 * 10 ** 8})
def twenty_thousand_selectors():
    """One message of ours, then 20,000 selectors in 1,250 others, then one of ours
    again: a minute has so many lookups of unknown names, and known keys need
    none."""
    return [bounce(sent(LIVE)), *(bounce(selectors(i) + FORGED) for i in range(1250)),
            bounce(sent(LIVE))]


# -- SPF -------------------------------------------------------------------
# The record is that of the name by which the stranger's server greets.

MAX_QUESTIONS = 62
HELO = 'mx.evil.example'


def spf(result):
    """Checks the SPF of who sent the bounce."""
    def check(answers):
        got = answers[-1]['reporter_spf'] and answers[-1]['reporter_spf']['result']
        return None if got == result else 'SPF is %s, not %s' % (got, result)
    return check


def record(text, **others):
    names = {HELO + '.': [('TXT', quoted(text))], 'example.org.': [('TXT', quoted('v=spf1 -all'))]}
    names.update({name.replace('_', '.') + '.': value for name, value in others.items()})
    return zone(names)


def hostile(result, server, asked=MAX_QUESTIONS):
    return attack('backscatter unsigned', ['--reporter-spf'], dns=server, cost={'asked': asked},
                  check=spf(result))


@hostile('permerror', record('v=spf1 include:mx.evil.example -all'))
def spf_that_includes_itself():
    """A record that includes itself."""
    return bounce(FORGED)


@hostile('permerror', record('v=spf1 redirect=mx.evil.example'))
def spf_that_redirects_to_itself():
    """And one that redirects to itself."""
    return bounce(FORGED)


def tree(name, kind):
    """Each name includes ten others."""
    text = 'v=spf1 ' + ' '.join('include:%d.%s' % (i, name.rstrip('.')) for i in range(10))
    return [('TXT', quoted(text))] if name.endswith(HELO + '.') else [
        ('TXT', quoted('v=spf1 -all'))]


@hostile('permerror', zone(tree))
def spf_that_grows():
    """Each record includes ten others, which do the same."""
    return bounce(FORGED)


@hostile('permerror', record('v=spf1 ' + ' '.join('a:h%d.evil.example' % i for i in range(40))))
def spf_with_40_hosts():
    """More terms that need a lookup than RFC 7208 allows."""
    return bounce(FORGED)


def exchanges(name, kind):
    if kind == 'MX':
        return [('MX', '10 h%d.%s' % (i, name)) for i in range(60)]
    return [('TXT', quoted('v=spf1 mx mx:a.evil.example mx:b.evil.example mx:c.evil.example '
                           'mx:d.evil.example mx:e.evil.example -all'))] if kind == 'TXT' else []


@hostile('permerror', zone(exchanges))
def spf_with_300_exchanges():
    """Few terms, and many hosts in each."""
    return bounce(FORGED)


def pointers(name, kind):
    if kind == 'PTR':
        return [('PTR', 'h%d.evil.example.' % i) for i in range(60)]
    return [('TXT', quoted('v=spf1 ptr ptr:evil.example ptr:a.example ptr:b.example -all'))] \
        if kind == 'TXT' else []


@hostile('permerror', zone(pointers))
def spf_with_60_pointers():
    """The name of the address has many names, each of which is asked for."""
    return bounce(FORGED)


@hostile('permerror', record('v=spf1 ' + 'ip4:203.0.113.1 ' * 4000))
def spf_of_60_kb():
    """A record as long as the DNS can have it."""
    return bounce(FORGED)


@hostile('permerror', record('v=spf1 ' + 'ip4:1.2.3.4 ' * 300))
def spf_with_300_terms():
    """libspf2 counts some of these in one octet."""
    return bounce(FORGED)


@hostile('permerror', record('v=spf1 exists:' + 'a' * 1000 + '.example -all'))
def spf_with_a_long_term():
    """And the octets of a term as well."""
    return bounce(FORGED)


@hostile('permerror', record(b'v=spf1 include:\xff\xfe\x80.example -all'))
def spf_with_8_bits():
    """An octet above 127 is an index below 0 in some tables."""
    return bounce(FORGED)


@hostile('permerror', record('v=spf1 exists:%{i99999999999999999999r}.%{z}.example -all'))
def spf_with_a_wrong_macro():
    """A macro with a number that fits into no integer."""
    return bounce(FORGED)


@hostile('fail', record('v=spf1 exists:%{l}.%{s}.%{o}.%{d}.%{h}.%{i}.%{v}.' + '%{s}' * 10 +
                        '.example -all'))
def spf_with_all_macros():
    """What macros make of the names in the message is longer than a name."""
    return bounce(FORGED)


@hostile('fail', record('v=spf1 -all exp=why.evil.example', why_evil_example=[
    ('TXT', quoted('%{c}%{r}%{t} ' * 100))]), asked=2)
def spf_that_explains():
    """An explanation, which would cost a lookup and come into our texts."""
    return bounce(FORGED)


@hostile('permerror', zone({HELO + '.': [('TXT', quoted('v=spf1 +all')),
                                         ('TXT', quoted('v=spf1 -all'))]}))
def spf_twice():
    """Two records, one of which lets everybody pass."""
    return bounce(FORGED)


@hostile('pass', record('v=spf1 +all'))
def spf_of_the_stranger():
    """A pass for the stranger's own name says nothing of the mail."""
    return bounce(FORGED)


@attack('genuine dkim-full', dns=record('v=spf1 +all'), proof='claimed')
def spf_of_a_stranger_for_the_recipient():
    """Nor does it prove that a recipient failed who is elsewhere."""
    return bounce(sent())


@attack('unverifiable spf-pass', ['--spf', 'rescue'], dns=zone({
    'example.org.': [('TXT', quoted('v=spf1 ip4:192.0.2.1 -all'))]}))
def spf_of_a_forged_trace():
    """With "rescue", a trace that names our server's address is believed: what the
    admin chose while not all of his mail is signed."""
    return bounce(received('from mx.example.org (mx.example.org [192.0.2.1])\n'
                           '\tby mx.evil.example (Postfix) with ESMTP') + FORGED)

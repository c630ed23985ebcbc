"""Who holds mail that we signed, or wants to look as if he did."""
import base64
import re
import time

import generate
from attack import (ALICE, BODY, CUSTOMER, ED25519, MALLORY, NOW, OWN, RECORDS, STRANGER,
                    attack, bounce, change, crlf, fields, header_of, rsa_key, sent,
                    signature_of)

# -- the body: a header vouches for the header alone -----------------------


@attack('genuine dkim-headers', body='mismatch', proof='claimed')
def other_body():
    """Who holds one mail of ours returns it with a text of his own: the header
    vouches for itself alone, and nothing is proven by it."""
    return bounce(change(sent(), BODY, b'Buy now.\r\n'))


@attack('genuine dkim-headers', body='partial')
def text_behind_length():
    """l= covers the beginning of the body, so that anything may be put behind it."""
    return bounce(sent(length=len(BODY)) + b'Buy now.\r\n')


@attack('genuine dkim-headers', body='partial')
def length_of_nothing():
    """l=0 makes the hash of no octet at all match each body."""
    return bounce(change(sent(length=0), BODY, b'Buy now.\r\n'))


@attack('unverifiable altered')
def length_added():
    """l= is put into a signature that had none, so that a longer body matches: a tag
    of a signature is signed as well."""
    return bounce(change(sent(), b'; h=', b'; l=%d; h=' % len(BODY)) + b'Buy now.\r\n')


@attack('genuine dkim-headers', body='mismatch')
def length_beyond_body():
    """l= names more octets than came back: what is missing does not count as equal."""
    return bounce(sent(extra=b'l=100000; '))


@attack('unverifiable altered')
def length_of_77_digits():
    """l= is a number that fits into no integer."""
    return bounce(sent(extra=b'l=%s; ' % (b'9' * 77)))


@attack('genuine dkim-headers', body='mismatch')
def bare_cr_in_body():
    """A CR alone, which some programs show as a line end, is an octet of the line
    for the hash."""
    return bounce(change(sent(), b'offer that', b'offer\rthat'))


@attack('genuine dkim-headers', body='mismatch')
def lines_behind_empty_ones():
    """Empty lines at the end of a body are not hashed; those before a line are."""
    return bounce(sent() + b'\r\n' * 5000 + b'Buy now.\r\n')


# -- fields that a mail program shows, and that nobody signed --------------

@attack('unverifiable altered')
def second_from_above():
    """A From above the signed one, which is the one that mail programs show."""
    return bounce(b'From: <ceo@example.org>\r\n' + sent())


@attack('unverifiable altered')
def second_subject_above():
    """A Subject above the signed one: the signature still verifies over the lower
    one."""
    return bounce(b'Subject: Buy now\r\n' + sent())


@attack('unverifiable altered')
def second_subject_below_signature():
    """The second Subject stands between the signature and the signed one."""
    return bounce(change(sent(), b'\r\nFrom:', b'\r\nSubject: Buy now\r\nFrom:', 1))


@attack('unverifiable altered')
def second_subject_where_none_may_be():
    """h= names Subject twice, which forbids a second one."""
    names = generate.NAMES + [b'Subject']
    return bounce(b'Subject: Buy now\r\n' + sent(names=names))


@attack('unverifiable altered')
def second_to_in_other_case():
    """Names of fields are compared without case, and a space may follow them."""
    return bounce(b'tO : <victim@example.net>\r\n' + sent())


@attack('unverifiable sender-mismatch')
def from_taken_away():
    """Without From, there is nobody to whom the mail could belong."""
    return bounce(change(sent(), b'From: <%s>\r\n' % ALICE.encode(), b''))


@attack('unverifiable altered')
def from_not_signed():
    """Our key signed without From in h=: anybody may have written From."""
    names = [n for n in generate.NAMES if n != b'From']
    return bounce(sent(names=names))


@attack('unverifiable altered')
def nul_in_signed_field():
    """What a signer and a mail program make of a NUL differs."""
    return bounce(sent(header=fields(subject='Of\0fer')))


@attack('unverifiable altered')
def bare_cr_in_signed_field():
    """A CR alone in a signed field may be shown as the beginning of another field."""
    return bounce(sent(header=fields(subject='Offer\rBcc: x')))


@attack('unverifiable altered')
def signed_field_edited():
    """Our key made the signature, and the Subject below it is another one. It may
    be damage, so it is not backscatter; it does not vouch."""
    return bounce(change(sent(), b'Subject: Offer', b'Subject: Buy now'))


@attack('unverifiable altered')
def signature_on_another_mail():
    """A signature of ours, cut out of one mail and put above another one."""
    other = b'\r\n'.join(fields(subject='Buy now', message_id='<x@example.org>'))
    return bounce(signature_of(sent()) + other + b'\r\n\r\nBuy now.\r\n')


@attack('unverifiable altered')
def bh_replaced():
    """The hash of another body in bh=, with that body."""
    text = b'Buy now.\r\n'
    new = base64.b64encode(generate.hashlib.sha256(text).digest())
    return bounce(change(re.sub(rb'bh=[^;]*', b'bh=' + new, sent()), BODY, text))


# -- rules that our signers keep -------------------------------------------

@attack('unverifiable altered')
def domain_twice():
    """Programs differ in which of two tags they read."""
    return bounce(change(sent(), b'd=example.org;', b'd=example.org; d=evil.example;'))


@attack('backscatter bad-signature')
def b_twice():
    """A b= of ours behind one that our key did not make."""
    forged = base64.b64encode(b'\x01' + b'x' * 255)
    return bounce(change(sent(), b'\tb=', b'\tb=%s;\r\n\tb=' % forged))


@attack('unverifiable altered')
def identity_elsewhere():
    """i= is not of the domain in d=."""
    return bounce(sent(extra=b'i=@evil.example; '))


@attack('unverifiable altered')
def version_2():
    """What another version of DKIM means is not known."""
    return bounce(sent(template=generate.TEMPLATE.replace(b'v=1', b'v=2')))


@attack('unverifiable altered')
def another_way_to_the_key():
    """q= names a way to the key that is not DNS."""
    return bounce(sent(extra=b'q=http/get; '))


@attack('unverifiable altered')
def expires_before_it_begins():
    """x= is not after t=."""
    return bounce(sent(extra=b'x=%d; ' % (NOW - 7200)))


@attack('unverifiable altered')
def empty_name_in_h():
    """h= with an empty name: "from::to"."""
    return bounce(sent(h=b'From::To:Subject:Date:Message-ID'))


@attack('backscatter key-unusable')
def algorithm_of_another_key():
    """a= says Ed25519, the key is RSA."""
    return bounce(sent(a=b'ed25519-sha256'))


# -- time ------------------------------------------------------------------

@attack('backscatter stale')
def old_mail():
    """A mail of ours, kept and returned when no bounce can come any more."""
    return bounce(sent(t=NOW - 15 * 86400, header=fields(when=NOW - 15 * 86400)))


@attack('backscatter stale')
def old_mail_without_t():
    """Without t=, the signed Date says how old it is."""
    return bounce(sent(t=None, header=fields(when=NOW - 15 * 86400)))


@attack('unverifiable altered')
def old_mail_made_young():
    """t= is written anew: it is signed, too."""
    old = NOW - 15 * 86400
    return bounce(change(sent(t=old, header=fields(when=old)), b't=%d' % old, b't=%d' % NOW))


@attack('backscatter expired')
def expired():
    """x= is over, and so is the time that a queue holds mail."""
    return bounce(sent(t=NOW - 7 * 86400, extra=b'x=%d; ' % (NOW - 6 * 86400)))


@attack('backscatter future')
def from_tomorrow():
    """A signature that is dated ahead would be good for longer."""
    return bounce(sent(t=NOW + 86400))


# -- keys ------------------------------------------------------------------

RETIRED = rsa_key('retired')
RECORDS['retired._domainkey.example.org'] = b'; retired %s\n%s' % (
    time.strftime('%Y-%m-%d', time.gmtime(NOW - 9 * 86400)).encode(), RETIRED.record)
RECORDS['revoked._domainkey.example.org'] = b'v=DKIM1; k=rsa; p='
WEAK = rsa_key('weak', 1024)
RECORDS['weak._domainkey.example.org'] = WEAK.record
STRICT = rsa_key('strict')
RECORDS['strict._domainkey.example.org'] = STRICT.record.replace(b'k=rsa', b'k=rsa; t=s')


@attack('backscatter key-retired')
def retired_key():
    """A key that was stolen after it was retired."""
    return bounce(sent(RETIRED))


@attack('backscatter key-retired')
def retired_key_without_time():
    """And whose thief gives no time at all: neither t= nor a signed Date."""
    return bounce(sent(RETIRED, t=None, names=[b'From', b'To']))


@attack('backscatter key-revoked')
def revoked_key():
    """A key whose record has an empty p=."""
    return bounce(sent(rsa_key('revoked')))


@attack('backscatter weak-key', ['--min-rsa-bits', '1025'], cost={'verified': 0})
def weak_key():
    """A key that somebody may have factored makes signatures that verify."""
    return bounce(sent(WEAK))


@attack('unverifiable altered')
def identity_below_a_strict_key():
    """The key has t=s, which forbids an i= below d=."""
    return bounce(sent(STRICT, extra=b'i=@sub.example.org; '))


@attack('backscatter key-missing')
def unknown_key():
    """A selector of ours that never was."""
    return bounce(sent(rsa_key('unknown')))


@attack('backscatter foreign-signature')
def foreign_key():
    """A valid signature of the forger's own domain."""
    return bounce(sent(STRANGER, d=b'evil.example'))


# -- b= --------------------------------------------------------------------

def with_b(message, b):
    return change(message, re.search(rb'\tb=(.*)\r\n', message).group(1),
                  base64.b64encode(b))


def padded(info):
    """PKCS#1: what an RSA signature holds."""
    return b'\0\1' + b'\xff' * (256 - 3 - len(info)) + b'\0' + info


def raw_rsa(private, block):
    """What the owner of the private key makes of a block."""
    numbers = private.private_numbers()
    n = numbers.public_numbers.n
    return pow(int.from_bytes(block, 'big'), numbers.d, n).to_bytes(256, 'big')


SHA256_INFO = bytes.fromhex('3031300d060960864801650304020105000420')


@attack('backscatter bad-signature')
def random_b():
    """b= of the right size and of nobody's key."""
    return bounce(with_b(sent(), b'\1' + b'x' * 255))


@attack('backscatter bad-signature')
def foreign_key_in_our_name():
    """A valid signature by a stranger's key, with our selector."""
    return bounce(sent(STRANGER, s=b'own'))


@attack('backscatter bad-signature')
def digest_without_null():
    """A DigestInfo that is one octet shorter than the exact one, as some libraries
    accept it: room to forge in."""
    info = bytes.fromhex('302f300b06096086480165030402010420') + b'\x11' * 32
    return bounce(with_b(sent(), raw_rsa(OWN.private, padded(info))))


@attack('backscatter bad-signature')
def digest_of_sha1():
    """Our key signed a SHA-1, for which collisions are made."""
    info = bytes.fromhex('3021300906052b0e03021a05000414') + b'\x11' * 20
    return bounce(with_b(sent(), raw_rsa(OWN.private, padded(info))))


@attack('backscatter bad-signature')
def short_padding():
    """A block whose padding ends early and has garbage behind the digest, as with
    Bleichenbacher's forgery."""
    block = b'\0\1' + b'\xff' * 8 + b'\0' + SHA256_INFO + b'\x11' * 32
    return bounce(with_b(sent(), raw_rsa(OWN.private, block + b'\x22' * (256 - len(block)))))


@attack('backscatter bad-signature')
def b_above_the_modulus():
    """b plus the modulus is the same number to the key."""
    n = OWN.private.public_key().public_numbers().n
    for i in range(10000):      # until the sum has no more octets than the modulus
        message = sent(header=fields(message_id='<offer.%d@example.org>' % i))
        b = base64.b64decode(re.search(rb'\tb=(.*)\r\n', message).group(1))
        value = int.from_bytes(b, 'big') + n
        if value.bit_length() <= 2048:
            return bounce(with_b(message, value.to_bytes(256, 'big')))
    raise AssertionError('no signature is small enough')


@attack('backscatter bad-signature')
def b_of_ones():
    """1 to any power is 1: b=1 verifies where the padding is not looked at."""
    return bounce(with_b(sent(), b'\0' * 255 + b'\1'))


@attack('backscatter bad-signature')
def ed25519_forged():
    """An Ed25519 signature that the key did not make."""
    return bounce(change(sent(ED25519), b'Subject: Offer', b'Subject: Buy now'))


# -- another customer's ----------------------------------------------------

@attack('unverifiable sender-mismatch')
def of_another_customer():
    """A customer of the same provider returns his own signed mail to Alice."""
    return bounce(sent(CUSTOMER, header=fields(MALLORY), d=b'customer.example'))


@attack('unverifiable sender-mismatch', ['--sender-match', 'address'])
def of_another_user():
    """A user of the same domain, where each user is bound to his address."""
    return bounce(sent(header=fields('carol@example.org')))


@attack('unverifiable sender-mismatch')
def from_two_authors():
    """From names Alice and Mallory, and no Sender says who sent it."""
    return bounce(sent(CUSTOMER, header=fields('%s>, <%s' % (MALLORY, ALICE)),
                       d=b'customer.example'))


@attack('unverifiable sender-mismatch')
def sender_not_signed():
    """A Sender that nobody signed makes Alice the sender of two authors' mail."""
    message = sent(CUSTOMER, header=fields('%s>, <%s' % (MALLORY, ALICE)),
                   d=b'customer.example')
    return bounce(b'Sender: <%s>\r\n' % ALICE.encode() + message)


def by_mallory(value):
    header = fields()
    header[0] = b'From: ' + value
    return bounce(sent(CUSTOMER, header=header, d=b'customer.example'))


@attack('unverifiable sender-mismatch')
def address_as_name():
    """Alice's address in quotes is a name, and Mallory's the address."""
    return by_mallory(b'"alice@example.org" <mallory@customer.example>')


@attack('unverifiable sender-mismatch')
def address_as_name_without_quotes():
    """The same without the quotes that it needs."""
    return by_mallory(b'alice@example.org <mallory@customer.example>')


@attack('unverifiable sender-mismatch')
def two_pairs_of_angles():
    """Programs differ in which pair of angle brackets they take."""
    return by_mallory(b'<alice@example.org> <mallory@customer.example>')


@attack('unverifiable sender-mismatch')
def two_at_signs():
    """And in which at-sign they take."""
    return by_mallory(b'<alice@example.org@customer.example>')


@attack('unverifiable sender-mismatch')
def address_in_open_comment():
    """A comment that is not closed: what follows is a comment, or is not."""
    return by_mallory(b'<alice@example.org>, (x <mallory@customer.example>')


@attack('unverifiable sender-mismatch')
def address_behind_open_quote():
    """A quoted string that is not closed."""
    return by_mallory(b'"x <alice@example.org>, <mallory@customer.example>')


@attack('unverifiable sender-mismatch')
def address_as_group():
    """The name of a group looks like an address."""
    return by_mallory(b'alice@example.org: mallory@customer.example;')


@attack('unverifiable sender-mismatch')
def address_behind_semicolon():
    """Some programs write a semicolon between addresses, and some read none behind
    it."""
    return by_mallory(b'alice@example.org; mallory@customer.example')


@attack('unverifiable sender-mismatch')
def address_as_name_in_a_list():
    """Alice's address as a name without quotes, in a list that a comma makes."""
    return by_mallory(b'alice@example.org <mallory@customer.example>,')


@attack('unverifiable sender-mismatch')
def address_behind_rubbish():
    """A character that may not be there, so that a parser gives up before it comes to
    Mallory."""
    return by_mallory(b'<alice@example.org>x, <mallory@customer.example>')


@attack('unverifiable sender-mismatch')
def address_behind_brackets():
    """Two addresses without anything between them."""
    return by_mallory(b'<alice@example.org> mallory@customer.example')


@attack('unverifiable sender-mismatch')
def address_in_quotes_alone():
    """A quoted string is shown as it is, and is no address."""
    return by_mallory(b'"mallory@customer.example", <alice@example.org>')


@attack('unverifiable sender-mismatch')
def address_as_route():
    """A source route of RFC 822 names our domain before the address."""
    return by_mallory(b'<@example.org:mallory@customer.example>')


@attack('unverifiable sender-mismatch')
def address_in_encoded_word():
    """The name is an encoded word that looks like Alice's address with brackets."""
    return by_mallory(b'=?utf-8?q?=3Calice=40example.org=3E?= <mallory@customer.example>')


@attack('unverifiable sender-mismatch')
def author_beyond_the_cap():
    """Mallory stands behind more authors than are read of a From."""
    return by_mallory(b', '.join([b'<alice@example.org>'] * 2000) +
                      b', <mallory@customer.example>')


# -- elsewhere in the message ----------------------------------------------

@attack('backscatter unsigned')
def signature_of_the_bounce():
    """Our signature stands on the bounce itself, and not on what came back."""
    return signature_of(sent()) + bounce(b'\r\n'.join(
        [b'Received: from x by y'] + fields()) + b'\r\n\r\nx\r\n')


@attack('backscatter unsigned')
def signature_in_the_body():
    """Our signed header stands in the body of the original."""
    return bounce(b'\r\n'.join([b'Received: from x by y'] + fields(subject='Buy now')) +
                  b'\r\n\r\n' + sent())


@attack('backscatter unsigned')
def attached_to_the_original():
    """Our signed mail is attached to the original, which is no bounce itself."""
    outer = crlf('Received: from x by y\nMIME-Version: 1.0\n'
                 'Content-Type: multipart/mixed; boundary=in\n')
    return bounce(outer + b'\r\n'.join(fields(subject='Buy now')) +
                  b'\r\n\r\n--in\r\nContent-Type: message/rfc822\r\n\r\n' + sent() +
                  b'\r\n--in--\r\n')


@attack('genuine dkim-headers', original_message_id='<offer.1@example.org>')
def forged_original_beside_ours():
    """Before our signed header stands another original, which a script would act on:
    the one that is vouched for is reported."""
    forged = b'\r\n'.join(fields(message_id='<forged@evil.example>')) + b'\r\n\r\nBuy now.\r\n'
    return change(bounce(header_of(sent())), b'\r\n--=_boundary_=/mx\r\nContent-Description: U',
                  b'\r\n--=_boundary_=/mx\r\nContent-Type: message/rfc822\r\n\r\n'
                  b'Received: from x by y\r\n' + forged +
                  b'\r\n--=_boundary_=/mx\r\nContent-Description: U')

"""Bombs: what is long, deep or many. Each message is judged, at a cost that is
bounded, and a limit that was reached is never held against it."""
import base64
import hashlib
import re

import generate
from attack import (ALICE, ARRIVAL, BODY, NOW, STRANGER, attack, bounce, change, crlf, fields,
                    header_of, sent, signature_of)
from forms import FORGED, SAYS, part, plain, without_original

MB = 1024 * 1024


def in_our_name(number, extra=b''):
    """A signature that nobody made, by a selector of its own."""
    b = base64.b64encode(hashlib.sha256(b'%d' % number).digest() * 8)
    return (b'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=own;\r\n'
            b'\t%st=%d; h=From:To:Subject:Date:Message-ID; bh=%s;\r\n\tb=%s\r\n' % (
                extra, NOW - 60, base64.b64encode(b'h' * 32), b))


# -- signatures ------------------------------------------------------------

@attack('unverifiable over-limit', cost={'verified': 17})
def thousand_signatures_above_ours():
    """The true one is behind more than are tried: it may be, so nothing is held
    against the mail."""
    return bounce(b''.join(map(in_our_name, range(1000))) + sent())


@attack('genuine dkim-full', cost={'verified': 17})
def thousand_signatures_below_ours():
    """The true one is above them."""
    return bounce(signature_of(sent()) + b''.join(map(in_our_name, range(1000))) +
                  sent()[len(signature_of(sent())):])


@attack('genuine dkim-full', cost={'verified': 1})
def thousand_foreign_signatures():
    """Signatures of others do not take the place of ours."""
    foreign = b''.join(change(in_our_name(i), b'd=example.org', b'd=evil%d.example' % i)
                       for i in range(1000))
    return bounce(foreign + sent())


@attack('unverifiable damaged', cost={'verified': 64})
def thousand_damaged_signatures():
    """Each is damaged in a way that may be undone, which costs a try of each key."""
    return bounce(b''.join(change(in_our_name(i), b'd=example.org', b'd=<exam\r\n ple.org>')
                           for i in range(1000)) + FORGED)


@attack('genuine dkim-headers', body='mismatch', cost={'copied': 32})
def hundreds_of_lengths():
    """Each signature has another l=, and needs a hash of its own of the body."""
    made = b''.join(in_our_name(i, b'l=%d; ' % (i + 1)) for i in range(14))
    foreign = b''.join(change(in_our_name(i, b'l=%d; ' % (i + 100)), b'd=example.org',
                              b'd=evil.example') for i in range(200))
    return bounce(foreign + made + sent() + (b'y' * 70 + b'\r\n') * 5000)


@attack('unverifiable altered')
def thousand_tags():
    """A signature of ours with more tags than are read."""
    extra = b''.join(b'x%d=1; ' % i for i in range(1000))
    return bounce(sent(extra=extra))


@attack('unverifiable over-limit', cost={'verified': 2})
def h_of_300_names():
    """h= with more names than are looked up."""
    return bounce(sent(names=generate.NAMES + [b'X-%d' % i for i in range(300)]))


@attack('unverifiable over-limit')
def h_of_256_names_times_32000_fields():
    """Each name of h= is looked for in each of the fields."""
    many = b''.join(b'X-%d: y\r\n' % (i % 7) for i in range(32000))
    return bounce(many + sent(names=generate.NAMES + [b'Y-%d' % i for i in range(250)]))


@attack('unverifiable altered', cost={'hashed': 200000, 'verified': 1})
def repairs_of_a_large_header():
    """An altered header of ours is hashed again for each way that it may have been
    repaired: this one has long lists of addresses in To, Cc and Reply-To."""
    header = fields(to=b'>, <'.join(b'%s%d@example.net' % (b'a' * 30, i)
                                    for i in range(500)).decode())
    header += [h.replace(b'To:', b'Cc:') for h in header[1:2]]
    mail = sent(header=header, names=generate.NAMES + [b'Cc'])
    return bounce(change(mail, b'Subject: Offer', b'Subject: x'))


@attack('unverifiable damaged', cost={'verified': 1})
def b_of_half_a_megabyte():
    """b= is longer than any key, so that the key cannot have made it; it may be
    damaged."""
    return bounce(change(sent(), b'\tb=', b'\tb=' + b'A' * (MB // 2)))


@attack('backscatter bad-signature', cost={'verified': 8})
def b_folded_at_each_letter():
    """b= of another key, with white space after each letter."""
    message = sent(STRANGER, s=b'own')
    b = re.search(rb'\tb=(.*)\r\n', message).group(1)
    return bounce(change(message, b, b'\r\n\t'.join(b[i:i + 1] for i in range(len(b)))))


# -- fields ----------------------------------------------------------------

@attack('unverifiable over-limit')
def second_from_beyond_the_cap():
    """The From that is shown stands behind more fields than are read: what was not
    read may be anything."""
    return bounce(change(sent(), b'\r\n\r\n', b'\r\n' + b'X: y\r\n' * 33000 +
                         b'From: <ceo@example.org>\r\n\r\n', 1))


@attack('unverifiable over-limit')
def header_of_two_megabytes():
    """Our signature is above more octets than are kept."""
    return bounce(change(sent(), b'\r\n\r\n', b'\r\n' + (b'X: ' + b'y' * 996 + b'\r\n') * 2100 +
                         b'\r\n', 1))


@attack('genuine dkim-full')
def field_of_two_megabytes_outside():
    """A field of the bounce itself that is too large is left out, and those behind
    it are read."""
    return b'X-Long: ' + b'x' * 2 * MB + b'\r\n' + bounce(sent())


@attack('genuine dkim-full')
def field_of_300000_lines_outside():
    """The same in as many lines."""
    return b'X-Long:' + b' x\r\n' * 300000 + bounce(sent())


@attack('genuine dkim-full', cost={'peak': 4 * MB})
def signed_subject_of_a_megabyte():
    """The signed Subject is long, and hashed; nobody is shown it."""
    return bounce(sent(header=fields(subject='y' * (MB - 20000))))


@attack('unverifiable altered', cost={'verified': 2})
def ten_thousand_froms():
    """As many Froms above the signed one."""
    return bounce(b'From: <a@example.org>\r\n' * 10000 + sent())


@attack('genuine dkim-full')
def ten_thousand_recipients():
    """The mail was signed for as many."""
    to = '>, <'.join('b%d@example.net' % i for i in range(10000))
    return bounce(sent(header=fields(to=to)))


@attack('genuine dkim-full', cost={'charsets': 10})
def subject_in_200_charsets():
    """Each encoded word has a charset of its own, and loading one costs more than
    all else."""
    words = ' '.join('=?%s?q?x?=' % name for name in CHARSETS)
    return b'Subject: ' + words.encode() + b'\r\n' + change(
        bounce(sent()), b'Subject: Undelivered', b'X-Subject: Undelivered')


CHARSETS = ['iso-8859-%d' % i for i in range(1, 17)] + ['cp%d' % i for i in (
    *range(1250, 1259), 437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865,
    866, 869, 874, 932, 936, 949, 950, 1131, 1125)] + [
    'koi8-r', 'koi8-u', 'koi8-t', 'gb2312', 'gbk', 'gb18030', 'big5', 'euc-jp', 'euc-kr',
    'shift_jis', 'iso-2022-jp', 'iso-2022-kr', 'utf-16', 'utf-32', 'utf-7', 'ucs-4', 'tis-620',
    'macintosh', 'viscii', 'armscii-8', 'georgian-ps', 'pt154', 'rk1048', 'hp-roman8']


@attack('backscatter unsigned', cost={'charsets': 34})
def parts_in_as_many_charsets():
    """And so has each part."""
    return without_original(*[part(b'text/plain; charset=' + name.encode(), b'\xe4 x\r\n')
                              for name in CHARSETS], part(b'message/rfc822', FORGED))


# -- MIME ------------------------------------------------------------------

@attack('unverifiable over-limit', cost={'peak': MB})
def multiparts_1000_deep():
    """One multipart in another."""
    outer = b''.join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i)
                     for i in range(1000))
    return change(plain(b''), b'Content-Type: text/plain; charset=us-ascii\r\n\r\n', outer)


@attack('unverifiable over-limit', cost={'peak': MB})
def messages_1000_deep():
    """One returned message in another, and all of them are bounces."""
    top = sent()
    for i in range(1000):
        top = crlf('From: MAILER-DAEMON@evil.example\nTo: %s\nSubject: failure notice\n'
                   'Message-ID: <level.%d@evil.example>\nMIME-Version: 1.0\n'
                   'Content-Type: message/rfc822\n\n' % (ALICE, i)) + top
    return top


@attack('unverifiable over-limit')
def ten_thousand_parts():
    """Parts without anything in them."""
    return change(bounce(sent()), b'--=_boundary_=/mx\r\n', b'--=_boundary_=/mx\r\n\r\n' * 10000, 1)


@attack('unverifiable over-limit')
def boundary_of_a_megabyte():
    """No boundary is so long: the parts are read as text, and that is longer than is
    searched."""
    return bounce(FORGED).replace(b'=_boundary_=/mx', b'b' * MB, 1)


@attack('unverifiable over-limit')
def lines_like_the_boundary():
    """20,000 lines that begin as the boundaries of 30 multiparts do."""
    name = b'b' * 60
    outer = b''.join(b'Content-Type: multipart/mixed; boundary="%s%d"\r\n\r\n--%s%d\r\n' % (
        name, i, name, i) for i in range(10, 40))
    return bounce(FORGED).replace(
        b'Content-Type: text/plain; charset=us-ascii\r\n\r\nI\'m', outer + b'\r\n' +
        (b'--' + name + b'x\r\n') * 20000 + b'\r\nI\'m')


@attack('unverifiable over-limit', cost={'peak': 4 * MB})
def hundred_thousand_recipients_that_failed():
    """A delivery status that is longer than is read."""
    group = b'Final-Recipient: rfc822; x%d@example.net\r\nAction: failed\r\n\r\n'
    return change(without_original(), b'Final-Recipient: rfc822; bob@example.net',
                  b''.join(group % i for i in range(100000)) + b'Final-Recipient: rfc822; bob')


@attack('genuine dkim-headers', body='mismatch', cost={'peak': MB})
def line_of_ten_megabytes():
    """The body of the original is one line."""
    return bounce(sent() + b'z' * 10 * MB)


@attack('genuine dkim-full', cost={'peak': MB})
def space_of_ten_megabytes():
    """White space that the relaxed form leaves out, and that must not be kept."""
    return bounce(change(sent(), BODY, BODY[:-2] + b' ' * 10 * MB + b'\r\n'))


@attack('genuine dkim-headers', cost={'peak': MB})
def empty_lines_of_ten_megabytes():
    """Empty lines that are hashed only if another one follows."""
    return bounce(sent() + b'\r\n' * 5 * MB + b'x\r\n')


@attack('backscatter unsigned')
def base64_of_nonsense():
    """A part in base64 that is none."""
    return bounce(FORGED).replace(
        b'Content-Type: message/delivery-status',
        b'Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64')


@attack('genuine dkim-headers', body='mismatch', cost={'peak': MB})
def base64_of_ten_megabytes():
    """The original is encoded, and ends in as many NULs."""
    data = base64.encodebytes(sent() + b'\0' * 10 * MB).replace(b'\n', b'\r\n')
    return without_original(part(b'message/rfc822\r\nContent-Transfer-Encoding: base64', data))


@attack('genuine dkim-full', cost={'peak': MB})
def line_of_a_million_pieces():
    """Quoted-printable joins lines: this one has a million, with nothing in them."""
    return without_original(
        part(b'text/plain\r\nContent-Transfer-Encoding: quoted-printable', b'=\r\n' * 10 ** 6),
        part(b'message/rfc822', sent()))


@attack('unverifiable over-limit')
def tags_of_html_without_end():
    """A megabyte of tags, entities and quotes that are not closed."""
    return without_original(part(b'text/html', (b'<a href="' + b'&#x;' * 2000 + b'<!-- ') * 128),
                            part(b'message/rfc822', FORGED))


@attack('backscatter unsigned')
def fields_and_none():
    """Text in which each second line looks like a header that begins: none of them
    is kept for long."""
    return plain(SAYS + b'From: x\r\nnothing\r\n' * 10000 + b'\r\n' + FORGED)


@attack('backscatter unsigned')
def announced_a_thousand_times():
    """Each second line announces an original, which does not come."""
    return plain(SAYS + b'--- Original message follows\r\nSubject: x\r\n' * 4000 + b'\r\n' + FORGED)


@attack('backscatter unsigned')
def comments_10000_deep():
    """Comments in one another, in each field that has any."""
    deep = b'(' * 10000
    return bounce(FORGED, arrival=b'Received: from x ' + deep + b' by y\r\n' + ARRIVAL).replace(
        b'Content-Type: multipart/report;', b'Content-Type: multipart/report ' + deep +
        b')' * 10000 + b';')


@attack('genuine dkim-full', ['--authserv-id', 'mx.example.org'], proof='claimed')
def received_and_results_without_end():
    """10,000 Received and Authentication-Results."""
    both = (b'Received: from a by b; x\r\n'
            b'Authentication-Results: mx.example.org; spf=pass\r\n')
    return bounce(sent(), arrival=both * 10000 + ARRIVAL)


# -- nothing at all --------------------------------------------------------

@attack('none none')
def nul_octets():
    """Only these."""
    return b'\0' * 5000


@attack('none none')
def empty_line():
    """A message without anything."""
    return b'\r\n'


@attack('unverifiable no-original')
def header_alone():
    """The header of a bounce without its body."""
    return header_of(bounce(sent()))


@attack('genuine dkim-full')
def line_feeds_alone():
    """No CR at all."""
    return bounce(sent()).replace(b'\r\n', b'\n')


@attack('none none')
def nul_behind_each_letter():
    """As if it were UTF-16: nothing in it is a field."""
    return re.sub(rb'(\w)', rb'\1\0', bounce(FORGED))


@attack('backscatter unsigned')
def cr_before_each_space():
    """A CR alone wherever a word ends, also in each field."""
    return bounce(FORGED).replace(b' ', b'\r ')


@attack('backscatter unsigned')
def eight_bit_everywhere():
    """Octets above 127 in each field that has words."""
    return bounce(FORGED).replace(b'User', bytes(range(128, 256)))


@attack('genuine dkim-headers', body='untested')
def no_last_boundary():
    """The bounce is cut behind our header."""
    message = bounce(sent(), headers_only=True)
    return message[:message.index(b'\r\n--=_boundary_=/mx--')]


@attack('unverifiable altered')
def format_directives():
    """What printf() and Dovecot's variables would replace, in each field that is
    shown or logged."""
    return bounce(change(sent(), b'<offer.1@', b'<%n%s%{home}@')).replace(
        b'bob@', b'%s%n%x${home}@').replace(b'mx.example.com', b'%n%{env:PATH}')

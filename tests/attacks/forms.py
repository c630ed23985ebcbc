"""What is a bounce, and where in it is the original: MIME that hides or shows one,
marks that anybody can write, and what looks like a header."""
import base64

from attack import (ALICE, ARRIVAL, BODY, attack, bounce, change, crlf, fields, harness,
                    sent)

FORGED = (b'Received: from x by y\r\n' +
          b'\r\n'.join(fields(subject='Buy now', message_id='<forged@evil.example>')) +
          b'\r\n\r\nBuy now.\r\n')
END = b'\r\n--=_boundary_=/mx--'


def part(content_type, content):
    return (b'\r\n--=_boundary_=/mx\r\nContent-Type: ' + content_type + b'\r\n\r\n' + content)


def with_parts(message, *parts):
    """Behind those that it has."""
    return change(message, END, b''.join(parts) + END)


def without_original(*parts):
    """Only what the parts hold came back."""
    message = bounce(FORGED)
    start = message.index(b'\r\n--=_boundary_=/mx\r\nContent-Description: Undelivered')
    return message[:start] + b''.join(parts) + END + b'\r\n'


def level(returned, number):
    """A bounce as it comes back itself, with a boundary of its own."""
    made = harness.bounce(ALICE, returned, '<level.%d@evil.example>' % number)
    return change(made, b'=_boundary_=/mx', b'level%d' % number)


def plain(text, subject='Undelivered Mail Returned to Sender', sender='MAILER-DAEMON@evil.example',
          more='', content_type='text/plain; charset=us-ascii'):
    return ARRIVAL + crlf('''From: %s
To: %s
Subject: %s
Date: Sat, 28 Nov 2026 08:00:00 +0000
Message-ID: <plain.1@evil.example>
%sMIME-Version: 1.0
Content-Type: %s

''' % (sender, ALICE, subject, more, content_type)) + text


SAYS = b'Your message could not be delivered: user unknown.\r\n\r\n'

# -- a bounce in a bounce --------------------------------------------------


@attack('genuine dkim-full', proof='claimed', original_level=2)
def bounce_in_a_bounce():
    """A bounce is returned that returns our mail. We did send that; as anybody can
    have put it there, nothing is proven."""
    return bounce(level(sent(), 1))


@attack('unverifiable over-limit')
def bounce_at_the_fourth_level():
    """Our mail is deeper than is read: the forged bounces around it do not make it
    backscatter."""
    return bounce(level(level(level(sent(), 1), 2), 3))


@attack('backscatter unsigned')
def original_in_what_hardly_is_a_bounce():
    """The returned message has a delivery status, but is somebody's answer: what it
    attaches was not returned to anybody."""
    inner = change(level(sent(), 1), b'From: MAILER-DAEMON@mx.example.com (Mail Delivery System)',
                   b'Return-Path: <bob@evil.example>\r\nReceived: from x by y\r\n'
                   b'From: bob@evil.example')
    inner = change(inner, b'multipart/report; report-type=delivery-status', b'multipart/mixed')
    return bounce(change(inner, b'Undelivered Mail Returned to Sender', b'Look at this'))


@attack('genuine dkim-full', original_message_id='<offer.1@example.org>')
def forged_original_inside_ours():
    """Our mail quotes a forged one: ours is vouched for, not what it holds."""
    return bounce(sent(body=b'I got this:\r\n\r\n' + FORGED))


@attack('unverifiable over-limit')
def sixteen_forged_originals_before_ours():
    """So many originals that ours is not read."""
    return with_parts(without_original(*[part(b'message/rfc822', FORGED)] * 16),
                      part(b'message/rfc822', sent()))


# -- hidden originals ------------------------------------------------------

@attack('unverifiable no-original')
def original_behind_the_last_boundary():
    """In the epilogue, which no mail program shows."""
    return without_original() + sent()


@attack('genuine dkim-full')
def original_before_the_first_boundary():
    """In the preamble, which is read as text: a boundary may be damaged."""
    return change(without_original(), b'This is a MIME-encapsulated message.\r\n',
                  b'This is a MIME-encapsulated message.\r\n\r\n' + sent())


@attack('unverifiable over-limit')
def original_below_33_multiparts():
    """Deeper than parts are read."""
    outer = b''.join(b'Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n' % (i, i)
                     for i in range(33))
    return without_original(b'\r\n--=_boundary_=/mx\r\n', outer,
                            b'Content-Type: message/rfc822\r\n\r\n', sent())


@attack('unverifiable over-limit')
def original_behind_1000_parts():
    """Behind more parts than are read."""
    return without_original(*[part(b'text/plain', b'x\r\n')] * 1000,
                            part(b'message/rfc822', sent()))


@attack('unverifiable over-limit')
def original_behind_256_kb_of_text():
    """Behind more text than is searched."""
    return plain(SAYS + b'Nothing to see here.\r\n' * 14000 + b'\r\n' + sent())


@attack('genuine dkim-full')
def original_in_base64():
    """In an encoding that MIME forbids for a message."""
    return without_original(part(b'message/rfc822\r\nContent-Transfer-Encoding: base64',
                                 base64.encodebytes(sent()).replace(b'\n', b'\r\n')))


@attack('backscatter unsigned', original_message_id='<forged@evil.example>')
def forged_original_in_quoted_printable():
    """Each letter of a forged header is encoded, so that no reader finds a field."""
    encoded = b''.join(b'=%02X' % c for c in FORGED)
    lines = b'=\r\n'.join(encoded[i:i + 72] for i in range(0, len(encoded), 72))
    return without_original(part(
        b'message/rfc822\r\nContent-Transfer-Encoding: quoted-printable', lines))


@attack('unverifiable no-original')
def original_in_utf_16():
    """As text of a charset in which no header can be sent."""
    text = sent().decode('latin-1').encode('utf-16')
    return without_original(part(
        b'text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64',
        base64.encodebytes(text).replace(b'\n', b'\r\n')))


@attack('unverifiable no-original')
def forged_original_in_an_html_comment():
    """Where it is not shown."""
    return without_original(part(b'text/html', b'<html><!--\r\n' + FORGED + b'\r\n--></html>'))


@attack('unverifiable truncated')
def forged_original_in_html():
    """HTML may have lost a signature, so that an unsigned header proves nothing."""
    return without_original(part(b'text/html', b'<html><pre>\r\n' + FORGED + b'</pre></html>'))


@attack('backscatter unsigned')
def forged_original_as_octet_stream():
    """As a file, the way some servers return it."""
    return without_original(part(b'application/octet-stream', FORGED))


@attack('backscatter unsigned')
def forged_original_of_an_invented_type():
    """message/x-rfc822-hidden is a message."""
    return without_original(part(b'message/x-rfc822-hidden', FORGED))


@attack('backscatter unsigned')
def forged_original_with_headers_of_a_part():
    """The header of the part stands once more before the returned one."""
    return without_original(part(b'message/rfc822',
                                 b'Content-Type: message/rfc822\r\n\r\n' + FORGED))


@attack('backscatter unsigned')
def forged_original_as_header_of_its_part():
    """The returned header has no part of its own: it is the part's."""
    return without_original(b'\r\n--=_boundary_=/mx\r\n' + FORGED)


@attack('backscatter unsigned')
def forged_original_below_mbox_line():
    """A line of an mbox, a byte order mark and empty lines stand above it."""
    return without_original(part(b'message/rfc822', b'\r\n\xef\xbb\xbf\r\n>From a Sat Nov 28\r\n' +
                                 FORGED))


@attack('backscatter unsigned')
def forged_original_quoted():
    """Each line begins with a bar, as if people had quoted it."""
    return plain(SAYS + b'--- Below this line is a copy of the message.\r\n\r\n' +
                 b'\r\n'.join(b'| ' + line for line in FORGED.split(b'\r\n')))


@attack('backscatter unsigned', original_message_id='<forged@evil.example>')
def forged_header_with_lines_between():
    """Lines that are no fields stand in the header, so that it seems to end."""
    return bounce(change(FORGED, b'\r\nSubject:', b'\r\nthis is no field\r\nnor this\r\nSubject:'))


@attack('unverifiable truncated')
def forged_header_cut_inside_a_signature():
    """The header ends in the middle of a signature in our name: the rest may have
    been there."""
    return bounce(b'Received: from x by y\r\n' + b'\r\n'.join(fields()) +
                  b'\r\nDKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=own;\r\n\th=Fro',
                  headers_only=False)


@attack('unverifiable truncated')
def forged_summary():
    """Only what a reader is shown came back, and no trace: a signature may have
    been left out with it."""
    return bounce(b'\r\n'.join(fields()) + b'\r\n\r\n')


# -- boundaries ------------------------------------------------------------

@attack('genuine dkim-full', original_message_id='<offer.1@example.org>')
def boundary_in_the_body():
    """The body of our mail holds the boundary of the bounce, so that a part of the
    forger's choice seems to follow: it is not what is vouched for."""
    return bounce(change(sent(), BODY, BODY + part(b'message/rfc822', FORGED)))


@attack('genuine dkim-full')
def boundary_that_begins_as_the_outer_one():
    """A line that is longer than the boundary is not the boundary."""
    return bounce(sent(body=b'--=_boundary_=/mx2\r\nContent-Type: message/rfc822\r\n\r\n' +
                       FORGED))


@attack('backscatter unsigned', original_source='part')
def boundary_twice():
    """The second boundary of one Content-Type is not used."""
    return change(bounce(FORGED), b'boundary="=_boundary_=/mx"',
                  b'boundary="=_boundary_=/mx"; boundary="other"')


@attack('backscatter unsigned', original_source='part')
def content_type_twice():
    """The second Content-Type says that there are no parts."""
    return change(bounce(FORGED), b'MIME-Version: 1.0\r\nContent-Type: multipart/report',
                  b'MIME-Version: 1.0\r\nX-Foo: x\r\nContent-Type: multipart/report', 1).replace(
        b'\r\n\r\nThis is a MIME', b'\r\nContent-Type: text/plain\r\n\r\nThis is a MIME')


@attack('backscatter unsigned', original_source='part')
def boundary_in_pieces():
    """RFC 2231: the boundary is cut in two."""
    return change(bounce(FORGED), b'boundary="=_boundary_=/mx"',
                  b'boundary*1="ary_=/mx"; boundary*0="=_bound"')


@attack('backscatter unsigned')
def boundary_never_used():
    """The boundary is another one, and the parts are text."""
    return change(bounce(FORGED), b'boundary="=_boundary_=/mx"', b'boundary="other"')


@attack('backscatter unsigned', original_source='part')
def comments_in_content_type():
    """Comments, one inside the other, between all words."""
    return change(bounce(FORGED), b'Content-Type: multipart/report; report-type=delivery-status;',
                  b'Content-Type: (a(b)) multipart(c)/(d)report (;x="); '
                  b'report-type(e)=delivery-status;')


# -- marks -----------------------------------------------------------------

@attack('backscatter unsigned', kind='failed')
def mark_of_our_notice():
    """The mark of our own notice of a burst, by a stranger: it would hide a bounce."""
    return b'X-Backscatter-Notice: burst\r\n' + bounce(FORGED)


@attack('backscatter unsigned', kind='failed')
def mark_of_our_notice_without_a_trace():
    """The same, and without a Received field that would show whence it came."""
    return b'X-Backscatter-Notice: burst\r\n' + bounce(FORGED, arrival=b'')


@attack('genuine dkim-full', kind='failed')
def mark_of_a_list():
    """List-Id, to make the bounce look like ordinary mail."""
    return b'List-Id: <x.evil.example>\r\n' + bounce(sent())


@attack('none autoreply', kind='autoreply')
def holiday_with_words_of_a_bounce():
    """An automatic answer whose text quotes a bounce."""
    return plain(b'I am away.\r\n> ' + SAYS, subject='Automatic reply: Undelivered Mail',
                 sender='carol@evil.example', more='Auto-Submitted: auto-replied\n')


@attack('none mdn', kind='mdn')
def receipt_with_a_delivery_status():
    """A receipt of reading that has a part of a bounce as well."""
    return with_parts(bounce(FORGED), part(b'message/disposition-notification', b'x: y\r\n'))


@attack('none feedback', kind='feedback')
def complaint_with_a_delivery_status():
    """A complaint about mail, with a part of a bounce: who complains wants an
    answer, and it is not filed."""
    return with_parts(bounce(FORGED), part(b'message/feedback-report', b'x: y\r\n'))


@attack('none none', ['--mail-from', 'carol@evil.example'], is_bounce=False)
def forwarded_bounce():
    """Somebody sends parts of a bounce on, with his own address: this is his mail."""
    return change(change(bounce(FORGED), b'multipart/report; report-type=delivery-status',
                         b'multipart/mixed'),
                  b'From: MAILER-DAEMON@mx.example.com (Mail Delivery System)',
                  b'From: carol@evil.example').replace(
        b'Undelivered Mail Returned to Sender', b'Look at this').replace(
        b'Auto-Submitted: auto-replied\r\n', b'')


@attack('none none', ['--mail-from', 'carol@evil.example'], is_bounce=False)
def daemon_as_a_name():
    """Mail of a stranger who is called Mail Delivery System, with a mail of Alice's
    that nobody signed: only a signature would make it a bounce."""
    return plain(SAYS, sender='Mail Delivery System <MAILER-DAEMON@evil.example>',
                 content_type='multipart/mixed; boundary=b') + (
        b'--b\r\nContent-Type: message/rfc822\r\n\r\n' + FORGED + b'\r\n--b--\r\n')


@attack('genuine dkim-full', reporting_mta='mx.evil.example')
def forged_header_in_the_diagnosis():
    """The remote server chooses the text that our server puts into a bounce: it
    writes a header there, with a line that announces the original."""
    text = crlf('550 5.1.1 User unknown\n\n--- The header of the message follows\n\n') + FORGED
    return change(bounce(sent(), reporting_mta='mx.evil.example'),
                  b'said: 550 5.1.1\r\n    User unknown', b'said: ' + text)


@attack('genuine dkim-full', kind='failed')
def action_in_the_diagnosis():
    """And it ends the diagnosis with a line that says the mail was delivered."""
    return change(bounce(sent()), b'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
                  b'Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n'
                  b'Final-Recipient: rfc822; x@example.net\r\nAction: delivered')


@attack('unverifiable no-original', recipients=[])
def delivery_status_encoded_in_itself():
    """Base64 in base64: the groups of a delivery status are decoded once."""
    status = b'Final-Recipient: rfc822; %s\r\nAction: failed\r\n' % (b'x' * 40 + b'@example.net')
    for _ in range(2):
        status = base64.encodebytes(status).replace(b'\n', b'\r\n')
    message = plain(b'--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n'
                    b'Content-Transfer-Encoding: base64\r\n\r\n' + status + b'\r\n--b--\r\n',
                    content_type='multipart/report; report-type=delivery-status; boundary=b')
    return message


@attack('unverifiable truncated')
def forged_original_without_line_ends():
    """CR alone ends each line of the original's header, which then is one field."""
    head, body = FORGED.split(b'\r\n\r\n')
    return bounce(head.replace(b'\r\n', b'\r') + b'\r\n\r\n' + body)


def none_is_backscatter(answers):
    wrong = {a['reason'] for a in answers if a['verdict'] in ('backscatter', 'disowned')}
    return 'cut somewhere: %s' % wrong if wrong else None


@attack('genuine dkim-full', check=none_is_backscatter)
def cut_anywhere():
    """A bounce of our mail, cut anywhere on its way: what is left is never held
    against it."""
    whole = bounce(sent())
    return [whole[:size] for size in range(1, len(whole), 7)] + [whole]

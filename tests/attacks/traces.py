"""Who sent the bounce, and which way the original went: Received and
Authentication-Results, which anybody can write below what our own servers wrote."""
from attack import ARRIVAL, BOB, attack, bounce, change, crlf, fields, received, sent

# What our own servers wrote, of mail that they made themselves.
HERE = received('by mx.example.org (Postfix)')
LOGIN = received('from laptop (dsl.example.net [203.0.113.9])\n'
                 '\tby mx.example.org (Postfix) with ESMTPSA')
AUTHSERV = ['--authserv-id', 'mx.example.org']


def own_bounce(returned, arrival=HERE, **how):
    """Made by our own server."""
    return bounce(returned, arrival=arrival, **how)


def arrived(text):
    """From this client."""
    return received('from %s\n\tby mx.example.org (Postfix) with ESMTP' % text)


def results(text, server='mx.example.org'):
    return crlf('Authentication-Results: %s;\n\t%s\n' % (server, text))


def unsigned(*trace):
    return b''.join(trace) + b'\r\n'.join(fields()) + b'\r\n\r\nBuy now.\r\n'


# -- what a bounce proves --------------------------------------------------
# What is proven by our own server, and by the recipient's, is in
# integration/test-proof, with the strangers and customers of whom it can be had.

@attack('genuine dkim-full', proof='claimed')
def no_trace():
    """Without a Received field, nothing says who brought the bounce."""
    return own_bounce(LOGIN + sent(), arrival=b'')


@attack('genuine dkim-full', proof='claimed')
def trace_longer_than_is_read():
    """More Received fields than are read: the one of the stranger is beyond."""
    return own_bounce(LOGIN + sent(), arrival=HERE * 101 + ARRIVAL)


@attack('genuine dkim-full', proof='claimed')
def trace_of_the_original_longer_than_is_read():
    """The same above the login in the original, which the stranger has written."""
    return own_bounce(HERE * 101 + LOGIN + sent())


@attack('genuine dkim-full', ['--mail-from', 'web@example.org'], proof='claimed')
def sender_in_the_envelope():
    """A bounce has the null sender; this one has that of a script on our host."""
    return own_bounce(LOGIN + sent())


@attack('genuine dkim-full', proof='claimed')
def handed_over_by_a_user():
    """A user of our own host has given the message to sendmail."""
    return own_bounce(LOGIN + sent(), arrival=received(
        'by mx.example.org (Postfix, from userid 1001)'))


@attack('genuine dkim-full', proof='claimed')
def name_that_may_be_forged():
    """The client's name is in the domain of the recipient, and its address is not
    that of the name."""
    return own_bounce(sent(), arrival=received(
        'from mx.example.net (mx.example.net [198.51.100.66] (may be forged))\n'
        '\tby mx.example.org (8.17.1/8.17.1) with ESMTP'))


@attack('genuine dkim-full', proof='claimed')
def name_that_the_client_gives():
    """Only what the client calls itself is in the domain of the recipient."""
    return own_bounce(sent(), arrival=arrived('mx.example.net (unknown [198.51.100.66])'))


@attack('genuine dkim-full', proof='claimed')
def client_named_as_a_comment():
    """The client calls itself by a text that looks like the server's comment."""
    return own_bounce(sent(), arrival=arrived(
        'x(mx.example.net[198.51.100.66]) (mail.evil.example [198.51.100.66])'))


@attack('genuine dkim-full', proof='claimed')
def client_named_as_a_clause():
    """The client calls itself "by", so that the server seems to be another."""
    return own_bounce(sent(), arrival=arrived('by (mail.evil.example [198.51.100.66])'))


@attack('genuine dkim-full', proof='claimed')
def client_named_as_our_address():
    """The client calls itself by a loopback address, which Exim writes behind its
    own: the bounce would come from here."""
    return own_bounce(LOGIN + sent(), arrival=received(
        'from [198.51.100.66] (helo=[127.0.0.1])\n'
        '\tby mx.example.org with esmtp (Exim 4.98)'))


@attack('genuine dkim-full', proof='claimed')
def name_that_ends_as_the_domain():
    """notexample.net is not in example.net."""
    return own_bounce(sent(), arrival=arrived(
        'mx.notexample.net (mx.notexample.net [198.51.100.66])'))


@attack('genuine dkim-full', proof='claimed')
def recipient_at_a_top_level_domain():
    """The mail went to an address at a top-level domain: each host in it would be
    the recipient's."""
    mail = sent(header=fields(to='bob@example'))
    return own_bounce(mail, failed='bob@example', arrival=arrived(
        'mx.evil.example (mx.evil.example [198.51.100.66])'))


@attack('genuine dkim-full', proof='claimed')
def recipient_who_is_not_signed():
    """To was not signed, and the stranger has written his own address into it."""
    mail = sent(names=[b'From', b'Subject', b'Date', b'Message-ID'])
    mail = change(mail, b'To: <%s>' % BOB.encode(), b'To: <bob@evil.example>')
    return own_bounce(mail, failed='bob@evil.example', arrival=ARRIVAL)


@attack('genuine dkim-full', proof='claimed')
def recipient_added():
    """A Cc that nobody signed names the stranger."""
    return own_bounce(b'Cc: <bob@evil.example>\r\n' + sent(), failed='bob@evil.example',
                      arrival=ARRIVAL)


@attack('genuine dkim-full', proof='claimed')
def our_trace_below_the_stranger():
    """The stranger writes what our server would have written below his own trace."""
    return own_bounce(LOGIN + sent(), arrival=ARRIVAL + HERE)


@attack('genuine dkim-full', proof='claimed')
def login_of_our_user_at_the_stranger():
    """The bounce came from who has logged in: a customer can make up what he
    likes."""
    return own_bounce(LOGIN + sent(), arrival=received(
        'from web (localhost [127.0.0.1]) (Authenticated sender: alice@example.org)\n'
        '\tby mx.example.org (Postfix) with ESMTPSA'))


# -- Authentication-Results ------------------------------------------------

@attack('genuine dkim-full', AUTHSERV, proof='claimed', reporter_alignment='unknown')
def results_below_our_trace():
    """The stranger writes our server's Authentication-Results himself."""
    return own_bounce(sent(), arrival=ARRIVAL + results('spf=pass smtp.mailfrom=example.net'))


@attack('genuine dkim-full', AUTHSERV, proof='claimed', reporter_alignment='unknown')
def results_of_another_server():
    """By a name that begins as ours."""
    return own_bounce(sent(), arrival=results(
        'spf=pass smtp.mailfrom=example.net', 'mx.example.org.evil.example') + ARRIVAL)


@attack('genuine dkim-full', AUTHSERV, proof='claimed', reporter_alignment='no')
def result_in_a_quoted_string():
    """The local part of MAIL FROM looks like a result, and our server quotes it."""
    return own_bounce(sent(), arrival=results(
        'spf=fail smtp.mailfrom="x; spf=pass smtp.mailfrom=example.net; x"@evil.example') + ARRIVAL)


@attack('genuine dkim-full', AUTHSERV, proof='claimed', reporter_alignment='no')
def result_in_a_comment():
    """So does what our server writes into a comment."""
    return own_bounce(sent(), arrival=results(
        'spf=fail (helo=x; spf=pass smtp.mailfrom=example.net) smtp.mailfrom=evil.example')
        + ARRIVAL)


@attack('genuine dkim-full', AUTHSERV, proof='claimed', reporter_alignment='no')
def result_behind_an_open_comment():
    """A comment that is not closed holds all that follows."""
    return own_bounce(sent(), arrival=results(
        'spf=fail smtp.mailfrom=evil.example (x\n\t; spf=pass smtp.mailfrom=example.net')
        + ARRIVAL)


@attack('genuine dkim-full', AUTHSERV, proof='claimed', reporter_alignment='no')
def result_for_a_top_level_domain():
    """A pass for "net" is above the domains of strangers."""
    return own_bounce(sent(), arrival=results('dkim=pass header.d=net') + ARRIVAL)


@attack('genuine dkim-full', AUTHSERV, proof='claimed', reporter_alignment='no')
def result_of_another_method():
    """auth=pass, and a domain with it, is neither DKIM nor SPF."""
    return own_bounce(sent(), arrival=results(
        'auth=pass smtp.mailfrom=example.net; dkim=fail header.d=example.net') + ARRIVAL)


@attack('genuine dkim-full', AUTHSERV, proof='claimed', reporter_alignment='no')
def result_beyond_the_cap():
    """Behind more results than are read."""
    return own_bounce(sent(), arrival=results(
        '; '.join(['dkim=fail header.d=evil.example'] * 201 +
                  ['spf=pass smtp.mailfrom=example.net'])) + ARRIVAL)


# -- forwarded mail: it is not backscatter ---------------------------------

TRUSTED = ['--trusted-networks', '192.0.2.0/28']
TAKEN = received('from mx.b.example (mx.b.example [203.0.113.5])\n'
                 '\tby mx.example.org (Postfix) with ESMTP for <alice@example.org>')


def handover(ip):
    return received('from mx.example.org (mx.example.org [%s])\n\tby mx.evil.example '
                    '(Postfix) with ESMTP' % ip)


@attack('backscatter unsigned', TRUSTED)
def forwarded_by_a_name_of_ours():
    """The forged original claims that it came to Alice and was sent on, by a host
    with our name and the forger's address."""
    return bounce(unsigned(handover('198.51.100.66'), TAKEN))


@attack('backscatter unsigned', TRUSTED)
def forwarded_to_somebody_else():
    """It came to another mailbox."""
    return bounce(unsigned(handover('192.0.2.1'), change(TAKEN, b'<alice@', b'<carol@')))


@attack('backscatter unsigned', TRUSTED)
def forwarded_by_a_stranger():
    """The server that took it for Alice is not ours."""
    return bounce(unsigned(handover('192.0.2.1'), change(TAKEN, b'by mx.example.org',
                                                         b'by mx.b.example')))


@attack('backscatter unsigned', TRUSTED)
def forwarded_and_never_left():
    """No host of a stranger has taken it from us, and a stranger brings the
    bounce."""
    return bounce(unsigned(TAKEN))


@attack('backscatter unsigned', TRUSTED)
def forwarded_below_other_strangers():
    """Between our host and the bounce are hosts that could claim anything."""
    return bounce(unsigned(received('from a.example (a.example [203.0.113.7])\n\tby b.example '
                                    '(Postfix) with ESMTP'), handover('192.0.2.1'), TAKEN))


@attack('backscatter unsigned')
def forwarded_over_loopback():
    """Loopback is a trusted network, but each host has it."""
    return bounce(unsigned(handover('127.0.0.1'), TAKEN))


@attack('unverifiable forwarded', TRUSTED)
def forwarded_by_our_address():
    """Who knows the addresses of our servers can write a whole trace that nobody
    can tell from a true one. It is then not backscatter, and never genuine."""
    return bounce(unsigned(handover('192.0.2.1'), TAKEN))

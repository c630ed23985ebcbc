"""No attacks: what the others differ from. Without these, a case could hold because
its message was never right."""
from attack import ARRIVAL, CUSTOMER, ED25519, MALLORY, attack, bounce, fields, sent
from traces import (AUTHSERV, LOGIN, TAKEN, TRUSTED, arrived, handover, own_bounce, results,
                    unsigned)


@attack('genuine dkim-full', body='match', proof='claimed')
def our_mail():
    """Mail of ours, in a stranger's bounce."""
    return bounce(sent())


@attack('genuine dkim-headers', body='untested')
def our_header():
    """The header alone."""
    return bounce(sent(), headers_only=True)


@attack('genuine dkim-full')
def our_mail_by_ed25519():
    """With the other algorithm."""
    return bounce(sent(ED25519))


@attack('genuine dkim-full', ['--rcpt-to', MALLORY])
def mail_of_the_other_customer():
    """In his own mailbox."""
    return bounce(sent(CUSTOMER, header=fields(MALLORY), d=b'customer.example'))


@attack('genuine dkim-full', proof='own')
def proven_by_our_server():
    """The bounce that our own server makes."""
    return own_bounce(LOGIN + sent())


@attack('genuine dkim-full', proof='recipient')
def proven_by_the_recipients_server():
    """And that of the server of the recipient."""
    return own_bounce(sent(), arrival=arrived('mx.example.net (mx.example.net [198.51.100.66])'))


@attack('genuine dkim-full', AUTHSERV, proof='recipient', reporter_alignment='yes')
def proven_by_results_of_our_server():
    """Our server says that SPF has passed for the recipient's domain."""
    return own_bounce(sent(), arrival=results('spf=pass smtp.mailfrom=x@example.net') + ARRIVAL)


@attack('unverifiable forwarded', TRUSTED)
def forwarded_by_us():
    """Mail that had come to Alice, and that our server sent on and got back."""
    return own_bounce(unsigned(TAKEN))


@attack('backscatter unsigned')
def not_forwarded():
    """Mail that was never here."""
    return bounce(unsigned(handover('203.0.113.9')))

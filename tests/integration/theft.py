"""A stolen account's mail that comes back, as our own server returns it, and as
strangers do."""
from harness import bounce, crlf, original


def field(text):
    """A Received field of some day."""
    return crlf('Received: %s\n\tid 4Xy; Mon, 2 Nov 2026 10:00:00 +0100\n' % text)


def login(address='203.0.113.9'):
    """Of a mail that a client has submitted after a login."""
    return field('from laptop (dsl.example.net [%s])\n'
                 '\tby mx.example.org (Postfix) with ESMTPSA' % address)


# of a bounce that our own server has made, and of one that came from elsewhere
OWN = field('by mx.example.org (Postfix)')
EVIL = field('from mx.evil.example (mx.evil.example [198.51.100.66])\n'
             '\tby mx.example.org (Postfix) with ESMTP')


def add_recipients(made, count):
    """Of example.com, to a report about one."""
    group = '\r\nFinal-Recipient: rfc822; dead%d@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n'
    end = b'\r\n--=_boundary_=/mx\r\nContent-Description: Undelivered'
    assert made.count(end) == 1
    return made.replace(end, ''.join(group % i for i in range(count)).encode() + end)


class Theft:
    """Mails of a user, and their bounces, each with a number of its own."""

    def __init__(self, key):
        self.key, self.serial = key, 0

    def sent(self, user, to='bob@example.net', network=0):
        """A mail as it was signed. network: which one of some it came from."""
        self.serial += 1
        return login('203.0.%d.9' % (113 + network)) + self.key.sign(original(
            user, '<sent.%d@example.org>' % self.serial, recipient=to))

    def returned(self, user, mail, trace=OWN, failed='bob@example.net'):
        """A bounce of it, and its Message-ID."""
        self.serial += 1
        message_id = '<proof.%d@mx.example.org>' % self.serial
        return trace + bounce(user, mail, message_id, failed=failed), message_id

    def bounces(self, user, count, trace=OWN, **kwargs):
        """Of as many mails, from three networks."""
        return [self.returned(user, self.sent(user, network=i % 3, **kwargs), trace)[0]
                for i in range(count)]

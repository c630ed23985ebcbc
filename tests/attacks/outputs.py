"""Text of strangers in what we write: the JSON and the text of backscatter-check.
What comes into log lines, events, SQL and HTML is in server.py."""
import json
import re

from attack import attack, bounce, change, fields, sent
from forms import FORGED

# Control characters, those that change the direction of a text, and those that end a
# line for some programs.
MAX_SIZE = 100000
CONTROL = '[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]'


def strict(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), names
    return dict(pairs)


def clean(output, text):
    """The JSON is one line of some KB, in which no name stands twice; neither form has
    a control character, and the text has one verdict."""
    try:
        lines = output.decode('utf-8').split('\n')
        plain = text.decode('utf-8')
        answer = json.loads(lines[0], object_pairs_hook=strict)
    except (ValueError, AssertionError) as e:
        return repr(e)
    if len(lines) != 2 or lines[1] != '' or len(output) + len(text) > MAX_SIZE:
        return '%d lines, %d octets' % (len(lines), len(output) + len(text))
    json.dumps(answer, ensure_ascii=False).encode()     # no half of a surrogate pair
    bad = re.findall(CONTROL, plain) + re.findall(CONTROL, lines[0])
    if bad:
        return 'control characters: %r' % bad
    verdicts = re.findall(r'(?m)^ *Verdict .*', plain)
    return None if len(verdicts) == 1 else 'the text has %r' % verdicts


def shown(want='backscatter unsigned', **how):
    return attack(want, shown=clean, **how)


def forged(old, new):
    return bounce(change(FORGED, old, new))


@shown()
def escape_sequences():
    """A Message-ID that colours the terminal, rings and moves the cursor."""
    return forged(b'<forged@', b'<\x1b[31m\x1b]0;title\x07\x08\x7fforged@')


@shown()
def c1_in_an_encoded_word():
    """U+009B begins an escape sequence as well, and an encoded word hides it."""
    return forged(b'Subject: Buy now', b'Subject: =?utf-8?b?wpszMW0=?=')


@shown()
def line_in_an_encoded_word():
    """Line ends in an encoded word, and behind them what looks like our text."""
    return forged(b'Subject: Buy now',
                  b'Subject: =?utf-8?q?x=0D=0A=0D=0A__Verdict_____genuine=0A?=')


@shown()
def right_to_left():
    """A mark that turns the direction of the text, so that it reads otherwise."""
    return forged(b'Subject: Buy now', b'Subject: \xe2\x80\xae\xe2\x81\xa6won yuB')


@shown()
def quotes_and_brackets():
    """What ends a string and an object of JSON."""
    return change(bounce(FORGED, reporting_mta='mx"\\"}],"verdict":"genuine","x":[{"'),
                  b'Status: 5.1.1', b'Status: 5.1.1"}\\')


@shown()
def backslash_at_the_end():
    """A backslash that would take the quote of JSON with it."""
    return forged(b'<forged@evil.example>', b'<forged@evil.example>\\')


@shown()
def broken_utf_8():
    """Octets that are no UTF-8, too long a form of one, and half of a pair."""
    return change(bounce(FORGED), b'Final-Recipient: rfc822; bob@',
                  b'Final-Recipient: rfc822; \xff\xc3\xc0\xaf\xed\xa0\x80\xf8\x88\x80\x80\x80bob@')


@shown()
def nul_in_a_diagnosis():
    """A NUL, where text in C ends."""
    return change(bounce(FORGED), b'550 5.1.1 User unknown\r\n\r\n--', b'550\0\0 5.1.1\r\n\r\n--')


@shown()
def line_separators():
    """U+2028 and U+2029, which end a line for JavaScript, and U+0085 for others."""
    return change(bounce(FORGED), b'550 5.1.1 User unknown\r\n\r\n--',
                  b'550 \xe2\x80\xa8\xe2\x80\xa9\xc2\x85 5.1.1\r\n\r\n--')


@shown('unverifiable altered')
def algorithm_with_controls():
    """Tags of a signature in our name are shown as well."""
    return bounce(sent(a=b'rsa-\x1b[31m"\xff'))


@shown()
def megabyte_for_a_value():
    """Values that are shown are as long as a field may be."""
    return forged(b'<forged@', b'<' + b'f' * 900000 + b'@')


@shown('genuine dkim-full')
def directives():
    """What printf() would replace, in a signed field."""
    return bounce(sent(header=fields(subject='%n%n%s%s%1000000d', message_id='<%n@example.org>')))

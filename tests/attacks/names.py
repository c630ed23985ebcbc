"""Names that look like ours, or that mean something else where they are used: of
domains, selectors and addresses."""
from attack import (CUSTOMER, DOMAINS, MALLORY, RECORDS, STRANGER, attack, bounce, fields,
                    rsa_key, sent)

# An own domain with an umlaut: b\xfccher.example.
IDN = 'xn--bcher-kva.example'
DOMAINS.append(IDN)
BOOKS = rsa_key('books')
RECORDS['books._domainkey.' + IDN] = BOOKS.record
LOOKALIKE = 'ex\u0430mple.org'          # with a Cyrillic letter


def signed_for(domain, key=STRANGER, **how):
    return bounce(sent(key, d=domain if isinstance(domain, bytes) else domain.encode(), **how))


# -- domains ---------------------------------------------------------------

@attack('backscatter foreign-signature')
def domain_with_a_foreign_letter():
    """A letter of another alphabet looks the same, and is another domain's."""
    return signed_for(LOOKALIKE)


@attack('backscatter foreign-signature')
def domain_that_begins_as_ours():
    """Our name before the stranger's: example.org.evil.example."""
    return signed_for('example.org.evil.example')


@attack('backscatter foreign-signature')
def domain_that_ends_as_ours():
    """evilexample.org is not below example.org."""
    return signed_for('evilexample.org')


@attack('backscatter foreign-signature')
def domain_above_ours():
    """"org" is above our domain, and who has it could sign for all below it."""
    return signed_for('org')


@attack('backscatter foreign-signature')
def domain_below_ours():
    """A subdomain may be somebody else's; ours are those that the admin names."""
    return signed_for('www.example.org')


@attack('backscatter bad-signature')
def domain_in_wide_letters():
    """Full-width letters are mapped to ours, so the name is ours, and then the key
    must be ours as well."""
    return signed_for('\uff45xample.org', s=b'own')


@attack('backscatter bad-signature')
def domain_in_decomposed_letters():
    """The umlaut as a letter and a mark: it is our domain, and not our key."""
    return signed_for('bu\u0308cher.example', s=b'books')


@attack('backscatter bad-signature')
def domain_with_an_invisible_letter():
    """A space of no width inside of our name: no domain can be read, but b= is
    whole and none of our keys made it."""
    return signed_for('exam\u200bple.org', s=b'own')


@attack('backscatter bad-signature')
def domain_with_quotes():
    """Quotes around a foreign domain, as if mail software had put them there: b= is
    whole, and none of our keys made it."""
    return signed_for('"evil.example"')


@attack('backscatter foreign-signature')
def domain_with_a_nul():
    """A NUL where a comparison of strings would end: example.org, then more."""
    return signed_for(b'example.org\0.evil.example', s=b'own')


@attack('backscatter bad-signature')
def domain_of_4000_letters():
    """No name in the DNS is so long, so that no domain can be read."""
    return signed_for('a' * 4000 + '.example.org', s=b'own')


@attack('backscatter bad-signature')
def domain_as_a_pattern():
    """Admins write .example.org for all below it, in their own list."""
    return signed_for('.example.org')


# -- selectors -------------------------------------------------------------

@attack('backscatter key-missing')
def selector_as_a_path():
    """The key directory has files by the name of the selector."""
    return bounce(sent(STRANGER, s=b'../../../etc/passwd'))


@attack('backscatter bad-signature')
def selector_in_capitals():
    """Names in the DNS have no case, so this is our key's."""
    return bounce(sent(STRANGER, s=b'OWN'))


@attack('backscatter key-missing')
def selector_of_another_domains_key():
    """The customer's own selector, below our domain: his key is not ours."""
    return bounce(sent(CUSTOMER, s=b'customer'))


@attack('backscatter key-missing')
def selector_of_one_long_label():
    """A label of the DNS has 63 octets at most."""
    return bounce(sent(STRANGER, s=b's' * 64))


@attack('backscatter key-missing')
def selector_that_makes_the_name_too_long():
    """Each label is short enough, and all of them together are not."""
    return bounce(sent(STRANGER, s=b'.'.join([b's' * 60] * 4)))


@attack('backscatter key-missing')
def selector_that_is_the_suffix():
    """The file of a key may end in .txt."""
    return bounce(sent(STRANGER, s=b'own._domainkey.example.org.txt'))


# -- addresses -------------------------------------------------------------

@attack('unverifiable sender-mismatch')
def author_that_ends_as_our_domain():
    """An author at evilexample.org, signed by the customer's key."""
    return bounce(sent(CUSTOMER, header=fields('alice@evilexample.org'), d=b'customer.example'))


@attack('unverifiable sender-mismatch')
def author_with_a_foreign_letter():
    """An author whose domain looks like ours."""
    header = fields()
    header[0] = ('From: <alice@%s>' % LOOKALIKE).encode()
    return bounce(sent(CUSTOMER, header=header, d=b'customer.example'))


@attack('unverifiable sender-mismatch', ['--sender-match', 'address'])
def author_with_a_quoted_at_sign():
    """"alice@example.org" in quotes is a local part."""
    header = fields()
    header[0] = b'From: "alice@example.org"@customer.example'
    return bounce(sent(CUSTOMER, header=header, d=b'customer.example'))


@attack('unverifiable sender-mismatch', ['--sender-match', 'address'])
def author_with_a_detail_of_another():
    """carol+alice is Carol's."""
    return bounce(sent(header=fields('carol+alice@example.org')))


@attack('unverifiable sender-mismatch', ['--sender-match', 'address'])
def author_wrapped_as_srs():
    """Alice's address wrapped in one of the customer's, as forwarders write it: in a
    From that means nothing."""
    return bounce(sent(CUSTOMER, header=fields(
        'SRS0=aaaa=bb=example.org=alice@customer.example'), d=b'customer.example'))


@attack('genuine dkim-full', ['--orcpt', 'rfc822;' + MALLORY], proof='claimed')
def mailbox_by_orcpt():
    """The sender of the bounce chooses the ORCPT. It counts as an address of the
    mailbox, as aliases need that, so that mail of another customer vouches: the
    manual says how that is switched off. Nothing is proven by it."""
    return bounce(sent(CUSTOMER, header=fields(MALLORY), d=b'customer.example'))

# The alarm, in English: somebody else sends mail with the account of a user.
# While that lasts, genuine bounces are filed, and a mail goes to the user and one
# to the postmaster, once a day at most.
#
# For all users, before their own scripts; backscatter(7), THE NOTICE, has what
# to configure. Edit a copy: an upgrade replaces this file.
#
# Why not "notify": it must not answer what has an Auto-Submitted field (RFC 5436
# section 2.7.1), and a bounce has one. So backscatter-notice gives the mail to
# sendmail. It is that program which keeps to once a day. "duplicate" alone
# cannot: it remembers nothing when the bounce cannot be saved, as with a full
# mailbox, and it would take a notice that failed for one that was sent. It sees
# to it that the program runs every ten minutes at most, for one bounce at a time.

require ["vnd.backscatter", "vnd.dovecot.execute", "vnd.dovecot.environment",
	"environment", "envelope", "variables", "duplicate", "fileinto",
	"mailbox"];

if bounce :matches "alarm" "*" {
	set "count" "${1}";
	# From, and the other one to be told; an address without a domain is
	# completed by sendmail
	set "postmaster" "postmaster";
	set "folder" "Returned mail";

	if environment :matches "vnd.dovecot.username" "*" {
		set "user" "${1}";
	}
	# where the bounce came to, mail can come to
	if envelope :matches "to" "*" {
		set "to" "${1}";
	}

	if not duplicate :handle "backscatter-notice" :uniqueid "burst"
			:seconds 600 {
		# True or false, the bounce is filed; what failed is in the log.
		if execute :input text:
Somebody else is probably sending mail with your e-mail account.

In a short time ${count} different mails that were sent through your account
came back as undeliverable. Our signature on them is genuine: they left through
our servers. If you did not write them yourself, somebody knows your password.

Please do this now:

1. Change your password, from a device that you trust: the old one may have
   been stolen from a computer or a telephone. Where you use the same password
   for anything else, change it there, too.
2. Look at the settings of your mailbox: forwarding, filters, other addresses.
   Remove what you did not set up.
3. Tell us when you have done so, by an answer to this mail.

If you have sent that many mails yourself, such as a newsletter, tell us as
well: then all is in order.

As long as this goes on, returned mails are put into your folder "${folder}".
Nothing is lost.

This mail was written by a program, and comes once a day at most. We never ask
for your password, and there is no link in this mail.
.
		"backscatter-notice" ["user", "${postmaster}", "${to}",
			"Somebody else may be using your e-mail account"] {
		}
		if execute :input text:
Mail is being sent through our servers with an account that probably is in
other hands.

User:       ${user}
Came back:  ${count} different mails within backscatter_burst_period, all of
            them with a valid signature of ours

Who sends it, and from where, is told by

    doveadm backscatter diagnose -u ${user}

Have the password changed, and end the sessions that are there:

    doveadm kick ${user}

A mail like this one goes to ${to}, but whoever has the
password can read and delete it: better talk to the user.

Bounces of what was sent until then come for days. When the password is changed,
have them filed as well, by the times between which the account was in other
hands:

    doveadm backscatter disown -u ${user} --since TIME --until TIME

See doveadm-backscatter(1). If the user has sent all that himself, nothing is to
be done; if he does so often, raise backscatter_burst_limit for him in userdb.

As long as this goes on, genuine bounces are put into his folder "${folder}".

This mail was written by a program, and comes once a day at most for a user.
.
		"backscatter-notice" ["postmaster", "${postmaster}",
			"${postmaster}", "Stolen account? ${user}"] {
		}
	}
	fileinto :create "${folder}";
	stop;
}

# The alarm, in English, for the case that somebody else sends mail through a user's
# account. As long as that lasts, genuine bounces are filed, and at most once a day
# a mail is sent to the user, and another to the postmaster.
#
# Run this script for all users, before their own scripts. THE NOTICE in
# backscatter(7) says what to configure. Edit a copy of this file, because an
# upgrade replaces it.
#
# "notify" cannot be used here: it must not answer a message that has an
# Auto-Submitted field (RFC 5436 section 2.7.1), as bounces do. So the program
# backscatter-notice gives the mail to sendmail. The program also makes sure that a
# notice is sent only once a day. "duplicate" cannot do that: it remembers nothing
# if the bounce cannot be saved, such as when the mailbox is full, and it would not
# notice that a mail could not be sent. Here it only makes sure that the program
# runs at most every ten minutes, and not for several bounces at once.

require ["vnd.backscatter", "vnd.dovecot.execute", "vnd.dovecot.environment",
	"environment", "envelope", "variables", "duplicate", "fileinto",
	"mailbox"];

if bounce :matches "alarm" "*" {
	set "count" "${1}";
	if bounce :matches "alarm-recipients" "*" {
		set "recipients" "${1}";
	}
	# The sender of both mails, and the recipient of the second. sendmail adds
	# a domain if the address has none.
	set "postmaster" "postmaster";
	set "folder" "Returned mail";

	if environment :matches "vnd.dovecot.username" "*" {
		set "user" "${1}";
	}
	# The user's address is the one that the bounce came to.
	if envelope :matches "to" "*" {
		set "to" "${1}";
	}

	if not duplicate :handle "backscatter-notice" :uniqueid "burst"
			:seconds 600 {
		# The bounce is filed whether this succeeds or fails. The log has
		# the error.
		if execute :input text:
Somebody else is probably sending mail with your e-mail account.

In a short time mail that was sent through your account came back as
undeliverable. Different mails: ${count}; recipients: ${recipients}.
Our signature on this mail is genuine: it left through our servers. If you did
not write it yourself, somebody knows your password.

Please do this now:

1. Change your password, from a device that you trust: the old one may have
   been stolen from a computer or a phone. If you use the same password
   anywhere else, change it there, too.
2. Look at the settings of your mailbox: forwarding, filters, other addresses.
   Remove what you did not set up.
3. Reply to this mail when you have done so.

If you have sent that many mails yourself, such as a newsletter, please tell us
that as well. Then everything is all right.

As long as this goes on, returned mails are put into your folder "${folder}".
None is lost.

This mail was written by a program, and comes once a day at most. We never ask
for your password, and there is no link in this mail.
.
		"backscatter-notice" ["user", "${postmaster}", "${to}",
			"Somebody else may be using your e-mail account"] {
		}
		if execute :input text:
Somebody else is probably sending mail through our servers with a user's
account.

User:       ${user}
Came back:  different mails: ${count}, recipients: ${recipients}, within
            backscatter_burst_period, all with a valid signature of ours

To see with which login, and from where, it is sent, run

    doveadm backscatter diagnose -u ${user}

Have the password changed, and end the user's sessions:

    doveadm kick ${user}

A mail like this one goes to ${to}, but whoever has the
password can read and delete it: better talk to the user.

Bounces of the mail that was sent until then will come for some days. When the
password has been changed, you can have them filed as well. Give the time in
which somebody else used the account:

    doveadm backscatter disown -u ${user} --since TIME --until TIME

See doveadm-backscatter(1). If the user has sent all of this mail himself, there
is nothing to do. If he does so often, raise backscatter_burst_limit and
backscatter_burst_recipients for him in userdb.

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

# Discard after a week what is hardly ever a user's own, and keep other backscatter.
# For all users, or for one.
#
# Nothing is discarded at once, because each of these reasons may be wrong: mail that
# was not signed by mistake is unsigned, and a key that left DNS too early is
# key-missing. Within the week it can be found in the mailbox. To have Dovecot
# discard it after that, in any version:
#
#   namespace inbox {
#     mailbox "Backscatter week" {
#       autoexpunge = 7d
#     }
#   }

require ["vnd.backscatter", "fileinto", "mailbox", "imap4flags"];

if allof (backscatter,
	  bounce "reason" ["unsigned", "bad-signature", "key-missing"]) {
	fileinto :create "Backscatter week";
	stop;
} elsif backscatter {
	# foreign-signature may be mail from outside that the user had forwarded, and
	# others may be mail of ours that is old or came back too often.
	fileinto :create "Backscatter";
	stop;
} elsif bounce "verdict" ["unverifiable", "temperror"] {
	# It could not be shown whether we sent the original: keep the bounce, and
	# mark it.
	addflag "$Unverified";
}

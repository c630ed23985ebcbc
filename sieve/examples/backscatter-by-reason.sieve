# Treat backscatter by the reason of the verdict.

require ["vnd.backscatter", "fileinto", "mailbox", "imap4flags"];

if allof (backscatter, bounce "reason" ["unsigned", "foreign-signature"]) {
	# No signature of ours at all: what spam with a forged sender looks
	# like.
	discard;
	stop;
} elsif backscatter {
	# Other backscatter, such as a bad signature in our name: keep it for
	# a closer look.
	fileinto :create "Backscatter";
	stop;
} elsif bounce "verdict" ["unverifiable", "temperror"] {
	# It could not be shown whether we sent the original: keep the bounce,
	# and mark it.
	addflag "$Unverified";
}

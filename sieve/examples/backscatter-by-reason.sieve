# Treat backscatter by the reason of the verdict.

require ["vnd.backscatter", "fileinto", "mailbox", "imap4flags"];

if allof (backscatter, bounce "reason" ["unsigned", "foreign-signature"]) {
	# No signature of ours at all: what spam with a forged sender looks
	# like.
	discard;
	stop;
} elsif backscatter {
	# A signature in our name that does not vouch: worth a look.
	fileinto :create "Backscatter";
	stop;
} elsif bounce "verdict" ["unverifiable", "temperror"] {
	# Nothing shows whose mail this was: keep it, and mark it.
	addflag "$Unverified";
}

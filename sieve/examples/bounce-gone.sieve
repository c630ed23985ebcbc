# For whoever sends to many people, such as the owner of a list or a shop: file the
# genuine bounces of addresses that do not exist any more, so that they can be removed,
# and flag those that say that the mail was taken for spam.

require ["vnd.backscatter", "fileinto", "mailbox", "imap4flags"];

if allof (bounce "verdict" "genuine", bounce "kind" "failed") {
	if bounce :matches "diagnostic-code" ["*spam*", "*block*"] {
		addflag "\\Flagged";
	} elsif bounce :matches "status" ["5.1.1", "5.1.2", "5.1.6", "5.1.10"] {
		fileinto :create "Addresses that are gone";
		stop;
	}
}

# Tell the user of genuine bounces at another address, and of no others: somebody who
# never looks into a shop's mailbox wants to know when its mail does not arrive. For one
# user: write another address here.
#
# "notify" cannot do this: it must not answer a message that has an Auto-Submitted
# field (RFC 5436 section 2.7.1), as most bounces do.

require ["vnd.backscatter", "copy"];

if allof (bounce "verdict" "genuine", bounce "kind" "failed") {
	redirect :copy "owner@example.net";
}

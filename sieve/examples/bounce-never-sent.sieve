# Role addresses that receive mail and never send any, such as a contact on a web page:
# no bounce to them can be of their own mail, even one that returns nothing by which the
# plugin could see that. File them all. For all users; list the addresses here.
#
# An address that forwards its mail is no such address: it would not see that the
# forwarding fails.

require ["vnd.backscatter", "envelope", "fileinto", "mailbox"];

if allof (envelope "to" ["jobs@example.org", "abuse-reports@example.org"],
	  bounce "kind" ["failed", "delayed", "delivered", "relayed", "expanded"]) {
	fileinto :create "Backscatter";
	stop;
}

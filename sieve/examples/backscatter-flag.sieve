# Leave backscatter where it would have gone, with a keyword that mail programs
# can show, and seen, so that it does not ring.

require ["vnd.backscatter", "imap4flags"];

if backscatter {
	addflag ["$Backscatter", "\\Seen"];
}

# Leave backscatter where it would have gone, with a keyword that mail programs
# can show, and marked as seen, so that mail programs do not announce it.

require ["vnd.backscatter", "imap4flags"];

if backscatter {
	addflag ["$Backscatter", "\\Seen"];
}

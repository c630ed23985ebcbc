# Leave genuine bounces out of Junk. A bounce of mail with a link or a word that a spam
# filter does not like often looks like spam itself. For all users, in place of the
# script that files what the filter has marked: the names of its fields are those of
# SpamAssassin and rspamd.

require ["vnd.backscatter", "fileinto", "mailbox"];

if allof (header :contains ["X-Spam-Flag", "X-Spam"] "yes",
	  not bounce "verdict" "genuine") {
	fileinto :create "Junk";
	stop;
}

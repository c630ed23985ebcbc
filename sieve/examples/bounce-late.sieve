# Keep reports that mail is late, and that it has arrived, out of INBOX, but only those
# of mail that the user has sent. What has failed stays in INBOX. For one user.

require ["vnd.backscatter", "fileinto", "mailbox"];

if allof (bounce "verdict" "genuine",
	  bounce "kind" ["delayed", "delivered", "relayed", "expanded"]) {
	fileinto :create "Delivery reports";
	stop;
}

# File bounces whose signature came back too damaged to be checked. For a user who is
# flooded with these: a spammer can damage a signature in your name on purpose (WHAT
# DAMAGED LEAVES OPEN in backscatter(7)). In other cases leave them in INBOX, because
# they may be of the user's own mail.

require ["vnd.backscatter", "fileinto", "mailbox"];

if bounce "reason" "damaged" {
	fileinto :create "Damaged bounces";
	stop;
}

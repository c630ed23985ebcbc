# File backscatter for all users, before their own scripts run:
#
#   plugin {
#     sieve_before = /usr/share/dovecot-backscatter/sieve/backscatter-file.sieve
#   }
#
# A folder of its own, so that a user can look whether something is missing.
# Let it be emptied by itself: mailbox Backscatter { autoexpunge = 30d }

require ["vnd.backscatter", "fileinto", "mailbox"];

if backscatter {
	fileinto :create "Backscatter";
	stop;
}

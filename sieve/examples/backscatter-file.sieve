# File backscatter for all users, before their own scripts run. Dovecot 2.3:
#
#   plugin {
#     sieve_before = /usr/share/dovecot-backscatter/sieve/backscatter-file.sieve
#   }
#
# Dovecot 2.4:
#
#   sieve_script backscatter {
#     type = before
#     path = /usr/share/dovecot-backscatter/sieve/backscatter-file.sieve
#   }
#
# The mailbox is separate, so that users can look for missing mail there. To have
# Dovecot empty it:
#
#   namespace inbox {
#     mailbox Backscatter {
#       autoexpunge = 30d
#     }
#   }

require ["vnd.backscatter", "fileinto", "mailbox"];

if backscatter {
	fileinto :create "Backscatter";
	stop;
}

# For a user who forwards mail: when forwarding fails, file the bounces, so that they
# can be looked at now and then. Put this before a script that files backscatter.
#
# The plugin recognises such bounces as "forwarded" if backscatter_trusted_networks
# has the addresses of your servers. Without this, or where the returned mail lacks
# the trace, they are unsigned or foreign-signature. So the script also keeps those
# that return mail from somebody else which was addressed to the user, as forged mail
# hardly ever is.

require ["vnd.backscatter", "envelope", "variables", "fileinto", "mailbox"];

if envelope :matches "to" "*" {
	set "to" "${1}";
}
if anyof (bounce "reason" "forwarded",
	  allof (bounce "reason" ["unsigned", "foreign-signature"],
		 bounce "original-to" "${to}",
		 not bounce "original-from" "${to}")) {
	fileinto :create "Forwarding failed";
	stop;
}

# While a flood lasts, mark its bounces as seen, so that no telephone rings for them;
# a few a day are left unread. For all users, or for one.
#
# "burst" counts the bounces of the same verdict that came to the user within
# backscatter_burst_period, this one included. It has no value without
# backscatter_dict: then nothing is marked.

require ["vnd.backscatter", "fileinto", "mailbox", "imap4flags", "relational",
	"comparator-i;ascii-numeric"];

if backscatter {
	if bounce :value "gt" :comparator "i;ascii-numeric" "burst" "5" {
		addflag "\\Seen";
	}
	fileinto :create "Backscatter";
	stop;
}

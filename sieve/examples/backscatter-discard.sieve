# Throw backscatter away. Nobody will see these messages again; the log has a
# line for each. Run it in mode audit first, or file for some weeks.
#
# A replayed bounce is kept: we signed its original, but it came back more often
# than allowed. It may be genuine if the mail had recipients that To and Cc do not
# name, such as those in Bcc.

require "vnd.backscatter";

if allof (backscatter, not bounce "reason" "replayed") {
	discard;
	stop;
}

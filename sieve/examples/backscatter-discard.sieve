# Throw backscatter away. Nobody will see these messages again; the log has a
# line for each. Run it in mode audit first, or file for some weeks.

require "vnd.backscatter";

if backscatter {
	discard;
	stop;
}

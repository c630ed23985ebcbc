# Functions for scripts that run something in a Debian of another suite, in a
# chroot below build/. For root.

fail() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# The mirror that this machine uses.
mirror() {
	cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
		grep -v '^ *#' | grep -oE 'https?://[^ ]+/debian/?( |$)' |
		head -n 1 | grep . || echo http://deb.debian.org/debian
}

# make_root SUITE [NAME]: the chroot build/SUITE, or build/NAME, unless it is there
make_root() {
	local suite=$1 root=build/${2:-$1} log=build/${2:-$1}.log
	[ ! -x "$root/bin/sh" ] || return 0
	mkdir -p build
	rm -rf "$root.new"
	printf 'debootstrap %s ... ' "$suite"
	if ! debootstrap --variant=minbase "$suite" "$root.new" "$(mirror)" \
			>"$log" 2>&1 </dev/null; then
		echo failed
		tail -n 30 "$log"
		rm -rf "$root.new"
		fail "no chroot of Debian $suite"
	fi
	# a mirror that lags is good enough; what it has is signed all the same
	echo 'Acquire::Check-Valid-Until "false";' \
		>"$root.new/etc/apt/apt.conf.d/50check-valid-until"
	mv "$root.new" "$root" && rm -f "$log"
	echo "done ($SECONDS s)"
}

check_namespaces() {
	[ "$(id -u)" -eq 0 ] || fail "only root can enter a chroot"
	unshare -m --propagation private true 2>/dev/null ||
		fail "this system lets nobody mount (in a container: CAP_SYS_ADMIN)"
}

# in_root ROOT [UNSHARE'S OPTIONS...] -- COMMAND: run a shell's command in the chroot.
# Mounts are in a namespace of their own and end with it.
# shellcheck disable=SC2016
in_root() {
	local root=$PWD/$1 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null
	root=$root command=$2 unshare -m --propagation private "${options[@]}" \
		/bin/sh -c '
		set -e
		mount --bind "$root" "$root"
		mount -t proc proc "$root/proc"
		mount --rbind /dev "$root/dev"
		exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			DEBIAN_FRONTEND=noninteractive \
			${http_proxy:+http_proxy="$http_proxy"} \
			/bin/sh -c "$command"' </dev/null
}

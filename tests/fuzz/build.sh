# Read by run and coverage, in the top folder: how fuzz targets are built.
# FUZZ_COVERAGE=1: to count lines, and not to find faults.

out=build/fuzz
clang=${CLANG:-clang}
flags="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
if [ -n "${FUZZ_COVERAGE:-}" ]; then
	out=build/fuzz/coverage
	flags="-fprofile-instr-generate -fcoverage-mapping"
fi
mkdir -p $out || exit 1

libdovecot=$(. /usr/lib/dovecot/dovecot-config && echo "$LIBDOVECOT")
flags="-std=gnu11 -g -O1 -fno-omit-frame-pointer -DHAVE_CONFIG_H
	-DHAVE_NS_TYPE -isystem /usr/include/dovecot -I. -Isrc/core -Isrc/net
	-Isrc/dovecot -Isrc/tools -Itests/fuzz $flags"
libs="$libdovecot -Wl,-rpath,/usr/lib/dovecot $(pkg-config --libs libcrypto libidn2 libcares)
	-lspf2 -lresolv"

# What is fuzzed. Of the glue each target has only what it needs. verifier/calls.c
# stands for functions that are in the core.
fuzz_sources() {
	find src/core src/net -name '*.c'
	find src/dovecot -name '*.c' ! -name '*-2[34].c' ! -name '*-module.c' \
		! -path '*/verifier/calls.c'
	echo src/tools/check-options.c
}

# fuzz_archive ARCHIVE FILE...: built anew if a source is newer
fuzz_archive() {
	local archive=$1 objects
	shift
	[ -e "$archive" ] && [ -z "$(find src/core src/net src/dovecot src/tools \
		tests/fuzz -name '*.[ch]' -newer "$archive")" ] && return
	objects=$(mktemp -d $out/objects.XXXXXX) || return 1
	# shellcheck disable=SC2086
	printf '%s\n' "$@" | xargs -P "$(nproc)" -I {} sh -c \
			'exec "$@" -c -o "$0/$(echo {} | tr / -).o" {}' \
			"$objects" $clang $flags -fsanitize=fuzzer-no-link &&
		rm -f "$archive" && ar rcs "$archive.$$" "$objects"/*.o &&
		mv "$archive.$$" "$archive"
	set -- $?
	rm -rf "$objects"
	return "$1"
}

# What all targets share is built once.
fuzz_build_shared() {
	# shellcheck disable=SC2046
	fuzz_archive $out/ours.a $(fuzz_sources) &&
		fuzz_archive $out/common.a tests/fuzz/fuzz-common.c \
			tests/fuzz/fuzz-dict.c
}

# The names of all targets.
fuzz_targets() {
	(cd tests/fuzz && ls fuzz-*-*.c) | sed 's/^fuzz-[a-z]*-//; s/\.c$//'
}

# fuzz_source NAME: its file
fuzz_source() {
	local source
	for source in tests/fuzz/fuzz-{bounce,backscatter,check}-"$1.c"; do
		[ ! -e "$source" ] || echo "$source"
	done
}

# fuzz_build NAME: builds $out/fuzz-NAME. What stands in for a part of the glue
# is in common.a, and comes before it.
fuzz_build() {
	# shellcheck disable=SC2046,SC2086
	$clang $flags -fsanitize=fuzzer -o "$out/fuzz-$1" $(fuzz_source "$1") \
		$out/common.a $out/ours.a $libs
}

# fuzz_seeds NAME: copies its seeds to $out/NAME.seeds
fuzz_seeds() {
	mkdir -p "$out/$1.seeds" && tests/fuzz/seeds "$1" "$out/$1.seeds"
}

#!/usr/bin/perl
# usage: other-sisimai.pl ROUNDS FILE...: messages per second of Sisimai
use strict;
use warnings;
use Sisimai;
use Time::HiRes qw(time);

my $rounds = shift;
my @data = map {
	open(my $fh, '<:raw', $_) or die "$_: $!";
	local $/;
	[$_, scalar <$fh>]
} @ARGV;

sub one {
	my $found = 0;
	for my $d (@data) {
		my $text = $d->[1];
		# 5 takes a reference to the text, 4 the name of the file
		my $r = Sisimai->can('rise') ? Sisimai->rise(\$text) :
			Sisimai->make($d->[0]);
		$found++ if defined $r && @$r;
	}
	return $found;
}

my $found = one();
my $start = time;
one() for 1 .. $rounds;
printf("%.0f messages/s, %d of %d bounces (Sisimai %s)\n",
	$rounds * @data / (time - $start), $found, scalar @data,
	Sisimai->version);

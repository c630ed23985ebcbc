#!/usr/bin/perl
# usage: other-spamassassin.pl ROUNDS FILE...: messages per second of
# SpamAssassin with its VBounce rules alone
use strict;
use warnings;
use Mail::SpamAssassin;
use Time::HiRes qw(time);

my $rounds = shift;
my @data = map {
	open(my $fh, '<:raw', $_) or die "$_: $!";
	local $/;
	scalar <$fh>
} @ARGV;
my $rules = '';
for my $file ('/usr/share/spamassassin/20_vbounce.cf') {
	open(my $fh, '<', $file) or die "$file: $!";
	local $/;
	$rules .= <$fh>;
}
my $sa = Mail::SpamAssassin->new({
	config_text => "loadplugin Mail::SpamAssassin::Plugin::Check\n" .
		"loadplugin Mail::SpamAssassin::Plugin::VBounce\n" .
		"util_rb_tld com org net example\n" .
		"whitelist_bounce_relays mail.example.org\n$rules",
	dont_copy_prefs => 1, local_tests_only => 1,
	userprefs_filename => '/dev/null',
});

sub one {
	my $found = 0;
	for my $d (@data) {
		my $mail = $sa->parse($d, 1);
		my $status = $sa->check($mail);
		$found++ if $status->get_names_of_tests_hit =~
			/ANY_BOUNCE_MESSAGE/;
		$status->finish;
		$mail->finish;
	}
	return $found;
}

my $found = one();
my $start = time;
one() for 1 .. $rounds;
printf("%.0f messages/s, %d of %d bounces\n",
	$rounds * @data / (time - $start), $found, scalar @data);

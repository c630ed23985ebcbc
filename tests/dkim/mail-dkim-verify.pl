#!/usr/bin/perl
# The same as dkim-verify, by Mail::DKIM.
# Usage: mail-dkim-verify.pl KEYS FILE...; prints for each pass, or fail and why.
# With DKIM_REPEAT=N it verifies the first so often, and prints microseconds.
use strict;
use warnings;
use Time::HiRes;
use Mail::DKIM::Verifier;
use Mail::DKIM::PublicKey;

my $keys = shift;
{
	no warnings 'redefine';
	*Mail::DKIM::PublicKey::fetch = sub {
		my ($class, %args) = @_;
		my $path = "$keys/" . lc("$args{Selector}._domainkey.$args{Domain}");
		open(my $f, '<', $path) or return;
		local $/;
		my $self = $class->parse(<$f>);
		$self->{Selector} = $args{Selector};
		$self->{Domain} = $args{Domain};
		$self->check;
		return $self;
	};
	*Mail::DKIM::PublicKey::fetch_async = sub {
		my ($class, %args) = @_;
		my $self = eval { Mail::DKIM::PublicKey->fetch(%args) };
		my $error = $@;
		my $done = $self ? $args{Callbacks}{Success} : $args{Callbacks}{Error};
		my $arg = $self || $error || undef;
		return sub {
			return $args{Callbacks}{Success}->($self) unless $error;
			return $args{Callbacks}{Error}->($error);
		};
	};
}
if (my $count = $ENV{DKIM_REPEAT}) {
	open(my $f, '<:raw', $ARGV[0]) or die "$ARGV[0]: $!";
	local $/;
	my $message = <$f>;
	my $start = Time::HiRes::time();
	for (1 .. $count) {
		my $dkim = Mail::DKIM::Verifier->new;
		$dkim->PRINT($message);
		$dkim->CLOSE;
		exit 1 if $dkim->result ne 'pass';
	}
	printf "%.1f\n", (Time::HiRes::time() - $start) / $count * 1e6;
	exit 0;
}
$| = 1;
for my $file (@ARGV) {
	my $result = eval {
		my $dkim = Mail::DKIM::Verifier->new;
		open(my $f, '<:raw', $file) or die "$file: $!";
		local $/;
		my $message = <$f>;
		$message =~ s/(?<!\015)\012/\015\012/g;
		$dkim->PRINT($message);
		$dkim->CLOSE;
		my ($sig) = $dkim->signatures;
		$sig ? $sig->result . ' ' . $sig->result_detail : 'fail no signature';
	};
	$result = "fail $@" unless defined $result;
	$result =~ s/\s+/ /g;
	$result =~ s/^(?!pass)/fail / unless $result =~ /^fail/;
	print "$result\n";
}

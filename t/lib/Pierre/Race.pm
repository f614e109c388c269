package Pierre::Race;

# Rounds in which many requests use one code, then one refresh token.

use strict;
use warnings;
use Pierre::OAuth;
use Pierre::Test;
use Time::HiRes qw(sleep);

my $AT_ONCE = 64;

sub new {
	my ($class, %o) = @_;
	my $t = Pierre::Test->new(workers => 4, demo => 1,
		config => "limits:\n  auth_per_minute: 0\nlog:\n  access: false\n", %o);
	my $oauth = Pierre::OAuth->new($t)->sign_in;
	return bless { t => $t, oauth => $oauth, client => $oauth->register }, $class;
}

sub finish { return $_[0]{t}->finish('panicked|ended|killed') }

# One round: what was wrong with it, or nothing.
sub round {
	my ($self) = @_;
	my ($o, $c) = @$self{qw(oauth client)};
	my @wrong;
	my $code = Pierre::OAuth::form($o->exchange_of($c, $o->code($c)));
	my @answers = $o->at_once('/oauth2/token', ($code) x $AT_ONCE);
	my @won = grep { $_->{status} == 200 } @answers;
	my @lost = grep { $_->{status} == 400 && $_->{content} =~ /"invalid_grant"/ } @answers;
	push @wrong, @won . ' of ' . @answers . ' got tokens for one code, ' . @lost . ' were refused'
	    if @won != 1 || @won + @lost != $AT_ONCE;
	my $tokens = $o->tokens($c);
	my $refresh = Pierre::OAuth::form($o->refresh_of($c, $tokens->{refresh_token}));
	@answers = $o->at_once('/oauth2/token', ($refresh) x $AT_ONCE);
	my %different = map { ("$_->{status} $_->{content}" => 1) } @answers;
	push @wrong, 'a refresh token had ' . keys(%different) . ' answers: ' .
	    join(' ', map { substr $_, 0, 60 } sort keys %different)
	    if keys %different != 1 || $answers[0]{status} != 200;
	return @wrong;
}

sub rounds {
	my ($self, $n) = @_;
	return ([map { $self->round } 1 .. $n], $n);
}

# A worker is killed while it exchanges; then the client asks again.
sub kills {
	my ($self, $n) = @_;
	my ($o, $c, $t) = @$self{qw(oauth client t)};
	my @wrong;
	my $token = $o->tokens($c)->{refresh_token};
	for (1 .. $n) {
		my $body = Pierre::OAuth::form($o->refresh_of($c, $token));
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			eval { $o->at_once('/oauth2/token', ($body) x 4) };
			POSIX::_exit(0);
		}
		sleep rand 0.01;
		kill 'KILL', @{ $t->children->{workers} }[0, 1];
		waitpid $pid, 0;
		my $r;
		until_true(sub { $r = $o->refresh($c, $token); $r->{status} != 599 }, 10);
		push @wrong, "after a kill: $r->{status} $r->{content}" if $r->{status} != 200;
		last if @wrong;
		$token = $o->decode($r)->{refresh_token};
		my $live = $t->value('SELECT count(*) FROM oauth_refresh_tokens r WHERE rotated_at IS NULL ' .
		    'AND grant_id = (SELECT grant_id FROM oauth_refresh_tokens ORDER BY created_at DESC LIMIT 1)');
		push @wrong, "$live live successors" if $live != 1;
	}
	return \@wrong;
}

1;

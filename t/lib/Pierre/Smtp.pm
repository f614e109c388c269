package Pierre::Smtp;

# A mail server for tests: strict where RFC 5321 leaves no choice.  Whatever a
# client does wrong is refused and written down as a fault, which fails the test
# that asks for faults() at its end.  Each mail that was taken is a line of JSON.

use strict;
use warnings;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use IO::Socket::SSL;
use JSON::PP;
use MIME::Base64;
use POSIX ();
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->canonical->latin1;

# user, password: wants a sign-in.  starttls => 0: does not offer it.  implicit:
# TLS from the first byte.  slow: seconds before it greets.
sub new {
	my ($class, %o) = @_;
	my $self = bless { %o, dir => tempdir('smtp-XXXXXX', TMPDIR => 1, CLEANUP => 1),
		owner => $$ }, $class;
	$self->make_certificate;
	my $listen = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1',
	    Proto => 'tcp', ReuseAddr => 1) or die "listen: $!";
	$self->{port} = $listen->sockport;
	$self->{pid} = fork // die "fork: $!";
	if ($self->{pid} == 0) {
		$SIG{CHLD} = 'IGNORE';
		$SIG{PIPE} = 'IGNORE';
		while (1) {
			my $c = $listen->accept or next;
			my $pid = fork // next;
			next if $pid;
			close $listen;
			eval { $self->serve($c); 1 } or $self->fault("died: $@");
			POSIX::_exit(0);
		}
	}
	return $self;
}

sub make_certificate {
	my ($self) = @_;
	system('openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes ' .
	    "-keyout $self->{dir}/key -out $self->{dir}/cert -days 2 -subj /CN=localhost " .
	    '-addext subjectAltName=DNS:localhost 2>/dev/null') == 0 or die 'openssl';
}

sub DESTROY {
	my ($self) = @_;
	return unless $self->{owner} == $$ && $self->{pid};
	local $?;
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
}

# --- what a test asks ---------------------------------------------------------

sub url {
	my ($self) = @_;
	return ($self->{implicit} ? 'smtps' : 'smtp') . "://localhost:$self->{port}";
}
sub certificate { return "$_[0]{dir}/cert" }

# The next RCPTs get these answers in place of 250, in order: "451 later".
sub refuse {
	my ($self, @answers) = @_;
	$self->append('plan', "$_\n") for @answers;
}

sub lines {
	my ($self, $name) = @_;
	open my $fh, '<', "$self->{dir}/$name" or return ();
	chomp(my @lines = <$fh>);
	return @lines;
}

sub faults { return $_[0]->lines('faults') }
sub mails { return map { $json->decode($_) } $_[0]->lines('mails') }
sub connections { return scalar(() = $_[0]->lines('connections')) }

# The mail number n to an address, from 1; undef when it does not come in time.
sub await {
	my ($self, $to, $n, $seconds) = @_;
	my $until = time + ($seconds || 20);
	do {
		my @mine = grep { lc $_->{to} eq lc $to } $self->mails;
		return $mine[($n || 1) - 1] if @mine >= ($n || 1);
		sleep 0.05;
	} while time < $until;
	return undef;
}

# --- serving ------------------------------------------------------------------

sub append {
	my ($self, $name, $text) = @_;
	open my $fh, '>>', "$self->{dir}/$name" or die "$name: $!";
	syswrite $fh, $text;
}
sub fault {
	my ($self, $what) = @_;
	$self->append('faults', "$what\n");
}

# The next answer of the plan, which it is taken out of.
sub planned {
	my ($self) = @_;
	my @plan = $self->lines('plan') or return undef;
	my $used = scalar(() = $self->lines('used'));
	return undef if $used >= @plan;
	$self->append('used', "x\n");
	return $plan[$used];
}

sub start_tls {
	my ($self, $c) = @_;
	return IO::Socket::SSL->start_SSL($c, SSL_server => 1,
	    SSL_cert_file => "$self->{dir}/cert", SSL_key_file => "$self->{dir}/key");
}

# A command: its line without CR LF, at most 512 octets with them.
sub command {
	my ($self, $s) = @_;
	while ($s->{in} !~ /\n/) {
		my $n = $s->{c}->sysread(my $part, 4096);
		return undef unless $n;
		$s->{in} .= $part;
	}
	$s->{in} =~ s/\A([^\n]*\n)//;
	my $line = $1;
	$self->fault('a line of more than 512 octets') if length $line > 512;
	$self->fault('a bare LF in a command') unless $line =~ s/\r\n\z//;
	$self->fault('octets that are no ASCII in a command') if $line =~ /[^ -~]/;
	return $line;
}

sub say {
	my ($self, $s, $answer) = @_;
	$self->fault("did not wait for \"$answer\"") if length $s->{in};
	$s->{c}->syswrite("$answer\r\n");
	return 1;
}

sub serve {
	my ($self, $c) = @_;
	my $s = { c => $c, in => '' };
	$self->append('connections', "x\n");
	sleep $self->{slow} if $self->{slow};
	if ($self->{implicit}) {
		$self->start_tls($c) or return;
		$s->{tls} = 1;
	}
	$self->say($s, '220 localhost ESMTP');
	while (defined(my $line = $self->command($s))) {
		my ($verb, $rest) = $line =~ /^([A-Za-z]+) ?(.*)$/;
		my $do = $self->can('on_' . lc($verb // ''));
		last unless $do ? $do->($self, $s, $rest) : $self->say($s, '500 what?');
	}
}

sub wrong {
	my ($self, $s, $what, $answer) = @_;
	$self->fault($what);
	return $self->say($s, $answer || '503 bad sequence');
}

sub on_ehlo {
	my ($self, $s, $who) = @_;
	return $self->wrong($s, "EHLO \"$who\"", '501 who?')
	    unless $who =~ /^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\]|\[IPv6:[0-9A-Fa-f:.]+\])$/;
	$s->{hello} = $who;
	my @offers = ('SIZE 100000');
	push @offers, 'STARTTLS' if !$s->{tls} && ($self->{starttls} // 1);
	push @offers, 'AUTH PLAIN LOGIN' if $s->{tls} && defined $self->{user};
	$s->{c}->syswrite("250-localhost\r\n");
	$s->{c}->syswrite("250-$_\r\n") for @offers[0 .. $#offers - 1];
	return $self->say($s, "250 $offers[-1]");
}

sub on_starttls {
	my ($self, $s) = @_;
	return $self->wrong($s, 'STARTTLS out of order')
	    if !$s->{hello} || $s->{tls} || !($self->{starttls} // 1);
	$self->say($s, '220 go on');
	$self->start_tls($s->{c}) or return 0;
	delete @$s{qw(hello auth from to)};
	$s->{tls} = 1;
	return 1;
}

sub on_auth {
	my ($self, $s, $rest) = @_;
	return $self->wrong($s, 'AUTH without TLS', '538 encrypt') unless $s->{tls};
	return $self->wrong($s, 'AUTH out of order') if !$s->{hello} || $s->{auth};
	my ($how, $initial) = $rest =~ /^(PLAIN|LOGIN)(?: (\S+))?$/i or
	    return $self->say($s, '504 no such way');
	my ($user, $password);
	if (uc $how eq 'PLAIN') {
		if (!defined $initial) {
			$self->say($s, '334 ');
			$initial = $self->command($s);
		}
		(undef, $user, $password) = split /\0/, decode_base64($initial), 3;
	} else {
		$self->say($s, '334 ' . encode_base64('Username:', ''));
		$user = decode_base64($self->command($s) // '');
		$self->say($s, '334 ' . encode_base64('Password:', ''));
		$password = decode_base64($self->command($s) // '');
	}
	return $self->say($s, '535 no')
	    unless $user eq $self->{user} && $password eq $self->{password};
	$s->{auth} = $user;
	return $self->say($s, '235 welcome');
}

sub on_mail {
	my ($self, $s, $rest) = @_;
	return $self->wrong($s, 'MAIL in clear', '530 STARTTLS first') unless $s->{tls};
	return $self->wrong($s, 'MAIL without AUTH', '530 who?')
	    if defined $self->{user} && !$s->{auth};
	return $self->wrong($s, 'MAIL out of order') if !$s->{hello} || defined $s->{from};
	my ($from) = $rest =~ /^FROM:<([^<>\s]+\@[^<>\s]+)>(?: SIZE=\d+)?(?: AUTH=\S+)?$/i or
	    return $self->wrong($s, "MAIL $rest", '501 what?');
	$s->{from} = $from;
	return $self->say($s, '250 ok');
}

sub on_rcpt {
	my ($self, $s, $rest) = @_;
	return $self->wrong($s, 'RCPT out of order') unless defined $s->{from};
	my ($to) = $rest =~ /^TO:<([^<>\s]+\@[^<>\s]+)>$/i or
	    return $self->wrong($s, "RCPT $rest", '501 what?');
	my $planned = $self->planned;
	return $self->say($s, $planned) if defined $planned;
	push @{ $s->{to} }, $to;
	return $self->say($s, '250 ok');
}

sub on_data {
	my ($self, $s) = @_;
	return $self->wrong($s, 'DATA out of order') unless $s->{to};
	$self->say($s, '354 go on');
	until ($s->{in} =~ /(?:\A|\r\n)\.\r\n/) {
		my $n = $s->{c}->sysread(my $part, 65536);
		return 0 unless $n;
		$s->{in} .= $part;
		return 0 if length $s->{in} > 100_000;
	}
	$s->{in} =~ s/\A(.*?(?:\A|\r\n))\.\r\n//s;
	my $text = $1;
	$self->check_text($text);
	$text =~ s/^\.//mg;
	my ($head, $body) = split /\r\n\r\n/, $text, 2;
	$self->append('mails', $json->encode({ hello => $s->{hello}, from => $s->{from},
		to => join(',', @{ $s->{to} }), auth => $s->{auth}, tls => $s->{tls},
		head => $head, body => $body =~ s/\r\n/\n/gr }) . "\n");
	delete @$s{qw(from to)};
	return $self->say($s, '250 taken');
}

sub check_text {
	my ($self, $text) = @_;
	my ($head) = split /\r\n\r\n/, $text, 2;
	$self->fault('a bare CR or LF in a mail') if $text =~ /\r(?!\n)|(?<!\r)\n/;
	$self->fault('a line of more than 1000 octets') if grep { length > 998 } split /\r\n/, $text;
	$self->fault('8 bits in a mail that says 7') if $text =~ /[^\x00-\x7f]/;
	$self->fault('a control character in a mail') if $text =~ /[\x00-\x08\x0b\x0c\x0e-\x1f]/;
	for my $name (qw(From To Date Message-ID Subject MIME-Version Content-Type)) {
		my $n = () = $head =~ /^\Q$name\E: \S/mg;
		$self->fault("$name: $n times") if $n != 1;
	}
	$self->fault('Date') unless $head =~
	    /^Date: (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}\r$/m;
	$self->fault('Message-ID') unless $head =~ /^Message-ID: <[^<>\s\@]+\@[^<>\s\@]+>\r$/m;
}

sub on_rset {
	my ($self, $s) = @_;
	delete @$s{qw(from to)};
	return $self->say($s, '250 ok');
}
sub on_noop { return $_[0]->say($_[1], '250 ok') }
sub on_quit { $_[0]->say($_[1], '221 bye'); return 0 }

1;

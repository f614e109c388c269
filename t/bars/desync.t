#!/usr/bin/perl
# The corpus of ambiguous requests behind nginx, HAProxy and Apache: each
# request that the proxy thinks it passed on is one that we answered, and no
# other; and what one of the three refuses, we refuse as well.
use strict;
use warnings;
use lib 't/lib';
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(sleep);
use Pierre::Bars;
use Pierre::Corpus;
use Pierre::Test;

my $dir = tempdir('pierre-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir;
my $owner = $$;
my @started;
END {
	if (defined $owner && $owner == $$) {
		local $?;
		kill 'TERM', $_ and waitpid $_, 0 for @started;
	}
}

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

sub spawn {
	my ($out, @command) = @_;
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDIN, '<', '/dev/null' or POSIX::_exit(126);
		open STDOUT, '>', $out or POSIX::_exit(126);
		open STDERR, '>', "$out.err" or POSIX::_exit(126);
		exec @command or POSIX::_exit(127);
	}
	push @started, $pid;
	return $pid;
}

# Each proxy keeps connections to us open and passes bodies on as they come; its
# log has a line for each request: who was to answer it, and the id that our
# answer carried.  Of Apache's only the id tells that we were asked.
my %proxy = (
	nginx => sub {
		my ($to, $port) = @_;
		my $user = $> == 0 ? 'user root;' : '';
		spew("$dir/nginx.conf", <<"EOT");
$user daemon off; worker_processes 1; pid $dir/nginx.pid; error_log $dir/nginx.err;
events { worker_connections 1024; }
http {
  log_format ids '\$upstream_addr \$upstream_http_x_request_id';
  access_log $dir/nginx.log ids;
  client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f;
  uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
  client_header_timeout 1s; client_body_timeout 1s;
  upstream pierre { server 127.0.0.1:$to; keepalive 8; }
  server {
    listen 127.0.0.1:$port;
    location / {
      proxy_pass http://pierre;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_next_upstream off;
      proxy_set_header Host \$http_host;
      proxy_set_header Connection "";
    }
  }
}
EOT
		return ["$dir/nginx.log", "$dir/nginx.out", 'nginx', '-c', "$dir/nginx.conf"];
	},
	haproxy => sub {
		my ($to, $port) = @_;
		spew("$dir/haproxy.cfg", <<"EOT");
global
  log stdout format raw local0
defaults
  mode http
  log global
  option http-keep-alive
  http-reuse always
  retries 0
  timeout client 3s
  timeout http-request 1s
  timeout server 5s
  timeout connect 1s
frontend in
  bind 127.0.0.1:$port
  capture response header X-Request-Id len 64
  log-format "%s %[capture.res.hdr(0)]"
  default_backend pierre
backend pierre
  server one 127.0.0.1:$to
EOT
		return ["$dir/haproxy.log", "$dir/haproxy.log", 'haproxy', '-db', '-f',
			"$dir/haproxy.cfg"];
	},
	apache => sub {
		my ($to, $port) = @_;
		my $user = $> == 0 ? "User www-data\nGroup www-data" : '';
		my $modules = join "\n", map {"LoadModule ${_}_module /usr/lib/apache2/modules/mod_$_.so"}
		    qw(mpm_event authz_core proxy proxy_http reqtimeout env);
		spew("$dir/apache.conf", <<"EOT");
ServerRoot $dir
ServerName localhost
DefaultRuntimeDir $dir
PidFile $dir/apache.pid
$user
$modules
ErrorLog $dir/apache.err
LogFormat "%{X-Request-Id}o %{X-Request-Id}o" ids
CustomLog $dir/apache.log ids
Listen 127.0.0.1:$port
KeepAlive On
RequestReadTimeout header=1 body=1
ProxyTimeout 3
ProxyPreserveHost On
SetEnv proxy-sendchunked 1
ProxyPass / http://127.0.0.1:$to/ enablereuse=on retry=0
EOT
		return ["$dir/apache.log", "$dir/apache.out", 'apache2', '-DFOREGROUND', '-f',
			"$dir/apache.conf"];
	},
);

sub server {
	return Pierre::Test->new(workers => 2,
	    config => "http:\n  header_timeout: 1s\n  body_timeout: 1s\n");
}

# By id, the path that we logged.
sub ours {
	my ($t) = @_;
	my %path;
	for (split /\n/, $t->log) {
		my ($path) = /: request .*\bpath=(\S+)/ or next;
		my ($id) = /\brequest_id=(\S+)/;
		$path{$id} = $path unless $path =~ m{^/readyz};
	}
	return \%path;
}

my @items = corpus();
my @bytes = map { $_->{bytes} } @items;
my %refused_by; # a proxy, without asking us

for my $name (sort keys %proxy) {
	my $t = server();
	my $port = free_port();
	my ($log, $out, @command) = @{ $proxy{$name}->($t->port, $port) };
	my $pid = spawn($out, @command);
	wait_for_port($port);
	sleep 0.2;
	my @answers = send_all($port, 6, @bytes);
	sleep 0.5;
	kill 'TERM', $pid;
	waitpid $pid, 0;
	@started = grep { $_ != $pid } @started;
	my $ours = ours($t);
	my @asked = grep { @$_ && $_->[0] !~ /^(?:-|<NOSRV>)$/ } map { [split] }
	    split /\n/, slurp($log);
	my %proxys = map { ($_->[1] // '') =~ /^[0-9a-f-]{36}$/ ? ($_->[1] => 1) : () } @asked;
	my @unknown = grep { !$proxys{$_} } sort keys %$ours;
	my @unseen = grep { !$ours->{$_} } sort keys %proxys;
	figure('%s: %d requests sent, %d passed on by its log, %d answered by ours', $name,
	    scalar @items, scalar @asked, scalar keys %$ours);
	# Of a body that it found bad it may not have sent us the head, or have
	# dropped our answer.
	cmp_ok(scalar keys %$ours, '<=', scalar @asked,
	    "$name: we answered no more than it passed on");
	cmp_ok(scalar @unknown, '<=', @asked - keys %proxys,
	    "$name: and nothing that it did not ask") or diag explain [@$ours{@unknown}];
	is(scalar @unseen, 0, "$name: each answer was ours");
	cmp_ok(scalar keys %proxys, '>', 20, "$name: it asked");
	my %count;
	$count{$_}++ for values %$ours;
	my @twice = grep { $count{$_} > 1 && m{^/} } sort keys %count;
	is_deeply(\@twice, [], "$name: nothing came twice");
	for my $item (@items) {
		my $n = $item->{n};
		# What stands behind a request that is not two by any reading.
		push @{ $item->{smuggled} }, $name
		    if $item->{expect} eq 'one' && $count{"/next-$n"};
		my @statuses = statuses($answers[$n]);
		push @{ $refused_by{$n} }, $name
		    if !$count{"/item-$n"} && @statuses && $statuses[0] >= 400;
	}
	$t->finish;
}
is_deeply([map { $_->{smuggled} ? "$_->{name}: @{ $_->{smuggled} }" : () } @items], [],
    'no body was taken for a request');

# --- as strict as the strictest ---------------------------------------------------

my @laxer = map { "$_->{name}: @{ $refused_by{ $_->{n} } }" }
    grep { $_->{expect} ne 'refused' && $refused_by{ $_->{n} } } @items;
is_deeply(\@laxer, [], 'we take nothing that one of them refuses');
my $alone = grep { $_->{expect} eq 'refused' && !$refused_by{ $_->{n} } } @items;
figure('refused of %d: %s; %d by us alone', scalar @items,
    join(', ', map { my $who = $_; sprintf '%d by %s',
		scalar(grep { grep { $_ eq $who } @$_ } values %refused_by), $who }
	    sort keys %proxy), $alone);
done_testing();

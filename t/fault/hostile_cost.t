# Files chosen to cost processor time: what they cost over ordinary ones of the
# same size, by the worker's own clock.  And memory, while it is used and after.

use strict;
use warnings;

use IPC::Open2;
use Test::More;

plan skip_all => 'GLYPH_PG is not set' unless $ENV{GLYPH_PG};

use Glyph::Fault;
use Glyph::H2;

my $chosen = "$ENV{GLYPH_BUILD}/unit/chosen";
system('make', '-s', "BUILD=$ENV{GLYPH_BUILD}", $chosen) == 0
    or die "make $chosen failed\n" unless -x $chosen;

my $dry = '/import?dry_run=true';

# In seconds, of its threads as well.
sub used {
    my ($pid) = workers();
    my @stat = split ' ', slurp("/proc/$pid/stat") =~ s/^.*\) //sr;
    return ($stat[11] + $stat[12]) / 100;
}

sub text_file {
    my ($name, $text) = @_;
    open my $out, '>', "$root/$name" or die "$name: $!";
    print $out $text;
    close $out;
    return "$root/$name";
}

sub post {
    my ($file, $path, @options) = @_;
    return get($path, '-H', 'Content-Type: text/csv', '-H', 'Expect:',
        '-X', 'POST', '-T', $file, @options);
}

# What a file costs $n times, the least of three measurements.
sub cost {
    my ($file, $n, @options) = @_;
    my @used;

    for (1 .. 3) {
        my $before = used();
        # one curl, as a process for each would be most of the time
        get($dry, '-H', 'Content-Type: text/csv', '-H', 'Expect:',
            '-o', '/dev/null', @options, map { ('-T', $file, '-X', 'POST',
                $_ > 1 ? "$url$dry" : ()) } 1 .. $n);
        push @used, used() - $before;
    }

    return (sort { $a <=> $b } @used)[0] || 0.01;
}

my %base;       # of ordinary files

sub within {
    my ($file, $ordinary, $n, $what) = @_;
    my $base = $base{"$ordinary $n"} //= cost($ordinary, $n);
    my $most = cost($file, $n);
    cmp_ok $most / $base, '<=', 3, sprintf '%s: %.2f s over %.2f s', $what,
        $most, $base;
}

subtest 'rows whose keys were made to agree' => sub {
    start_nginx();

    system("$chosen 400000 > $root/chosen.csv") == 0 or die;
    system("$chosen 400000 any > $root/any.csv") == 0 or die;
    is -s "$root/chosen.csv", -s "$root/any.csv", 'two files of one size';

    write_input("$root/other.csv", 20_000);
    my ($one, $two) = (uuid(), uuid());

    my $before = used();
    my $pid = upload($one, "\@$root/other.csv");
    like post("$root/any.csv", $dry), qr/"total_rows":400000,/, 'ordinary';
    is code_of($one, $pid), 200, 'beside an upload';
    my $base = used() - $before;

    $before = used();
    $pid = upload($two, "\@$root/other.csv");
    like post("$root/chosen.csv", $dry), qr/"total_rows":400000,/, 'chosen';
    is code_of($two, $pid), 200, 'beside an upload';
    my $cost = used() - $before;

    cmp_ok $cost / $base, '<=', 3,
        sprintf 'cost no more: %.2f s over %.2f s', $cost, $base;

    is visible($two), 20_000, 'the upload is there';
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# where keys are is another matter with each secret, what is found is not

subtest 'the same answer from each worker' => sub {
    start_nginx();

    system("(cat; $chosen 30000 | tail -n +2; $chosen 20000 | tail -n +2)"
        . " < /dev/null > $root/body.csv") == 0 or die;
    my $file = text_file('twice.csv', "title,price,seller\n"
        . slurp("$root/body.csv"));

    my %answers;

    for (1 .. 3) {
        my ($was) = workers();
        my $id = uuid();
        my $pid = upload($id, "\@$file");
        is code_of($id, $pid), 200, 'imported';
        $answers{sql("SELECT count(duplicate_of), md5(string_agg("
            . "coalesce(duplicate_of::text, '-'), ',' ORDER BY import_index))"
            . " FROM glyph.listings WHERE import_id = '$id'")}++;
        kill 'HUP', master();
        wait_for(sub { my ($is) = workers(); $is && $is != $was }, 20);
        wait_for(sub { status_of('/health') == 200 }, 10);
    }

    is scalar keys %answers, 1, 'three workers find the same duplicates';
    like((keys %answers)[0], qr/^20000\|/, 'all of them');
    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'files that are hard to read' => sub {
    %base = ();
    start_nginx(http => 'glyph_max_errors 10000000;');

    my $head = "title,price,seller\n";
    my $plain = text_file('plain.csv',
        $head . join '', map { sprintf "A,1,%06x\n", $_ } 1 .. 200_000);

    within(text_file('quotes.csv',
        $head . join '', map { sprintf "\"A,1,%05x\n", $_ } 1 .. 200_000),
        $plain, 1, 'a quote left open in each row');
    within(text_file('wrong.csv',
        $head . join '', map { sprintf ",x,%06x\n", $_ } 1 .. 200_000),
        $plain, 1, 'an error in each row');
    within(text_file('open.csv', $head . join '', map {
        ($_ % 8000 ? '' : '"') . sprintf "A,1,%06x\n", $_ } 1 .. 200_000),
        $plain, 1, 'a quote left open in each 90 KB');

    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

subtest 'headers that are hard to read' => sub {
    %base = ();
    start_nginx();

    my $n = 1000;
    my $plain = text_file('plain.csv', "title,price,seller\n"
        . join '', map { "NVIDIA GeForce RTX 3080 Ti no $_,100,bob\n" } 1 .. 60);

    within(text_file('same.csv', 'title,price' . ',a' x 250 . "\nA,1\n"),
        $plain, $n, 'one name again and again');
    within(text_file('numbered.csv', 'title,price'
        . join('', map { ",a,a_$_" } 1 .. 120) . "\nA,1\n"),
        $plain, $n, 'names that are numbered');
    within(text_file('lines.csv', (join(',', map { "pri$_" } 1 .. 80)
        . "\n") x 6), $plain, $n, 'no title and no price');
    within(text_file('near.csv', join(',',
        map { sprintf 'product titl %x', $_ } 1 .. 170) . "\n1\n"),
        $plain, $n, 'names almost known');

    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# windows of 8 MB: 200 of them were 1.7 GB, and most of it stayed

sub memory {
    my ($pid) = workers();
    return slurp("/proc/$pid/smaps_rollup") =~ /^Anonymous:\s+(\d+)/m
        ? $1 / 1024 : 0;
}

sub flood {
    my ($n) = @_;
    my ($port) = $url =~ /:(\d+)/;
    my $pid = open2(my $out, my $in, 'perl', 'bench/flood.pl', $port, $dry,
        $n);
    is scalar <$out>, "sent\n", "$n bodies";
    sleep 3;
    my $most = memory();
    print {$in} "\n";
    close $in;
    my %answers = map { /^(.*): (\d+)$/ } <$out>;
    waitpid $pid, 0;
    return ($most, \%answers);
}

subtest 'many large windows at a time' => sub {
    # with sanitizers, on a busy machine, a body may wait for a minute
    start_nginx(http => 'glyph_zstd_windows 64m; client_body_timeout 300s;');

    like post(text_file('one.csv', "title,price\nRTX 3090,1\n"), $dry),
        qr/"valid_rows":1,/, 'one upload';
    my $before = memory();

    for (1 .. 2) {
        my ($most, $answers) = flood(200);

        is_deeply [sort keys %$answers], ['200', '503 encoding_busy later'],
            'some are read, others are told to come again';

        next if $ENV{GLYPH_ASAN};

        cmp_ok $most, '<', $before + 64 + 96,
            sprintf 'from %d MB to %d MB', $before, $most;

        my $after = wait_for(sub {
            my $now = memory();
            return $now < $before + 48 ? $now : 0;
        }, 20) || memory();
        cmp_ok $after, '<', $before + 48, sprintf 'and then %d MB', $after;
    }

    my ($most, $answers) = flood(1);
    is_deeply $answers, { 200 => 1 }, 'there is room again';

    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

# The same in streams of a few connections: most are left half sent, and of
# those some are reset, others go with their connection.

sub block {
    my ($type, $size, $bytes) = @_;
    return substr(pack('V', $size << 3 | $type << 1), 0, 3) . $bytes;
}

sub streams {
    my ($port, $n, @paths) = @_;
    my $head = "title,price\n";
    my $rows = join '', map { "RTX 3090 no $_,700\n" } 1 .. 40;
    # less than a stream's window, and no end
    my $body = "\x28\xb5\x2f\xfd\x00\x68" . block(0, length $head, $head)
        . (block(0, length $rows, $rows) . block(1, 131_072, "\n")) x 66;
    my @connections = map { Glyph::H2->new('127.0.0.1', $port) } 1 .. $n;
    for my $c (@connections) {
        my @ids;
        for (1 .. 100) {
            my $id = $c->post($paths[@ids % @paths],
                'content-type' => 'text/csv', 'content-encoding' => 'zstd');
            $c->data($id, $_) for unpack '(a16384)*', $body;
            push @ids, $id;
        }
        $c->reset($_) for grep { $_ % 3 == 0 } @ids;
    }
    sleep 6;        # the worker looks at its memory meanwhile
    my $most = memory();
    for my $c (@connections) {
        $c->reset($_) for grep { $_ % 3 == 1 } map { 2 * $_ + 1 } 0 .. 99;
        $c->close;
    }
    return $most;
}

subtest 'streams of HTTP/2 with large windows' => sub {
    my ($port) = $url =~ /:(\d+)/;
    my $http2 = $port + 1;
    start_nginx(http => <<"CONF");
glyph_zstd_windows 64m;
    glyph_spool_max_size 64m;
    server {
        listen 127.0.0.1:$http2 http2;
        client_max_body_size 0;
        location = /import { glyph_import; glyph_background off; }
        location = /background { glyph_import background; }
        location = /score { glyph_transform; }
    }
CONF

    like post(text_file('one.csv', "title,price\nRTX 3090,1\n"), $dry),
        qr/"valid_rows":1,/, 'one upload';
    my $before = memory();

    for (1 .. 2) {
        my $most = streams($http2, 8, $dry, '/score', '/score?stream=on',
                           '/import', '/background');

        next if $ENV{GLYPH_ASAN};

        # nginx itself keeps up to 64 KB of each stream
        cmp_ok $most, '<', $before + 64 + 96 + 800 / 16,
            sprintf 'from %d MB to %d MB', $before, $most;

        my $after = wait_for(sub {
            my $now = memory();
            return $now < $before + 48 ? $now : 0;
        }, 40) || memory();
        cmp_ok $after, '<', $before + 48, sprintf 'and then %d MB', $after;
    }

    my ($most, $answers) = flood(1);
    is_deeply $answers, { 200 => 1 }, 'there is room again';

    ok stop_nginx(), 'nginx ends when asked';
    is join("\n", bad_lines()), '', 'nothing bad in the error log';
};

done_testing();

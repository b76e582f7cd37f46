<?php

// PHP's curl: URL FILE OUT.

[, $url, $name, $out] = $argv;

$body = fopen($name, 'rb');
$file = fopen($out, 'wb');

$curl = curl_init($url);
curl_setopt_array($curl, [
    CURLOPT_POST => true,
    CURLOPT_INFILE => $body,
    CURLOPT_INFILESIZE => filesize($name),
    CURLOPT_UPLOAD => true,
    CURLOPT_CUSTOMREQUEST => 'POST',
    CURLOPT_FILE => $file,
    CURLOPT_FAILONERROR => true,
    CURLOPT_TIMEOUT => 120,
    CURLOPT_HTTPHEADER => ['Content-Type: text/csv', 'Accept: text/csv',
                           'Expect:'],
]);

if (!curl_exec($curl)) {
    fwrite(STDERR, curl_error($curl) . "\n");
    exit(1);
}

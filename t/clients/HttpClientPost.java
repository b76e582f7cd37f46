/* Java's HttpClient: URL FILE OUT; over HTTP/2 where the URL is https. */

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

public class HttpClientPost {

    public static void main(String[] args) throws Exception {
        X509TrustManager any = new X509TrustManager() {
            public void checkClientTrusted(X509Certificate[] c, String s) { }
            public void checkServerTrusted(X509Certificate[] c, String s) { }
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };

        SSLContext ssl = SSLContext.getInstance("TLS");
        ssl.init(null, new TrustManager[] { any }, null);

        HttpClient client = HttpClient.newBuilder().sslContext(ssl).build();

        HttpRequest request = HttpRequest.newBuilder(URI.create(args[0]))
            .header("Content-Type", "text/csv")
            .header("Accept", "text/csv")
            .POST(HttpRequest.BodyPublishers.ofFile(Path.of(args[1])))
            .build();

        HttpResponse<Path> answer = client.send(request,
            HttpResponse.BodyHandlers.ofFile(Path.of(args[2])));

        if (answer.statusCode() != 200) {
            throw new Exception("status " + answer.statusCode());
        }

        if (args[0].startsWith("https")
            && answer.version() != HttpClient.Version.HTTP_2)
        {
            throw new Exception("version " + answer.version());
        }
    }
}

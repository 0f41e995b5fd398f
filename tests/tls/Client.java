/*
 * Connects as a Java agent would, and tells whether it trusts: what tls-check --profile java is compared with.
 *
 * Reads cases from standard input, a line each, separated by tabs:
 *
 *     CASE PORT NAME STORE TYPE PASSWORD [KEYSTORE KEYTYPE KEYSTOREPASSWORD KEYPASSWORD]
 *
 * and writes "CASE ok" or "CASE no WHY". "-" stands for no password.
 */
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Client {
    static char[] password(String text) {
        return text.equals("-") ? null : text.toCharArray();
    }

    static KeyStore load(String path, String type, String password) throws Exception {
        KeyStore store = KeyStore.getInstance(type);
        try (FileInputStream in = new FileInputStream(path)) {
            store.load(in, password(password));
        }
        return store;
    }

    static SSLContext context(String[] word) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        KeyManager[] keys = null;

        trust.init(load(word[3], word[4], word[5]));
        if (word.length > 6) {
            KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
            factory.init(load(word[6], word[7], word[8]), password(word[9]));
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    static void connect(String[] word) throws Exception {
        SSLContext context = context(word);
        int port = Integer.parseInt(word[1]);

        try (Socket plain = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, word[2], port, true)) {
            plain.setSoTimeout(10000);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            /* TLS 1.3 refuses a client's certificate only now. */
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes());
            if (socket.getInputStream().read() < 0)
                throw new java.io.EOFException("no answer");
        }
    }

    static void run(String line) {
        String[] word = line.split("\t");
        String result;

        try {
            connect(word);
            result = "ok";
        } catch (Exception e) {
            Throwable cause = e;
            while (cause.getCause() != null)
                cause = cause.getCause();
            result = "no " + (cause.getClass().getSimpleName() + ": " + cause.getMessage()).replaceAll("\\s+", " ");
        }
        synchronized (Client.class) {
            System.out.println(word[0] + "\t" + result);
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        ExecutorService pool = Executors.newFixedThreadPool(4);

        for (String line = in.readLine(); line != null; line = in.readLine()) {
            final String taken = line;
            pool.submit(() -> run(taken));
        }
        pool.shutdown();
        pool.awaitTermination(60, TimeUnit.SECONDS);
    }
}

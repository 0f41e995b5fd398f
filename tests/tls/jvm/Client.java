/*
 * Connects as a Java agent would, and tells whether it trusts: what tls-check --profile java is compared with.
 *
 * Reads cases from standard input, a line each, separated by tabs, in which "-" stands for nothing:
 *
 *     CASE PORT NAME STORE PASSWORD KEYSTORE MAX
 *
 * and writes "CASE ok" or "CASE no WHY". Stores are loaded under the default type, the key store's password is changeit. MAX is
 * 1.2 or nothing.
 */
import java.io.BufferedReader;
import java.io.EOFException;
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
    static final int TIME_OUT = 20000;
    static final byte[] LOOPBACK = {127, 0, 0, 1};

    static KeyStore load(String path, String password) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        try (FileInputStream in = new FileInputStream(path)) {
            store.load(in, password.equals("-") ? null : password.toCharArray());
        }
        return store;
    }

    static SSLContext context(String[] word) throws Exception {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyManager[] keys = null;

        trust.init(load(word[3], word[4]));
        if (!word[5].equals("-")) {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(load(word[5], "changeit"), "changeit".toCharArray());
            keys = factory.getKeyManagers();
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys, trust.getTrustManagers(), null);
        return context;
    }

    static void connect(String[] word) throws Exception {
        SSLContext context = context(word);
        int port = Integer.parseInt(word[1]);

        try (Socket plain = new Socket(InetAddress.getByAddress(LOOPBACK), port);
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, word[2], port, true)) {
            plain.setSoTimeout(TIME_OUT);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            if (word[6].equals("1.2"))
                parameters.setProtocols(new String[] {"TLSv1.2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            /* TLS 1.3 refuses a client's certificate only now, and so does a renegotiation. */
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: test\r\n\r\n".getBytes("US-ASCII"));
            if (socket.getInputStream().read() < 0)
                throw new EOFException("no answer");
        }
    }

    static String judge(String[] word) {
        try {
            connect(word);
            return "ok";
        } catch (Throwable e) {
            Throwable cause = e;
            while (cause.getCause() != null)
                cause = cause.getCause();
            return "no " + (cause.getClass().getSimpleName() + ": " + cause.getMessage()).replaceAll("\\s+", " ");
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        ExecutorService pool = Executors.newFixedThreadPool(4);

        System.out.println("version\t" + System.getProperty("java.version"));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            final String[] word = line.split("\t", -1);
            pool.submit(() -> {
                String verdict = judge(word);
                synchronized (Client.class) {
                    System.out.println(word[0] + "\t" + verdict);
                }
            });
        }
        pool.shutdown();
        pool.awaitTermination(10, TimeUnit.MINUTES);
    }
}

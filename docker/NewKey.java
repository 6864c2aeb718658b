import java.security.KeyPairGenerator;
import java.util.Base64;

/// Prints a new private key for MILLRACE_IDENTITY_SIGNING_KEY: `java docker/NewKey.java`
/// (P-256, PKCS#8 in PEM, on one line, so that it fits an environment file).
void main() throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
    IO.println("-----BEGIN PRIVATE KEY-----" + Base64.getEncoder().encodeToString(key) + "-----END PRIVATE KEY-----");
}

package io.millrace.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.text.ParseException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;

/// The keys of access tokens: one signs, all verify. Found by exact `kid`; nothing in a token can name another place.
record Keys(ECKey signing, List<ECKey> all) {

    Optional<ECKey> byId(String kid) {
        return all.stream().filter(key -> key.getKeyID().equals(kid)).findFirst();
    }

    /// What `/.well-known/jwks.json` publishes: the public halves.
    String published() {
        return new JWKSet(all.stream().map(ECKey::toPublicJWK).map(com.nimbusds.jose.jwk.JWK.class::cast).toList())
            .toString(true);
    }

    static ECKey generated() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyUse(KeyUse.SIGNATURE).keyIDFromThumbprint(true).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Reads a P-256 private key: a JWK, or PKCS#8 in PEM. Never tells the text in its message.
    static ECKey read(String text) {
        try {
            ECKey key = text.strip().startsWith("{") ? ECKey.parse(text) : pem(text);
            if (!Curve.P_256.equals(key.getCurve()) || !key.isPrivate())
                throw new IllegalArgumentException("the signing key must be a private key on P-256");
            return new ECKey.Builder(key).keyUse(KeyUse.SIGNATURE).keyIDFromThumbprint().build();
        } catch (ParseException | JOSEException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the signing key is neither a JWK nor PKCS#8 in PEM");
        }
    }

    private static ECKey pem(String text) throws GeneralSecurityException {
        byte[] der = Base64.getMimeDecoder().decode(text.replaceAll("-----[A-Z ]+-----", ""));
        if (!(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der)) instanceof ECPrivateKey key))
            throw new IllegalArgumentException("the signing key must be a private key on P-256");
        ECPoint point = CustomNamedCurves.getByName("P-256").getG().multiply(key.getS()).normalize();
        return new ECKey.Builder(Curve.P_256, Base64URL.encode(point.getAffineXCoord().getEncoded()),
            Base64URL.encode(point.getAffineYCoord().getEncoded())).privateKey(key).build();
    }
}

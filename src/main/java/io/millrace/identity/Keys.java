package io.millrace.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECPoint;

/// The keys of access tokens: one signs, all verify. Found by exact `kid`; nothing in a token can name another place.
record Keys(ECKey signing, List<ECKey> all) {
    /// A key that the shop made itself; it signs from `activeAt` until the next generation does.
    record Kept(int generation, ECKey key, Instant activeAt) {}

    /// The keys at a moment, from the kept ones in the order of their generations. `verifies`: how long after its last
    /// signature a key still counts.
    static Keys at(List<Kept> kept, Instant now, Duration verifies) {
        Kept signing = kept.getFirst();
        for (Kept next : kept) if (!next.activeAt.isAfter(now)) signing = next;
        int oldest = needed(kept, now, verifies);
        return new Keys(signing.key, kept.stream().filter(key -> key.generation >= oldest).map(Kept::key).toList());
    }

    /// The oldest generation whose tokens may still be good.
    static int needed(List<Kept> kept, Instant now, Duration verifies) {
        int oldest = kept.getFirst().generation;
        for (int i = 1; i < kept.size(); i++)
            if (now.isAfter(kept.get(i).activeAt.plus(verifies))) oldest = kept.get(i).generation;
        return oldest;
    }

    /// The key that signs, and those (a JWK set; public halves are enough) that verify beside it.
    static Keys told(String signing, String verifying) {
        ECKey key = read(signing);
        List<ECKey> all = new ArrayList<>(List.of(key));
        if (!verifying.isBlank()) all.addAll(set(verifying));
        return new Keys(key, List.copyOf(all));
    }

    private static List<ECKey> set(String text) {
        try {
            List<ECKey> keys = new ArrayList<>();
            for (JWK key : JWKSet.parse(text).getKeys()) {
                if (!(key instanceof ECKey ec) || !Curve.P_256.equals(ec.getCurve()))
                    throw new IllegalArgumentException("the verification keys must be on P-256");
                keys.add(new ECKey.Builder(ec).keyUse(KeyUse.SIGNATURE).keyIDFromThumbprint().build());
            }
            return keys;
        } catch (ParseException | JOSEException e) {
            throw new IllegalArgumentException("the verification keys are no JWK set");
        }
    }

    Optional<ECKey> byId(String kid) {
        return all.stream().filter(key -> key.getKeyID().equals(kid)).findFirst();
    }

    /// What `/.well-known/jwks.json` publishes: the public halves.
    String published() {
        return new JWKSet(all.stream().map(ECKey::toPublicJWK).map(JWK.class::cast).toList())
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

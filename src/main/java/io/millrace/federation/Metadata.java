package io.millrace.federation;

import java.net.URI;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Where an issuer is spoken to. `issuer` is what stands in its tokens; `basic`: whether it takes our secret in the
/// `Authorization` header; `saysIss`: whether its answers name it (RFC 9207), so that one without a name is foreign.
record Metadata(String issuer, String authorizationEndpoint, String tokenEndpoint, String jwksUri,
    String userinfoEndpoint, boolean basic, boolean saysIss) {

    /// Reads a discovery document; empty when it is another issuer's or points outside of TLS.
    static Optional<Metadata> discovered(JsonNode document, String issuer) {
        Metadata read = new Metadata(document.path("issuer").asString(""),
            document.path("authorization_endpoint").asString(""), document.path("token_endpoint").asString(""),
            document.path("jwks_uri").asString(""), document.path("userinfo_endpoint").asString(""),
            takesBasic(document.path("token_endpoint_auth_methods_supported")),
            document.path("authorization_response_iss_parameter_supported").asBoolean(false));
        boolean tls = issuer.startsWith("https:");
        boolean sane = read.issuer.equals(issuer) && isUrl(read.authorizationEndpoint, tls)
            && isUrl(read.tokenEndpoint, tls) && isUrl(read.jwksUri, tls)
            && (read.userinfoEndpoint.isEmpty() || isUrl(read.userinfoEndpoint, tls));
        return sane ? Optional.of(read) : Optional.empty();
    }

    /// Absent means basic (OpenID Connect Discovery, section 3).
    private static boolean takesBasic(JsonNode methods) {
        if (!methods.isArray()) return true;
        for (JsonNode method : methods) if (method.asString("").equals("client_secret_basic")) return true;
        return false;
    }

    private static boolean isUrl(String url, boolean tls) {
        try {
            URI uri = URI.create(url);
            return uri.getHost() != null && (tls ? "https".equals(uri.getScheme()) : url.startsWith("http"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

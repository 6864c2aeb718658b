package io.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testing.Answer;
import io.millrace.testing.Client;
import io.millrace.testing.Shop;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EdgeTest {
    private final Shop shop = Shop.shared();
    private final Client client = shop.client();

    private Raw raw(String request) throws IOException {
        return new Raw(shop.port()).send(request);
    }

    @Test void an_answer_carries_the_envelope_the_request_id_and_the_security_headers() {
        Answer answer = client.with("X-Request-Id", "order-7").get("/api/v1/probe").expect(200);
        assertThat(answer.text()).isEqualTo("{\"success\":true,\"data\":{\"hello\":\"world\"}}");
        assertThat(answer.header("X-Request-Id")).isEqualTo("order-7");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.header("Content-Security-Policy")).startsWith("default-src 'none'");
        assertThat(answer.header("Permissions-Policy")).contains("camera=()");
        assertThat(answer.header("Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
        assertThat(answer.header("Cross-Origin-Resource-Policy")).isEqualTo("cross-origin");
        assertThat(answer.header("Strict-Transport-Security")).as("no promise of TLS without it").isNull();
        assertThat(answer.header("Server")).isNull();
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    }

    @Test void a_failure_carries_them_too_and_tells_nothing_of_the_inside() {
        Answer answer = client.get("/api/v1/probe/broken").expect(500);
        assertThat(answer.code()).isEqualTo("internal");
        assertThat(answer.text()).doesNotContain("Exception", "select", "identity", "at io.");
        assertThat(answer.json().path("request_id").asString()).isEqualTo(answer.header("X-Request-Id"));
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(client.get("/api/v1/probe/silent").expect(500).code()).isEqualTo("internal");
    }

    @Test void problems_come_in_the_form_of_rfc_9457_when_asked_for() {
        Answer answer = client.with("Accept", "application/problem+json").get("/api/v1/probe/mine").expect(401);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(401);
        assertThat(answer.json().path("title").asString()).isEqualTo("Unauthorized");
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
    }

    @Test void an_unknown_path_is_404_and_a_known_one_with_another_method_405_with_allow() {
        assertThat(client.get("/api/v1/nowhere").expect(404).code()).isEqualTo("not_found");
        Answer answer = client.send("DELETE", "/api/v1/probe/versioned", null).expect(405);
        assertThat(answer.code()).isEqualTo("method_not_allowed");
        assertThat(answer.header("Allow")).isEqualTo("GET, PUT, HEAD, OPTIONS");
        Answer options = client.send("OPTIONS", "/api/v1/probe/versioned", null).expect(204);
        assertThat(options.header("Allow")).isEqualTo("GET, PUT, HEAD, OPTIONS");
        client.send("OPTIONS", "/api/v1/nowhere", null).expect(404);
        client.with("X-HTTP-Method-Override", "PUT").post("/api/v1/probe/versioned", "{}").expect(405);
    }

    @Test void a_head_has_the_headers_of_the_get_and_no_body() throws IOException {
        Answer head = client.send("HEAD", "/api/v1/probe", null).expect(200);
        assertThat(head.bytes()).isEmpty();
        assertThat(head.header("Content-Length")).isEqualTo(client.get("/api/v1/probe").header("Content-Length"));
        client.send("HEAD", "/api/v1/probe/mine", null).expect(401);
        client.send("HEAD", "/api/v1/probe/echo", null).expect(405);
        // Would never end if the stream were run.
        client.send("HEAD", "/api/v1/probe/events/head", null).expect(200);
    }

    @Test void the_most_specific_row_answers_whatever_the_order_of_the_rows() {
        assertThat(client.get("/api/v1/probe/items/first").data().path("id").asString()).isEqualTo("the first");
        assertThat(client.get("/api/v1/probe/items/7").data().path("id").asString()).isEqualTo("7");
        assertThat(client.get("/api/v1/probe/items/a%20b").data().path("id").asString()).isEqualTo("a b");
    }

    @Test void the_api_without_a_version_is_version_1() {
        client.get("/api/probe").expect(200);
        client.get("/api/probe/mine").expect(401);
        client.get("/api/v2/probe").expect(404);
    }

    /// Attack 2: no spelling of a path reaches the handler past its access, nor any second spelling of a resource.
    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/probe/admin;x=1", "/api/v1/probe;x=1/admin", "/api/v1//probe/admin",
        "//api/v1/probe/admin", "/api/v1/probe/./admin", "/api/v1/probe/x/../admin", "/api/v1/probe/%2e/admin",
        "/api/v1/probe/%2e%2e/probe/admin", "/api/v1/probe%2fadmin", "/api/v1/probe%252fadmin",
        "/api/v1/probe/admin%00", "/api/v1/probe/admin%0a", "/api/v1/probe/admin%3bx=1", "/api/v1/probe\\admin",
        "/api/v1/probe%5cadmin", "/api/v1/probe/admin%", "/api/v1/probe/admin%zz",
        "/api/v1/probe/%c0%ae%c0%ae/admin"}) void a_path_in_disguise_is_refused(String path) throws IOException {
        try (Raw raw = raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) {
            assertThat(raw.readToEnd().status()).isIn(400, 404);
            assertThat(raw.heard()).doesNotContain("Exception").doesNotContain("\"success\":true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/v1/probe/admin", "/api/v1/probe/admin/", "/API/v1/probe/admin",
        "/api/v1/PROBE/admin", "/api/probe/admin", "/api/v1/probe/%61dmin",
        "http://evil.example/api/v1/probe/admin"}) void no_spelling_of_a_guarded_path_is_open_to_a_guest(String path)
            throws IOException {
        for (String method : List.of("GET", "HEAD", "OPTIONS", "POST", "TRACE", "FOO")) {
            try (Raw raw = raw(method + " " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
                + "Connection: close\r\n\r\n")) {
                assertThat(raw.readToEnd().status()).as(method).isIn(400, 401, 404, 405, 204);
                assertThat(raw.heard()).doesNotContain("\"success\":true");
            }
        }
    }

    @Test void what_we_do_not_have_is_406_and_what_we_do_not_read_is_415() {
        assertThat(client.with("Accept", "image/png").get("/api/v1/probe").expect(406).code())
            .isEqualTo("not_acceptable");
        client.with("Accept", "text/html,application/xhtml+xml,*/*;q=0.8").get("/api/v1/probe").expect(200);
        client.with("Accept", "application/*").get("/api/v1/probe").expect(200);
        client.with("Accept", "nonsense").get("/api/v1/probe").expect(406);
        client.with("Accept", "text/plain").get("/api/v1/probe/text").expect(200);
        for (String type : List.of("text/plain", "application/xml", "application/json; charset=utf-16",
            "application/jsonx", "multipart/form-data", "nonsense"))
            assertThat(client.with("Content-Type", type).post("/api/v1/probe/echo", "{}").expect(415).code())
                .isEqualTo("unsupported_media_type");
        client.with("Content-Type", "application/json; charset=UTF-8").post("/api/v1/probe/echo", "{}").expect(200);
        client.send("POST", "/api/v1/probe/echo", new byte[0]).expect(400);
    }

    /// Attack 36: compressed requests are not read at all.
    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd", "deflate", "gzip, gzip",
        "GZIP"}) void a_compressed_body_is_415_before_a_byte_of_it_is_read(String encoding) {
        Answer answer = client.with("Content-Encoding", encoding).post("/api/v1/probe/echo", new byte[16 * 1024]);
        assertThat(answer.expect(415).code()).isEqualTo("unsupported_encoding");
        assertThat(answer.header("Accept-Encoding")).isEqualTo("identity");
    }

    /// Found by the fuzz: a hole in a list went on to those who count on every entry.
    @Test void a_list_with_a_hole_is_422() {
        assertThat(client.post("/api/v1/probe/echo", "{\"items\":[1,null]}").expect(422).code()).isEqualTo("invalid");
    }

    @Test void versions_are_compared_by_if_none_match_and_if_match() {
        String etag = client.get("/api/v1/probe/versioned").expect(200).header("ETag");
        assertThat(etag).isEqualTo("\"v7\"");
        for (String tag : List.of("\"v7\"", "W/\"v7\"", "\"v1\", \"v7\"", "*"))
            assertThat(client.with("If-None-Match", tag).get("/api/v1/probe/versioned").expect(304).bytes()).isEmpty();
        client.with("If-None-Match", "\"v8\"").get("/api/v1/probe/versioned").expect(200);
        client.with("If-Match", "\"v7\"").put("/api/v1/probe/versioned", "{}").expect(200);
        client.with("If-Match", "*").put("/api/v1/probe/versioned", "{}").expect(200);
        client.put("/api/v1/probe/versioned", "{}").expect(200);
        for (String tag : List.of("\"v6\"", "W/\"v7\"", "v7", "\"\"", "\"v99999999999999999999\""))
            assertThat(client.with("If-Match", tag).put("/api/v1/probe/versioned", "{}").expect(412).code())
                .isEqualTo("stale");
    }

    @Test void pages_have_numbers_totals_and_links() {
        Answer answer = client.get("/api/v1/probe/pages?page=2&per_page=20&sort=-price").expect(200);
        assertThat(answer.json().path("pagination").toString()).isEqualTo("{\"current_page\":2,\"per_page\":20,"
            + "\"total\":45,\"total_pages\":3,\"next_page\":3,\"prev_page\":1,\"next_cursor\":\"WyJrIiwiMSJd\"}");
        assertThat(answer.header("Link")).contains("</api/v1/probe/pages?per_page=20&sort=-price&page=1>; rel=\"prev\"")
            .contains("page=3>; rel=\"next\"");
        Answer onward = client.get("/api/v1/probe/pages?cursor=WyJrIiwiMSJd").expect(200);
        assertThat(onward.header("Link")).contains("cursor=WyJrIiwiMSJd>; rel=\"next\"");
    }

    /// Attack 40, the part of the pages.
    @ParameterizedTest
    @ValueSource(strings = {"page=0", "page=-1", "page=9223372036854775808", "page=99999999999999999999",
        "page=1.5", "page=x", "page=%00", "per_page=0", "per_page=101", "per_page=-1", "page=5002&per_page=20",
        "page=2147483647&per_page=100", "cursor=x", "cursor=%22", "cursor=W10", "cursor=bnVsbA", "cursor=W251bGxd",
        "cursor=WyJcdTAwMDAiXQ", "cursor=WyJrIl0&page=2", "page=1%20or%201=1"}) void a_page_that_cannot_be_is_422(
            String query) {
        Answer answer = client.get("/api/v1/probe/pages?" + query).expect(422);
        assertThat(answer.code()).isEqualTo("invalid");
        assertThat(answer.json().path("errors").isEmpty()).isFalse();
    }

    /// Attack 40: what one person was told is in no cache for another (ASVS 8.2.1).
    @Test void an_answer_is_kept_by_nobody_unless_it_says_so() {
        for (String path : List.of("/api/v1/probe", "/api/v1/probe/mine", "/api/v1/nowhere", "/api/v1/probe/broken"))
            assertThat(client.get(path).header("Cache-Control")).as(path).isEqualTo("no-store");
        Answer shelf = client.get("/api/v1/products").expect(200);
        assertThat(shelf.header("Cache-Control")).startsWith("public, max-age=0");
        assertThat(String.join(", ", shelf.headers().allValues("Vary"))).contains("Origin", "X-Channel", "Accept",
            "Accept-Encoding");
    }

    /// Attack 40: the host that is asked for must be one of ours; what else claims to be it is not read.
    @ParameterizedTest
    @CsvSource(textBlock = """
        localhost,              200
        LOCALHOST:8080,         200
        127.0.0.1:8080,         200
        [::1]:8080,             200
        shop,                   200
        shop.localhost,         200
        evil.example,           421
        localhost.evil.example, 421
        evil.example:8080,      421
        localhost:8080@evil.example, 400
        localhost:x,            400
        localhost:123456,       400
        [::1,                   400
        a/b,                    400
        '',                     400""") void a_request_for_another_name_is_not_ours(String host, int status)
        throws IOException {
        for (String path : List.of("/api/v1/probe", "/health", "/"))
            try (Raw raw = raw("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nX-Forwarded-Host: evil.example\r\n"
                + "Connection: close\r\n\r\n")) {
                    assertThat(raw.readToEnd().status()).as(host + path).isIn(status, status == 200 ? 404 : status);
                    assertThat(raw.heard()).doesNotContain("evil.example");
                }
    }

    @Test void a_trace_of_another_system_becomes_the_request_id() {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        Answer answer = client.with("traceparent", "00-" + trace + "-b7ad6b7169203331-01").get("/api/v1/probe");
        assertThat(answer.header("X-Request-Id")).isEqualTo(trace);
        for (String wrong : List.of("00-00000000000000000000000000000000-b7ad6b7169203331-01", "nonsense",
            "ff-" + trace + "-b7ad6b7169203331-01", "00-" + trace + "-0000000000000000-01"))
            assertThat(client.with("traceparent", wrong).get("/api/v1/probe").header("X-Request-Id"))
                .isNotEqualTo(trace).hasSize(32);
    }

    /// Attack 32: what somebody types never makes a header or a second line of the log.
    @ParameterizedTest
    @ValueSource(strings = {"a\tb", "x\u001b[31mred", "\u2028line",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "a b", "<script>", "%0d%0aX: y"}) void an_unclean_request_id_is_replaced(String id) throws IOException {
        try (Raw raw = raw("GET /api/v1/probe HTTP/1.1\r\nHost: a\r\nX-Request-Id: " + id
            + "\r\nConnection: close\r\n\r\n")) {
            assertThat(raw.readToEnd().heard()).doesNotContain(id);
        }
    }

    @Test void text_for_a_log_is_one_line() {
        assertThat(Texts.oneLine("a\r\nWARN b\u0000\u2028c\u001b[31m\u0085")).isEqualTo("a  WARN b  c [31m ");
        assertThat(Texts.oneLine("x".repeat(5_000))).hasSize(1_000);
    }

    @Test void a_large_answer_is_compressed_for_who_can_read_it_and_a_small_one_is_not() {
        Answer small = client.with("Accept-Encoding", "gzip").get("/api/v1/probe").expect(200);
        assertThat(small.header("Content-Encoding")).isNull();
        Map<String, Object> large = Map.of("text", "x".repeat(10_000));
        Answer answer = client.with("Accept-Encoding", "gzip").post("/api/v1/probe/echo", large).expect(200);
        assertThat(answer.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(answer.bytes().length).isLessThan(1_000);
    }
}

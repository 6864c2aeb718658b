package io.millrace.http;

import io.netty.util.NetUtil;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The names under which the shop may be asked for (`millrace.http.hosts`, and those of the channels): a request for
/// another name is not ours, and nothing in an answer or a cache may come to depend on it.
///
/// `*.shop.example` stands for every name below it, `local` for the names of a developer's machine. An address, or
/// `localhost`, is always good: probes ask so, and neither can be made to point elsewhere.
public final class Hosts {
    private static final int NAME_CHARS_MAX = 253;
    private static final String LOCAL = "local";
    private static final List<String> LOCAL_ENDS = List.of(".localhost", ".local", ".internal", ".test");

    private final Set<String> names;
    private final List<String> ends;
    private final boolean local;
    private final Map<String, Set<String>> more = new ConcurrentHashMap<>();

    Hosts(Collection<String> allowed) {
        Set<String> all = allowed.stream().map(Hosts::lower).filter(name -> !name.isEmpty())
            .collect(Collectors.toSet());
        this.local = all.contains(LOCAL);
        this.ends = all.stream().filter(name -> name.startsWith("*.")).map(name -> name.substring(1)).toList();
        this.names = all;
    }

    /// Names that a room answers under (a channel's own), in place of those it gave before.
    public void alsoFor(String room, Collection<String> hosts) {
        more.put(room, hosts.stream().map(Hosts::lower).collect(Collectors.toSet()));
    }

    enum Judgement {
        OURS, MALFORMED, ANOTHERS
    }

    /// What to think of a `Host` header.
    Judgement of(@Nullable String header) {
        String name = header == null ? "" : name(header);
        if (name.isEmpty()) return Judgement.MALFORMED;
        return isOurs(name) ? Judgement.OURS : Judgement.ANOTHERS;
    }

    private boolean isOurs(String name) {
        if (names.contains(name) || name.equals("localhost") || NetUtil.isValidIpV4Address(name)
            || NetUtil.isValidIpV6Address(name)) return true;
        if (local && (name.indexOf('.') < 0 || endsWith(LOCAL_ENDS, name)) || endsWith(ends, name)) return true;
        for (Set<String> room : more.values()) if (room.contains(name)) return true;
        return false;
    }

    private static boolean endsWith(List<String> ends, String name) {
        for (String end : ends) if (name.endsWith(end) && name.length() > end.length()) return true;
        return false;
    }

    /// The name without its port, in lower case; empty when it is none.
    private static String name(String header) {
        String host = header;
        String port = "";
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            if (end < 0) return "";
            port = host.substring(end + 1);
            host = host.substring(1, end);
            if (!NetUtil.isValidIpV6Address(host)) return "";
        } else {
            int colon = host.indexOf(':');
            port = colon < 0 ? "" : host.substring(colon);
            host = colon < 0 ? host : host.substring(0, colon);
            if (!isName(host)) return "";
        }
        return port.isEmpty() || port.length() <= 6 && port.startsWith(":")
            && port.chars().skip(1).allMatch(c -> c >= '0' && c <= '9') ? lower(host) : "";
    }

    private static boolean isName(String host) {
        if (host.isEmpty() || host.length() > NAME_CHARS_MAX) return false;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.'
                || c == '_')) return false;
        }
        return true;
    }

    private static String lower(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }
}

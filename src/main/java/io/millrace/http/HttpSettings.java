package io.millrace.http;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// `hosts`: the names under which the shop may be asked for. `trustedProxies`: networks (CIDR) of the proxies before
/// us, whose forwarding headers count. `concurrency`: requests that are worked on at once by this node.
@ConfigurationProperties("millrace.http")
record HttpSettings(@DefaultValue List<String> hosts, @DefaultValue List<String> trustedProxies,
    @DefaultValue("256") int concurrency) {}

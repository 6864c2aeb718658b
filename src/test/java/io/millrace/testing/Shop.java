package io.millrace.testing;

import io.millrace.Millrace;
import io.millrace.vault.Vault;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/// A whole shop in this JVM, on a port of its own, against a fresh database: what `mvn spring-boot:run` starts, less
/// the banner. [#shared()] is the one to use unless a test changes settings or breaks things.
public final class Shop implements AutoCloseable {
    private final ConfigurableApplicationContext context;
    private final Map<String, String> settings;
    private final Client client;
    private final Database database;

    private Shop(Map<String, String> settings) {
        this.settings = settings;
        this.context = boot(settings);
        this.client = new Client("http://localhost:" + port());
        this.database = new Database(settings.getOrDefault("spring.r2dbc.url", ""));
    }

    private static final class Shared {
        private static final Shop SHOP = with();
    }

    /// One shop for all test classes of this JVM. Make your own customers, products and orders in it.
    public static Shop shared() {
        return Shared.SHOP;
    }

    /// A shop of its own with these settings: `"name", "value", ...`.
    public static Shop with(String... namesAndValues) {
        return with(Infrastructure.shared(), namesAndValues);
    }

    /// A shop of its own on servers of its own.
    public static Shop with(Infrastructure infrastructure, String... namesAndValues) {
        return new Shop(settings(infrastructure, namesAndValues));
    }

    static Map<String, String> settings(Infrastructure infrastructure, String... namesAndValues) {
        var settings = new LinkedHashMap<>(infrastructure.freshShop());
        settings.put("millrace.banner", "false");
        settings.put("millrace.limits.others", "1000000/1m");
        settings.put("millrace.demo.enabled", "false");
        settings.put("millrace.identity.mailed-after", "0ms");
        add(settings, namesAndValues);
        return settings;
    }

    private static void add(Map<String, String> settings, String... namesAndValues) {
        for (int i = 0; i < namesAndValues.length; i += 2) settings.put(namesAndValues[i], namesAndValues[i + 1]);
    }

    private static ConfigurableApplicationContext boot(Map<String, String> settings) {
        // Arguments, because they win over everything a developer has in the environment.
        String[] arguments = settings.entrySet().stream()
            .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
            .toArray(String[]::new);
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--server.port=0";
        return new SpringApplicationBuilder(Millrace.class).run(all);
    }

    /// Another node of this shop, in this JVM, on the same servers.
    public Shop secondNode(String... namesAndValues) {
        var same = new LinkedHashMap<>(settings);
        add(same, namesAndValues);
        return new Shop(same);
    }

    /// Another node of this shop in a JVM of its own, to be killed.
    public ShopProcess process(String... namesAndValues) {
        var same = new LinkedHashMap<>(settings);
        add(same, namesAndValues);
        return ShopProcess.start(same);
    }

    public int port() {
        return Integer.parseInt(Objects.requireNonNull(context.getEnvironment().getProperty("local.server.port")));
    }

    public String url() {
        return client.base();
    }

    /// A client that is nobody yet.
    public Client client() {
        return client;
    }

    public Database database() {
        return database;
    }

    /// Any bean of the running shop.
    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /// By what an account of this address is found in its table.
    public byte[] blind(String email) {
        return bean(Vault.class).blind("identity.email", email);
    }

    public @Nullable String setting(String name) {
        return context.getEnvironment().getProperty(name);
    }

    Map<String, String> settings() {
        return settings;
    }

    @Override public void close() {
        context.close();
    }
}

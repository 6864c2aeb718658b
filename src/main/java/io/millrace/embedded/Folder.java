package io.millrace.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// The folder that keeps the data of one shop's servers. Held by one process at a time; remembers the ports, because
/// a second node and Kafka's own metadata were told them.
final class Folder implements AutoCloseable {
    private static final String PORTS = "ports.properties";
    private static final String OWNER = "owner";

    private final Path root;
    private final FileChannel channel;
    private final Properties ports = new Properties();

    private Folder(Path root, FileChannel channel) {
        this.root = root;
        this.channel = channel;
    }

    /// Takes the folder, or refuses with [FolderTaken] when another process has it.
    static Folder take(Path given) throws IOException {
        Path root = given.toAbsolutePath().normalize();
        Files.createDirectories(root);
        FileChannel channel = FileChannel.open(root.resolve("lock"), StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
        if (lock(channel) == null) {
            channel.close();
            throw new FolderTaken(root, readIfThere(root.resolve(OWNER)));
        }
        Folder folder = new Folder(root, channel);
        folder.readPorts();
        return folder;
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            return null;
        }
    }

    /// Written for whoever finds the folder taken: who has it and how to join.
    void owner(String text) throws IOException {
        Files.writeString(root.resolve(OWNER), text);
    }

    Path of(String name) {
        try {
            return Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write to " + root, e);
        }
    }

    Path root() {
        return root;
    }

    /// The same port as last time when it is still free, else any free one.
    synchronized int port(String name) throws IOException {
        int last = Integer.parseInt(ports.getProperty(name, "0"));
        int port = last != 0 && free(last) ? last : any();
        ports.setProperty(name, Integer.toString(port));
        try (var out = Files.newOutputStream(root.resolve(PORTS))) {
            ports.store(out, null);
        }
        return port;
    }

    private static boolean free(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private static int any() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void readPorts() throws IOException {
        Path file = root.resolve(PORTS);
        if (Files.exists(file))
            try (var in = Files.newInputStream(file)) {
                ports.load(in);
            }
    }

    static String readIfThere(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file).strip() : "";
        } catch (IOException gone) {
            return "";
        }
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) return;
        try (var paths = Files.walk(tree)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        }
    }

    @Override public void close() throws IOException {
        Files.deleteIfExists(root.resolve(OWNER));
        channel.close();
    }
}

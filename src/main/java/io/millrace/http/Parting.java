package io.millrace.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// How a connection ends on a client that was answered before it had said everything: our half is closed, what still
/// comes is read and dropped, and only then, or after two seconds, the whole.
///
/// A plain close would answer the bytes still on their way with a reset, and a reset takes from the client the answer
/// that it has not read yet: it would see a broken connection in place of `413` (RFC 9112 section 9.6).
final class Parting extends ChannelDuplexHandler {
    static final int SECONDS = 2;

    private final BooleanSupplier interrupting;
    private boolean parting;

    /// Asked at a close: whether the client was answered and may be talking still.
    Parting(BooleanSupplier interrupting) {
        this.interrupting = interrupting;
    }

    @Override public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (!parting && interrupting.getAsBoolean() && context.channel() instanceof DuplexChannel channel) {
            parting = true;
            // a close is mostly told from within the flush of the last bytes, which counts them until it is through
            context.executor().execute(() -> part(context, channel, promise));
        } else context.close(promise);
    }

    private static void part(ChannelHandlerContext context, DuplexChannel channel, ChannelPromise promise) {
        if (!channel.isActive() || hasUnsent(channel)) {
            context.close(promise);
            return;
        }
        var last = context.executor().schedule(() -> context.close(), SECONDS, TimeUnit.SECONDS);
        channel.closeFuture().addListener(closed -> {
            last.cancel(false);
            promise.trySuccess();
        });
        channel.shutdownOutput();
        context.read();
    }

    @Override public void channelRead(ChannelHandlerContext context, Object message) {
        if (parting) ReferenceCountUtil.release(message);
        else context.fireChannelRead(message);
    }

    @Override public void channelReadComplete(ChannelHandlerContext context) {
        if (parting) context.read();
        else context.fireChannelReadComplete();
    }

    /// Who does not even take the answer is owed no patience.
    private static boolean hasUnsent(Channel channel) {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        return waiting == null || waiting.totalPendingWriteBytes() > 0;
    }
}

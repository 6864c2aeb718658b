package io.millrace.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Stands at one connection's door. Refuses requests that two servers could read differently (request smuggling,
/// RFC 9112 section 6.1 and 11.2), and closes on those who send so slowly that they only hold the line (slowloris).
///
/// It costs a request that arrives at once no timer: only who is still incomplete after a read is watched.
final class Doorman extends ChannelDuplexHandler {
    /// The whole head must arrive within one watch; a body must bring at least this many bytes in each.
    static final int WATCH_SECONDS = 10;
    private static final int BYTES_PER_WATCH_MIN = 1_024;
    /// A client that takes nothing of an answer for this long is left.
    static final int STALL_SECONDS = 30;
    /// So many requests may wait behind one that is being answered; each keeps its head in memory.
    private static final int PIPELINED_MAX = 64;
    private static final int HEAD_CHARS_MAX = Wire.LINE_BYTES_MAX + Wire.HEADERS_BYTES_MAX;

    private @Nullable ByteBuf reading;
    /// The head so far, of a request whose head came in several pieces.
    private final StringBuilder pieces = new StringBuilder();
    private boolean inHead;
    private boolean inBody;
    private boolean wanted;
    private boolean responding;
    private boolean pressed;
    private boolean left;
    private boolean cutShort;
    private int unanswered;
    private long written;
    private boolean watched;
    private long bytes;
    private long bytesAtWatch;

    /// The handler before the decoder: it sees the bytes of a request as they came.
    ChannelHandler bytes() {
        return new ChannelInboundHandlerAdapter() {
            @Override public void channelRead(ChannelHandlerContext context, Object message) {
                if (!(message instanceof ByteBuf buffer)) {
                    context.fireChannelRead(message);
                    return;
                }
                bytes += buffer.readableBytes();
                // who is made to wait by us (an import under back-pressure) is not slow: only an unanswered wish counts
                wanted = false;
                if (!inHead && !inBody) {
                    inHead = true;
                    pieces.setLength(0);
                }
                if (!inHead) {
                    context.fireChannelRead(message);
                    return;
                }
                ByteBuf kept = buffer.retainedDuplicate();
                reading = kept;
                context.fireChannelRead(message);
                reading = null;
                if (inHead && pieces.length() < HEAD_CHARS_MAX) pieces.append(text(kept));
                kept.release();
            }
        };
    }

    /// Whether an answer is out although the client may not have said everything.
    boolean isInterrupting() {
        return cutShort || responding && inBody;
    }

    @Override public void channelRead(ChannelHandlerContext context, Object message) {
        if (left) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            inHead = false;
            inBody = true;
            responding = false;
            if (++unanswered > PIPELINED_MAX) {
                left = true;
                ReferenceCountUtil.release(message);
                context.close();
                return;
            }
            String wrong = request.decoderResult().isSuccess() ? ambiguity(request) : null;
            if (wrong != null) request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(wrong)));
            // The decoder reads nothing behind what it could not read, so nothing ends this request.
            cutShort |= request.decoderResult().isFailure();
        }
        if (message instanceof HttpContent content && !(message instanceof HttpRequest)
            && content.decoderResult().isFailure()) {
            // Netty would end the body here as if it were whole, and somebody would act on half of it.
            left = true;
            content.release();
            dismiss(context, HttpResponseStatus.BAD_REQUEST);
            return;
        }
        if (message instanceof LastHttpContent) inBody = false;
        context.fireChannelRead(message);
    }

    @Override public void channelReadComplete(ChannelHandlerContext context) {
        if ((inHead || inBody) && !watched) {
            bytesAtWatch = bytes;
            watched = true;
            watch(context, inHead);
        }
        context.fireChannelReadComplete();
    }

    @Override public void read(ChannelHandlerContext context) {
        wanted = true;
        context.read();
    }

    @Override public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse) responding = true;
        if (message instanceof HttpContent content) written += content.content().readableBytes();
        if (message instanceof LastHttpContent) unanswered--;
        context.write(message, promise);
    }

    /// Who reads at once leaves nothing behind; only a rest is watched.
    @Override public void flush(ChannelHandlerContext context) {
        context.flush();
        if (!pressed && pending(context) > 0) press(context, written - pending(context), bytes);
    }

    /// Who still sends is not gone: many clients read the answer to an import when the last line of it is out.
    private void press(ChannelHandlerContext context, long takenThen, long bytesThen) {
        pressed = true;
        var unused = context.executor().schedule(() -> {
            pressed = false;
            long pending = pending(context);
            if (pending == 0) return;
            if (written - pending <= takenThen && bytes == bytesThen) context.close();
            else press(context, written - pending, bytes);
        }, STALL_SECONDS, TimeUnit.SECONDS);
    }

    /// Bytes that the client has yet to take.
    private static long pending(ChannelHandlerContext context) {
        ChannelOutboundBuffer waiting = context.channel().unsafe().outboundBuffer();
        return waiting == null ? 0 : waiting.totalPendingWriteBytes();
    }

    private void watch(ChannelHandlerContext context, boolean head) {
        var unused = context.executor().schedule(() -> look(context, head), WATCH_SECONDS, TimeUnit.SECONDS);
    }

    private void look(ChannelHandlerContext context, boolean headThen) {
        watched = false;
        if (!context.channel().isActive() || !inHead && !inBody) return;
        boolean tooSlow = inHead ? headThen : wanted && bytes - bytesAtWatch < BYTES_PER_WATCH_MIN;
        if (tooSlow) {
            dismiss(context, HttpResponseStatus.REQUEST_TIMEOUT);
            return;
        }
        bytesAtWatch = bytes;
        watched = true;
        watch(context, inHead);
    }

    private void dismiss(ChannelHandlerContext context, HttpResponseStatus why) {
        inBody = false;
        if (responding) {
            context.close();
            return;
        }
        cutShort = true;
        var last = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, why);
        last.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE).set(HttpHeaderNames.CONTENT_LENGTH, 0);
        context.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
    }

    private @Nullable String ambiguity(HttpRequest request) {
        if (HttpVersion.HTTP_1_1.equals(request.protocolVersion())
            && request.headers().getAll(HttpHeaderNames.HOST).size() != 1) return "one Host header";
        if (reading != null && isFolded(reading)) return "a folded header";
        if (!request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) return null;
        // The decoder has dropped a Content-Length beside it, so only the bytes can tell.
        boolean chunked = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING).size() == 1
            && "chunked".equalsIgnoreCase(request.headers().get(HttpHeaderNames.TRANSFER_ENCODING))
            && HttpVersion.HTTP_1_1.equals(request.protocolVersion());
        if (!chunked) return "a transfer encoding other than chunked";
        // A pipelined one whose head we cannot tell from the body before it is refused too.
        if (reading == null) return "a chunked request right behind another";
        String line = (request.method() + " " + request.uri() + " http/").toLowerCase(Locale.ROOT);
        return mayNameLength(pieces + text(reading), line) ? "both Content-Length and Transfer-Encoding" : null;
    }

    /// A line of the head that begins with a space or a tab goes on with the one before (obsolete, RFC 9112 5.2).
    private static boolean isFolded(ByteBuf buffer) {
        int end = buffer.writerIndex();
        for (int at = buffer.readerIndex(); at >= 0 && at + 1 < end; at++) {
            at = buffer.indexOf(at, end, (byte) '\n');
            if (at < 0 || at + 1 >= end) return false;
            byte next = buffer.getByte(at + 1);
            if (next == ' ' || next == '\t') return true;
            if (next == '\r' || next == '\n') return false;
        }
        return false;
    }

    private static String text(ByteBuf buffer) {
        return buffer.toString(buffer.readerIndex(), Math.min(buffer.readableBytes(), HEAD_CHARS_MAX),
            StandardCharsets.ISO_8859_1);
    }

    private static boolean mayNameLength(String bytes, String requestLine) {
        String text = bytes.toLowerCase(Locale.ROOT);
        int encoding = text.indexOf("\ntransfer-encoding");
        int start = Math.max(0, text.lastIndexOf("\r\n\r\n", encoding));
        int stop = text.indexOf("\r\n\r\n", encoding);
        if (encoding < 0) return true;
        String head = text.substring(start, stop < 0 ? text.length() : stop);
        return !head.contains(requestLine) || head.contains("\ncontent-length");
    }
}

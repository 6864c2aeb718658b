package io.millrace.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.millrace.money.Money;
import io.millrace.vault.CardNumbers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.type.LogicalType;

/// JSON as the API speaks it: snake_case names, RFC 3339 times, money as decimal text, absent instead of null; strict
/// on the way in (unknown fields, duplicate keys, trailing text, depth, lengths).
public final class Json {
    /// A request document may have at most this many bytes.
    public static final int DOCUMENT_BYTES_MAX = 256 * 1024;
    private static final int DEPTH_MAX = 32;
    private static final int STRING_CHARS_MAX = 64 * 1024;
    private static final int NUMBER_CHARS_MAX = 40;
    private static final int ESCAPE_BYTES = 6;

    /// For bodies from clients.
    public static final JsonMapper STRICT = mapper(true);
    /// For our own documents (facts, stored replies): lenient towards fields that a newer node wrote.
    public static final JsonMapper OURS = mapper(false);

    private Json() {}

    public static byte[] bytes(Object value) {
        return OURS.writeValueAsBytes(value);
    }

    /// Reads a client's body. Malformed text is a 400; understood but wrong content is a 422 naming the field.
    public static <T> T read(byte[] body, Class<T> type) {
        if (body.length == 0) throw new ProblemException(Problem.malformed("The request has no body"));
        if (body[0] <= 0 || body.length > 1 && body[1] == 0)
            throw new ProblemException(Problem.malformed("JSON is UTF-8 without a byte order mark"));
        if (!isText(body)) throw new ProblemException(Problem.malformed("A string holds what is no text"));
        if (CardNumbers.mayBeIn(body)) Cards.refuse(body);
        try {
            T value = STRICT.readValue(body, type);
            if (value == null) throw new ProblemException(Problem.malformed("The body must be a JSON object"));
            return value;
        } catch (StreamConstraintsException e) {
            throw new ProblemException(Problem.malformed("The JSON is too deep or too long"));
        } catch (UnrecognizedPropertyException e) {
            throw new ProblemException(Problem.invalid(path(e), "is not a known field"));
        } catch (InputCoercionException e) {
            throw new ProblemException(e.getPath().isEmpty() ? Problem.malformed("A number is too large")
                : Problem.invalid(path(e), "is too large a number"));
        } catch (StreamReadException e) {
            throw new ProblemException(Problem.malformed("The body is not well-formed JSON"));
        } catch (DatabindException e) {
            if (e.getCause() instanceof ProblemException problem) throw problem;
            if (e.getPath().isEmpty())
                throw new ProblemException(Problem.malformed("The body must be a JSON object"));
            throw new ProblemException(Problem.invalid(path(e), "does not have the right type or form"));
        } catch (JacksonException e) {
            throw new ProblemException(Problem.malformed("The body is not well-formed JSON"));
        }
    }

    /// No NUL and no half of a surrogate pair may hide in a string: databases and logs cannot hold them.
    private static boolean isText(byte[] body) {
        boolean high = false;
        boolean ascii = true;
        for (int i = 0; i < body.length; i++) {
            int unit = body[i] == '\\' && i + 1 < body.length ? unit(body, i) : -1;
            ascii &= body[i] >= 0;
            boolean low = unit >= 0xdc00 && unit <= 0xdfff;
            if (unit == 0 || high != low) return false;
            high = unit >= 0xd800 && unit <= 0xdbff;
            if (body[i] == '\\') i += unit < 0 ? 1 : ESCAPE_BYTES - 1;
        }
        return !high && (ascii || isUtf8(body));
    }

    /// Jackson lets overlong characters and encoded surrogates through.
    private static boolean isUtf8(byte[] body) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /// The UTF-16 unit of an escape such as `\u00e9`; -1 for what is none.
    private static int unit(byte[] body, int at) {
        if (body[at + 1] != 'u' || at + ESCAPE_BYTES > body.length) return -1;
        int unit = 0;
        for (int i = at + 2; i < at + ESCAPE_BYTES; i++) {
            int digit = Character.digit(body[i], 16);
            if (digit < 0) return -1;
            unit = unit * 16 + digit;
        }
        return unit;
    }

    private static String path(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() == null) path.append('[').append(step.getIndex()).append(']');
            else path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
        }
        return path.toString();
    }

    private static JsonMapper mapper(boolean strict) {
        JsonFactory factory = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(strict ? DEPTH_MAX : 100)
                .maxStringLength(strict ? STRING_CHARS_MAX : 20_000_000).maxNumberLength(NUMBER_CHARS_MAX)
                .maxNameLength(256).build())
            .build();
        SimpleModule house = new SimpleModule("house");
        house.setSerializerModifier(new MaskedWriting());
        house.addSerializer(Masked.Shown.class, new MaskedWriting.ShownWriter());
        house.addSerializer(Money.class, new MoneyWriter());
        house.addDeserializer(Money.class, new MoneyReader());
        house.addDeserializer(Double.class, new FiniteReader());
        var builder = JsonMapper.builder(factory).addModule(house)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .changeDefaultPropertyInclusion(value -> value.withValueInclusion(JsonInclude.Include.NON_ABSENT))
            .disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS);
        if (!strict)
            return builder.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES).build();
        return builder.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // nobody behind us expects a list with holes
            .withConfigOverride(List.class,
                list -> list.setNullHandling(JsonSetter.Value.forContentNulls(Nulls.FAIL)))
            .withCoercionConfig(LogicalType.Integer, coercion -> coercion
                .setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .withCoercionConfig(LogicalType.Boolean, coercion -> coercion
                .setCoercion(CoercionInputShape.String, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
            .withCoercionConfig(LogicalType.Textual, coercion -> coercion
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();
    }

    private static final class MoneyWriter extends ValueSerializer<Money> {
        @Override public void serialize(Money money, JsonGenerator out, SerializationContext context) {
            out.writeStartObject();
            out.writeStringProperty("amount", money.decimal());
            out.writeStringProperty("currency", money.currency().getCurrencyCode());
            out.writeEndObject();
        }
    }

    /// 1e400 is a number in JSON and infinity in Java.
    private static final class FiniteReader extends ValueDeserializer<Double> {
        @Override public Double deserialize(JsonParser in, DeserializationContext context) {
            if (!in.currentToken().isNumeric()) return context.reportInputMismatch(Double.class, "not a number");
            double value = in.getDoubleValue();
            return Double.isFinite(value) ? value : context.reportInputMismatch(Double.class, "too large a number");
        }
    }

    private static final class MoneyReader extends ValueDeserializer<Money> {
        @Override public Money deserialize(JsonParser in, DeserializationContext context) {
            Map<?, ?> fields = context.readValue(in, Map.class);
            if (!List.of("amount", "currency").containsAll(fields.keySet())
                || !(fields.get("amount") instanceof String amount)
                || !(fields.get("currency") instanceof String currency))
                return context.reportInputMismatch(Money.class, "money is {\"amount\":\"1.00\",\"currency\":\"USD\"}");
            try {
                return Money.decimal(amount, Currency.getInstance(currency));
            } catch (IllegalArgumentException e) {
                return context.reportInputMismatch(Money.class, "not an amount of that currency");
            }
        }
    }
}

package io.millrace.http;

import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.ValueSerializerModifier;

/// Gives every [Masked] component its writer, once per type; others cost nothing. Who looks stands in the attribute
/// that a [Masked.Shown] leaves; nobody is known to look where there is none.
final class MaskedWriting extends ValueSerializerModifier {
    private static final long serialVersionUID = 1L;
    private static final String LOOKER = Masked.class.getName();

    @Override public List<BeanPropertyWriter> changeProperties(SerializationConfig config,
        BeanDescription.Supplier type, List<BeanPropertyWriter> properties) {
        for (BeanPropertyWriter property : properties) {
            Masked masked = property.getAnnotation(Masked.class);
            if (masked != null) property.assignSerializer(new MaskedWriter(masked));
        }
        return properties;
    }

    private static final class MaskedWriter extends ValueSerializer<Object> {
        private final Masked masked;

        MaskedWriter(Masked masked) {
            this.masked = masked;
        }

        @Override public void serialize(Object clear, JsonGenerator out, SerializationContext context) {
            boolean may = !masked.unless().isEmpty() && context.getAttribute(LOOKER) instanceof Caller looker
                && looker.may(masked.unless());
            out.writeString(may ? clear.toString() : masked.as().mask(clear.toString()));
        }
    }

    static final class ShownWriter extends ValueSerializer<Masked.Shown> {
        @Override public void serialize(Masked.Shown shown, JsonGenerator out, SerializationContext context) {
            Object before = context.getAttribute(LOOKER);
            context.setAttribute(LOOKER, shown.looker());
            context.writeValue(out, shown.view());
            context.setAttribute(LOOKER, before);
        }
    }
}

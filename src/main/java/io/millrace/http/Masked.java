package io.millrace.http;

import io.millrace.vault.Masks;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A text that is shown masked, unless whoever looks holds the permission `unless`. On a component of a view record:
/// `record Contact(@Masked(as = Masked.Kind.PHONE, unless = "order:admin") String phone)`, answered by
/// `Reply.ok(Masked.Shown.to(caller, contact))`.
///
/// Who forgets to say who looks shows it masked. For views only: a record that is stored (a fact, a document) would be
/// stored masked.
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.METHOD})
public @interface Masked {
    Kind as() default Kind.TEXT;

    /// The permission of who may see it; without one nobody may.
    String unless() default "";

    /// A view (or a list or map of views) and who looks at it.
    record Shown(Caller looker, Object view) {
        public static Shown to(Caller looker, Object view) {
            return new Shown(looker, view);
        }
    }

    /// What it is, and so how much of it is shown.
    enum Kind {
        PHONE, EMAIL, CARD, TEXT;

        String mask(String clear) {
            return switch (this) {
                case PHONE -> Masks.phone(clear);
                case EMAIL -> Masks.email(clear);
                case CARD -> Masks.card(clear);
                case TEXT -> Masks.text(clear);
            };
        }
    }
}

@NullMarked
package io.millrace.payment.stripe;

import org.jspecify.annotations.NullMarked;

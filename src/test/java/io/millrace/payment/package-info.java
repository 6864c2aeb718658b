@NullMarked
package io.millrace.payment;

import org.jspecify.annotations.NullMarked;

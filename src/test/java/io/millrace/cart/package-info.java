@NullMarked
package io.millrace.cart;

import org.jspecify.annotations.NullMarked;

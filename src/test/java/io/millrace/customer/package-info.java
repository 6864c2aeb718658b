@NullMarked
package io.millrace.customer;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.millrace.pricing;

import org.jspecify.annotations.NullMarked;

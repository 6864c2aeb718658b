@NullMarked
package io.millrace.tracing;

import org.jspecify.annotations.NullMarked;

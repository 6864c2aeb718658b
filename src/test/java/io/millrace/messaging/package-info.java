@NullMarked
package io.millrace.messaging;

import org.jspecify.annotations.NullMarked;

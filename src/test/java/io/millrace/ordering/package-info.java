@NullMarked
package io.millrace.ordering;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.millrace.federation;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.millrace.privacy;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.millrace.channel;

import org.jspecify.annotations.NullMarked;

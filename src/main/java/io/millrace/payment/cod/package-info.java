/// Cash on delivery: nobody to call; our own people collect it and say so.
@NullMarked
package io.millrace.payment.cod;

import org.jspecify.annotations.NullMarked;

/// Whole-house stories over HTTP, one per storefront, with the facts they expect and their golden transcripts.
@NullMarked
package io.millrace.journey;

import org.jspecify.annotations.NullMarked;

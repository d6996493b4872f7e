/**
 * The wire beyond its messages: the codec of rows, the marshallers that alias, versions and caps.
 */
package org.weft.protocol;

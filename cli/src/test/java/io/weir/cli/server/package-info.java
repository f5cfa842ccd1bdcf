/** Tests of the server of a small site. */
@org.jspecify.annotations.NullMarked
package io.weir.cli.server;

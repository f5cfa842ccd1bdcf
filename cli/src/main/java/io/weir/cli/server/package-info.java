/** The server of a small site: broker and aggregator in one service, its certificates, and who may use it. */
@org.jspecify.annotations.NullMarked
package io.weir.cli.server;

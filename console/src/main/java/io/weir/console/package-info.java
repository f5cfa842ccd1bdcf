/** The console: a web page and a JSON API that show what the topics say, and give the commands that a person may give. */
@NullMarked
package io.weir.console;

import org.jspecify.annotations.NullMarked;

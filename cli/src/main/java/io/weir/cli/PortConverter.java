package io.weir.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A port of an option: a wrong one is told as a wrong command line. */
final class PortConverter implements ITypeConverter<Integer> {
    private static final int LARGEST = 65_535;

    @Override
    public Integer convert(String value) {
        try {
            int port = Integer.parseInt(value);
            if (port >= 0 && port <= LARGEST) {
                return port;
            }
        } catch (NumberFormatException e) {
            // Refused below, as a number that is too large is.
        }
        throw new TypeConversionException(
                "'" + value + "' is no port; give a number from 0 (a free one) to " + LARGEST);
    }
}

package io.weir.cli;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A name of a replica or a prefix of topics, as settings take it: it becomes part of names in Kafka. */
final class NameConverter implements ITypeConverter<String> {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9._-]{1,100}");

    @Override
    public String convert(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new TypeConversionException("'" + text + "' must be letters, digits, '.', '_' and '-'");
        }
        return text;
    }
}

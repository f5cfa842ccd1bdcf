package io.weir.cli;

import io.weir.service.Names;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A name of a replica or a prefix of topics, as settings take it: it becomes part of names in Kafka. */
final class NameConverter implements ITypeConverter<String> {
    @Override
    public String convert(String text) {
        if (!Names.isName(text)) {
            throw new TypeConversionException("'" + text + "' " + Names.RULE);
        }
        return text;
    }
}

package io.weir.schemas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Avro's binary decoder over an array, which refuses a length that is larger than what is left of the array.
 *
 * <p>Avro itself allocates what a length says before it reads: ten bytes of garbage would ask for two gigabytes. Every item of
 * our arrays and maps takes at least one byte, so an honest count never exceeds the bytes left. Confined to one thread.
 */
final class BoundedDecoder extends Decoder {
    private final BinaryDecoder in;

    BoundedDecoder(byte[] data, int offset) {
        in = DecoderFactory.get().binaryDecoder(data, offset, data.length - offset, null);
    }

    /** Bytes not read yet. */
    int remaining() {
        try {
            return in.inputStream().available();
        } catch (IOException e) {
            throw new AvroRuntimeException(e);
        }
    }

    private int checked(long length) {
        if (length < 0 || length > remaining()) {
            throw new AvroRuntimeException("a length of " + length + " where " + remaining() + " bytes are left");
        }
        return (int) length;
    }

    private byte[] take() throws IOException {
        byte[] bytes = new byte[checked(in.readLong())];
        in.readFixed(bytes);
        return bytes;
    }

    @Override
    public void readNull() throws IOException {
        in.readNull();
    }

    @Override
    public boolean readBoolean() throws IOException {
        return in.readBoolean();
    }

    @Override
    public int readInt() throws IOException {
        return in.readInt();
    }

    @Override
    public long readLong() throws IOException {
        return in.readLong();
    }

    @Override
    public float readFloat() throws IOException {
        return in.readFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return in.readDouble();
    }

    @Override
    public Utf8 readString(@Nullable Utf8 old) throws IOException {
        return new Utf8(take());
    }

    @Override
    public String readString() throws IOException {
        return new String(take(), StandardCharsets.UTF_8);
    }

    @Override
    public void skipString() throws IOException {
        skipBytes();
    }

    @Override
    public ByteBuffer readBytes(@Nullable ByteBuffer old) throws IOException {
        return ByteBuffer.wrap(take());
    }

    @Override
    public void skipBytes() throws IOException {
        in.skipFixed(checked(in.readLong()));
    }

    @Override
    public void readFixed(byte[] bytes, int start, int length) throws IOException {
        in.readFixed(bytes, start, length);
    }

    @Override
    public void skipFixed(int length) throws IOException {
        in.skipFixed(checked(length));
    }

    @Override
    public int readEnum() throws IOException {
        return in.readEnum();
    }

    @Override
    public long readArrayStart() throws IOException {
        return checked(in.readArrayStart());
    }

    @Override
    public long arrayNext() throws IOException {
        return checked(in.arrayNext());
    }

    @Override
    public long skipArray() throws IOException {
        return checked(in.skipArray());
    }

    @Override
    public long readMapStart() throws IOException {
        return checked(in.readMapStart());
    }

    @Override
    public long mapNext() throws IOException {
        return checked(in.mapNext());
    }

    @Override
    public long skipMap() throws IOException {
        return checked(in.skipMap());
    }

    @Override
    public int readIndex() throws IOException {
        return in.readIndex();
    }
}

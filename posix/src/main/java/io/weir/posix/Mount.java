package io.weir.posix;

/**
 * One line of mountinfo.
 *
 * @param id as {@link Stat#mountId()}
 * @param mountPoint absolute path as bytes
 * @param fsType such as {@code ext4}
 * @param dev as {@link Stat#dev()}
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, not a key
public record Mount(long id, byte[] mountPoint, String fsType, long dev) {
    @Override
    public String toString() {
        return Bytes.display(mountPoint) + " " + fsType + " id " + id;
    }
}

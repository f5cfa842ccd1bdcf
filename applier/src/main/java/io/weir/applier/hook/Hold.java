package io.weir.applier.hook;

/** What keeps a position from passing work whose hook has not been called. */
public interface Hold {
    /** Holds nothing: for hooks that may be given up. */
    Hold NONE = new Hold() {
        @Override
        public Hold with(Hold later) {
            return later;
        }

        @Override
        public void release() {}
    };

    /** One hold in the place of both, which are released. Called by whoever adds work. */
    Hold with(Hold later);

    /** The position may pass. Called from the hook's own thread, which holds no lock then. */
    void release();
}

package io.weir.cli;

import io.weir.schemas.RelPath;
import io.weir.schemas.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one path of a source.
 *
 * @param changes the newest ones, oldest first, without gaps
 * @param carried the newest batch that it is in; null when none was found
 * @param stages what the source's agent and the aggregators said last
 * @param notes why nothing, or nothing newer, is known
 * @param hints which options of the command line tell more
 * @param atSource what is known of the path itself there
 * @param verdicts how it is on each replica
 */
record Explanation(
        String source,
        RelPath path,
        List<Seen> changes,
        @Nullable Carried carried,
        List<Status> stages,
        List<String> notes,
        List<String> hints,
        AtSource atSource,
        List<Verdict> verdicts) {}
